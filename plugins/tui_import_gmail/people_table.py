"""The saved contacts in the People API, and one of them as a card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui_import.api import Peek, Row, _
from tui_import.api.addressbook import AddressBook, flag, records, text, told
from tui_import.api.http import Answer, Http, HttpError
from tui_import.api.vcard import Card, Property

if TYPE_CHECKING:
    from tui_import.api.oauth import Service

FIELDS = (
    "names,nicknames,emailAddresses,phoneNumbers,organizations,addresses,urls,birthdays,biographies,memberships,imClients,relations,events,"
    "occupations,userDefined,metadata"
)
PAGE = 1000
EXPIRED = "EXPIRED_SYNC_TOKEN"
SYSTEM_LABELS = frozenset(("myContacts", "all", "chatBuddies", "blocked"))
"""Google's own that nobody has chosen."""
_TYPES: Mapping[str, frozenset[str]] = {
    "mobile": frozenset({"cell"}), "workMobile": frozenset({"cell"}), "home": frozenset({"home"}), "work": frozenset({"work"}),
    "homeFax": frozenset({"home", "fax"}), "workFax": frozenset({"work", "fax"}), "otherFax": frozenset({"fax"}),
    "pager": frozenset({"pager"}), "workPager": frozenset({"pager"}), "homePage": frozenset({"home"}),
}  # fmt: skip
"""Google's kinds → those of a card; all others say nothing about where a value belongs."""
_DETAILS = {"relations": "Related", "events": "Event", "occupations": "Occupation", "userDefined": "Custom field"}
"""What a value is called among the other details where nobody has named it."""


class PeopleTable(AddressBook):
    """The one table of an account."""

    def __init__(self, name: str, service: Service) -> None:
        super().__init__(name)
        self._service = service

    def peek(self, limit: int = 20) -> Peek:
        """The first contacts."""
        with self._service.http() as http:
            found = _checked(http.get("people/me/connections", params={**_parameters(), "pageSize": min(limit, PAGE)}))
            labels = _labels(http)
        return Peek(list(islice(self._as_rows((card(each, labels), changed(each)) for each in records(found, "connections")), limit)))

    def rows(self) -> Iterator[Row]:
        """All contacts; the last page brings the bookmark."""
        self._begin()
        with self._service.http() as http:
            labels = _labels(http)
            yield from self._as_rows((card(each, labels), changed(each)) for each in self._pages(http, ""))

    def changes(self, bookmark: str) -> Iterator[Row]:
        """What is new or changed; everything where the bookmark is older than the seven days that Google keeps it."""
        self._begin()
        with self._service.http() as http:
            labels = _labels(http)
            yield from self._as_rows((card(each, labels), changed(each)) for each in self._changed_since(http, bookmark))

    def _changed_since(self, http: Http, bookmark: str) -> Iterator[dict[str, Any]]:
        try:
            yield from self._pages(http, bookmark)
        except _ExpiredError:
            self._begin(_("The account no longer knows what had been read; everything is read anew."))
            yield from self._pages(http, "")

    def _pages(self, http: Http, bookmark: str) -> Iterator[dict[str, Any]]:
        """The contacts of all pages. Every request must ask for the same as the first."""
        parameters = {**_parameters(), "requestSyncToken": "true", **({"syncToken": bookmark} if bookmark else {})}
        page: dict[str, str] = {}
        while True:
            found = _checked(http.get("people/me/connections", params={**parameters, **page}, accept=(400, 410) if bookmark else ()))
            for each in records(found, "connections"):
                if flag(each, "metadata", "deleted"):
                    self._deleted += 1
                elif text(each, "resourceName"):
                    yield each
            self._next_bookmark = text(found, "nextSyncToken")
            page = {"pageToken": text(found, "nextPageToken")}
            if not page["pageToken"]:
                return


class _ExpiredError(Exception):
    """The sync token is too old."""


def _parameters() -> dict[str, str | int]:
    return {"personFields": FIELDS, "sources": "READ_SOURCE_TYPE_CONTACT", "pageSize": PAGE}


def _checked(answer: Answer) -> Any:
    """What an answer says. Raises `_ExpiredError`, and `HttpError` for other refusals of a request with a sync token."""
    found = answer.json()
    if answer.status < 300:
        return found
    reasons = {text(each, "reason") for each in records(found.get("error") if isinstance(found, dict) else None, "details")}
    if answer.status == 410 or EXPIRED in reasons or EXPIRED in json.dumps(found):
        raise _ExpiredError
    message = _("{service} refuses the request ({status}).").format(service=answer.service, status=answer.status)
    raise HttpError(message, hint=_("Read everything: leave changed_since out."), status=answer.status, answer=answer)


