"""Where configuration lies: shipped with the program, the user's own copy laid over it key by key."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_import.api.errors import RecipeError, Where
from tui_import.api.i18n import _

APPLICATION = "tui-import"
FOLDER_VARIABLE = "TUI_IMPORT_CONFIG"
"""Environment variable that names another configuration folder; what the program remembers lies there, too."""
_PACKAGE = Path(__file__).parent.parent


def shipped_folder() -> Path:
    """The data that come with the program: inside the package where it is installed, ``config/`` beside it in a checkout."""
    installed = _PACKAGE / "shipped"
    return installed if installed.is_dir() else _PACKAGE.parent / "config"


def user_folder() -> Path:
    """The user's configuration folder; it need not exist."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_config_path

    return user_config_path(APPLICATION)


def state_folder() -> Path:
    """Where the program keeps what it remembers by itself."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_state_path

    return user_state_path(APPLICATION)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file. Raises `RecipeError` that names file and place where it cannot be read."""
    try:
        return parse_toml(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as error:
        raise RecipeError(_("The file cannot be read: {reason}.").format(reason=error.strerror), where=Where(file=str(path))) from error
    except UnicodeDecodeError as error:
        raise RecipeError(_("The file is not UTF-8 text."), where=Where(file=str(path)), hint=_("Save it as UTF-8.")) from error


def parse_toml(text: str, file: str = "") -> dict[str, Any]:
    """TOML text. Raises `RecipeError` with line and column where it is none."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise RecipeError(_("This is not TOML: {reason}.").format(reason=error), where=Where(file=file)) from error


def read_layered(name: str) -> dict[str, Any]:
    """A shipped file ("fields.toml", "headers/da.toml") with the user's copy laid over it; empty where there is neither."""
    data: dict[str, Any] = {}
    for folder in (shipped_folder(), user_folder()):
        path = folder / name
        if path.is_file():
            data = lay_over(data, read_toml(path))
    return data


def lay_over(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are joined key by key, everything else is replaced."""
    joined = dict(under)
    for key, value in over.items():
        below = joined.get(key)
        joined[key] = lay_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return joined


def names_in(folder: str) -> list[str]:
    """Names (without ending) of the TOML files in a shipped folder and the user's folder of that name, sorted."""
    return sorted({path.stem for root in (shipped_folder(), user_folder()) for path in (root / folder).glob("*.toml")})


def write_file(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
