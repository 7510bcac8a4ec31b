"""What this user linked before, kept in the state folder: folded headers and field names, never a value."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_import.config.files import state_folder, write_file
from tui_import.model.mapping import ColumnInfo, Mapping

if TYPE_CHECKING:
    from tui_import.flow.mapping.memory import Memory

FORMAT = 1


def memory_path() -> Path:
    """The file, mode 0600; it need not exist. Deleting it forgets everything."""
    return state_folder() / "mappings.json"


def load_memory() -> Memory:
    """What was linked before; nothing where the file is not there or damaged, since a memory is only a help."""
    from tui_import.flow.mapping.memory import LIMIT, Memory

    try:
        data = json.loads(memory_path().read_text(encoding="utf-8"))
        seen = data["headers"] if data["format"] == FORMAT else {}
        return Memory({str(key): {str(name): int(count) for name, count in counts.items()} for key, counts in list(seen.items())[-LIMIT:]})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Memory()


def remember(mapping: Mapping, columns: Sequence[ColumnInfo]) -> None:
    """Add an import's links. Silently without effect where the folder cannot be written: an import is done by then."""
    from tui_import.flow.mapping.memory import remember as add

    memory = add(load_memory(), mapping, columns)
    try:
        write_file(memory_path(), json.dumps({"format": FORMAT, "headers": memory.seen}, ensure_ascii=False, indent=1))
    except OSError:
        return


def recall(header: str, kind: str = "text") -> str | None:
    """The field that this header was linked to, an empty text where it was left unlinked; None where it is not known."""
    return load_memory().recall(header, kind)
