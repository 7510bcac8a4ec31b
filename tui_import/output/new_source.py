"""The beginning of somebody's own source: the template, under the name they chose."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import tui_import
from tui_import.api.errors import RefusedError, UsageError, Where
from tui_import.api.i18n import _
from tui_import.umask import users_mask

TEMPLATE_NAME = "example"
_PACKAGE = Path(tui_import.__file__).parent
_LEFT_OUT = frozenset({"__pycache__", "dist", ".pytest_cache"})


def template_folder() -> Path:
    """The template: inside the package where it is installed, ``plugins/template`` beside it in a checkout."""
    installed = _PACKAGE / "template"
    return installed if installed.is_dir() else _PACKAGE.parent / "plugins" / "template"


def new_source(name: str, folder: Path | None = None) -> Path:
    """Write a complete distribution of a source of that name into a new or empty folder; returns the folder.

    Raises `UsageError` where the name cannot be one, `RefusedError` where there is something in the folder.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise UsageError(
            _("“{name}” cannot be the name of a source.").format(name=name), hint=_("Take small letters, digits and _, like my_erp.")
        )
    target = folder or Path(f"tui-import-{name.replace('_', '-')}")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RefusedError(_("There is something already."), where=Where(file=str(target)), hint=_("Name a new or an empty folder."))
    root = template_folder()
    try:
        for path in sorted(root.rglob("*")):
            place = path.relative_to(root)
            if path.is_file() and not _LEFT_OUT.intersection(place.parts):
                new = target / _renamed(str(place), name)
                new.parent.mkdir(parents=True, exist_ok=True)
                new.write_text(_renamed(path.read_text(encoding="utf-8"), name), encoding="utf-8")
                new.chmod(0o666 & ~users_mask())
        for made in filter(Path.is_dir, (*target.rglob("*"), target)):
            made.chmod(0o777 & ~users_mask())
    except OSError as error:
        raise RefusedError(_("It cannot be written: {reason}.").format(reason=error.strerror), where=Where(file=str(target))) from error
    return target


def _renamed(text: str, name: str) -> str:
    title = "".join(part.capitalize() for part in name.split("_"))
    hyphens = f"tui-import-{name.replace('_', '-')}"
    text = text.replace(f"tui-import-{TEMPLATE_NAME}", hyphens)
    text = re.sub(rf"{TEMPLATE_NAME}(?!\.com\b)", name, text)  # example.com is nobody's
    return text.replace(TEMPLATE_NAME.capitalize(), title)
