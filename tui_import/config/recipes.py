"""Recipes: TOML in and out, and the user's folder of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_import.api.errors import RecipeError, UsageError, Where
from tui_import.api.i18n import _
from tui_import.config.files import parse_toml, read_toml, user_folder, write_file
from tui_import.config.settings import TABLES, settings_from_dict, settings_to_dict
from tui_import.config.shipped import shown, unknown, unknown_field
from tui_import.model.fields import Catalogue
from tui_import.model.kinds import CONTACTS, KINDS
from tui_import.model.settings import Recipe

FORMAT = 1
_KEYS = ("format", "source", "kind", "options", "mapping", "transforms", "constants", "sheets", "own_fields", *TABLES)
_LONGEST_NAME = 100
_NOT_IN_NAMES = frozenset('/\\:*?"<>|')
Plain = str | int | float | bool


def load_recipe(path: str | Path, catalogue: Catalogue | None = None) -> Recipe:
    """A recipe from a file; with a catalogue, its fields are looked up. Raises `RecipeError` that says what is wrong where."""
    path = Path(path)
    return recipe_from_dict(read_toml(path), name=path.stem, file=str(path), catalogue=catalogue)


def parse_recipe(text: str, name: str = "", *, file: str = "", catalogue: Catalogue | None = None) -> Recipe:
    """A recipe from its text. Raises `RecipeError`."""
    return recipe_from_dict(parse_toml(text, file or name), name=name, file=file or name, catalogue=catalogue)


def recipe_from_dict(data: Mapping[str, Any], *, name: str = "", file: str = "", catalogue: Catalogue | None = None) -> Recipe:
    """A recipe from what TOML says. Raises `RecipeError`."""
    for key in data:
        if key not in _KEYS:
            raise unknown(key, _KEYS, key, file)
    _check_format(data.get("format"), file)
    recipe = Recipe(
        source=_text(data, "source", file),
        kind=_kind(data, file),
        options={key: _plain("options", key, value, file) for key, value in _table(data, "options", file).items()},
        mapping={header: _fields(header, value, file) for header, value in _table(data, "mapping", file).items()},
        transforms={header: _fields(header, value, file) for header, value in _table(data, "transforms", file).items()},
        constants={key: _plain("constants", key, value, file) for key, value in _table(data, "constants", file).items()},
        sheets={name: _sheet_kind(name, value, file) for name, value in _table(data, "sheets", file).items()},
        settings=settings_from_dict({key: data[key] for key in TABLES if key in data}, file=file),
        name=name,
        own_fields={key: _definition(key, value, file) for key, value in _table(data, "own_fields", file).items()},
    )
    if catalogue is not None:
        _check_fields(recipe, catalogue, file)
    return recipe


def _check_format(value: object, file: str) -> None:
    if value is None:
        raise RecipeError(_("The recipe does not say its format."), where=Where(file=file), hint=_("Its first line should be: format = 1"))
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        message = _("format = {value} is not a recipe's format.").format(value=shown(value))
        raise RecipeError(message, where=Where(file=file), hint=_("Write: format = 1"))
    if value > FORMAT:
        raise RecipeError(
            _("The recipe was written by a later version (format {format}).").format(format=value),
            where=Where(file=file),
            hint=_("Update tui-import to use it."),
        )


def _text(data: Mapping[str, Any], key: str, file: str) -> str:
    value = data.get(key, "")
    if not isinstance(value, str):
        raise RecipeError(_("{key} = {value} must be a text.").format(key=key, value=shown(value)), where=Where(file=file))
    return value


def _kind(data: Mapping[str, Any], file: str) -> str:
    kind = _text(data, "kind", file) or CONTACTS
    if kind not in KINDS:
        raise unknown(kind, KINDS, f"kind = {kind}", file)
    return kind


def _sheet_kind(name: str, value: object, file: str) -> str:
    if value not in KINDS:
        raise unknown(str(value), KINDS, f"[sheets] {name} = {value}", file)
    return str(value)


def _table(data: Mapping[str, Any], key: str, file: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise RecipeError(_("[{table}] must be a table.").format(table=key), where=Where(file=file))
    return value


def _plain(table: str, key: str, value: object, file: str) -> Plain:
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if not isinstance(value, str | int | float | bool):
        raise RecipeError(
            _("[{table}] {key} = {value} is not possible.").format(table=table, key=shown(key), value=shown(value)),
            where=Where(file=file),
            hint=_("It must be one text, number or true or false."),
        )
    return value


def _definition(key: str, value: object, file: str) -> dict[str, str | int]:
    """What a user-defined field was, for whoever uses the recipe with a store that does not have it."""
    if not isinstance(value, dict):
        raise RecipeError(_("[{table}] must be a table.").format(table=f"own_fields.{shown(key)}"), where=Where(file=file))
    length = value.get("length")
    texts = {name: _text(value, name, file) for name in ("type", "label", "list") if name in value}
    return {**texts, "length": length} if isinstance(length, int) else {**texts}


def _fields(header: str, value: object, file: str) -> tuple[str, ...]:
    fields = [value] if isinstance(value, str) else value
    if isinstance(fields, list) and all(isinstance(field, str) for field in fields):
        return tuple(dict.fromkeys(field for field in fields if field))
    raise RecipeError(
        _("[mapping] {header} = {value} is not possible.").format(header=shown(header), value=shown(value)),
        where=Where(file=file),
        hint=_('Name a field ("person.email") or several (["person.email", "company.email"]).'),
    )


def _check_fields(recipe: Recipe, catalogue: Catalogue, file: str) -> None:
    for header, fields in recipe.mapping.items():
        for field in fields:
            if field not in catalogue:
                raise unknown_field(field, catalogue, f"[mapping] {header} = {field}", file, recipe.own_fields.get(field))
    for field in recipe.constants:
        if field not in catalogue:
            raise unknown_field(field, catalogue, f"[constants] {field}", file, recipe.own_fields.get(field))


def recipe_to_dict(recipe: Recipe) -> dict[str, Any]:
    """A recipe as TOML says it."""
    return {
        "format": FORMAT,
        "source": recipe.source,
        "kind": recipe.kind,
        "options": dict(recipe.options),
        "mapping": {header: fields[0] if len(fields) == 1 else list(fields) for header, fields in recipe.mapping.items()},
        **({"transforms": {header: list(names) for header, names in recipe.transforms.items()}} if recipe.transforms else {}),
        "constants": dict(recipe.constants),
        **({"sheets": dict(recipe.sheets)} if recipe.sheets else {}),
        **({"own_fields": recipe.own_fields} if recipe.own_fields else {}),
        **settings_to_dict(recipe.settings),
    }


def dump_recipe(recipe: Recipe) -> str:
    """A recipe's text. `parse_recipe` makes the same recipe of it, whatever stands in headers and values."""
    import tomli_w

    return tomli_w.dumps(recipe_to_dict(recipe))


