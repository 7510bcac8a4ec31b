"""The way in: a function for one cell of a field, and for blocks of a column's cells."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from tui_import.api.source import Scalar
from tui_import.flow.folding import fold
from tui_import.flow.normalise.country import country_reader
from tui_import.flow.normalise.currency import currency_reader
from tui_import.flow.normalise.damage import is_scientific, mend_mojibake, restore_postal_code
from tui_import.flow.normalise.dates import date_reader, datetime_reader, partial_date_reader
from tui_import.flow.normalise.formats import Formats, Normaliser, Reader, TextReader, error, offer, warning
from tui_import.flow.normalise.numbers import decimal_reader, id_reader, integer_reader
from tui_import.flow.normalise.phone import phone_reader
from tui_import.flow.normalise.text import WHOLE_LIMIT, clean_line, clean_lines, is_error_cell, number_text, plain, says_nothing
from tui_import.flow.normalise.users import user_reader
from tui_import.flow.normalise.vat import vat_reader
from tui_import.flow.normalise.web import domain_reader, email_reader, url_reader
from tui_import.flow.normalise.words import boolean_reader, choice_reader
from tui_import.model.fields import Field, FieldType
from tui_import.model.issues import Issue
from tui_import.model.lookalikes import mixed_word, turns_direction
from tui_import.model.records import BLANK, Normalised

MEMO_LIMIT = 20_000
"""Distinct values remembered per column and country; about 5 MB."""
LIST_ITEM_LENGTH = 239
"""Longest name of a list item, in characters (SPEC 8)."""

_REGIONAL = frozenset({FieldType.PHONE, FieldType.VAT_NUMBER, FieldType.POSTAL_CODE})
_FOUND_BY_NAME = frozenset({FieldType.LIST, FieldType.REFERENCE})
_FREE_TEXT = frozenset({FieldType.TEXT, FieldType.LONG_TEXT})
_SHOWS_MOJIBAKE = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.LIST, FieldType.REFERENCE})


def needs_region(field: Field) -> bool:
    """Whether the row's country has a say in how the field is read."""
    return field.type in _REGIONAL


def normaliser(field: Field, formats: Formats) -> Normaliser:
    """A function that normalises one cell of a field, given the row's country (ISO 3166) or None. It never raises."""
    if not needs_region(field):
        read = _cell_reader(field, formats, None)

        def without_region(value: Scalar, _region: str | None = None) -> Normalised:
            return read(value)

        return without_region
    default = formats.default_region or None
    readers: dict[str | None, Callable[[Scalar], Normalised]] = {}

    def normalise(value: Scalar, region: str | None = None) -> Normalised:
        try:
            return readers[region](value)
        except KeyError:
            readers[region] = _cell_reader(field, formats, region or default)
            return readers[region](value)

    return normalise


def _cell_reader(field: Field, formats: Formats, region: str | None) -> Callable[[Scalar], Normalised]:
    """All that is the same for all types: blanks, white space, error values, lengths, damage to the text."""
    read_number = _numeric_reader(field, formats)
    read = read_number or _text_reader(field, formats, region)
    clean = clean_lines if field.type is FieldType.LONG_TEXT else clean_line
    typed = field.type not in _FREE_TEXT
    limit = field.length or (LIST_ITEM_LENGTH if field.type is FieldType.LIST else sys.maxsize)
    shows_mojibake = field.type in _SHOWS_MOJIBAKE

    def normalise(value: Scalar) -> Normalised:
        cell = value if type(value) is str else plain(value)
        shortened = False
        if cell is None:
            return BLANK
        if not isinstance(cell, str):
            if read_number is not None:
                return read_number(cell)
            shortened = abs(cell) >= WHOLE_LIMIT and isinstance(cell, float)
            cell = number_text(cell)
        text, control_characters = clean(cell)
        if not text or (typed and says_nothing(text)):
            return BLANK
        if is_error_cell(text):
            return error("error_cell", field)
        result = read(text)
        if len(text) > limit and isinstance(result.value, str) and len(result.value) > limit:
            return error("too_long", field, result.value[:limit].rstrip(), length=len(result.value), limit=limit)
        if shortened:
            return _shortened(result, field)
        if result.issue is None and not cell.isascii():
            mended = mend_mojibake(cell) if shows_mojibake else cell
            if mended != cell:
                return result._replace(issue=offer("mojibake", field, clean(mended)[0]))
            result = result._replace(issue=_deception(cell, field))
        if control_characters and result.issue is None:
            return result._replace(issue=warning("control_characters", field))
        return result

    return normalise