def _labels(http: Http) -> Mapping[str, str]:
    """Resource name of a contact group → what the user called it."""
    found: dict[str, str] = {}
    page = ""
    while True:
        parameters: dict[str, str | int] = {"pageSize": PAGE, "groupFields": "name,groupType", **({"pageToken": page} if page else {})}
        answer = http.get("contactGroups", params=parameters).json()
        for each in records(answer, "contactGroups"):
            found[text(each, "resourceName")] = text(each, "formattedName") or text(each, "name")
        page = text(answer, "nextPageToken")
        if not page:
            return found


def changed(person: dict[str, Any]) -> str:
    """When the saved contact last changed."""
    return max(
        (text(each, "updateTime") for each in records(person.get("metadata"), "sources") if text(each, "type") == "CONTACT"), default=""
    )


def card(person: dict[str, Any], labels: Mapping[str, str]) -> Card:
    """A contact as a card."""
    return Card(0, "4.0", [*_names(person), *_reach(person), *_addresses(person), *_about(person, labels), *_details(person)])


def _names(person: dict[str, Any]) -> Iterator[Property]:
    yield from told("UID", text(person, "resourceName"))
    for name in _preferred(person, "names")[:1]:
        parts = [text(name, key) for key in ("familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")]
        yield from told("N", *parts)
        yield from told("FN", text(name, "displayName") or text(name, "unstructuredName"))
    for name in records(person, "nicknames"):
        yield from told("NICKNAME", text(name, "value"))
    for each in _preferred(person, "organizations"):
        yield from told("ORG", text(each, "name"), text(each, "department"))
        yield from told("TITLE", text(each, "title"))


def _reach(person: dict[str, Any]) -> Iterator[Property]:
    for each in _preferred(person, "emailAddresses"):
        yield from told("EMAIL", text(each, "value"))
    for each in _preferred(person, "phoneNumbers"):
        yield from told("TEL", text(each, "value") or text(each, "canonicalForm"), types=_types(each))
    for each in _preferred(person, "urls"):
        yield from told("URL", text(each, "value"), types=_types(each))
    for each in records(person, "imClients"):
        protocol, name = text(each, "formattedProtocol") or text(each, "protocol"), text(each, "username")
        yield from told("X-MS-IMADDRESS", f"{protocol}: {name}" if protocol and name else name)


def _addresses(person: dict[str, Any]) -> Iterator[Property]:
    for each in _preferred(person, "addresses"):
        parts = [text(each, key) for key in ("poBox", "extendedAddress", "streetAddress", "city", "region", "postalCode")]
        country = text(each, "country") or text(each, "countryCode")
        if not any((*parts, country)):  # Google could not take it apart
            parts[2] = text(each, "formattedValue")
        yield from told("ADR", *parts, country, types=_types(each))


def _about(person: dict[str, Any], labels: Mapping[str, str]) -> Iterator[Property]:
    for each in _preferred(person, "birthdays")[:1]:
        yield from told("BDAY", _date(each) or text(each, "text"))
    for each in _preferred(person, "biographies")[:1]:
        yield from told("NOTE", text(each, "value"))
    for each in records(person, "memberships"):
        name = text(each, "contactGroupMembership", "contactGroupResourceName")
        identity = text(each, "contactGroupMembership", "contactGroupId") or name.rpartition("/")[2]
        if identity not in SYSTEM_LABELS:
            yield from told("CATEGORIES", labels.get(name) or labels.get(f"contactGroups/{identity}", ""))


def _details(person: dict[str, Any]) -> Iterator[Property]:
    for each in records(person, "relations"):
        yield from told("X-DETAIL", text(each, "person"), label=_label(each, "relations"))
    for each in records(person, "events"):
        yield from told("X-DETAIL", _date(each), label=_label(each, "events"))
    for each in records(person, "occupations"):
        yield from told("X-DETAIL", text(each, "value"), label=_label(each, "occupations"))
    for each in records(person, "userDefined"):
        yield from told("X-DETAIL", text(each, "value"), label=text(each, "key") or _label(each, "userDefined"))


def _label(value: dict[str, Any], kind: str) -> str:
    return text(value, "formattedType") or text(value, "type") or _DETAILS[kind]


def _preferred(person: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The values of a kind, the one that Google calls primary first."""
    return sorted(records(person, key), key=lambda each: not flag(each, "metadata", "primary"))


def _types(value: dict[str, Any]) -> frozenset[str]:
    return _TYPES.get(text(value, "type"), frozenset())


def _date(value: dict[str, Any]) -> str:
    """A date of which the year, or year and month alone, may be known, as a card writes it."""
    year, month, day = (text(value, "date", key) for key in ("year", "month", "day"))
    year, month, day = (part if part != "0" else "" for part in (year, month, day))
    if month and day:
        return f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}" if year else f"--{month.zfill(2)}-{day.zfill(2)}"
    return f"{year.zfill(4)}-{month.zfill(2)}" if year and month else year and year.zfill(4)