# -- the user's folder


def recipe_folder() -> Path:
    """Where recipes are saved; it need not exist."""
    return user_folder() / "recipes"


def recipe_path(name: str) -> Path:
    """The file of a recipe: a path as it is, a name in the user's folder. Raises `RecipeError` where there is none."""
    path = Path(name)
    candidates = [path] if path.suffix == ".toml" or len(path.parts) > 1 else [recipe_folder() / f"{name}.toml", path]
    found = next((candidate for candidate in [*candidates, recipe_folder() / name] if candidate.is_file()), None)
    if found is None:
        known = [recipe_file.stem for recipe_file in _files()]
        raise unknown(name, known, name) if known else RecipeError(_("There is no recipe “{name}”.").format(name=shown(name)[1:-1]))
    return found


def save_recipe(recipe: Recipe, name: str) -> Path:
    """Save under a name in the user's folder, over one of the same name. Raises `UsageError` where it cannot be a file's name."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or name.startswith(".") or not name.isprintable() or not _NOT_IN_NAMES.isdisjoint(name):
        raise UsageError(
            _("A recipe cannot be called {name}.").format(name=shown(name)),
            hint=_("Take letters, numbers and blanks, at most {count}.").format(count=_LONGEST_NAME),
        )
    path = recipe_folder() / f"{name}.toml"
    try:
        write_file(path, dump_recipe(recipe))
    except OSError as error:
        raise RecipeError(_("The recipe cannot be saved: {reason}.").format(reason=error.strerror), where=Where(file=str(path))) from error
    return path


def list_recipes() -> list[Recipe]:
    """The recipes of the user's folder that can be read, by name."""
    recipes = []
    for path in _files():
        try:
            recipes.append(load_recipe(path))
        except RecipeError:
            continue
    return recipes


def _files() -> list[Path]:
    return sorted(recipe_folder().glob("*.toml"), key=lambda path: path.stem.casefold())
