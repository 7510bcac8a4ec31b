"""Servers that are asked: busy ones are asked again, what fails is said in plain words, and no secret gets anywhere it should not."""

from __future__ import annotations

import datetime
import gc
import ipaddress
import logging
import ssl
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.plugins.web import Asked, Reply, Web, web
from tests.servers import free_port
from tui_import.api.errors import SourceError, StoppedError
from tui_import.api.http import Http, HttpError, basic, bearer, patient
from tui_import.model.progress import Progress
from tui_import.plugin_host.guard import Speaker, call

SECRET = "xyzzy-secret"


class Replies:
    """Answers one after the other; the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        self._left = list(replies)

    def __call__(self, _asked: Asked) -> Reply:
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


class Waits(list[float]):
    """Notes the pauses and makes none."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


def asking(served: Web, waits: Waits, **more: object) -> Http:
    return Http(served.address, service="Example", wait=waits, **more)  # type: ignore[arg-type]


def test_an_answer_is_json_and_addresses_may_be_whole_rooted_or_relative(waits: Waits) -> None:
    with web(lambda asked: Reply({"path": asked.path, "query": dict(asked.query)})) as served:
        with Http(f"{served.address}/api/v1", wait=waits) as http:
            assert http.get("people", params={"limit": 2}).json() == {"path": "/api/v1/people", "query": {"limit": "2"}}
            assert http.get("/dav/").json()["path"] == "/dav/"
            assert http.get(f"{served.address}/x?a=b").json() == {"path": "/x", "query": {"a": "b"}}
            assert http.request("PROPFIND", "", content=b"<x/>").json()["path"] == "/api/v1"
        assert served.asked[-1].body == b"<x/>"


def test_a_busy_server_is_asked_again_after_pauses_that_grow(waits: Waits) -> None:
    with (
        web(Replies(Reply(status=503), Reply(status=500), Reply(status=502), Reply({"ok": True}))) as served,
        asking(served, waits) as http,
    ):
        assert http.get("x").json() == {"ok": True}
    assert waits == [1, 2, 4]


def test_the_pause_that_a_server_asks_for_is_kept_whether_in_seconds_or_as_a_date(waits: Waits) -> None:
    date = {"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT"}
    now = datetime.datetime(2026, 10, 21, 7, 28, 0, tzinfo=datetime.UTC).timestamp()
    replies = Replies(Reply(status=429, headers={"Retry-After": "7"}), Reply(status=503, headers=date), Reply({}))
    with web(replies) as served, asking(served, waits, now=lambda: now) as http:
        http.get("x")
    assert waits == [7, 30]


