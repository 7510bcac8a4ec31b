"""Choosing a field: suggestions first, then all fields under their groups, found by typing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_import.api.i18n import _
from tui_import.model.fields import Field
from tui_import.model.own_fields import TAGS, OwnType
from tui_import.tui.widgets.dialogs import Choose
from tui_import.tui.widgets.menu import MenuItem
from tui_import.tui.widgets.search import rank


class FieldPicker(Choose):
    """Gives the position of the chosen field in ``fields``."""

    def __init__(
        self, title: str, fields: Sequence[Field], *, suggested: Mapping[str, str], taken: Mapping[str, str], current: str = ""
    ) -> None:
        """``suggested``: field → reason, best first. ``taken``: field → title of the column that feeds it now."""
        self._fields = list(fields)
        self._suggested = suggested
        self._taken = taken
        super().__init__(title, [field.title for field in self._fields], details=[self._about(field) for field in self._fields])
        keys = [field.key for field in self._fields]
        self._start = keys.index(current) if current in keys else -1

    def _about(self, field: Field) -> str:
        parts = [_(TAGS[OwnType(field.own)])] if field.own else []
        if field.key in self._suggested:
            parts.append(self._suggested[field.key])
        if field.key in self._taken and not field.multiple:
            parts.append(_("fed by {column} now").format(column=self._taken[field.key]))
        elif field.multiple:
            parts.append(_("takes several columns"))
        if field.required:
            parts.append(_("required"))
        return " · ".join(parts)

    def items(self, text: str) -> list[MenuItem]:
        """What fits the text; without one suggestions and groups."""
        if text:
            # the field's English name works, too: it is what recipes and the documentation use
            pairs = zip(self._labels, self._fields, strict=True)
            names = [f"{label} {field.key.replace('.', ' ').replace('_', ' ')}" for label, field in pairs]
            return [self._item(at) for at in rank(text, names)]
        keys = [field.key for field in self._fields]
        guessed = [keys.index(key) for key in self._suggested if key in keys]
        items = [MenuItem(_("Suggested")), *map(self._item, guessed)] if guessed else []
        heading = ""
        for at, field in enumerate(self._fields):
            if at in guessed:
                continue
            group = f"{field.title.partition(':')[0]} · {_(field.group)}" if field.group else field.title.partition(":")[0]
            if group != heading:
                heading = group
                items.append(MenuItem(group))
            items.append(self._item(at))
        return items

    def _item(self, at: int) -> MenuItem:
        return MenuItem(self._labels[at], at + 1, self._details[at])
