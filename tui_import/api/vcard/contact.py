"""A card as a contact: which of its values belong to which field of a record, and which to none."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_import.api.vcard.card import Card, Property, split, unescaped
from tui_import.api.vcard.parts import CHAT_NAMES, Address, address, chat, kinds, listed, mail, moment, partial_date, telephone, titles

GROUP_KINDS = frozenset(("group",))
COMPANY_KINDS = frozenset(("org", "organization", "company"))

_UNTOLD = frozenset((
    "ADR", "BDAY", "CALADRURI", "CALURI", "CAPURI", "CATEGORIES", "CLASS", "CLIENTPIDMAP", "EMAIL", "FBURL", "FN", "GENDER", "GEO", "KIND",
    "LABEL", "LANG", "MAILER", "MEMBER", "N", "NAME", "NICKNAME", "NOTE", "ORG", "PRODID", "PROFILE", "REV", "ROLE", "SORT-STRING",
    "SOURCE", "TEL", "TITLE", "TZ", "UID", "URL", "VERSION", "X-ABADR", "X-ABLABEL", "X-ABSHOWAS", "X-ABUID",
    "X-ADDRESSBOOKSERVER-KIND", "X-GENDER", "X-IMAGETYPE", "X-IMAGEHASH", "X-LOTUS-CHARSET", "X-MOZILLA-HTML",
    "X-MS-OL-DEFAULT-POSTAL-ADDRESS", "X-MS-TEL", "X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME", "X-SHARED-PHOTO-DISPLAY-PREF", "XML",
    *CHAT_NAMES,
))  # fmt: skip
"""Properties that have a place of their own, or say nothing about a customer."""
_TOLD_AS = {
    "ANNIVERSARY": "Anniversary", "RELATED": "Related", "X-ABDATE": "Date", "X-ABRELATEDNAMES": "Related", "X-ANNIVERSARY": "Anniversary",
    "X-ASSISTANT": "Assistant", "X-EVOLUTION-ANNIVERSARY": "Anniversary", "X-EVOLUTION-ASSISTANT": "Assistant",
    "X-EVOLUTION-MANAGER": "Manager", "X-EVOLUTION-SPOUSE": "Spouse", "X-MANAGER": "Manager", "X-MS-ANNIVERSARY": "Anniversary",
    "X-MS-ASSISTANT": "Assistant", "X-MS-MANAGER": "Manager", "X-MS-SPOUSE": "Spouse", "X-SPOUSE": "Spouse",
}  # fmt: skip
_GENDERS = {"m": "male", "male": "male", "f": "female", "female": "female"}
_SYSTEM_CATEGORIES = frozenset(("mycontacts", "* mycontacts"))
"""Google's label on every contact of one's own."""


@dataclass(slots=True)
class Contact:
    """What a card says, by column key (`tui_import.api.vcard.sheet.COLUMNS`)."""

    name: str
    """Whom it is about, for messages."""
    uid: str = ""
    changed: str = ""
    """UTC, ISO 8601."""
    is_company: bool = False
    """There is no person, only a company."""
    is_group: bool = False
    """It lists other cards and is nobody."""
    values: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, *texts: str) -> None:
        """Add values; blank ones and those that are there already change nothing."""
        found = self.values.setdefault(key, [])
        found += [text for text in dict.fromkeys(texts) if text and text not in found]
        if not found:
            del self.values[key]

    def tell(self, label: str, text: str) -> None:
        """Add what no field of a record is for. The label is not translated: a value must be the same in every language."""
        if text:
            self.add("details", f"{label}: {text}")

    @property
    def is_blank(self) -> bool:
        """It names nobody and gives no way to reach anybody."""
        return not self.name


def contact(card: Card) -> Contact:
    """The contact that a card describes."""
    family, given, additional, prefix, suffix = _name_parts(card)
    organisation = _organisation(card.first("ORG"))
    shown = _one_line(card.text("FN"))
    company = organisation[0] if organisation else ""
    kind = card.text("KIND", "X-ADDRESSBOOKSERVER-KIND").casefold()
    named = bool(given or additional or (family and family.casefold() != company.casefold()))
    made = Contact(
        shown or " ".join(part for part in (given, additional, family) if part) or company or _reached(card),
        card.text("UID") or card.text("X-ABUID"),
        moment(card.text("REV")),
        is_company=_is_company(card, kind, named, shown, company),
        is_group=kind in GROUP_KINDS,
    )
    made.add("company_uid" if made.is_company else "uid", made.uid)
    made.add("company", company or (shown if made.is_company else ""))
    if made.is_company:
        made.tell("Name", " ".join(part for part in (given, additional, family) if part) if named else "")
    else:
        salutation, academic = titles(prefix)
        _before, after = titles(suffix)
        made.add("full_name", shown or made.name if named or shown else "")
        for key, text in (("first_name", given), ("middle_name", additional), ("last_name", family), ("salutation", salutation)):
            made.add(key, text)
        made.add("academic_title", " ".join(part for part in (academic, after) if part))
        made.add("suffix", _before)
    _add_work(card, made, organisation)
    _add_reach(card, made)
    _add_addresses(card, made, bool(company))
    _add_about(card, made)
    _add_details(card, made)
    return made


def _name_parts(card: Card) -> list[str]:
    found = card.first("N")
    parts = [_one_line(part) for part in found.parts()] if found else []
    family, given, additional, prefix, suffix, *_more = [*parts, *[""] * 5]
    return [family, given, listed(additional).replace(",", ""), prefix, listed(suffix)]


def _organisation(found: Property | None) -> list[str]:
    return [_one_line(part) for part in found.parts()] if found else []


def _is_company(card: Card, kind: str, named: bool, shown: str, company: str) -> bool:
    if kind in COMPANY_KINDS or card.text("X-ABSHOWAS").casefold() == "company":
        return bool(company or shown)
    return bool(company) and not named and shown.casefold() in ("", company.casefold())


def _reached(card: Card) -> str:
    found = card.first("EMAIL", "TEL", "NICKNAME")
    return found.text if found else ""


def _add_work(card: Card, made: Contact, organisation: list[str]) -> None:
    unit = ", ".join(part for part in organisation[1:] if part)
    made.add("company_department" if made.is_company else "department", unit)
    first, *others = [*(each.text for each in card.all("TITLE")), *(each.text for each in card.all("ROLE"))] or [""]
    made.add("title", _one_line(first)) if not made.is_company else made.tell("Title", first)
    for text in others:
        made.tell("Title" if text in {each.text for each in card.all("TITLE")} else "Role", text)
    for found in card.all("ORG")[1:]:
        made.tell("Organisation", ", ".join(part for part in _organisation(found) if part))


def _add_reach(card: Card, made: Contact) -> None:
    """Telephone numbers, e-mail, web and chat; those of a company are its own."""
    for found in card.all("TEL", "X-MS-TEL"):
        made.add(_telephone_key(kinds(card, found), made.is_company), telephone(found))
    prefix = "company_" if made.is_company else ""
    made.add(f"{prefix}email", *(mail(found) for found in card.all("EMAIL")))
    for found in card.all("URL", "X-SOCIALPROFILE"):
        text = found.text
        if found.name == "URL" or text.lower().startswith(("http://", "https://")):
            at_work = made.is_company or ("work" in kinds(card, found) and "company" in made.values)
            made.add("company_url" if at_work else "url", text)
        else:
            made.tell(" ".join(sorted(found.types)) or "Profile", text.removeprefix("x-apple:"))
    for found in card.all(*CHAT_NAMES):
        made.tell("Chat", chat(found)) if made.is_company else made.add("chat", chat(found))


def _telephone_key(types: frozenset[str], is_company: bool) -> str:
    if "fax" in types:
        return "company_fax" if is_company else "fax"
    if is_company:
        return "company_phone"
    if types & {"cell", "mobile", "iphone", "car"}:
        return "mobile"
    if "pager" in types:
        return "phone_other"
    if "work" in types:
        return "phone_direct"
    return "phone_private" if "home" in types else "phone_other"


def _add_addresses(card: Card, made: Contact, has_company: bool) -> None:
    """The first address at work is the company's, the first at home the person's; one that does not say goes where there is room."""
    places: dict[str, Address] = {}
    later: list[tuple[str, Address]] = []
    found = [(each, kinds(card, each), card.label(each)) for each in card.all("ADR")]
    for each, types, label in sorted(found, key=lambda entry: not entry[1] & {"work", "home"}):
        country = next((other.text for other in card.properties if each.group and (other.group, other.name) == (each.group, "X-ABADR")), "")
        read = address(each, country.upper() if len(country) == 2 and country.isalpha() else "")
        wanted = _places(types, made.is_company, has_company)
        free = next((place for place in wanted if place not in places), "")
        if free and not (label and not types & {"work", "home"}):
            places[free] = read
        elif read.text:
            later.append((label or "Address", read))
    for place, read in places.items():
        _add_address(made, place, read)
    for label, read in later:
        made.tell(label, read.text)


def _places(types: frozenset[str], is_company: bool, has_company: bool) -> tuple[str, ...]:
    if is_company:
        return ("postal", "street")
    if not has_company:
        return ("private",)
    if "work" in types:
        return ("postal",)
    return ("private",) if "home" in types else ("postal", "private")


def _add_address(made: Contact, place: str, read: Address) -> None:
    for at, line in enumerate(read.lines, 1):
        made.add(f"{place}_line{at}", line)
    for key, text in (("code", read.code), ("city", read.city), ("county", read.county), ("state", read.state)):
        made.add(f"{place}_{key}", text)
    if place != "street" or "company_country" not in made.values:
        made.add("person_country" if place == "private" else "company_country", read.country)
    made.tell("Address", read.rest)


def _add_about(card: Card, made: Contact) -> None:
    prefix = "company_" if made.is_company else ""
    items = [text.replace(";", ",").replace("|", "/") for found in card.all("CATEGORIES") for text in found.parts(",")]
    made.add(f"{prefix}interests", "; ".join(dict.fromkeys(text for text in items if text and text.casefold() not in _SYSTEM_CATEGORIES)))
    made.add(f"{prefix}note", "\n\n".join(dict.fromkeys(found.text for found in card.all("NOTE"))))
    if made.is_company:
        return
    made.add("nickname", ", ".join(text for found in card.all("NICKNAME") for text in found.parts(",") if text))
    birthdays = [found.text for found in card.all("BDAY")]
    readable = [date for text in birthdays if (date := partial_date(text))]
    made.add("birthdate", *readable[:1])
    for text in birthdays if not readable else ():
        made.tell("Birthday", text)
    gender = card.first("GENDER", "X-GENDER")
    made.add("gender", _GENDERS.get(gender.parts()[0].casefold(), "") if gender else "")
    made.add("language", *(found.text for found in card.all("LANG")[:1]))


def _add_details(card: Card, made: Contact) -> None:
    for found in card.properties:
        if found.name == "X-ANDROID-CUSTOM":
            _add_android(found, made)
        elif found.name not in _UNTOLD and not found.name.startswith("X-FC"):
            made.tell(card.label(found) or _TOLD_AS.get(found.name, found.name), found.text)


def _add_android(found: Property, made: Contact) -> None:
    """``vnd.android.cursor.item/nickname;Bobby;1;;;``: a row of its contacts database."""
    kind, *cells = [unescaped(part, found.old).strip() for part in split(found.raw, ";")]
    kind = kind.rpartition("/")[2]
    texts = [cell for cell in cells if cell and not cell.isdecimal()]
    if kind == "nickname" and not made.is_company:
        made.add("nickname", *texts[:1])
    else:
        made.tell(kind, ", ".join(texts))


def _one_line(text: str) -> str:
    return " ".join(text.split())