@pytest.mark.parametrize("asked_for", ["3600", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_pause_that_nobody_waits_for_is_an_error_at_once(waits: Waits, asked_for: str) -> None:
    with (
        web(Replies(Reply(status=429, headers={"Retry-After": asked_for}))) as served,
        asking(served, waits) as http,
        pytest.raises(HttpError, match="pause") as caught,
    ):
        http.get("x")
    assert caught.value.status == 429
    assert waits == []


@pytest.mark.parametrize("asked_for", ["soon", "", "-5", "Wed, 99 Foo 2026"])
def test_a_pause_that_cannot_be_read_is_as_if_none_were_asked_for(waits: Waits, asked_for: str) -> None:
    with web(Replies(Reply(status=503, headers={"Retry-After": asked_for}), Reply({}))) as served, asking(served, waits) as http:
        http.get("x")
    assert waits == [1]


def test_what_changes_something_is_asked_once_alone(waits: Waits) -> None:
    with (
        web(Replies(Reply(status=503), Reply({}))) as served,
        asking(served, waits) as http,
        pytest.raises(HttpError),
    ):
        http.request("POST", "x", json={"a": 1})
    assert len(served.asked) == 1
    assert waits == []


def test_a_search_by_post_that_is_said_to_be_safe_is_asked_again(waits: Waits) -> None:
    with web(Replies(Reply(status=503), Reply({"found": 3}))) as served, asking(served, waits) as http:
        assert http.request("POST", "x", json={"a": 1}, safe=True).json() == {"found": 3}
    assert waits == [1]


def test_a_server_that_stays_busy_is_given_up_after_the_last_try(waits: Waits) -> None:
    with (
        web(Replies(Reply(status=503))) as served,
        asking(served, waits, tries=3) as http,
        pytest.raises(HttpError, match="busy") as caught,
    ):
        http.get("x")
    assert len(served.asked) == 3
    assert caught.value.passing


@pytest.mark.parametrize(
    ("status", "words", "hint"),
    [
        (400, "refuses the request (400)", "settings"),
        (401, "does not accept the sign-in", "Sign in once more"),
        (403, "does not allow you to read this", "administrator"),
        (404, "nothing at this address", "address"),
        (410, "no longer has", "everything"),
        (501, "fault of its own (501)", "later"),
    ],
)
def test_a_refusal_is_said_in_plain_words_with_what_to_do(waits: Waits, status: int, words: str, hint: str) -> None:
    reply = Replies(Reply({"error": SECRET}, status))
    with (
        web(reply) as served,
        asking(served, waits, credentials=bearer(SECRET), sign_in_hint="Sign in once more.") as http,
        pytest.raises(HttpError) as caught,
    ):
        http.get("x")
    assert words in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.status == status
    assert_secret(caught.value)
    assert len(served.asked) == 1


def test_a_status_that_somebody_expects_is_an_answer(waits: Waits) -> None:
    with web(Replies(Reply({"error": "gone"}, 410))) as served, asking(served, waits) as http:
        assert http.get("x", accept=(410,)).status == 410


@pytest.mark.parametrize("content", [b'{"value": [{"id": "1"', b"<html>", b"", b"[" * 100_000])
def test_an_answer_that_is_half_json_or_none_is_said(waits: Waits, content: bytes) -> None:
    with (
        web(Replies(Reply(content))) as served,
        asking(served, waits) as http,
        pytest.raises(HttpError, match="cannot be read"),
    ):
        http.get("x").json()


def test_a_line_that_breaks_in_the_middle_is_tried_again_and_then_said(waits: Waits) -> None:
    with web(Replies(Reply({"many": "x" * 1000}, half=True), Reply({"ok": 1}))) as served, asking(served, waits) as http:
        assert http.get("x").json() == {"ok": 1}
    with (
        web(Replies(Reply({"many": "x" * 1000}, half=True))) as served,
        asking(served, waits, tries=2) as http,
        pytest.raises(HttpError, match=r"The line to 127\.0\.0\.1 broke"),
    ):
        http.get("x")


def test_a_server_that_is_silent_is_left(waits: Waits) -> None:
    with (
        web(Replies(Reply(never=True))) as served,
        asking(served, waits, timeout=0.05, tries=2) as http,
        pytest.raises(HttpError, match="did not answer in time") as caught,
    ):
        http.get("x")
    assert waits == [1]
    assert caught.value.passing


def test_a_port_that_nobody_listens_on_and_a_name_that_nobody_knows(waits: Waits) -> None:
    with Http(f"http://127.0.0.1:{free_port()}", wait=waits, tries=1) as http, pytest.raises(HttpError, match="does not answer"):
        http.get("x")
    with Http("http://no-such-host.invalid", wait=waits, tries=1) as http, pytest.raises(HttpError, match="is not known"):
        http.get("x")


@pytest.mark.parametrize("base", ["ftp://example.invalid", "nonsense", "http://", "https://[", "http://user:xyzzy-secret@[::"])
def test_an_address_that_is_none_is_said(waits: Waits, base: str) -> None:
    with Http(base, wait=waits, tries=1, credentials=bearer(SECRET)) as http, pytest.raises(HttpError) as caught:
        http.get("x")
    assert_secret(caught.value)


@pytest.mark.parametrize("token", [f"{SECRET}\r\nX-Evil: 1", f"{SECRET}\x00", f"{SECRET}\u2603"])
def test_a_token_with_signs_that_no_header_takes_is_refused_without_being_shown(waits: Waits, token: str) -> None:
    with (
        web(Replies(Reply({}))) as served,
        asking(served, waits, credentials=bearer(token)) as http,
        pytest.raises(HttpError) as caught,
    ):
        http.get("x")
    assert served.asked == []
    assert_secret(caught.value)


def test_an_answer_without_an_end_is_cut(waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_import.api.http.MOST_BYTES", 1000)
    with (
        web(Replies(Reply(b"x" * 5000))) as served,
        asking(served, waits) as http,
        pytest.raises(HttpError, match="more than can be taken"),
    ):
        http.get("x")


def test_whoever_stops_while_a_pause_is_kept_is_heard() -> None:
    """As the host does it: an exception is thrown into the thread that waits."""
    waiting, progress = threading.Event(), Progress()
    threads: list[threading.Thread] = []

    def wait(seconds: float) -> None:
        threads.append(threading.current_thread())
        waiting.set()
        patient(seconds)

    with web(Replies(Reply(status=429, headers={"Retry-After": "80"}))) as served, Http(served.address, wait=wait) as http:
        stopper = threading.Thread(target=lambda: waiting.wait(10) and progress.stop())
        stopper.start()
        with pytest.raises(StoppedError):
            call(Speaker("example"), "rows", lambda: http.get("x"), 0, progress=progress)
        threads[0].join(10)
        assert not threads[0].is_alive()
        stopper.join()


# -- credentials


class Renewing:
    """A token that is renewed once."""

    def __init__(self) -> None:
        self.token = "old"

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> bool:
        self.token = "new"
        return True


def test_a_token_that_is_no_longer_taken_is_renewed_once_and_the_request_made_again(waits: Waits) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply({"ok": True}) if asked.headers["Authorization"] == "Bearer new" else Reply(status=401)

    with web(answer) as served, asking(served, waits, credentials=Renewing()) as http:
        assert http.get("x").json() == {"ok": True}
    with (
        web(Replies(Reply(status=401))) as served,
        asking(served, waits, credentials=Renewing()) as http,
        pytest.raises(HttpError, match="sign-in"),
    ):
        http.get("x")
    assert len(served.asked) == 2


def test_user_name_and_password_are_sent_as_basic() -> None:
    assert basic("anna", "bær").headers() == {"Authorization": "Basic YW5uYTpiw6Zy"}


def test_credentials_are_never_sent_to_another_server(waits: Waits) -> None:
    with web(Replies(Reply({}))) as other:
        replies = Replies(Reply(status=302, headers={"Location": f"{other.address}/take"}))
        with web(replies) as served, asking(served, waits, credentials=bearer(SECRET)) as http:
            with pytest.raises(HttpError, match="another server") as caught:
                http.get("x")
            with pytest.raises(HttpError, match="another server"):
                http.get(f"{other.address}/next-page")
        assert other.asked == []
        assert_secret(caught.value)


def test_redirects_within_the_server_are_followed_and_others_without_credentials(waits: Waits) -> None:
    def answer(asked: Asked) -> Reply:
        return Reply(status=308, headers={"Location": "/there?a=b"}) if asked.path == "/here" else Reply({"path": asked.path})

    with web(answer) as served:
        with asking(served, waits, credentials=bearer(SECRET)) as http:
            assert http.get("here").json() == {"path": "/there"}
        assert served.asked[-1].headers["Authorization"] == f"Bearer {SECRET}"
        with web(Replies(Reply(status=302, headers={"Location": f"{served.address}/there"}))) as first, asking(first, waits) as http:
            assert http.get("x").json() == {"path": "/there"}


def test_redirects_in_a_circle_end(waits: Waits) -> None:
    with (
        web(Replies(Reply(status=302, headers={"Location": "/x"}))) as served,
        asking(served, waits) as http,
        pytest.raises(HttpError, match="without an end"),
    ):
        http.get("x")


def test_no_secret_is_in_what_represents_things_or_is_logged(waits: Waits, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with web(Replies(Reply({"secret": SECRET}))) as served, asking(served, waits, credentials=bearer(SECRET)) as http:
        answer = http.get("x", params={"key": SECRET})
        shown = f"{http!r} {answer!r} {bearer(SECRET)!r} {basic('anna', SECRET)!r}"
    assert SECRET not in shown
    assert SECRET not in caplog.text


def test_nothing_stays_open(waits: Waits) -> None:
    with web(Replies(Reply({}))) as served:
        with asking(served, waits) as http:
            http.get("x")
        http.close()
    gc.collect()  # a socket that was forgotten is a warning, and a warning fails the test


def assert_secret(error: BaseException) -> None:
    """Neither in the sentence nor in the traceback that `doctor` keeps."""
    assert SECRET not in f"{error} {error!r} {getattr(error, 'hint', '')}"
    assert SECRET not in "".join(traceback.format_exception(error))


# -- certificates


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server certificate of a private authority: the server's context and the authority's file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    folder = tmp_path_factory.mktemp("authority")
    now = datetime.datetime.now(datetime.UTC)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    begun = x509.CertificateBuilder().issuer_name(name("Example authority")).not_valid_before(now - datetime.timedelta(days=1))
    begun = begun.not_valid_after(now + datetime.timedelta(days=1))
    ca_id = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    usage = x509.KeyUsage(*[False] * 5, True, True, False, False)
    own = begun.subject_name(name("Example authority")).public_key(ca_key.public_key()).serial_number(1)
    own = own.add_extension(x509.BasicConstraints(True, None), True).add_extension(usage, True).add_extension(ca_id, False)
    ca = own.sign(ca_key, hashes.SHA256())
    its = begun.subject_name(name("127.0.0.1")).public_key(key.public_key()).serial_number(2)
    its = its.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
    its = its.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_id), False)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + its.sign(ca_key, hashes.SHA256()).public_bytes(pem))
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context, folder / "ca.pem"


def test_a_certificate_of_a_private_authority_is_taken_where_its_file_is_named_and_refused_where_not(
    authority: tuple[ssl.SSLContext, Path], waits: Waits
) -> None:
    context, ca_file = authority
    with web(Replies(Reply({"ok": 1})), tls=context) as served:
        with asking(served, waits, ca_file=str(ca_file)) as http:
            assert http.get("x").json() == {"ok": 1}
        with asking(served, waits) as http, pytest.raises(HttpError, match="is not trusted") as caught:
            http.get("x")
    assert "authority" in caught.value.hint
    assert waits == []


def test_a_server_that_speaks_no_tls_where_it_should(waits: Waits) -> None:
    with (
        web(Replies(Reply({}))) as served,
        Http(served.address.replace("http:", "https:"), wait=waits) as http,
        pytest.raises(HttpError, match="No secure connection"),
    ):
        http.get("x")


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"\xff\xfe\x00"])
def test_a_file_of_certificates_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with Http("https://127.0.0.1", ca_file=str(path)) as http, pytest.raises(SourceError, match=r"ca\.pem"):
        http.get("x")
