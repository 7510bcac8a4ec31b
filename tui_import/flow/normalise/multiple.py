"""Several values in one cell of a multiple field."""

from __future__ import annotations

import re
from dataclasses import replace

from tui_import.api.source import Scalar
from tui_import.flow.normalise.formats import Normaliser
from tui_import.model.fields import Field, FieldType
from tui_import.model.records import Normalised

_GOOGLE = re.compile(r"\s*:::\s*")
"""What Google's exports put between values."""
_ADDRESSES = re.compile(r"[;,\s]+(?=\S*@)")
_ITEMS = re.compile(r"\s*[;|]\s*")
_NUMBERS = re.compile(r"\s*(?:[;|/,\n]|\b(?:or|eller|oder|ou|og|und|and|et|y|tai)\b)\s*")
_LINKS = re.compile(r"[;,|\s]+")
_NUMBER_DIGITS = 6
"""Digits from which a piece of a cell is a telephone number of its own and not the end of the one before."""


def split_multiple(field: Field, value: Scalar) -> list[Scalar]:
    """The values in a cell of a multiple field, in their order; a cell of one value as it is, a blank one as an empty list."""
    if not isinstance(value, str):
        return [] if value is None else [value]
    pieces = _GOOGLE.split(value) if ":::" in value else [value]
    split = _SPLITTERS.get(field.type)
    if split is not None:
        pieces = [part for piece in pieces for part in split(piece)]
    return [piece for piece in pieces if piece and not piece.isspace()]


def read_multiple(field: Field, normalise: Normaliser, value: Scalar, region: str | None) -> list[Normalised]:
    """The values in a cell, each normalised; a repair that is offered for one of several is one for the whole cell."""
    parts = split_multiple(field, value)
    cells = [normalise(part, region) for part in parts]
    if len(parts) > 1:
        return [_for_whole_cell(cell, str(part), str(value)) for part, cell in zip(parts, cells, strict=True)]
    return cells


def _for_whole_cell(cell: Normalised, part: str, whole: str) -> Normalised:
    if cell.issue is None or cell.issue.suggestion is None:
        return cell
    mended = whole.replace(part, cell.issue.suggestion, 1)
    return cell._replace(issue=replace(cell.issue, suggestion=mended))


def _split_addresses(text: str) -> list[str]:
    if text.count("@") < 2:
        return [text]
    if "<" in text:  # "Anna Berg <a@b.dk>; Bo <c@d.dk>": names may hold blanks and commas
        return re.findall(r"<[^<>]*@[^<>]*>", text) if text.count("<") == text.count("@") else re.split(r"[;,]\s*", text)
    return _ADDRESSES.split(text)


def _split_numbers(text: str) -> list[str]:
    if len(text) < 2 * _NUMBER_DIGITS:
        return [text]
    pieces = _NUMBERS.split(text)
    if len(pieces) > 1 and all(sum(map(str.isdigit, piece)) >= _NUMBER_DIGITS for piece in pieces):
        return pieces
    return [text]


def _split_items(text: str) -> list[str]:
    return _ITEMS.split(text) if ";" in text or "|" in text else [text]


def _split_links(text: str) -> list[str]:
    pieces = _LINKS.split(text) if any(sign in text for sign in ";, |\n") else [text]
    return pieces if all("." in piece for piece in pieces if piece) else [text]


_SPLITTERS = {
    FieldType.EMAIL: _split_addresses,
    FieldType.PHONE: _split_numbers,
    FieldType.LIST: _split_items,
    FieldType.URL: _split_links,
    FieldType.DOMAIN: _split_links,
}
