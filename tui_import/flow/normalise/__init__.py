"""Raw cells → values as they are stored, keys they are matched by, and what is wrong with them.

``column``   the way in: `normaliser` for one cell, `ColumnNormaliser` for blocks
``multiple`` several values in one cell
``text``     white space, control characters, error values; ``damage`` what spreadsheets and wrong encodings do, mended
``phone`` ``web`` ``vat`` ``dates`` ``numbers`` ``country`` ``words``   one module per kind of value

A normaliser never raises and is idempotent: a value normalised again is the same.
"""

from tui_import.flow.normalise.column import ColumnNormaliser, needs_region, normaliser
from tui_import.flow.normalise.country import country_code
from tui_import.flow.normalise.dates import DateOrder, detect_date_order
from tui_import.flow.normalise.formats import Formats, Normaliser
from tui_import.flow.normalise.multiple import read_multiple, split_multiple
from tui_import.flow.normalise.numbers import DecimalSeparator, detect_decimal_separator

__all__ = [
    "ColumnNormaliser",
    "DateOrder",
    "DecimalSeparator",
    "Formats",
    "Normaliser",
    "country_code",
    "detect_date_order",
    "detect_decimal_separator",
    "needs_region",
    "normaliser",
    "read_multiple",
    "split_multiple",
]
