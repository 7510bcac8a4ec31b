"""What a WebDAV server says of several resources at once (RFC 4918, 6352, 6578), read piece by piece; hostile XML is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

from tui_import.api import _
from tui_import.api.http import HttpError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DAV, CARD = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"


@dataclass(slots=True)
class Resource:
    """One resource and its properties."""

    href: str
    status: int = 200
    """Of the resource itself: 404 where it is gone, 507 where there is more than was sent."""
    properties: dict[str, Element] = field(default_factory=dict)
    """Those that it has, by their name with the namespace in braces."""

    def text(self, name: str) -> str:
        """A property's text."""
        found = self.properties.get(name)
        return (found.text or "") if found is not None else ""

    def hrefs(self, name: str) -> list[str]:
        """The addresses in a property."""
        found = self.properties.get(name)
        return [(each.text or "").strip() for each in found.iter(f"{DAV}href") if each.text] if found is not None else []

    def is_a(self, kind: str) -> bool:
        """Whether its type has this among it (``{DAV:}collection``)."""
        found = self.properties.get(f"{DAV}resourcetype")
        return found is not None and found.find(kind) is not None


class Multistatus:
    """The resources of one answer. Iterate once; then `sync_token` is known."""

    def __init__(self, content: bytes, server: str) -> None:
        self._content, self._server = content, server
        self.sync_token = ""

    def __iter__(self) -> Iterator[Resource]:
        from xml.etree.ElementTree import ParseError

        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import iterparse

        if not self._content.lstrip().startswith(b"<"):
            raise self._unreadable()
        try:
            root: Element | None = None
            for event, element in iterparse(BytesIO(self._content), events=("start", "end")):
                if event == "start":
                    root = element if root is None else root
                elif element.tag == f"{DAV}response":
                    yield _resource(element)
                    element.clear()
                    if root is not None:
                        root.clear()
                elif element.tag == f"{DAV}sync-token":
                    self.sync_token = (element.text or "").strip() or self.sync_token
        except (ParseError, DefusedXmlException):
            raise self._unreadable() from None
        if root is None or root.tag != f"{DAV}multistatus":
            raise self._unreadable()

    def _unreadable(self) -> HttpError:
        return HttpError(
            _("{server} sent an answer that is not whole or not of an address book.").format(server=self._server),
            hint=_("Try again later; if it stays so, check the address of the server."),
            status=207,
        )


def _resource(element: Element) -> Resource:
    found = Resource((element.findtext(f"{DAV}href") or "").strip(), _status(element.findtext(f"{DAV}status")))
    for part in element.iterfind(f"{DAV}propstat"):
        if _status(part.findtext(f"{DAV}status")) == 200:
            for properties in part.iterfind(f"{DAV}prop"):
                found.properties.update((each.tag, each) for each in properties)
    return found


def _status(line: str | None) -> int:
    """The number in ``HTTP/1.1 200 OK``; 200 where there is none."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 200
