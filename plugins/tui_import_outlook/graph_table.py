"""A folder of contacts in Microsoft Graph, and one of its contacts as a card."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tui_import.api import Peek, Row, _
from tui_import.api.addressbook import AddressBook, records, text, texts, told
from tui_import.api.http import Http, HttpError
from tui_import.api.vcard import Card, Property
from tui_import_outlook.graph import pages
from tui_import_outlook.tidy import smtp_address

if TYPE_CHECKING:
    from tui_import.api.oauth import Service

PROPERTIES = (
    "id,lastModifiedDateTime,displayName,givenName,middleName,surname,title,generation,initials,nickName,companyName,department,jobTitle,"
    "profession,officeLocation,manager,assistantName,emailAddresses,businessPhones,homePhones,mobilePhone,imAddresses,businessAddress,"
    "homeAddress,otherAddress,businessHomePage,birthday,categories,personalNotes,spouseName,children"
)
_DETAILS = {
    "initials": "Initials",
    "nickName": "Nickname",
    "profession": "Profession",
    "officeLocation": "Office",
    "manager": "Manager",
    "assistantName": "Assistant",
    "spouseName": "Spouse",
    "children": "Children",
}
"""Property → what it is called among the other details."""


class GraphTable(AddressBook):
    """A folder."""

    def __init__(self, name: str, folder: str, service: Service) -> None:
        super().__init__(name)
        self._service = service
        self._address = f"me/contactFolders/{quote(folder, safe='=')}/contacts"

    def peek(self, limit: int = 20) -> Peek:
        """The first contacts."""
        with self._service.http() as http:
            found = pages(http, f"{self._address}?$top={limit}&$select={PROPERTIES}")
            return Peek(list(islice(self._as_rows((card(each), changed(each)) for each in found), limit)))

    def rows(self) -> Iterator[Row]:
        """All contacts, as the first round of a change query, whose end is a bookmark. It takes no choice of properties."""
        self._begin()
        with self._service.http() as http:
            yield from self._as_rows((card(each), changed(each)) for each in self._round(http, f"{self._address}/delta"))

    def changes(self, bookmark: str) -> Iterator[Row]:
        """What is new or changed; everything where the bookmark is too old.

        A change query may tell no more than what changed of a contact, so each is asked for as a whole.
        """
        self._begin()
        with self._service.http() as http:
            found = self._changed_since(http, bookmark)
            yield from self._as_rows((card(each), changed(each)) for each in found)

    def _changed_since(self, http: Http, bookmark: str) -> Iterator[dict[str, Any]]:
        try:
            for each in self._round(http, bookmark):
                answer = http.get(f"{self._address}/{quote(text(each, 'id'), safe='=')}?$select={PROPERTIES}", accept=(404,))
                if answer.status == 404:
                    self._deleted += 1
                else:
                    yield answer.json()
        except HttpError as error:
            if error.status != 410:
                raise
            self._begin(_("The account no longer knows what had been read; everything is read anew."))
            yield from self._round(http, f"{self._address}/delta")

    def _round(self, http: Http, address: str) -> Iterator[dict[str, Any]]:
        """The contacts of one round of a change query, to its end."""
        while address:
            page = http.get(address).json()
            for each in records(page, "value"):
                if "@removed" in each:
                    self._deleted += 1
                elif text(each, "id"):
                    yield each
            self._next_bookmark = text(page, "@odata.deltaLink")
            address = text(page, "@odata.nextLink")


def changed(contact: dict[str, Any]) -> str:
    """When it last changed."""
    return text(contact, "lastModifiedDateTime")


def card(contact: dict[str, Any]) -> Card:
    """A contact as a card."""
    return Card(0, "4.0", [*_names(contact), *_reach(contact), *_addresses(contact), *_about(contact)])


def _names(contact: dict[str, Any]) -> Iterator[Property]:
    family, given, middle = (text(contact, key) for key in ("surname", "givenName", "middleName"))
    shown, company = text(contact, "displayName"), text(contact, "companyName")
    addresses = {text(each, "address") for each in records(contact, "emailAddresses")}
    yield from told("UID", text(contact, "id"))
    yield from told("N", family, given, middle, text(contact, "title"), text(contact, "generation"))
    if shown not in addresses:  # a contact without a name is shown by its address
        yield from told("FN", shown)
    yield from told("ORG", company, text(contact, "department"))
    yield from told("TITLE", text(contact, "jobTitle"))


def _reach(contact: dict[str, Any]) -> Iterator[Property]:
    for each in records(contact, "emailAddresses"):
        yield from told("EMAIL", smtp_address(text(each, "address"), text(each, "name")))
    for key, types in (("businessPhones", {"work"}), ("homePhones", {"home"})):
        for number in texts(contact, key):
            yield from told("TEL", number, types=types)
    yield from told("TEL", text(contact, "mobilePhone"), types={"cell"})
    for name in texts(contact, "imAddresses"):
        yield from told("X-MS-IMADDRESS", name)
    yield from told("URL", text(contact, "businessHomePage"), types={"work"})


def _addresses(contact: dict[str, Any]) -> Iterator[Property]:
    for key, types, label in (("businessAddress", {"work"}, ""), ("homeAddress", {"home"}, ""), ("otherAddress", set(), "Other address")):
        parts = [text(contact, key, part) for part in ("street", "city", "state", "postalCode", "countryOrRegion")]
        yield from told("ADR", "", "", *parts, types=types, label=label)


def _about(contact: dict[str, Any]) -> Iterator[Property]:
    yield from told("BDAY", text(contact, "birthday")[:10])
    for label in texts(contact, "categories"):
        yield from told("CATEGORIES", label)
    yield from told("NOTE", text(contact, "personalNotes"))
    for key, label in _DETAILS.items():
        yield from told("X-DETAIL", text(contact, key), label=label)
    yield from told("X-DETAIL", ", ".join(texts(contact, "children")), label=_DETAILS["children"])
