"""Settings from and to the tables of a recipe, and ``--set``. Every error says where, what and what is allowed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Any, get_origin, get_type_hints

from tui_import.api.errors import RecipeError, Where
from tui_import.api.i18n import _
from tui_import.config.files import read_layered
from tui_import.config.shipped import load_catalogue, shown, unknown
from tui_import.model.kinds import CONTACTS, KEYED, entities_of
from tui_import.model.own_fields import OWNERS, PREFIX
from tui_import.model.settings import (
    LISTS_WITHOUT_DEFAULT_POLICY,
    USUAL,
    CompanyRules,
    DuplicateRules,
    KeyedRules,
    ListPolicy,
    PersonRules,
    Privacy,
    ProductRules,
    Settings,
    Survivor,
    ValueRules,
)

SECTIONS: Mapping[str, type] = {
    "company": CompanyRules, "person": PersonRules, "product": ProductRules, "values": ValueRules, "privacy": Privacy,
    "duplicates": DuplicateRules, **dict.fromkeys(KEYED, KeyedRules),
}  # fmt: skip
"""Table of a recipe → its part of `Settings`. ``[lists]`` is a table of its own: list → policy."""
LISTS = "lists"
LIST_VALUES = "list_values"
"""Its tables are lists: value of the file = item."""
TABLES = (*SECTIONS, LISTS, LIST_VALUES)
_LONGEST_ITEM = 239

_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("values", "date_order"): ("", "dmy", "mdy", "ymd"),
    ("values", "decimal_separator"): ("", ",", "."),
    ("values", "date_format"): ("", "numbers", "seconds"),
    ("values", "owner_format"): ("", "first_last", "last_first", "id"),
    ("values", "country_format"): ("", "local", "english", "code"),
}
"""Texts with few values."""
_LONGEST_COMMENT = 255
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def default_settings() -> Settings:
    """The settings an import begins with: ``settings.toml`` of the user's folder over the built-in ones. Raises `RecipeError`."""
    return settings_from_dict(read_layered("settings.toml"), file="settings.toml")


def settings_to_dict(settings: Settings) -> dict[str, dict[str, Any]]:
    """The tables of a recipe, in its order; only plain texts, numbers and truth values."""
    return {
        "company": _part_to_dict(settings.company),
        "person": _part_to_dict(settings.person),
        "product": _part_to_dict(settings.product),
        **{entity: _part_to_dict(settings.keyed(entity)) for entity in KEYED if settings.keyed(entity) != Settings().keyed(entity)},
        LISTS: {name: policy.value for name, policy in settings.lists.items()},
        **({LIST_VALUES: {name: dict(values) for name, values in settings.list_values.items()}} if settings.list_values else {}),
        "values": _part_to_dict(settings.values),
        "privacy": _part_to_dict(settings.privacy),
        "duplicates": _part_to_dict(settings.duplicates),
    }


def _part_to_dict(part: Any) -> dict[str, Any]:
    values = {field.name: getattr(part, field.name) for field in dataclass_fields(part)}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def settings_from_dict(data: Mapping[str, Any], *, file: str = "", lists: Collection[str] | None = None) -> Settings:
    """Settings from the tables of a recipe; what is not named keeps its default.

    ``lists`` are the lists that may be named; None: any. Raises `RecipeError` that names file, table, key and what is allowed.
    """
    settings = Settings()
    for table, values in data.items():
        if table not in TABLES:
            raise unknown(table, TABLES, f"[{table}]", file)
        if not isinstance(values, dict):
            raise RecipeError(_("[{table}] must be a table.").format(table=table), where=Where(file=file))
        for key, value in values.items():
            settings = _with(settings, table, key, value, file, lists)
    return settings


def apply_set(settings: Settings, assignment: str, *, lists: Collection[str] | None = None) -> Settings:
    """The settings with one ``TABLE.KEY=VALUE`` of the command line. Raises `RecipeError` (a `UsageError`).

    ``lists`` are the lists that may be named; None: those of the catalogue.
    """
    # a value of a list may have "=" in it, an item hardly ever
    name, equals, text = assignment.rpartition("=") if assignment.strip().startswith(f"{LIST_VALUES}.") else assignment.partition("=")
    table, dot, key = name.strip().partition(".")
    if not (equals and dot and key):
        raise RecipeError(
            _("“{text}” is not a setting.").format(text=shown(assignment)[1:-1]),
            hint=_("Write it as TABLE.KEY=VALUE, for example person.match=email."),
        )
    if table not in TABLES:
        raise unknown(table, TABLES, name)
    known = {field.list for field in load_catalogue() if field.list} if lists is None else lists
    return _with(settings, table, key, _typed(table, key, text.strip()), "", known)


def _typed(table: str, key: str, text: str) -> object:
    """The value of a command line as TOML would have it."""
    wanted = _types(table).get(key) if table in SECTIONS else str
    if wanted is bool and text.casefold() in _TRUE + _FALSE:
        return text.casefold() in _TRUE
    if wanted is float:
        try:
            return float(text)
        except ValueError:
            return text
    if wanted is not None and get_origin(wanted) is tuple:
        return text.replace(",", " ").split()
    return text


def _with(settings: Settings, table: str, key: str, value: object, file: str, lists: Collection[str] | None) -> Settings:
    if table == LISTS:
        return replace(settings, lists={**settings.lists, key: _policy(key, value, file, lists)})
    if table == LIST_VALUES:
        return replace(settings, list_values=_with_values(settings.list_values, key, value, file, lists))
    types = _types(table)
    if key not in types:
        raise unknown(key, types, f"{table}.{key}", file)
    part = getattr(settings, table)
    return replace(settings, **{table: replace(part, **{key: _checked(table, key, value, types[key], file)})})


