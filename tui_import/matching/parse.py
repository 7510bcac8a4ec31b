"""The model out of `matching.toml` (already read) and the table of legal forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tui_import.api.errors import RecipeError, Where
from tui_import.api.i18n import _
from tui_import.matching.clean import plain
from tui_import.matching.compare import COMPARISONS
from tui_import.matching.model import EntityModel, FieldModel, Level, Model, Words
from tui_import.matching.records import SLOTS

FILE = "matching.toml"
_FIELD_KEYS = {"compare", "frequency", "most", "group", "related_group", "levels"}
_LEVEL_KEYS = {"m", "u", "spread", "related"}


def parse_model(data: Mapping[str, Any], legal_forms: Iterable[str] = ()) -> Model:
    """The model. ``legal_forms``: texts of forms between bars. Raises `RecipeError` that names the table at fault."""
    words = _words(data.get("words", {}), legal_forms)
    search = data.get("search", {})
    return Model({entity: _entity(entity, data.get(entity, {})) for entity in SLOTS}, words, **_search(search))


def _search(table: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in table.items():
        if key not in ("common_key", "rare_key", "whole", "damping") or not _is_number(value):
            raise _wrong("search", key, value)
    return dict(table)


def _entity(entity: str, table: Mapping[str, Any]) -> EntityModel:
    fields = {name: value for name, value in table.items() if isinstance(value, dict)}
    for name in fields:
        if name not in SLOTS[entity]:
            raise RecipeError(
                _("[{table}] is nothing that is compared.").format(table=f"{entity}.{name}"),
                where=Where(file=FILE),
                hint=_("Allowed: {allowed}.").format(allowed=", ".join(SLOTS[entity])),
            )
    share, related = table.get("duplicates", 0.2), table.get("related", 0.0)
    if not _is_number(share) or not 0 < share < 1:
        raise _wrong(entity, "duplicates", share)
    if not _is_number(related) or related < 0:
        raise _wrong(entity, "related", related)
    made = tuple(_field(entity, name, value) for name, value in fields.items())
    return EntityModel(made, float(share), related=float(related))


def _field(entity: str, name: str, table: Mapping[str, Any]) -> FieldModel:
    place = f"{entity}.{name}"
    for key in table.keys() - _FIELD_KEYS:
        raise _wrong(place, key, table[key])
    comparison = str(table.get("compare", ""))
    if comparison not in COMPARISONS:
        raise RecipeError(
            _("[{table}] {key} = {value} is not possible.").format(table=place, key="compare", value=repr(comparison)),
            where=Where(file=FILE),
            hint=_("Allowed: {allowed}.").format(allowed=", ".join(COMPARISONS)),
        )
    levels = table.get("levels", {})
    wanted = COMPARISONS[comparison].levels
    if tuple(levels) != wanted:
        raise RecipeError(
            _("[{table}] has other levels than its comparison.").format(table=f"{place}.levels"),
            where=Where(file=FILE),
            hint=_("Allowed: {allowed}.").format(allowed=", ".join(wanted)),
        )
    made = tuple(_level(f"{place}.levels", key, value) for key, value in levels.items())
    numbers = {key: table[key] for key in ("frequency", "most") if key in table}
    for key, value in numbers.items():
        if not _is_number(value) or value <= 0:
            raise _wrong(place, key, value)
    group, apart = str(table.get("group", "")), table.get("related_group")
    return FieldModel(name, comparison, made, **numbers, group=group, related_group=None if apart is None else str(apart))


def _level(place: str, name: str, table: Mapping[str, Any]) -> Level:
    for key, value in table.items():
        if key not in _LEVEL_KEYS or not _is_number(value) or value <= 0:
            raise _wrong(place, name, table)
    if not table.get("m") or bool(table.get("u")) == bool(table.get("spread")):
        raise _wrong(place, name, table)
    return Level(name, **table)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong(place: str, key: str, value: object) -> RecipeError:
    text = _("[{table}] {key} = {value} is not possible.").format(table=place, key=key, value=str(value)[:60])
    return RecipeError(text, where=Where(file=FILE))


def _words(table: Mapping[str, str], legal_forms: Iterable[str]) -> Words:
    forms = {plain(form).replace(" ", "") for text in legal_forms for form in text.split("|")}
    forms |= {part for text in legal_forms for form in text.split("|") for part in plain(form).split() if len(part) > 1}
    listed = {key: table.get(key, "").split() for key in ("joining", "common", "free_mail", "role_mail")}
    return Words(
        frozenset(forms - {""}),
        frozenset(map(plain, listed["joining"])),
        frozenset(map(plain, listed["common"])),
        _shortest(table.get("company", "").split(";")),
        _shortest(table.get("street", "").split(";")),
        _shortest(line.strip() for line in table.get("nicknames", "").split(";")),
        frozenset(listed["free_mail"]),
        frozenset(listed["role_mail"]),
    )


def _shortest(groups: Iterable[str]) -> dict[str, str]:
    """Each word → the first of its group; a word of several groups belongs to the first."""
    table: dict[str, str] = {}
    for group in groups:
        first, *others = [plain(word) for word in group.split()] or [""]
        for word in (first, *others):
            table.setdefault(word, first)
    table.pop("", None)
    return table
