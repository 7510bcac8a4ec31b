"""A CardDAV server: how it is asked, where it sends us, and how its address books are found (RFC 6352, 6764)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.sax.saxutils import escape

from tui_import.api import Options, PasswordNeededError, SourceError, _
from tui_import.api.http import Http, HttpError, basic
from tui_import_carddav.multistatus import CARD, DAV, Multistatus, Resource

REDIRECTS = frozenset((301, 302, 303, 307, 308))
MOST_REDIRECTS = 5
TIMEOUT = 30.0
"""Seconds without a byte."""
WELL_KNOWN = "/.well-known/carddav"
NOT_HERE = frozenset((200, 207, 400, 403, 404, 405, 410, 501))
"""Answers after which the address books may still be found at another address; with 200 and 207 it is a page that is no answer."""
NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
_ABOUT = "<D:resourcetype/><D:displayname/><D:current-user-principal/><C:addressbook-home-set/>"


@dataclass(frozen=True, slots=True)
class Book:
    """An address book of the account."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Account:
    """Where to read, and as whom."""

    url: str
    """With its scheme."""
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    @classmethod
    def of(cls, options: Options) -> Account:
        """From the options of a connection. Raises `SourceError` where no server is named, or none can be."""
        server = str(options.get("server") or "").strip()
        if not server:
            raise SourceError(_("No server is named."), hint=_("Choose a connection, or save one with: tui-import connections save"))
        url = server if "://" in server else f"https://{server}"
        try:
            parts = urlsplit(url)
            valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            valid = False
        if not valid or parts.username is not None:
            raise SourceError(
                _("“{server}” is not the address of a server.").format(server=server.rpartition("@")[2]),
                hint=_("Write it like https://dav.example.com; user and password have fields of their own."),
            )
        texts = [str(options.get(key) or "") for key in ("user", "password", "ca_file")]
        return cls(url, texts[0], texts[1], texts[2])

    @property
    def host(self) -> str:
        """Its name, for messages."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_readable_on_the_way(self) -> bool:
        """The line is not encrypted, and leads out of this machine."""
        return self.url.lower().startswith("http:") and self.host not in ("127.0.0.1", "localhost", "::1")


class Server:
    """Asks on behalf of an account. Use it in ``with``; ``tries``: how often what fails for the moment is asked in all."""

    def __init__(self, account: Account, tries: int = 1) -> None:
        self.account = account
        self._tries = tries
        self._lines: dict[str, Http] = {}

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_error: object) -> None:
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    def ask(self, method: str, url: str, body: str = "", depth: str = "0") -> tuple[str, Multistatus]:
        """(address that answered in the end, its answer). Raises `HttpError`, and `PasswordNeededError` after a 401."""
        headers = {"Depth": depth, "Content-Type": "application/xml; charset=utf-8"}
        content = f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode()
        for _step in range(MOST_REDIRECTS + 1):
            url, answer = self._send(url, method, content=content, headers=headers)
            if answer is not None:
                return url, Multistatus(answer, self.account.host)
        raise SourceError(_("{server} sends from one address to the next without an end.").format(server=self.account.host))

    def get(self, book: str, address: str) -> str:
        """One card of an address book."""
        _url, answer = self._send(self.leads_to(book, address), "GET", headers={"Accept": "text/vcard"})
        return (answer or b"").decode("utf-8", "replace")

    def _send(self, url: str, method: str, **parts: Any) -> tuple[str, bytes | None]:
        """(address, answer), or (where to ask instead, nothing)."""
        try:
            answer = self._line(url).request(method, url, safe=True, accept=REDIRECTS, **parts)
        except HttpError as error:
            raise self._explained(error) from None
        if answer.status not in REDIRECTS:
            return url, answer.content
        target = urljoin(url, answer.headers.get("location", ""))
        self._check(url, target)
        return target, None

    def _line(self, url: str) -> Http:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._lines:
            account = self.account
            self._lines[origin] = Http(
                origin,
                service=account.host,
                credentials=basic(account.user, account.password) if account.user else None,
                ca_file=account.ca_file,
                timeout=TIMEOUT,
                tries=self._tries,
            )
        return self._lines[origin]

    def _check(self, source: str, target: str) -> None:
        """Raise `SourceError` where an address leads to where a password must not go: off the host, unless encrypted all the way."""
        old, new = urlsplit(source), urlsplit(target)
        same_host = old.hostname == new.hostname
        if (new.scheme == "https" and (same_host or old.scheme == "https")) or (old.scheme == new.scheme == "http" and same_host):
            return
        raise SourceError(
            _("{server} sends to {target}, where your password is not safe.").format(
                server=self.account.host, target=f"{new.scheme}://{new.hostname or ''}"
            ),
            hint=_("If that is right, give that address in the connection, with https."),
        )

    def _explained(self, error: HttpError) -> SourceError:
        if error.status != 401:
            return error
        return PasswordNeededError(
            _("{server} does not accept user name and password.").format(server=self.account.host),
            hint=_("Many services want an app password, made in the account's settings, and not the one that you sign in with."),
        )

    # -- finding the address books

    def books(self) -> Sequence[Book]:
        """The address books of the account. Raises `SourceError` where there are none."""
        found: dict[str, Book] = {}
        for url, resource in self._starts():
            if resource.is_a(f"{CARD}addressbook"):
                found[url] = _book(resource, url)
                break
            for home in self._homes(url, resource):
                for book in self._books_in(home):
                    found.setdefault(book.url, book)
            if found:
                break
        if not found:
            raise SourceError(
                _("{server} has no address book for {user}.").format(server=self.account.host, user=self.account.user or _("anybody")),
                hint=_("Give the whole address of the address book, as your provider names it for CardDAV."),
            )
        return _with_own_names(found.values())

    def _starts(self) -> Iterator[tuple[str, Resource]]:
        """Resources from which the address books may be reached: what the user named, then what the standard names."""
        failure: SourceError | None = None
        answered = False
        for path in dict.fromkeys((urlsplit(self.account.url).path or WELL_KNOWN, WELL_KNOWN, "/")):
            try:
                url, resource = self._about(urljoin(self.account.url, path))
            except HttpError as error:
                if error.status not in NOT_HERE:
                    raise
                failure = failure or error
                continue
            answered = True
            yield url, resource
        if failure is not None and not answered:
            raise failure

    def _about(self, url: str) -> tuple[str, Resource]:
        url, answer = self.ask("PROPFIND", url, f"<D:propfind {NAMESPACES}><D:prop>{_ABOUT}</D:prop></D:propfind>")
        return url, next(iter(answer), Resource(url))

    def _homes(self, url: str, resource: Resource) -> Iterator[str]:
        homes = resource.hrefs(f"{CARD}addressbook-home-set")
        if not homes:
            for principal in resource.hrefs(f"{DAV}current-user-principal")[:1]:
                url, resource = self._about(self.leads_to(url, principal))
                homes = resource.hrefs(f"{CARD}addressbook-home-set")
        for home in homes:
            yield self.leads_to(url, home)

    def leads_to(self, url: str, href: str) -> str:
        """Where an address in an answer points to. Raises `SourceError` where a password must not go there."""
        target = urljoin(url, href)
        self._check(url, target)
        return target

    def _books_in(self, home: str) -> Iterator[Book]:
        body = f"<D:propfind {NAMESPACES}><D:prop><D:resourcetype/><D:displayname/></D:prop></D:propfind>"
        url, answer = self.ask("PROPFIND", home, body, "1")
        for resource in answer:
            if resource.is_a(f"{CARD}addressbook"):
                yield _book(resource, self.leads_to(url, resource.href))


def hrefs(addresses: Sequence[str]) -> str:
    """Addresses for a request."""
    return "".join(f"<D:href>{escape(address)}</D:href>" for address in addresses)


def _book(resource: Resource, url: str) -> Book:
    name = " ".join(resource.text(f"{DAV}displayname").split())
    return Book(name or unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or url, url)


def _with_own_names(books: Any) -> Sequence[Book]:
    """Books of one name are told apart by the end of their address, or by a number."""
    taken: Mapping[str, Book]
    taken = {}
    for book in books:
        name, number = book.name, 2
        if name in taken:
            name = f"{book.name} ({urlsplit(book.url).path.rstrip('/').rpartition('/')[2]})"
        while name in taken:
            name, number = f"{book.name} ({number})", number + 1
        taken[name] = Book(name, book.url)
    return list(taken.values())
