"""Parts of a card as plain texts: dates, addresses, telephone numbers, chat names, titles."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from tui_import.api.vcard.card import Card, Property

ADDRESS_LINES, LINE_LENGTH = 3, 79
"""Lines of an address that records have, and characters of each."""
STATE_LENGTH = 5
"""A region of more letters is no code of a state, and stands as county."""
LEAP_YEAR = 2000
NO_YEAR = frozenset(("1604",))
"""What Apple's address book writes for a birthday whose year is not known."""

_DATE = re.compile(r"(?:(\d{4})|--)-?(\d\d)?(?:-?(\d\d))?(?:[T ].*)?$")
_ACADEMIC = re.compile(
    r"(?:univ|prof|dr|ph\.?d|d\.?phil|m\.?sc|b\.?sc|m\.?a|b\.?a|mba|m\.?d|mag|dipl|ing|cand|lic|ll\.?[bm]|jd)\b", re.IGNORECASE
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CHATS = {
    "X-AIM": "AIM", "X-GADUGADU": "Gadu-Gadu", "X-GOOGLE-TALK": "Google Talk", "X-GROUPWISE": "GroupWise", "X-GTALK": "Google Talk",
    "X-ICQ": "ICQ", "X-JABBER": "Jabber", "X-MS-IMADDRESS": "", "X-MSN": "MSN", "X-QQ": "QQ", "X-SKYPE": "Skype",
    "X-SKYPE-USERNAME": "Skype", "X-YAHOO": "Yahoo",
}  # fmt: skip
CHAT_NAMES = ("IMPP", *_CHATS)
_LABEL_TYPES = {
    "mobile": {"cell"}, "iphone": {"cell"}, "cell": {"cell"}, "work": {"work"}, "home": {"home"}, "main": {"main"}, "pager": {"pager"},
    "homefax": {"home", "fax"}, "workfax": {"work", "fax"}, "otherfax": {"fax"}, "fax": {"fax"}, "homepage": {"home"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as records have it."""

    lines: Sequence[str] = ()
    """At most `ADDRESS_LINES`."""
    city: str = ""
    county: str = ""
    state: str = ""
    code: str = ""
    country: str = ""
    rest: str = ""
    """What found no room."""

    @property
    def text(self) -> str:
        """In one line."""
        place = " ".join(part for part in (self.code, self.city) if part)
        return ", ".join(part for part in (*self.lines, self.rest, place, self.county or self.state, self.country) if part)


def kinds(card: Card, found: Property) -> frozenset[str]:
    """The types of a property, what its label says among them."""
    label = card.label(found).casefold().replace(" ", "")
    return found.types | _LABEL_TYPES.get(label, set())


def partial_date(text: str) -> str:
    """A date as ``YYYY-MM-DD``, ``YYYY-MM``, ``YYYY`` or ``--MM-DD``; empty where it is none of these."""
    found = _DATE.match(text.strip())
    if found is None:
        return ""
    year, month, day = found.groups()
    if year in NO_YEAR:
        year = None
    if day is None and year is not None:
        return f"{year}-{month}" if month and 1 <= int(month) <= 12 else year if month is None else ""
    try:
        datetime.date(int(year or LEAP_YEAR), int(month or 0), int(day or 0))
    except ValueError:
        return ""
    return f"{year}-{month}-{day}" if year else f"--{month}-{day}"


def moment(text: str) -> str:
    """When a card was revised, in UTC and ISO 8601, so that texts sort by time; empty where it does not say."""
    try:
        found = datetime.datetime.fromisoformat(text.strip())
        in_utc = found.replace(tzinfo=datetime.UTC) if found.tzinfo is None else found.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return ""
    return in_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def address(found: Property, country: str = "") -> Address:
    """A postal address; ``country`` stands in where it names none."""
    parts = [part.replace("\r", "") for part in found.parts()]
    box, extended, street, city, region, code, land, *_more = [*parts, *[""] * 7]
    texts = [line.strip(" ,") for part in (street, extended, box) for line in part.split("\n")]
    lines = [piece for line in texts if line for piece in (textwrap.wrap(line, LINE_LENGTH) or [line])]
    is_state = len(region) <= STATE_LENGTH
    return Address(
        tuple(lines[:ADDRESS_LINES]),
        _one_line(city),
        "" if is_state else _one_line(region),
        region if is_state else "",
        _one_line(code),
        _one_line(land) or country,
        " ".join(lines[ADDRESS_LINES:]),
    )


def telephone(found: Property) -> str:
    """A number, also of the form ``tel:+45-33-11-22-33;ext=12``."""
    text = found.text
    if not text.lower().startswith("tel:"):
        return text
    number, *parameters = text[4:].split(";")
    extension = next((part[4:] for part in parameters if part.lower().startswith("ext=")), "")
    return f"{number} ext. {extension}" if extension else number


def mail(found: Property) -> str:
    """An address without ``mailto:``."""
    text = found.text
    return text[7:].partition("?")[0] if text.lower().startswith("mailto:") else text


def chat(found: Property) -> str:
    """``Skype: anna.berg``, from IMPP and from the properties that every program had of its own before."""
    text = found.text
    if found.name != "IMPP":
        service = _CHATS[found.name]
    else:
        scheme = _URI.match(text)
        text = text[scheme.end() :] if scheme else text
        service = found.parameters.get("X-SERVICE-TYPE", "") or (scheme[0][:-1] if scheme else "")
    text = text.strip()
    return f"{service}: {text}" if service and text else text


def titles(text: str) -> tuple[str, str]:
    """(form of address, academic titles) of what stands before a name: "Mr. Prof. Dr." is ("Mr.", "Prof. Dr.")."""
    words = text.replace(",", " ").split()
    academic = [word for word in words if _ACADEMIC.match(word)]
    return " ".join(word for word in words if word not in academic), " ".join(academic)


def listed(text: str) -> str:
    """The items of a component that may hold several, which stand between commas."""
    return ", ".join(part.strip() for part in text.split(",") if part.strip())


def _one_line(text: str) -> str:
    return " ".join(text.split())
