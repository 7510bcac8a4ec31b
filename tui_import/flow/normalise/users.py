"""Colleagues: owners, managers, "our contact"."""

from __future__ import annotations

from tui_import.flow.folding import fold
from tui_import.flow.normalise.formats import Formats, TextReader, error
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

LAST_FIRST, BY_KEY = "last_first", "id"


def user_reader(field: Field, formats: Formats) -> TextReader:
    """Reads a colleague's name, first name first in the store, or the key of one."""
    turned, by_key = formats.owner_order == LAST_FIRST, formats.owner_order == BY_KEY

    def read(text: str) -> Normalised:
        name = _first_name_first(text) if turned else text
        if by_key:
            known = formats.colleagues.get(fold(text))
            if known is None:
                return error("colleague_unknown", field, value=text[:80])
            name = known
        return Normalised(name, fold(name) if field.is_key else None)

    return read


def _first_name_first(text: str) -> str:
    """ "Berg, Anna Maria" and "Berg Anna" → first name first; one word as it is."""
    last, comma, first = text.partition(",")
    if not comma:
        last, _blank, first = text.partition(" ")
    return f"{first.strip()} {last.strip()}".strip()
