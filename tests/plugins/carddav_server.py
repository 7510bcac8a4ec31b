"""A real Radicale on loopback, with the accounts and address books that a test asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import httpx

from tests.servers import free_port, python_server, serving

USER, PASSWORD = "anna", "sesame"
_CONFIG = """
[server]
hosts = 127.0.0.1:{port}
{tls}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = warning
"""
_START = """
import sys
from radicale import config, log, server
log.setup()
settings = config.load([(sys.argv[1], False)])
settings.update({"storage": {"_filesystem_fsync": "False"}}, "the tests", privileged=True)  # a card takes a tenth of the time
server.serve(settings)
"""
_MAKE = """<?xml version="1.0"?><D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:set><D:prop><D:resourcetype>
<D:collection/><C:addressbook/></D:resourcetype><D:displayname>{name}</D:displayname></D:prop></D:set></D:mkcol>"""

_NAME = """<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>{name}</D:displayname></D:prop></D:set>
</D:propertyupdate>"""


def card(number: int, *more: str, name: str = "") -> str:
    """A card with letters outside ASCII, a company and an address."""
    lines = [
        "BEGIN:VCARD", "VERSION:3.0", f"UID:u{number}", f"FN:{name or f'Søren Ågård {number}'}", f"N:{name or f'Ågård {number}'};Søren;;;",
        f"ORG:Nordic Fish {number % 50} A/S;Sales", f"EMAIL;TYPE=work:s{number}@example.dk", "TEL;TYPE=cell:+45 20 12 34 56",
        f"ADR;TYPE=work:;;Hovedgaden {number % 50};København;;1000;Denmark", *more, "END:VCARD", "",
    ]  # fmt: skip
    return "\r\n".join(lines)


@dataclass(frozen=True)
class Radicale:
    """A running server."""

    url: str

    def request(self, method: str, path: str, content: str = "", **headers: str) -> httpx.Response:
        """As the account's user."""
        with httpx.Client(auth=(USER, PASSWORD), timeout=120, trust_env=False) as client:
            response = client.request(method, f"{self.url}/{USER}/{path}", content=content.encode(), headers=headers)
        response.raise_for_status()
        return response

    def make_book(self, book: str, name: str, cards: Sequence[str] = ()) -> None:
        """An address book with these cards, written at once."""
        if cards:
            kind = {"Content-Type": "text/vcard; charset=utf-8"}
            self.request("PUT", f"{book}/", "".join(cards), **kind)
            self.request("PROPPATCH", f"{book}/", _NAME.format(name=escape(name)))
        else:
            self.request("MKCOL", f"{book}/", _MAKE.format(name=escape(name)))

    def put(self, book: str, number: int, text: str) -> None:
        """One card."""
        self.request("PUT", f"{book}/u{number}.vcf", text, **{"Content-Type": "text/vcard; charset=utf-8"})

    def delete(self, book: str, number: int) -> None:
        """Take a card away."""
        with httpx.Client(auth=(USER, PASSWORD), trust_env=False) as client:
            found = client.request("PROPFIND", f"{self.url}/{USER}/{book}/", headers={"Depth": "1"}).text
        address = next(part for part in found.split("<href>")[1:] if f"u{number}.vcf" in part).partition("</href>")[0]
        self.request("DELETE", address.removeprefix(f"/{USER}/"))


@contextmanager
def radicale(folder: Path, certificate: Path | None = None) -> Iterator[Radicale]:
    """A server with one user and no address book; skips where it cannot be installed. ``certificate``: with its key, for TLS."""
    programs = python_server("radicale", "radicale==3.9.0")
    port = free_port()
    tls = f"ssl = True\ncertificate = {certificate}\nkey = {certificate}" if certificate else ""
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    (folder / "config").write_text(_CONFIG.format(port=port, folder=folder, tls=tls), encoding="utf-8")
    with serving([programs / "python", "-c", _START, folder / "config"], port, cwd=folder):
        yield Radicale(f"{'https' if certificate else 'http'}://127.0.0.1:{port}")
