"""The generated pages of the documentation: ``make docs``. A test fails where they are not what this would write."""

from __future__ import annotations

import sys
from pathlib import Path

from tui_import.tui import keymap

DOCS = Path(__file__).resolve().parent.parent / "docs"
SECTIONS = {
    "app": "Everywhere",
    "screen": "On every screen but home",
    "step": "On the steps of an import",
    "table": "In tables",
    "list": "In lists and forms",
    "form": "In forms",
    "home": "Home",
    "open": "Open a file",
    "connections": "Accounts and servers",
    "connection": "A connection",
    "sign_in": "Signing in",
    "source": "Step 1: Source",
    "search": "Step 1: search",
    "criteria": "Step 1: the criteria of a search",
    "mapping": "Step 2: Mapping",
    "values": "Step 2: the values of a column",
    "settings": "Step 3: Settings",
    "preview": "Step 4: Preview",
    "rows": "Step 4: filter, search, edit",
    "cell": "Step 4: while a cell is edited",
    "unknown_values": "Step 4: values that lists do not have",
    "duplicates": "Step 4: duplicates",
    "similar": "Duplicates in the store",
    "sample": "Step 4: the sample of a decision about many",
    "import": "Step 5: Import",
    "result": "Step 6: Result",
    "run": "A run",
    "selections": "Selections",
    "records": "The records of a selection",
    "price_lists": "Price lists",
    "lists": "Lists and preferences",
    "fields": "Own fields",
    "suppressions": "Erased persons",
    "form_window": "Windows with a form",
    "dialog": "Windows with a field",
    "dialog_question": "Questions",
    "pick": "Lists to pick from",
    "pick_many": "Lists to tick in",
    "notice": "Windows to read",
}
INTRODUCTION = """# Keys

Made from `config/keymap.toml` by `make docs`; do not edit. Every action is also in the palette (Ctrl+P) under its name.

For other keys put a `keymap.toml` into your configuration folder, with the actions you want to change:

```toml
[rows.filter]
keys = ["f", "f6"]
```

Letters work where no field is being typed into; function keys work everywhere.
"""


def keys_page() -> str:
    """docs/keys.md."""
    parts = [INTRODUCTION]
    for section, title in SECTIONS.items():
        parts += [f"## {title}\n", "| Keys | What | Action |", "| --- | --- | --- |"]
        for action in keymap.actions().values():
            if action.section == section:
                keys = " ".join(f"`{keymap.shown_key(key)}`" for key in action.keys)
                parts.append(f"| {keys} | {action.help} | `{action.id}` |")
        parts.append("")
    return "\n".join(parts)


PAGES = {"keys.md": keys_page}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")


if __name__ == "__main__":
    main()
