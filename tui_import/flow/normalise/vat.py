"""VAT and company numbers: kept as written, compared without country prefix; the check digit is tried."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from tui_import.flow.folding import VAT_PREFIXES, fold_vat
from tui_import.flow.normalise.damage import VAT_DIGITS, is_scientific
from tui_import.flow.normalise.formats import TextReader, offer, warning
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

_MODULES = {
    "AT": ("at.uid",), "BE": ("be.vat",), "BG": ("bg.vat",), "CH": ("ch.vat", "ch.uid"), "CY": ("cy.vat",), "CZ": ("cz.dic",),
    "DE": ("de.vat",), "DK": ("dk.cvr",), "EE": ("ee.kmkr", "ee.registrikood"), "ES": ("es.nif", "es.cif"),
    "FI": ("fi.alv", "fi.ytunnus"), "FR": ("fr.tva", "fr.siren", "fr.siret"), "GB": ("gb.vat",), "GR": ("gr.vat",), "HR": ("hr.oib",),
    "HU": ("hu.anum",), "IE": ("ie.vat",), "IS": ("is_.vsk", "is_.kennitala"), "IT": ("it.iva",), "LT": ("lt.pvm",), "LU": ("lu.tva",),
    "LV": ("lv.pvn",), "MT": ("mt.vat",), "NL": ("nl.btw",), "NO": ("no.mva", "no.orgnr"), "PL": ("pl.nip",), "PT": ("pt.nif",),
    "RO": ("ro.cf",), "SE": ("se.vat", "se.orgnr"), "SI": ("si.ddv",), "SK": ("sk.dph",),
}  # fmt: skip
"""Country → modules of python-stdnum; a number is right if one of them says so."""


@cache
def _checkers(region: str) -> tuple[Any, ...]:
    return tuple(import_module(f"stdnum.{name}") for name in _MODULES.get(region, ()))


def vat_reader(field: Field, region: str | None) -> TextReader:
    """Reads VAT numbers of rows of one country; the number's own prefix wins over it."""

    def read(text: str) -> Normalised:
        if is_scientific(text):
            return Normalised(text, None, warning("scientific", field))
        key = fold_vat(text, region) or None
        prefix = text[:2].upper()
        country = _as_region(prefix) if prefix in VAT_PREFIXES else region
        if key is None or country not in _MODULES:
            return Normalised(text, key)
        restored = restore_vat(text, country)  # first, since some checks fill up zeros by themselves
        if restored is not None:
            return Normalised(text, key, offer("lost_zeros", field, restored))
        if is_valid(text, key, country):
            return Normalised(text, key)
        return Normalised(text, key, warning("vat_check_digit", field))

    return read


def _as_region(prefix: str) -> str:
    return {"EL": "GR", "XI": "GB"}.get(prefix, prefix)


def is_valid(text: str, key: str, region: str) -> bool:
    """Whether one of the country's kinds of number accepts it, with or without prefix."""
    return any(checker.is_valid(key) or checker.is_valid(text) for checker in _checkers(region))


def restore_vat(text: str, region: str | None) -> str | None:
    """The number with the leading zeros that it must have had: only where it is right with them. None otherwise."""
    digits = VAT_DIGITS.get(region or "")
    if digits and digits - 2 <= len(text) < digits and text.isascii() and text.isdecimal():
        restored = text.zfill(digits)
        if is_valid(restored, restored, region or ""):
            return restored
    return None
