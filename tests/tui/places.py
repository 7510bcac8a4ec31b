"""The screens to draw: how to get to each of them by keys, for snapshots and for the pictures of the documentation."""

from __future__ import annotations

PLACES: dict[str, tuple[str, ...]] = {
    "home": (),
    "open": ("o",),
    "source": ("OPEN",),
    "mapping": ("OPEN", "f8"),
    "field_picker": ("OPEN", "f8", "down", "enter"),
    "values": ("OPEN", "f8", "down", "v"),
    "settings": ("OPEN", "f8", "f8"),
    "preview": ("OPEN", "f8", "f8", "f8", "down", "down", "down"),
    "problem": ("OPEN", "f8", "f8", "f8", "n"),
    "import": ("OPEN", "f8", "f8", "f8", "f9"),
    "confirm": ("OPEN", "f8", "f8", "f8", "f9", "f9"),
    "result": ("OPEN", "f8", "f8", "f8", "f9", "f9", "ROWS", "enter"),
    "help": ("OPEN", "f8", "f8", "f8", "f1"),
    "selections": ("s",),
    "run": ("RUN", "enter"),
    "lists": ("p",),
}
"""Name → keys. OPEN opens the sample file, ROWS types its number of rows, RUN puts the cursor on the newest run."""
