"""The table of an address book: addresses of its cards first, then the cards in blocks, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit
from xml.sax.saxutils import escape

from tui_import.api import Column, Finding, Peek, Row, Table, _, ngettext
from tui_import.api.http import HttpError
from tui_import_carddav.multistatus import CARD, DAV, Resource
from tui_import_carddav.server import NAMESPACES, Account, Book, Server, hrefs

if TYPE_CHECKING:
    from tui_import.api.vcard import Contact, LeftOut, Sheet

BLOCK = 100
"""Cards asked for at once."""
LOOK_AT = 300
"""Cards by which the columns are found."""
TRIES = 4
MOST_PARTS = 10_000
"""Pieces in which a server may tell what there is."""
NO_SYNC = frozenset((400, 403, 404, 405, 409, 410, 412, 415, 422, 501, 507))
"""Answers that mean: not by this report, or not from this bookmark."""
NO_MULTIGET = frozenset((400, 403, 404, 405, 415, 422, 501))
_LISTED = "<D:prop><D:getetag/><D:getlastmodified/><D:resourcetype/></D:prop>"


@dataclass(frozen=True, slots=True)
class Listing:
    """What there is in an address book."""

    cards: Mapping[str, str]
    """Address → when it was changed last: UTC and ISO 8601, or empty."""
    deleted: int = 0
    bookmark: str = ""
    """From which the next listing can go on; empty where the server keeps no count of changes."""


class BookTable(Table):
    """One address book."""

    def __init__(self, account: Account, book: Book, *, only_filled: bool) -> None:
        self.name = book.name
        self._account, self._book, self._only_filled = account, book, only_filled
        self._findings: Sequence[Finding] = ()
        self._bookmark = ""

    # -- what the host asks for

    def columns(self) -> Sequence[Column]:
        """Those that are filled, or all."""
        return self._sheet.columns

    def peek(self, limit: int = 20) -> Peek:
        """The first contacts."""
        with self._server() as server, closing(self._contacts(server, self._first.cards, None)) as contacts:
            return Peek([self._sheet.row(number, each, key, changed) for number, key, changed, each in islice(contacts, limit)])

    def rows(self) -> Iterator[Row]:
        """All cards."""
        with self._server() as server:
            yield from self._rows(server, self._listing(server), [])

    def changes(self, bookmark: str) -> Iterator[Row]:
        """What is new or changed; all cards where the server no longer knows from where."""
        with self._server() as server:
            said: list[Finding] = []
            try:
                listing = self._synchronised(server, bookmark)
            except HttpError as error:
                if error.status not in NO_SYNC:
                    raise
                listing = self._listing(server)
                said.append(Finding(_("The server no longer knows what changed since the last import, so everything was read.")))
            if listing.deleted:
                text = ngettext(
                    "{count} card was deleted on the server since the last import; nothing is deleted here.",
                    "{count} cards were deleted on the server since the last import; nothing is deleted here.",
                    listing.deleted,
                )
                said.append(Finding(text.format(count=listing.deleted)))
            yield from self._rows(server, listing, said)

    def bookmark(self) -> str:
        """The server's own, where it keeps count of changes."""
        return self._bookmark

    def findings(self) -> Sequence[Finding]:
        """What was met while the rows were read."""
        return self._findings

    def expected_rows(self) -> int | None:
        """As many as the server listed at first."""
        return len(self._first.cards)

    # -- reading

    def _server(self) -> Server:
        return Server(self._account, TRIES)

    @cached_property
    def _first(self) -> Listing:
        with self._server() as server:
            return self._listing(server)

    @cached_property
    def _sheet(self) -> Sheet:
        from tui_import.api.vcard import Sheet, Widths

        if not self._only_filled:
            return Sheet()
        widths = Widths()
        with self._server() as server:
            for _number, _key, _changed, each in self._contacts(server, dict(islice(self._first.cards.items(), LOOK_AT)), None):
                widths.see(each)
        return Sheet(widths.most, complete=len(self._first.cards) <= LOOK_AT)

    def _rows(self, server: Server, listing: Listing, said: list[Finding]) -> Iterator[Row]:
        from tui_import.api.vcard import LeftOut

        self._findings, self._bookmark, left_out = (), "", LeftOut()
        sheet = self._sheet
        for number, key, changed, each in self._contacts(server, listing.cards, left_out):
            yield sheet.row(number, each, key, changed)
        self._bookmark = listing.bookmark
        self._findings = [*said, *left_out.findings()]

    def _contacts(
        self, server: Server, cards: Mapping[str, str], left_out: LeftOut | None
    ) -> Generator[tuple[int, str, str, Contact], None, None]:
        """(row number, key, last change, contact) of the cards at these addresses, in blocks."""
        from tui_import.api.vcard import CardReader, LeftOut, contact
        from tui_import.api.vcard.lines import as_stream

        left_out = left_out or LeftOut()
        keys: set[str] = set()
        number = 0
        addresses = list(cards)
        for start in range(0, len(addresses), BLOCK):
            for address, text in self._block(server, addresses[start : start + BLOCK]):
                number += 1
                reader = CardReader(as_stream(text))
                card = next(iter(reader), None)
                if card is None:
                    left_out.unreadable(number, next((name for _line, name in reader.notes.unreadable), "") or _last(address))
                    continue
                left_out.add_notes(reader.notes, number)
                found = contact(card)
                if left_out.takes(found, number):
                    continue
                key = found.uid if found.uid and found.uid not in keys else address
                keys.add(key)
                yield number, key, max(cards[address], found.changed), found

    def _block(self, server: Server, addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
        """(address, card) for those that are still there."""
        body = (
            f"<C:addressbook-multiget {NAMESPACES}><D:prop><D:getetag/><C:address-data/></D:prop>"
            f"{hrefs(addresses)}</C:addressbook-multiget>"
        )
        try:
            _url, answer = server.ask("REPORT", self._book.url, body)
            found = {_path(each.href): each.text(f"{CARD}address-data") for each in answer}
        except HttpError as error:
            if error.status not in NO_MULTIGET:
                raise
            found = {_path(address): server.get(self._book.url, address) for address in addresses}
        for address in addresses:
            text = found.get(_path(address), "")
            if text.strip():
                yield address, text

    # -- what there is

    def _listing(self, server: Server) -> Listing:
        """All cards, by the report that also gives a bookmark where the server knows it."""
        listing = Listing({})
        try:
            listing = self._synchronised(server, "")
        except HttpError as error:
            if error.status not in NO_SYNC:
                raise
        if listing.bookmark and (any(listing.cards.values()) or not listing.cards):
            return replace(listing, deleted=0)  # some servers remember what was deleted long ago
        url, answer = server.ask("PROPFIND", self._book.url, f"<D:propfind {NAMESPACES}>{_LISTED}</D:propfind>", "1")
        dates = {each.href: _changed(each) for each in answer if _is_card(each, url)}
        if listing.bookmark:  # what came since then comes with the next changes
            return Listing({address: dates.get(address, "") for address in listing.cards}, bookmark=listing.bookmark)
        return Listing(dates)

    def _synchronised(self, server: Server, bookmark: str) -> Listing:
        """What changed since a bookmark; everything since an empty one."""
        cards: dict[str, str] = {}
        deleted = 0
        for _part in range(MOST_PARTS):
            body = (
                f"<D:sync-collection {NAMESPACES}><D:sync-token>{escape(bookmark)}</D:sync-token>"
                f"<D:sync-level>1</D:sync-level>{_LISTED}</D:sync-collection>"
            )
            url, answer = server.ask("REPORT", self._book.url, body)
            more = False
            for each in answer:
                more = more or each.status == 507
                if each.status == 404:
                    deleted += 1
                    cards.pop(each.href, None)
                elif _is_card(each, url):
                    cards[each.href] = _changed(each)
            again, bookmark = bookmark == answer.sync_token, answer.sync_token
            if not more or again or not bookmark:
                break
        return Listing(cards, deleted, bookmark)


def _is_card(resource: Resource, book: str) -> bool:
    own = urljoin(book, resource.href).rstrip("/") == book.rstrip("/")
    return resource.status == 200 and bool(resource.properties) and not own and not resource.is_a(f"{DAV}collection")


def _changed(resource: Resource) -> str:
    """When the server saw it change last, in UTC and ISO 8601; empty where it does not say."""
    try:
        found = parsedate_to_datetime(resource.text(f"{DAV}getlastmodified"))
        return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return ""


def _path(address: str) -> str:
    return unquote(urlsplit(address).path)


def _last(address: str) -> str:
    return _path(address).rstrip("/").rpartition("/")[2]
