"""What services refuse a sign-in with, in plain words. The shapes are from RFC 6749 and 8628 and from the documentation of Microsoft and
Google; they were not proven against the real services.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugins.openid import Clock
from tests.plugins.web import Asked, Reply, web
from tui_import.api import SourceError
from tui_import.api.http import HttpError
from tui_import.api.oauth import Access, OAuthError, Provider, Tokens, device_sign_in
from tui_import.api.oauth.provider import _account, refusal

SECRET = "xyzzy-refresh"
DEVICE = {
    "device_code": "dc-1",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://example.com/device",
    "expires_in": 900,
    "interval": 5,
}
TOKEN = {"access_token": "at-1", "refresh_token": "rt-1", "expires_in": 3600, "token_type": "Bearer"}


def provider_at(address: str, **more: str) -> Provider:
    return Provider("Example", f"{address}/token", "client", ("contacts",), device_url=f"{address}/device", **more)


class Service:
    """Gives a code, then these answers to questions for the token."""

    def __init__(self, *answers: Reply, device: Mapping[str, object] = DEVICE) -> None:
        self.answers, self.device = list(answers), device

    def __call__(self, asked: Asked) -> Reply:
        return Reply(dict(self.device)) if asked.path == "/device" else self.answers.pop(0)


def error(code: str, description: str = "", status: int = 400) -> Reply:
    return Reply({"error": code, "error_description": description}, status)


def refused(description: str, code: str = "invalid_grant") -> OAuthError:
    return refusal(provider_at("https://example.com"), {"error": code, "error_description": description})


def test_the_pause_grows_where_the_service_asks_for_it_or_fails_for_a_moment() -> None:
    service = Service(error("authorization_pending"), error("slow_down"), Reply({}, 503), Reply(b"<", 502), Reply(TOKEN))
    with web(service) as served:
        steps = device_sign_in(provider_at(served.address), clock=Clock())
        assert [next(steps).wait, *(steps.send("").wait for _ in range(4))] == [5, 5, 10, 15, 20]
        with pytest.raises(StopIteration) as end:
            steps.send("")
        assert served.asked[-1].form["device_code"] == "dc-1"
    assert end.value.value.as_secrets()["access_token"] == "at-1"


def test_the_address_under_the_name_that_google_documents_is_shown_too() -> None:
    device = {**{key: value for key, value in DEVICE.items() if key != "verification_uri"}, "verification_url": "https://g.example/device"}
    with web(Service(device=device)) as served:
        steps = device_sign_in(provider_at(served.address))
        assert next(steps).address == "https://g.example/device"
        steps.close()


@pytest.mark.parametrize(
    "device", [{}, {**DEVICE, "verification_uri": "javascript:alert(1)"}, {**DEVICE, "user_code": ""}, {"user_code": 5}]
)
def test_a_service_that_gives_no_code_to_type_is_said(device: Mapping[str, object]) -> None:
    with web(Service(device=device)) as served, pytest.raises(OAuthError, match="no code to sign in with"):
        next(device_sign_in(provider_at(served.address)))


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (error("access_denied"), "not allowed"),
        (error("authorization_declined"), "not allowed"),
        (error("expired_token"), "expired"),
        (error("invalid_client", status=401), "does not know this program"),
        (error("unauthorized_client"), "this way (unauthorized_client)"),
        (error("invalid_scope"), "rights"),
        (error("something_new"), "refuses the sign-in (something_new)"),
        (error("\x1b]0;evil\x07<b>" + "x" * 500), "refuses the sign-in (0evilb" + "x" * 54 + ")"),
        (Reply({}, 403), "refuses the sign-in (?)"),
        (Reply([1, 2]), "cannot be read"),
        (Reply({"token_type": "Bearer"}), "sent no token"),
        (Reply({"access_token": {"a": 1}}), "sent no token"),
    ],
)
def test_a_refusal_ends_the_sign_in_with_a_sentence(reply: Reply, words: str) -> None:
    with web(Service(reply)) as served:
        steps = device_sign_in(provider_at(served.address))
        next(steps)
        with pytest.raises(SourceError) as caught:
            steps.send("")
    assert words in caught.value.message
    assert caught.value.hint
    assert "\x1b" not in str(caught.value)


def test_half_json_is_said() -> None:
    with web(Service(Reply(b'{"access_token": "at'))) as served:
        steps = device_sign_in(provider_at(served.address))
        next(steps)
        with pytest.raises(HttpError, match="cannot be read"):
            steps.send("")


@pytest.mark.parametrize(
    ("number", "words", "hint"),
    [
        ("53003", "organisation does not allow this way", "sign_in=browser"),
        ("530035", "organisation does not allow this way", "sign_in=browser"),
        ("65001", "administrator of your organisation must allow", "administrator"),
        ("90094", "administrator of your organisation must allow", "administrator"),
        ("700016", "does not know this program", "client_id"),
        ("7000218", "not registered for people", "public client flows"),
        ("99999999", "no longer valid", "Sign in again"),
    ],
)
def test_the_numbers_of_microsoft_as_documented_say_what_to_do(number: str, words: str, hint: str) -> None:
    caught = refused(f"AADSTS{number}: Access has been blocked for anna@contoso.example. Trace ID: 7f")
    assert words in caught.message
    assert hint in caught.hint
    assert "contoso" not in str(caught)
    assert "Trace" not in str(caught)


@given(st.dictionaries(st.sampled_from(["error", "error_description"]), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_whatever_a_service_says_becomes_one_line_without_control_characters(said: Mapping[str, object]) -> None:
    assert str(refusal(provider_at("https://example.com"), said)).isprintable()


@given(st.text() | st.none() | st.integers() | st.binary().map(lambda raw: f"a.{raw.hex()}.b"))
def test_an_id_token_that_is_none_names_nobody(token: object) -> None:
    assert _account(token) == ""


@pytest.mark.parametrize(
    "address", ["http://example.com", "ftp://127.0.0.1", "javascript:1", "https://", "http://127.0.0.1.example.com", "http://[", ""]
)
def test_secrets_are_sent_over_tls_alone_but_on_this_computer(address: str) -> None:
    with pytest.raises(SourceError, match="no address to sign in at"):
        next(device_sign_in(provider_at(address)))


def test_renewing_is_asked_for_once_and_its_failure_shows_no_secret() -> None:
    clock = Clock()
    with web(lambda _asked: Reply({"error": "x", "refresh_token": SECRET}, 500)) as served:
        access = Access(provider_at(served.address, client_secret=SECRET), Tokens("at", SECRET, clock.now).as_secrets(), clock=clock)
        with pytest.raises(HttpError, match="fault of its own") as caught:
            access.headers()
        assert len(served.asked) == 1
        assert served.asked[0].form["client_secret"] == SECRET
    assert SECRET not in "".join(traceback.format_exception(caught.value)) + repr(access)


def test_a_refresh_token_that_is_not_given_anew_is_kept() -> None:
    """As Google does."""
    with web(lambda _asked: Reply({"access_token": "new", "expires_in": 3599})) as served:
        access = Access(provider_at(served.address), Tokens("old", SECRET, 1.0).as_secrets(), clock=Clock())
        assert access.headers() == {"Authorization": "Bearer new"}
        assert access.renew()
        assert served.asked[-1].form["refresh_token"] == SECRET


@pytest.mark.parametrize("kept", ["", "soon", "nan-ish"])
def test_a_time_of_expiry_that_cannot_be_read_is_unknown(kept: str) -> None:
    tokens = Tokens.of({"access_token": "a", "expires_at": kept})
    assert tokens is not None
    assert tokens.expires_at == 0
