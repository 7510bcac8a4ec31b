"""What may be on the wire to a terminal: printable text, and the sequences that our driver writes."""

from __future__ import annotations

import re

from tui_import.tui.safe import safe

OWN_SEQUENCES = re.compile(
    r"\x1b\[[0-9;]*m"  # colours
    r"|\x1b\[[0-9;]*[HABCDGKXJLMSTPdrb@]"  # the cursor, erasing, scrolling, repeating
    r"|\x1b\[[?<>=]?[0-9;]*[hlu]"  # modes
    r"|\x1b\[\?[0-9;]*\$p"
    r"|\x1b\[[0-9] q"
    r"|\x1b[78DM]"
    r"|[\r\n\b]"
)
"""Nothing among them that writes to the clipboard, sets a title, prints, or answers with what was sent."""


def foreign(received: bytes) -> list[str]:
    """What is neither: each with its surroundings."""
    text = received.decode("utf-8", "surrogateescape")
    found = []
    at = 0
    for own in [*OWN_SEQUENCES.finditer(text), None]:
        end = own.start() if own else len(text)
        part = text[at:end]
        if part != safe(part):
            found.append(repr(part))
        at = own.end() if own else end
    return found
