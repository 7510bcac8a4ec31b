"""What ``--set``, ``--option`` and ``--map`` say, checked against what there is."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping, Sequence

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.api.options import Option, OptionType, OptionValue
from tui_import.model.mapping import ColumnInfo

YES = frozenset({"true", "yes", "1", "on"})
NO = frozenset({"false", "no", "0", "off"})


@dataclasses.dataclass(frozen=True, slots=True)
class Choices:
    """``--set`` sorted by the part of the recipe that each speaks of."""

    settings: tuple[str, ...] = ()
    """Assignments like "person.match=email", in order."""
    options: tuple[tuple[str, str], ...] = ()
    """Key → text."""
    constants: tuple[tuple[str, str], ...] = ()
    """Field → text."""
    kind: str = ""
    """What is imported; empty: as the recipe says, else by the columns."""
    sheets: tuple[tuple[str, str], ...] = ()
    """Sheet → what its rows are."""


def pair(text: str) -> tuple[str, str]:
    """KEY and VALUE of "KEY=VALUE"."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(_("“{text}” is not of the form KEY=VALUE.").format(text=text))
    return key.strip(), value.strip()


def sort_choices(texts: Iterable[str]) -> Choices:
    """Tell settings, source options and constants apart."""
    settings: list[str] = []
    kind = ""
    others: dict[str, list[tuple[str, str]]] = {"options": [], "constants": [], "sheets": []}
    for text in texts:
        section, _dot, rest = text.partition(".")
        if section in others:
            others[section].append(pair(rest))
        elif pair(text)[0] == "kind":
            kind = pair(text)[1]
        else:
            settings.append(text)
    return Choices(tuple(settings), tuple(others["options"]), tuple(others["constants"]), kind, tuple(others["sheets"]))


def unknown(sentence: str, name: str, known: Iterable[str]) -> UsageError:
    """The error for a name that there is not, with the names that come close. ``sentence`` is filled with the name."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3) or names
    return UsageError(sentence.format(name=name), hint=_("Is it one of these? {names}").format(names=", ".join(near)))


# -- options of a source


def option_values(options: Sequence[Option], pairs: Iterable[tuple[str, str]]) -> dict[str, OptionValue]:
    """The values by option key, of the types that the source declares."""
    known = {option.key: option for option in options}
    values: dict[str, OptionValue] = {}
    for key, text in pairs:
        if key not in known:
            raise unknown(_("There is no option “{name}”."), key, known)
        values[key] = _option_value(known[key], text)
    return values


def _option_value(option: Option, text: str) -> OptionValue:
    if option.type is OptionType.BOOLEAN:
        return _yes_or_no(option.key, text)
    if option.type is OptionType.DECIMAL:
        return _decimal(option.key, text)
    if option.type is OptionType.INTEGER:
        if not text.lstrip("-").isdecimal():
            raise _no_value(option.key, text, _("Write a whole number, like 3."))
        return int(text)
    values = [choice.value for choice in option.choices]
    if option.type is OptionType.CHOICE and text not in values:
        raise _no_value(option.key, text, _("Choose one of: {values}.").format(values=", ".join(values)))
    return text


def _yes_or_no(key: str, text: str) -> bool:
    if text.lower() in YES | NO:
        return text.lower() in YES
    raise _no_value(key, text, _("Say true or false."))


def _decimal(key: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _no_value(key, text, _("Write a number, like 0.5.")) from None


def _no_value(key: str, text: str, hint: str) -> UsageError:
    return UsageError(_("“{value}” is no value of {key}.").format(value=text, key=key), hint=hint)


# -- columns and fields


def links(texts: Iterable[str], columns: Sequence[ColumnInfo]) -> Mapping[int, list[str]]:
    """Column position → fields, from ``--map "COLUMN=FIELD"``; no field means that the column is left out.

    COLUMN is a header, else a letter (A, B … AA). A header may have "=" in it, a field has none.
    """
    found: dict[int, list[str]] = {}
    for text in texts:
        header, equals, field = text.rpartition("=")
        if not equals or not header.strip():
            raise UsageError(_("“{text}” is not of the form COLUMN=FIELD.").format(text=text))
        fields = found.setdefault(column_position(header.strip(), columns), [])
        if field.strip():
            fields.append(field.strip())
    return found


def column_position(name: str, columns: Sequence[ColumnInfo]) -> int:
    """Position of the column with this header, with its words in any case, or with this letter."""
    words = name.casefold().split()
    found = (
        [column for column in columns if column.header == name]
        or [column for column in columns if column.header.casefold().split() == words]
        or [column for column in columns if column.letter == name.upper()]
    )
    if not found:
        raise unknown(_("There is no column “{name}”."), name, [column.title for column in columns])
    return found[0].position
