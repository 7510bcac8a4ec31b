"""The keymap: one table (``config/keymap.toml``) feeds bindings, key bar, help, palette and the printed key reference.

A section is where an action works ("preview"), its entry the action ("check"); together they are the id ("preview.check") under which
the user's own ``keymap.toml`` may give other keys.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from textual.binding import Binding, BindingType

from tui_import.api.i18n import _

FILE = "keymap.toml"
_PACKAGE = Path(__file__).parent.parent
_CHARACTERS = {
    "?": "question_mark",
    "/": "slash",
    "*": "asterisk",
    ":": "colon",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "+": "plus",
    "-": "minus",
    "=": "equals_sign",
    ".": "full_stop",
}
_SHOWN = {name: character for character, name in _CHARACTERS.items()} | {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "delete": "Del",
    "backspace": "Backspace",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "tab": "Tab",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that keys do."""

    id: str
    """ "preview.check": the section and the action's name."""
    keys: tuple[str, ...]
    """Textual's names of the keys, the first one is shown."""
    label: str
    """One or two words for the key bar, in English."""
    help: str
    """One sentence, in English."""
    call: str
    """Textual's action string."""
    shown: bool = True
    """In the key bar; every action is in the help and in the palette."""
    priority: bool = False
    """Works before the focused widget sees the key."""

    @property
    def section(self) -> str:
        """Where it works."""
        return self.id.partition(".")[0]

    @property
    def binding(self) -> Binding:
        """For ``BINDINGS``."""
        return Binding(",".join(self.keys), self.call, self.label, show=self.shown, priority=self.priority, tooltip=self.help, id=self.id)


def key_name(key: str) -> str:
    """Textual's name of a key: "?" is "question_mark"."""
    key = key.strip()
    return _CHARACTERS.get(key, key)


def shown_key(key: str) -> str:
    """How a key is written for people: "f8" is F8, "ctrl+p" is ^P."""
    if key.startswith("ctrl+"):
        return "^" + key[5:].upper()
    if key in _SHOWN:
        return _SHOWN[key]
    return key.upper() if len(key) > 1 and key[0] == "f" and key[1:].isdigit() else key


def _entries(path: Path) -> Mapping[str, Mapping[str, Any]]:
    with path.open("rb") as file:
        return tomllib.load(file)


def shipped_file() -> Path:
    """The keymap that comes with the program: in the wheel, else in the checkout."""
    inside = _PACKAGE / "shipped" / FILE
    return inside if inside.exists() else _PACKAGE.parent / "config" / FILE


@lru_cache(maxsize=1)
def actions() -> Mapping[str, Action]:
    """All actions by id, in the order of the file."""
    found = {}
    for section, entries in _entries(shipped_file()).items():
        for name, entry in entries.items():
            found[f"{section}.{name}"] = Action(
                id=f"{section}.{name}",
                keys=tuple(key_name(key) for key in entry["keys"]),
                label=entry["label"],
                help=entry["help"],
                call=entry.get("call", name),
                shown=entry.get("shown", True),
                priority=entry.get("priority", False),
            )
    return found


def bindings(*sections: str) -> list[BindingType]:
    """The bindings of these sections, for ``BINDINGS``."""
    return [action.binding for action in actions().values() if action.section in sections]


def label(action_id: str | None) -> str:
    """The action's label in the user's language; empty where the table has no such action."""
    action = actions().get(action_id or "")
    return _(action.label) if action else ""


def help_text(action_id: str | None) -> str:
    """The action's sentence in the user's language."""
    action = actions().get(action_id or "")
    return _(action.help) if action else ""


def user_file() -> Path:
    """Where the user may put other keys."""
    folder = os.environ.get("TUI_IMPORT_CONFIG")
    if folder:
        return Path(folder) / FILE
    from platformdirs import user_config_path

    return user_config_path("tui-import") / FILE


def user_keys(path: Path) -> tuple[dict[str, str], list[str]]:
    """The user's keys for `App.set_keymap`, and a sentence for each thing in the file that could not be used."""
    if not path.exists():
        return {}, []
    try:
        sections = _entries(path)
    except (OSError, tomllib.TOMLDecodeError) as error:
        return {}, [_("{file} cannot be read ({reason}); the shipped keys are used.").format(file=path, reason=error)]
    keys, complaints = {}, []
    for section, entries in sections.items():
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            wanted = entry.get("keys") if isinstance(entry, dict) else entry
            wanted = [wanted] if isinstance(wanted, str) else wanted
            if f"{section}.{name}" not in actions() or not isinstance(wanted, list) or not wanted:
                complaints.append(_("{file}: there is no action “{action}”.").format(file=path, action=f"{section}.{name}"))
                continue
            keys[f"{section}.{name}"] = ",".join(key_name(str(key)) for key in wanted)
    return keys, complaints