@cache
def _types(table: str) -> dict[str, type]:
    return get_type_hints(SECTIONS[table])


def _policy(name: str, value: object, file: str, lists: Collection[str] | None) -> ListPolicy:
    if lists is not None and name not in lists:
        raise unknown(name, lists, f"{LISTS}.{name}", file)
    allowed = [policy for policy in ListPolicy if not (policy is ListPolicy.DEFAULT and name in LISTS_WITHOUT_DEFAULT_POLICY)]
    if value not in list(allowed):
        raise _not_allowed(LISTS, name, value, ", ".join(allowed), file)
    return ListPolicy(str(value))


def _with_values(
    before: Mapping[str, dict[str, str]], key: str, value: object, file: str, lists: Collection[str] | None
) -> dict[str, dict[str, str]]:
    """``key`` is a list and ``value`` its table (recipes), or LIST.VALUE and its item (command line)."""
    name, dot, text = key.partition(".")
    if lists is not None and name not in lists:
        raise unknown(name, lists, f"{LIST_VALUES}.{name}", file)
    found = value if isinstance(value, Mapping) else {text: value} if dot and text else None
    if found is None:
        raise _not_allowed(LIST_VALUES, name, value, _("a table of values: VALUE = ITEM"), file)
    for each, item in found.items():
        if not isinstance(item, str) or len(item) > _LONGEST_ITEM:
            raise _not_allowed(f"{LIST_VALUES}.{name}", str(each), item, _("the name of an item, or empty"), file)
    return {**before, name: {**before.get(name, {}), **found}}


def _checked(table: str, key: str, value: object, wanted: type, file: str) -> object:
    """The value in the type of its setting."""
    if get_origin(wanted) is tuple:
        return _fields_of_key(table, key, value, file)
    if issubclass(wanted, StrEnum):
        if value not in list(wanted):
            raise _not_allowed(table, key, value, ", ".join(wanted), file)
        return wanted(str(value))
    if wanted is bool:
        if not isinstance(value, bool):
            raise _not_allowed(table, key, value, "true, false", file)
        return value
    if wanted is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise _not_allowed(table, key, value, _("a number from 0 to 1"), file)
        return float(value)
    if not isinstance(value, str):
        raise _not_allowed(table, key, value, _("a text"), file)
    return _checked_text(table, key, value, file)


def _fields_of_key(table: str, key: str, value: object, file: str) -> tuple[str, ...]:
    """Bare or whole names of fields that records are matched by. A store's own are not known here: whether it has them is seen before
    the import is planned."""
    names = [value] if isinstance(value, str) else value
    allowed = [field.name for field in load_catalogue().of(table) if field.can_be_matched]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _not_allowed(table, key, value, _("a list of fields: {names}").format(names=", ".join(allowed)), file)
    bare = tuple(dict.fromkeys(name.removeprefix(f"{table}.") for name in names if name))
    for name in bare if bare != (USUAL,) else ():
        if name not in allowed and not (table in OWNERS and name.startswith(PREFIX)):
            raise unknown(name, [*allowed, USUAL], f"{table}.{key} = {name}", file)
    return bare


def _checked_text(table: str, key: str, value: str, file: str) -> str:
    choices = _CHOICES.get((table, key))
    if choices is not None and value not in choices:
        raise _not_allowed(table, key, value, ", ".join(choice or '""' for choice in choices), file)
    if (table, key) == ("privacy", "comment") and len(value) > _LONGEST_COMMENT:
        raise _not_allowed(table, key, value, _("a text of at most {count} characters").format(count=_LONGEST_COMMENT), file)
    if (table, key) in (("values", "country"), ("values", "default_country")) and value:
        return _country(key, value, file)
    if (table, key) == ("values", "default_currency") and value:
        return _currency(value, file)
    if (table, key) == ("duplicates", "survivorship"):
        _check_survivorship(value, file)
    return value


def _check_survivorship(value: str, file: str) -> None:
    """Each part is FIELD=RULE; the field is one of the catalogue's or a store's own, its bare name, or "*"."""
    contacts = [field for entity in entities_of(CONTACTS) for field in load_catalogue().of(entity)]
    names = {"*"} | {name for field in contacts for name in (field.key, field.name)}
    for part in value.split():
        name, equals, rule = part.partition("=")
        of_a_store = name.partition(".")[2].startswith(PREFIX) or name.startswith(PREFIX)
        if not equals or rule not in list(Survivor) or not (name in names or of_a_store):
            rules = ", ".join(Survivor)
            raise _not_allowed("duplicates", "survivorship", part, _("FIELD=RULE with one of: {rules}").format(rules=rules), file)


def _currency(value: str, file: str) -> str:
    from tui_import.flow.normalise.currency import currency_of

    code = currency_of(value)
    if not code:
        raise _not_allowed("values", "default_currency", value, _("an ISO 4217 code, such as EUR"), file)
    return code


def _country(key: str, value: str, file: str) -> str:
    from tui_import.flow.normalise.country import country_code

    code = country_code(value)
    if code is None:
        raise _not_allowed("values", key, value, _("a country or its ISO 3166 code, such as DK"), file)
    return code


def _not_allowed(table: str, key: str, value: object, allowed: str, file: str) -> RecipeError:
    return RecipeError(
        _("{table}.{key} cannot be {value}.").format(table=table, key=key, value=shown(value)),
        where=Where(file=file),
        hint=_("Allowed: {allowed}.").format(allowed=allowed),
    )
