"""vCards for sources that read address books: a reader of its own for versions 2.1, 3.0 and 4.0, and contacts in columns with fields.

Import it inside the functions that need it. ::

    from tui_import.api.vcard import CardReader, Sheet, contact

    sheet = Sheet()                             # Sheet(widths.most) for the columns alone that are filled
    with open(path, "rb") as stream:
        reader = CardReader(stream)
        for card in reader:                     # streams; whatever the file holds, it does not raise
            yield sheet.row(card.line, contact(card))
    reader.notes                                # cards that break off, pictures left out, lines that belong to no card

=============  ======================================================================================
``lines``      bytes → one line per property: encodings of the file, folds, soft line breaks, pictures
``encoding``   what 8-bit text is in that does not say
``card``       `Property`, `Card`, `CardReader`, `parse_card`
``parts``      dates, addresses, telephone numbers as plain texts
``contact``    `Card` → `Contact`: which value belongs to which field
``sheet``      `Contact` → `Row`, under `Column` with fields
``findings``   `LeftOut`: what was passed over, as sentences
=============  ======================================================================================
"""

from tui_import.api.vcard.card import Card, CardReader, Property, ReadingNotes, parse_card
from tui_import.api.vcard.contact import Contact, contact
from tui_import.api.vcard.encoding import guess_encoding, known_encoding
from tui_import.api.vcard.findings import LeftOut
from tui_import.api.vcard.lines import has_card, wide_encoding
from tui_import.api.vcard.sheet import COLUMNS, Sheet, Widths

__all__ = [
    "COLUMNS",
    "Card",
    "CardReader",
    "Contact",
    "LeftOut",
    "Property",
    "ReadingNotes",
    "Sheet",
    "Widths",
    "contact",
    "guess_encoding",
    "has_card",
    "known_encoding",
    "parse_card",
    "wide_encoding",
]
