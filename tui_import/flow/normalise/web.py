"""E-mail addresses, web addresses and domains."""

from __future__ import annotations

import re

from tui_import.flow.folding import email_key, fold, url_key
from tui_import.flow.normalise.formats import TextReader, error
from tui_import.model.fields import Field
from tui_import.model.records import Normalised

_PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9_+-]{1,20}(?:\.[A-Za-z0-9_+-]{1,20}){0,2}@(?:[A-Za-z0-9]{1,25}(?:-[A-Za-z0-9]{1,12}){0,2}\.){1,3}"
    r"(?!arpa$|invalid$|local$|localhost$|onion$|test$)[A-Za-z]{2,20}"
)
"""Addresses that are right beyond doubt; all others go through the full grammar, which takes fifty times as long."""

_WRAPPED = re.compile(r"[^<>]*<\s*([^<>\s]+@[^<>\s]+)\s*>[;,\s]*")
_BEFORE = re.compile(r"(?:mailto|e-?mail|smtp)\s*:\s*", re.IGNORECASE)


def email_reader(field: Field) -> TextReader:
    """Reads e-mail addresses; "mailto:", angle brackets and a name around the address are dropped."""

    def read(text: str) -> Normalised:
        if len(text) <= 200 and _PLAIN_ADDRESS.fullmatch(text):
            return Normalised(text, text.lower())
        address = bare_address(text)
        normal = _normal_form(address)
        return Normalised(address, email_key(normal)) if normal else error("email_invalid", field)

    return read


def bare_address(text: str) -> str:
    """The address without what mail programs put around it ("Anna <a@b.dk>" → "a@b.dk")."""
    wrapped = _WRAPPED.fullmatch(text)
    address = wrapped[1] if wrapped else text
    prefix = _BEFORE.match(address)
    if prefix:
        address = address[prefix.end() :].partition("?")[0]
    return address.strip(" \t<>;,'\"")


def _normal_form(address: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(address, check_deliverability=False).normalized
    except (EmailNotValidError, ValueError):
        return None


_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})\.?", re.IGNORECASE)
_URL = re.compile(r"(?:(https?|ftp)://(?:[^\s/@]+@)?)?([^\s/:?#@]+)(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_ADDRESS_PART = re.compile(r"[^\s/@]*@")
_LOCAL_HOST = re.compile(r"localhost|\d{1,3}(?:\.\d{1,3}){3}", re.IGNORECASE)


def url_reader(field: Field) -> TextReader:
    """Reads web addresses, with or without "http://"; kept as they are written."""

    def read(text: str) -> Normalised:
        url = text.strip("<>")
        match = _URL.fullmatch(url)
        if match and (_HOST.fullmatch(match[2]) or (match[1] and _LOCAL_HOST.fullmatch(match[2]))):
            return Normalised(url, url_key(url))
        return error("url_invalid", field)

    return read


def domain_reader(field: Field) -> TextReader:
    """Reads domain names; a web or e-mail address gives its domain."""

    def read(text: str) -> Normalised:
        match = _URL.fullmatch(_ADDRESS_PART.sub("", text.strip("<>"), count=1))
        host = fold(match[2]).rstrip(".") if match else ""
        if len(host) <= 253 and _HOST.fullmatch(host):
            return Normalised(host, host)
        return error("domain_invalid", field)

    return read
