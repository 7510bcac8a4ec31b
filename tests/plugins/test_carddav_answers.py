"""Servers that behave as the standards allow, or as they should not: what is read, what is refused, and in which words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import pytest
from tui_import_carddav import server as carddav
from tui_import_carddav.multistatus import DAV, Multistatus
from tui_import_carddav.source import CarddavSource

from tests.plugins.web import Asked, Reply, web
from tests.servers import free_port
from tui_import.api import PasswordNeededError, SourceError, Table
from tui_import.api.http import HttpError

SPACES = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
BOOK = "/dav/anna/book/"


def card(number: int, *lines: str) -> str:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:u{number}", f"FN:Anna {number}", *lines, "END:VCARD", ""])


def multistatus(*responses: str, token: str = "") -> Reply:
    tail = f"<sync-token>{token}</sync-token>" if token else ""
    return Reply(f'<?xml version="1.0"?><multistatus {SPACES}>{"".join(responses)}{tail}</multistatus>'.encode(), 207)


def response(href: str, properties: str = "", status: int = 0) -> str:
    if status:
        return f"<response><href>{href}</href><status>HTTP/1.1 {status} So</status></response>"
    found = f"<propstat><prop>{properties}</prop><status>HTTP/1.1 200 OK</status></propstat>"
    absent = "<propstat><prop><C:addressbook-description/></prop><status>HTTP/1.1 404 Not Found</status></propstat>"
    return f"<response><href>{href}</href>{found}{absent}</response>"


@dataclass
class Fake:
    """An account with one address book; what it cannot do is asked for in `refuses` and answered with a status."""

    cards: dict[str, str]
    refuses: Mapping[str, int] = field(default_factory=dict)
    """Kind of request → status."""
    piece: int = 1_000
    """Cards that the sync report tells at once."""
    names: tuple[str, ...] = ("Contacts",)
    home: str = "/dav/anna/"
    principal: str = "/dav/principals/anna/"
    multigets: list[int] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        body = asked.body.decode()
        for kind, status in self.refuses.items():
            if kind in body or kind == asked.method:
                return Reply({"error": kind}, status)
        if asked.method == "GET":
            return Reply(self.cards[asked.path].encode(), headers={"Content-Type": "text/vcard"})
        if asked.method == "REPORT":
            return self._sync(body) if "sync-collection" in body else self._multiget(body)
        return self._propfind(asked)

    def _propfind(self, asked: Asked) -> Reply:
        if asked.path == "/.well-known/carddav":
            return Reply(b"", 301, {"Location": "/dav/"})
        if asked.path == "/dav/":
            return multistatus(response("/dav/", f"<current-user-principal><href>{self.principal}</href></current-user-principal>"))
        if asked.path == "/dav/principals/anna/":
            home = f"<C:addressbook-home-set><href>{self.home}</href></C:addressbook-home-set>"
            return multistatus(response("/dav/principals/anna/", home))
        if asked.path == "/dav/anna/":
            kind = "<resourcetype><collection/><C:addressbook/></resourcetype>"
            books = [
                response(BOOK if not at else f"/dav/anna/book{at}/", f"<displayname>{escape(name)}</displayname>{kind}")
                for at, name in enumerate(self.names)
            ]
            return multistatus(response("/dav/anna/", "<resourcetype><collection/></resourcetype>"), *books)
        if asked.path.startswith(BOOK) and asked.headers["Depth"] == "1":
            own = response(BOOK, "<resourcetype><collection/><C:addressbook/></resourcetype>")
            modified = "<getlastmodified>Wed, 25 Nov 2026 06:00:00 GMT</getlastmodified>"
            return multistatus(own, *(response(href, f'<getetag>"1"</getetag>{modified}<resourcetype/>') for href in self.cards))
        return Reply({}, 404)

    def _sync(self, body: str) -> Reply:
        found = re.search(r"<D:sync-token>(\d+)</D:sync-token>", body)
        start = int(found[1]) if found else 0
        addresses = list(self.cards)
        part = [response(href, '<getetag>"1"</getetag>') for href in addresses[start : start + self.piece]]
        end = min(start + self.piece, len(addresses))
        more = [response(BOOK, status=507)] if end < len(addresses) else []
        return multistatus(*part, *more, token=str(end))

    def _multiget(self, body: str) -> Reply:
        wanted = re.findall(r"<D:href>([^<]*)</D:href>", body)
        self.multigets.append(len(wanted))
        return multistatus(
            *(
                response(href, f"<C:address-data>{escape(self.cards[href])}</C:address-data>")
                if href in self.cards
                else response(href, status=404)
                for href in reversed(wanted)
            )
        )


def fake(count: int, **more: object) -> Fake:
    return Fake({f"{BOOK}{number}.vcf": card(number) for number in range(count)}, **more)  # type: ignore[arg-type]


def tables(address: str, **more: str) -> list[Table]:
    return list(CarddavSource().open("", {"server": address, "user": "anna", "password": "xyzzy", **more}))


def read_all(address: str) -> None:
    for table in tables(address):
        list(table.rows())


def failure(answer: Callable[[Asked], Reply]) -> SourceError:
    with web(answer) as served, pytest.raises(SourceError) as error:
        read_all(served.address)
    assert "xyzzy" not in str(error.value)
    return error.value


# -- what is read


def test_cards_are_asked_for_in_blocks_and_come_in_the_order_of_the_address_book() -> None:
    account = fake(250)
    with web(account) as served:
        [table] = tables(served.address, columns="all")
        rows = list(table.rows())
        assert served.asked[0].path == "/.well-known/carddav"
    assert [row.key for row in rows] == [f"u{number}" for number in range(250)]
    assert [row.number for row in rows] == list(range(1, 251))
    assert account.multigets == [100, 100, 50]


def test_a_server_without_sync_is_listed_and_leaves_no_bookmark() -> None:
    with web(fake(3, refuses={"sync-collection": 501})) as served:
        [table] = tables(served.address)
        rows = list(table.rows())
    assert [row.changed for row in rows] == ["2026-11-25T06:00:00Z"] * 3
    assert table.bookmark() == ""


def test_a_server_without_multiget_is_asked_for_one_card_after_the_other() -> None:
    with web(fake(3, refuses={"addressbook-multiget": 501})) as served:
        [table] = tables(served.address)
        assert [row.key for row in table.rows()] == ["u0", "u1", "u2"]


def test_a_server_that_tells_its_cards_in_pieces_is_asked_until_the_last() -> None:
    with web(fake(25, piece=10)) as served:
        [table] = tables(served.address)
        assert len(list(table.rows())) == 25
        assert table.bookmark() == "25"


def test_changes_since_a_bookmark_that_is_refused_are_all_cards_and_a_finding() -> None:
    account = fake(3)
    with web(account) as served:
        [table] = tables(served.address)
        list(table.rows())
        account.refuses = {"<D:sync-token>3<": 403}
        assert len(list(table.changes(table.bookmark()))) == 3
    assert "no longer knows" in table.findings()[0].message


def test_a_bad_card_is_named_and_the_others_are_read() -> None:
    account = fake(4)
    account.cards[f"{BOOK}1.vcf"] = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Breaks off\r\nTEL:1"
    account.cards[f"{BOOK}2.vcf"] = "<html>no card</html>"
    account.cards[f"{BOOK}3.vcf"] = card(3, "PHOTO;ENCODING=b:AAAA", "UID:u0")
    with web(account) as served:
        [table] = tables(served.address)
        rows = list(table.rows())
        assert [(row.number, row.key) for row in rows] == [(1, "u0"), (4, "u3")]
    sentences = [finding.message for finding in table.findings()]
    assert sentences[0].startswith("The card “Breaks off”")
    assert sentences[1].startswith("The card “2.vcf”")
    assert "1 card has a photo, which is not imported." in sentences


def test_cards_of_one_uid_keep_keys_of_their_own() -> None:
    account = fake(2)
    account.cards[f"{BOOK}1.vcf"] = card(0)
    with web(account) as served:
        [table] = tables(served.address)
        assert [row.key for row in table.rows()] == ["u0", f"{BOOK}1.vcf"]


def test_a_card_that_is_deleted_while_it_is_read_is_left_out() -> None:
    account = fake(3)
    with web(account) as served:
        [table] = tables(served.address)
        assert table.expected_rows() == 3
        rows = table.rows()
        table.columns()
        del account.cards[f"{BOOK}1.vcf"]
        assert [row.key for row in rows] == ["u0", "u2"]


def test_address_books_of_one_name_are_told_apart() -> None:
    with web(fake(0, names=("Contacts", "Contacts", "", "Contacts (book1)"))) as served:
        assert [table.name for table in tables(served.address)] == ["Contacts", "Contacts (book1)", "book2", "Contacts (book1) (book3)"]


def test_an_empty_address_book_has_no_rows_and_no_error() -> None:
    with web(fake(0)) as served:
        [table] = tables(served.address)
        assert list(table.rows()) == []
        assert table.peek().rows == []


# -- where the password goes


def test_a_server_may_send_on_within_itself_and_to_another_of_its_addresses() -> None:
    with web(fake(2)) as served:
        account = fake(2, home=f"{served.address}/dav/anna/")
        with web(account) as first:  # another port of the same host, as iCloud has hosts of its own for the cards
            [table] = tables(first.address)
            assert len(list(table.rows())) == 2
        assert served.asked[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("target", ["http://evil.example/dav/", "https://evil.example/dav/"])
@pytest.mark.parametrize("way", ["redirect", "principal", "home"])
def test_a_password_is_not_sent_to_another_host_from_an_open_line(target: str, way: str) -> None:
    def answer(asked: Asked) -> Reply:
        if way == "redirect":
            return Reply(b"", 302, {"Location": target})
        return fake(1, **{way: target})(asked)

    error = failure(answer)
    assert "password is not safe" in error.message
    assert urlsplit(target).hostname in error.message  # type: ignore[operator]


def test_a_card_on_another_host_is_not_fetched_with_the_password() -> None:
    account = fake(0, refuses={"addressbook-multiget": 501})
    account.cards["http://evil.example/1.vcf"] = card(1)
    assert "not safe" in failure(account).message


def test_an_encrypted_line_may_lead_to_another_encrypted_one_but_never_to_an_open_one() -> None:
    server = carddav.Server(carddav.Account("https://contacts.icloud.example", "anna", "xyzzy"))
    server._check("https://contacts.icloud.example/", "https://p42-contacts.icloud.example:443/1/")
    for target in ("http://contacts.icloud.example/", "http://other.example/", "ftp://contacts.icloud.example/"):
        with pytest.raises(SourceError, match="not safe"):
            server._check("https://contacts.icloud.example/", target)


def test_redirects_without_an_end_are_given_up() -> None:
    assert "without an end" in failure(lambda asked: Reply(b"", 301, {"Location": asked.path + "x"})).message


def test_what_holds_the_password_does_not_show_it() -> None:
    assert "xyzzy" not in repr(carddav.Account("https://x", "anna", "xyzzy"))


# -- words for what goes wrong


@pytest.mark.parametrize(
    ("status", "words"),
    [(403, "does not allow you to read"), (404, "has nothing at this address"), (500, "has a fault of its own")],
)
def test_a_refusal_is_said_in_plain_words(status: int, words: str) -> None:
    error = failure(lambda _asked: Reply({}, status))
    assert words in error.message
    assert error.hint


def test_a_wrong_password_asks_for_another_also_in_the_middle() -> None:
    assert isinstance(failure(lambda _asked: Reply({}, 401)), PasswordNeededError)
    assert isinstance(failure(fake(2, refuses={"addressbook-multiget": 401})), PasswordNeededError)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>Sign in</body></html>",
        b"<html><body><p>Sign in<br></body></html>",
        b"it works",
        b"",
        f"<multistatus {SPACES}><response><href>/</href>".encode(),
        f'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><multistatus {SPACES}>&c;</multistatus>'.encode(),
        f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><multistatus {SPACES}><href>&a;</href></multistatus>'.encode(),
    ],
)
def test_what_is_no_answer_of_an_address_book_or_only_half_or_hostile_is_refused(content: bytes) -> None:
    error = failure(lambda _asked: Reply(content, 207))
    assert "not whole or not of an address book" in error.message
    assert error.hint


def test_half_an_answer_in_the_middle_of_reading_ends_in_a_sentence_and_not_in_half_the_rows() -> None:
    account = fake(5)

    def answer(asked: Asked) -> Reply:
        reply = account(asked)
        if asked.method == "REPORT" and b"multiget" in asked.body:
            return Reply(reply.data[: len(reply.data) // 2], 207)
        return reply

    assert "not whole" in failure(answer).message


def test_a_web_page_at_the_well_known_address_does_not_hide_the_address_books_behind_it() -> None:
    account = fake(1)

    def answer(asked: Asked) -> Reply:
        if asked.path == "/.well-known/carddav":
            return Reply(b"<html>Welcome</html>", 200)
        return account(Asked(asked.method, "/dav/" if asked.path == "/" else asked.path, asked.query, asked.headers, asked.body))

    with web(answer) as served:
        assert len(tables(served.address)) == 1


def test_an_account_without_address_books_says_so() -> None:
    error = failure(fake(0, names=()))
    assert "no address book for anna" in error.message


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carddav, "TIMEOUT", 0.2)
    assert "did not answer in time" in failure(lambda _asked: Reply(never=True)).message


def test_nobody_listens() -> None:
    with pytest.raises(HttpError, match="does not answer"):
        tables(f"http://127.0.0.1:{free_port()}")


@pytest.mark.parametrize("server", ["", "   "])
def test_no_server_is_named(server: str) -> None:
    with pytest.raises(SourceError, match="No server is named"):
        tables(server)


@pytest.mark.parametrize(
    "server", ["http://anna:xyzzy@example.com", "ftp://example.com", "https://", "http://[1", "https://example.com:99999"]
)
def test_what_is_no_address_of_a_server_is_refused_without_repeating_secrets(server: str) -> None:
    with pytest.raises(SourceError, match="not the address of a server") as error:
        tables(server)
    assert "xyzzy" not in str(error.value)


def test_an_open_line_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    books = [carddav.Book("Contacts", "http://dav.example/a/")]
    monkeypatch.setattr(carddav.Server, "books", lambda _self: books)
    assert "not encrypted" in CarddavSource().test_connection({"server": "http://dav.example"})
    assert "not encrypted" not in CarddavSource().test_connection({"server": "dav.example"})


def test_the_properties_of_a_resource_are_those_that_it_has() -> None:
    answer = multistatus(response("/a", "<getetag>1</getetag><displayname/>"), response("/b", status=404), token="t1")
    read = Multistatus(answer.data, "x")
    one, two = read
    assert (one.text(f"{DAV}getetag"), one.text(f"{DAV}displayname"), one.status, two.status) == ("1", "", 200, 404)
    assert set(one.properties) == {f"{DAV}getetag", f"{DAV}displayname"}
    assert read.sync_token == "t1"
