"""What the product knows as data: the field catalogue, the shipped lists, the words that columns are recognised by."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import RecipeError, Where
from tui_import.api.i18n import _
from tui_import.config.files import names_in, read_layered
from tui_import.model.fields import Catalogue, Field, FieldType
from tui_import.model.own_fields import OWNERS, PREFIX

if TYPE_CHECKING:
    from tui_import.flow.mapping.headers import Vocabulary

FIELDS = "fields.toml"
LISTS = "lists.toml"
_PROPERTIES: Mapping[str, type] = {
    "type": str, "label": str, "group": str, "length": int, "multiple": bool, "required": bool, "virtual": bool, "list": str, "to": str,
    "choices": list, "key": bool, "least": float, "most": float,
}  # fmt: skip
"""What the catalogue file says about a field, and the type of it."""


@cache
def load_catalogue() -> Catalogue:
    """The field catalogue, the user's ``fields.toml`` over the shipped one. Raises `RecipeError` where it is wrong."""
    return parse_catalogue(read_layered(FIELDS), FIELDS)


def parse_catalogue(data: Mapping[str, Any], file: str = "") -> Catalogue:
    """A catalogue from ``[entity.field]`` tables. Raises `RecipeError` naming the field."""
    fields: dict[str, Field] = {}
    for entity, tables in data.items():
        for name, properties in _table(tables, entity, file).items():
            field = _field(entity, name, _table(properties, f"{entity}.{name}", file), file)
            fields[field.key] = field
    return Catalogue(fields)


def _field(entity: str, name: str, properties: Mapping[str, Any], file: str) -> Field:
    place = f"{entity}.{name}"
    for key, value in properties.items():
        wanted = _PROPERTIES.get(key)
        if wanted is None:
            raise unknown(key, _PROPERTIES, f"[{place}] {key}", file)
        if not isinstance(value, wanted):
            raise _wrong(place, key, value, wanted.__name__, file)
    try:
        kind = FieldType(properties.get("type", "text"))
    except ValueError as error:
        raise _wrong(place, "type", properties["type"], ", ".join(FieldType), file) from error
    return Field(
        entity,
        name,
        kind,
        properties.get("label", name),
        group=properties.get("group", ""),
        length=properties.get("length"),
        multiple=properties.get("multiple", False),
        required=properties.get("required", False),
        virtual=properties.get("virtual", False),
        list=properties.get("list", ""),
        refers=properties.get("to", ""),
        choices=tuple(properties.get("choices", ())),
        is_key=properties.get("key", False),
        least=properties.get("least"),
        most=properties.get("most"),
    )


def _table(value: object, place: str, file: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    raise RecipeError(_("[{table}] must be a table.").format(table=place), where=Where(file=file))


def _wrong(place: str, key: str, value: object, allowed: str, file: str) -> RecipeError:
    return RecipeError(
        _("[{table}] {key} = {value} is not possible.").format(table=place, key=key, value=shown(value)),
        where=Where(file=file),
        hint=_("Allowed: {allowed}.").format(allowed=allowed),
    )


def shown(value: object) -> str:
    """A value in a message: as it could be typed, and not too long."""
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= 60 else f"{text[:57]}…"


def unknown(name: str, known: Collection[str], place: str, file: str = "") -> RecipeError:
    """The error for a name that we do not know, with the nearest that we do."""
    near = nearest(name, known)
    hint = _("Did you mean “{name}”?").format(name=near) if near else _("Known: {names}.").format(names=", ".join(sorted(known)[:30]))
    return RecipeError(_("“{place}” is not known.").format(place=_printable(place)), where=Where(file=file), hint=hint)


def unknown_field(
    name: str, catalogue: Catalogue, place: str = "", file: str = "", definition: Mapping[str, object] | None = None
) -> RecipeError:
    """The error for a field that a store does not have: how to define it, take it into use again, or what was perhaps meant.

    ``definition``: what a user-defined field was where it comes from, see `Recipe.own_fields`.
    """
    where = Where(file=file)
    if name in catalogue.retired:
        return RecipeError(
            _("The field {field} is out of use in this store.").format(field=name),
            where=where,
            hint=_("Take it into use again: tui-import fields activate {field}").format(field=name),
        )
    entity, _dot, bare = name.partition(".")
    if bare.startswith(PREFIX) and entity in OWNERS:
        return RecipeError(
            _("This store has no field {field} of its own.").format(field=_printable(name)),
            where=where,
            hint=_("Define it: {command}").format(command=_printable(_command(entity, bare, definition or {}), 200)),
        )
    return unknown(name, catalogue.fields.keys(), place or name, file)


def _command(entity: str, bare: str, definition: Mapping[str, object]) -> str:
    """The command line that defines a field."""
    known = {name: value for name, value in definition.items() if value} or {"type": "TYPE", "label": "LABEL"}
    words = [word for name in ("type", "label", "length", "list") if name in known for word in (f"--{name}", str(known[name]))]
    return shlex.join(["tui-import", "fields", "add", entity, bare.removeprefix(PREFIX), *words])


def _printable(text: str, most: int = 80) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)[:most]


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that is most like this one; empty where none is."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(name, sorted(known), scorer=fuzz.WRatio, score_cutoff=65)
    return found[0] if found else ""


@cache
def shipped_lists() -> dict[str, tuple[str, ...]]:
    """The items that a new store's lists begin with, by list. Raises `RecipeError`."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, items in read_layered(LISTS).items():
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise RecipeError(_("The list “{name}” must be a list of texts.").format(name=_printable(name)), where=Where(file=LISTS))
        lists[name] = tuple(items)
    return lists


@cache
def load_vocabulary() -> Vocabulary:
    """The words that columns are recognised by: ``headers/*.toml``, the users' files added, and the word lists."""
    from tui_import.flow.mapping.headers import build_vocabulary

    forms = read_layered("legal_forms.toml")
    return build_vocabulary(
        {language: _texts(f"headers/{language}.toml") for language in _languages()},
        load_catalogue(),
        forms.get("forms", {}).values(),
        forms.get("words", {}).values(),
        ("|".join(str(names).split()) for names in read_layered("given_names.toml").values()),
    )


def _languages() -> list[str]:
    """English first: it wins where languages tie."""
    return sorted(names_in("headers"), key=lambda language: (language != "en", language))


def _texts(name: str) -> dict[str, dict[str, str]]:
    data = read_layered(name)
    for group, names in data.items():
        for key, value in _table(names, group, name).items():
            if not isinstance(value, str):
                raise _wrong(group, key, value, _("a text of headers between bars: 'Name | Full name'"), name)
    return data