def _deception(cell: str, field: Field) -> Issue | None:
    """What is worth a look in a text that reads as another one than it is."""
    if turns_direction(cell):
        return warning("turns_direction", field)
    word = mixed_word(cell)
    return warning("mixed_alphabets", field, word=word) if word else None


def _shortened(result: Normalised, field: Field) -> Normalised:
    """A number too long for the spreadsheet it comes from: kept as it is, but it identifies nothing."""
    return Normalised(result.value, None, warning("scientific", field)) if isinstance(result.value, str) else result


def _numeric_reader(field: Field, formats: Formats) -> Reader | None:
    """The reader of a type that takes numbers as they are; for all other types a number is text."""
    match field.type:
        case FieldType.DATE:
            return date_reader(field, formats)
        case FieldType.PARTIAL_DATE:
            return partial_date_reader(field, formats)
        case FieldType.DATETIME:
            return datetime_reader(field, formats)
        case FieldType.INTEGER:
            return integer_reader(field, formats)
        case FieldType.DECIMAL:
            return decimal_reader(field, formats)
        case FieldType.ID:
            return id_reader(field)
        case _:
            return None


def _text_reader(field: Field, formats: Formats, region: str | None) -> TextReader:
    match field.type:
        case FieldType.EMAIL:
            return email_reader(field)
        case FieldType.PHONE:
            return phone_reader(field, region)
        case FieldType.URL:
            return url_reader(field)
        case FieldType.DOMAIN:
            return domain_reader(field)
        case FieldType.POSTAL_CODE:
            return _postal_code_reader(field, region)
        case FieldType.VAT_NUMBER:
            return vat_reader(field, region)
        case FieldType.BOOLEAN:
            return boolean_reader(field, formats)
        case FieldType.CHOICE:
            return choice_reader(field)
        case FieldType.COUNTRY:
            return country_reader(field, formats)
        case FieldType.CURRENCY:
            return currency_reader(field, formats)
        case FieldType.USER:
            return user_reader(field, formats)
        case _:
            return _plain_text_reader(field)


def _plain_text_reader(field: Field) -> TextReader:
    keyed = field.is_key or field.multiple or field.type in _FOUND_BY_NAME

    def read(text: str) -> Normalised:
        if is_scientific(text):
            return Normalised(text, None, warning("scientific", field))
        return Normalised(text, (fold(text) or None) if keyed else None)

    return read


def _postal_code_reader(field: Field, region: str | None) -> TextReader:
    def read(text: str) -> Normalised:
        code = text.upper()
        if is_scientific(code):
            return Normalised(code, None, warning("scientific", field))
        restored = restore_postal_code(code, region)
        return Normalised(code, None, offer("lost_zeros", field, restored) if restored else None)

    return read


class ColumnNormaliser:
    """Normalises a column's cells block by block and remembers each distinct value."""

    def __init__(self, normalise: Normaliser) -> None:
        self._memos = _Memos(normalise)

    def block(self, values: Sequence[Scalar], regions: Sequence[str | None] | None = None) -> list[Normalised]:
        """The cells normalised; ``regions`` are the countries of their rows, where the field needs them."""
        # True == 1 == 1.0: whole floats mean the same as integers, but booleans are words
        if bool in set(map(type, values)):
            values = [plain(value) for value in values]
        if regions is None:
            memo = self._memos[None]
            return [memo[value] for value in values]
        memos = self._memos
        return [memos[region][value] for region, value in zip(regions, values, strict=True)]


class _Memos(dict["str | None", "_Memo"]):
    """Country → what is remembered of its cells."""

    def __init__(self, normalise: Normaliser) -> None:
        super().__init__()
        self._normalise = normalise

    def __missing__(self, region: str | None) -> _Memo:
        memo = self[region] = _Memo(self._normalise, region)
        return memo


class _Memo(dict[Scalar, Normalised]):
    """Cell → normalised. Forgets all when it is full, so that a column of a million different values costs no memory."""

    def __init__(self, normalise: Normaliser, region: str | None) -> None:
        super().__init__({None: BLANK})
        self._normalise = normalise
        self._region = region

    def __missing__(self, value: Scalar) -> Normalised:
        if len(self) >= MEMO_LIMIT:
            self.clear()
        result = self[value] = BLANK if value is None else self._normalise(value, self._region)
        return result
