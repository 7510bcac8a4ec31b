"""Signing in, against a real OpenID provider (`oidc-provider`); the refusals of others stand in `test_oauth_refusals.py`."""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.plugins.openid import Clock, OpenId, openid
from tui_import.api import ConnectionOptions, SignInStep
from tui_import.api.oauth import Access, OAuthError, Tokens, device_sign_in, loopback_sign_in
from tui_import.api.oauth.provider import ask_for_tokens

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def service() -> Iterator[OpenId]:
    with openid() as started:
        yield started


Steps = Generator[SignInStep, str, Tokens]


def end(steps: Steps, pasted: str = "") -> Tokens:
    """What the next step ends with."""
    with pytest.raises(StopIteration) as caught:
        steps.send(pasted)
    tokens: Tokens = caught.value.value
    return tokens


def signed_in(service: OpenId) -> Tokens:
    steps = loopback_sign_in(service.provider())
    return end(steps, service.browse(next(steps).address))


def refused(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) != 0


def port_of(step: SignInStep) -> int:
    (redirect,) = parse_qs(urlsplit(step.address).query)["redirect_uri"]
    port = urlsplit(redirect).port
    assert port is not None
    return port


def call_back(address: str) -> socket.socket:
    """What a browser does that is sent back: the request, whose answer it waits for."""
    parts = urlsplit(address)
    line = socket.create_connection((parts.hostname, parts.port))
    line.sendall(f"GET {parts.path or '/'}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    return line


def said(line: socket.socket) -> str:
    with line:
        return b"".join(iter(lambda: line.recv(4096), b"")).decode()


# -- a code to type


def test_a_code_is_awaited_until_somebody_typed_it_and_gives_tokens_that_the_service_knows(service: OpenId) -> None:
    steps = device_sign_in(service.provider())
    step = next(steps)
    assert step.address == f"{service.address}/device"
    assert len(step.code) >= 8
    assert 0 < step.wait <= 10
    assert not step.paste
    assert steps.send("") == step  # nobody has typed it: the same is shown again

    service.browse(step.address, step.code)
    tokens = end(steps)

    assert tokens.account == "anna@example.dk"
    assert service.knows(tokens.access)
    assert tokens.refresh


def test_who_does_not_allow_the_access_is_told_so(service: OpenId) -> None:
    steps = device_sign_in(service.provider())
    step = next(steps)
    service.browse(step.address, step.code, allow=False)
    with pytest.raises(OAuthError, match="not allowed") as caught:
        steps.send("")
    assert caught.value.code == "access_denied"
    assert caught.value.hint


def test_a_code_that_nobody_types_expires(service: OpenId) -> None:
    clock = Clock()
    steps = device_sign_in(service.provider(), clock=clock)
    next(steps)
    clock.now += 601
    with pytest.raises(OAuthError, match="expired"):
        steps.send("")


def test_a_program_that_the_service_does_not_know_is_said_before_anything_is_shown(service: OpenId) -> None:
    with pytest.raises(OAuthError, match="does not know this program") as caught:
        next(device_sign_in(service.provider(client_id="other")))
    assert "client_id" in caught.value.hint


# -- a browser


def test_a_browser_that_comes_back_signs_in_and_its_port_is_closed(service: OpenId) -> None:
    steps = loopback_sign_in(service.provider())
    step = next(steps)
    assert parse_qs(urlsplit(step.address).query)["code_challenge_method"] == ["S256"]
    assert step.paste
    assert 0 < step.wait <= 1

    line = call_back(service.browse(step.address))
    tokens = end(steps)

    assert "200 OK" in said(line)
    assert tokens.account == "anna@example.dk"
    assert service.knows(tokens.access)
    assert refused(port_of(step))


def test_where_the_browser_is_on_another_computer_its_address_is_pasted(service: OpenId) -> None:
    steps = loopback_sign_in(service.provider())
    step = next(steps)
    tokens = end(steps, f"  <{service.browse(step.address)}>\n")
    assert service.knows(tokens.access)
    assert refused(port_of(step))


def test_a_client_with_a_secret_signs_in(service: OpenId) -> None:
    provider = service.provider(client_id="kept", client_secret="a-secret-of-the-client")
    steps = loopback_sign_in(provider)
    assert service.knows(end(steps, service.browse(next(steps).address)).access)
    assert "a-secret-of-the-client" not in repr(provider)


def test_who_gives_up_in_the_browser_is_told_so_and_the_port_is_closed(service: OpenId) -> None:
    steps = loopback_sign_in(service.provider())
    step = next(steps)
    line = call_back(service.browse(step.address, allow=False))
    with pytest.raises(OAuthError, match="not allowed"):
        steps.send("")
    assert "200 OK" in said(line)
    assert refused(port_of(step))


def test_who_stops_the_sign_in_leaves_no_port_open(service: OpenId) -> None:
    steps = loopback_sign_in(service.provider())
    step = next(steps)
    assert not refused(port_of(step))
    steps.close()
    assert refused(port_of(step))


def test_an_address_of_another_sign_in_is_not_taken_from_the_port_nor_pasted(service: OpenId) -> None:
    other = loopback_sign_in(service.provider())
    foreign = service.browse(next(other).address)
    other.close()
    steps = loopback_sign_in(service.provider())
    step = next(steps)
    line = call_back(f"http://127.0.0.1:{port_of(step)}/?{urlsplit(foreign).query}")

    shown = steps.send(foreign)

    assert "404" in said(line)
    assert "another sign-in" in shown.sentence
    assert shown.address == step.address
    assert service.knows(end(steps, service.browse(step.address)).access)  # and it goes on


@pytest.mark.parametrize("pasted", ["x", "http://127.0.0.1/", "https://example.dk/?a=b", "http://[", "?", "\x1b]0;x\x07", "=" * 10_000])
def test_what_is_no_address_of_a_sign_in_is_asked_for_again(service: OpenId, pasted: str) -> None:
    steps = loopback_sign_in(service.provider())
    next(steps)
    assert "no code in it" in steps.send(pasted).sentence
    assert "no code in it" not in steps.send("").sentence
    steps.close()


def test_lines_that_a_browser_opens_and_does_not_use_and_odd_requests_do_no_harm(service: OpenId) -> None:
    steps = loopback_sign_in(service.provider())
    step = next(steps)
    port = port_of(step)
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    odd = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    for line, sent in zip(odd, (b"\xff\xfe\n\n", b"POST /?code=1 HTTP/1.1\r\n\r\n", b"GET\r\n\r\n", b"x" * 40_000, b""), strict=True):
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
    icon = call_back(f"http://127.0.0.1:{port}/favicon.ico")
    assert steps.send("") == step
    assert "404" in said(icon)

    line = call_back(service.browse(step.address))
    assert service.knows(end(steps).access)
    assert "200 OK" in said(line)
    for each in (*idle, *odd):
        each.close()


def test_a_sign_in_that_nobody_ends_is_given_up(service: OpenId) -> None:
    clock = Clock()
    steps = loopback_sign_in(service.provider(), clock=clock)
    step = next(steps)
    clock.now += 1000
    with pytest.raises(Exception, match="Nobody signed in"):
        steps.send("")
    assert refused(port_of(step))


def test_a_code_is_worth_nothing_without_the_verifier_that_belongs_to_it(service: OpenId) -> None:
    steps = loopback_sign_in(service.provider())
    step = next(steps)
    (code,) = parse_qs(urlsplit(service.browse(step.address)).query)["code"]
    redirect = f"http://127.0.0.1:{port_of(step)}"
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": "x" * 50}
    with service.provider().http() as http, pytest.raises(OAuthError, match="no longer valid") as caught:
        ask_for_tokens(http, service.provider(), form, 0)
    assert caught.value.code == "invalid_grant"
    steps.close()


# -- tokens


def test_a_token_is_renewed_before_it_expires_and_the_renewed_one_handed_back_to_be_kept(service: OpenId) -> None:
    kept: list[dict[str, str]] = []
    tokens, clock = signed_in(service), Clock()
    options = ConnectionOptions({**tokens.as_secrets(), "expires_at": str(clock.now + 600)}, lambda renewed: kept.append(dict(renewed)))
    access = Access(service.provider(), options, clock=clock)
    assert access.headers() == {"Authorization": f"Bearer {tokens.access}"}
    assert kept == []

    clock.now += 560
    renewed = access.headers()["Authorization"].removeprefix("Bearer ")

    assert renewed != tokens.access
    assert service.knows(renewed)
    assert [each["access_token"] for each in kept] == [renewed]
    assert kept[0]["refresh_token"] != tokens.refresh  # this service gives a new one each time
    assert float(kept[0]["expires_at"]) > clock.now
    assert access.headers()["Authorization"] == f"Bearer {renewed}"  # and keeps to it


def test_a_token_that_the_service_refuses_is_renewed(service: OpenId) -> None:
    access = Access(service.provider(), signed_in(service).as_secrets())
    before = access.headers()
    assert access.renew()
    assert access.headers() != before


def test_a_refresh_token_that_is_spent_says_to_sign_in_again(service: OpenId) -> None:
    secrets = signed_in(service).as_secrets()
    Access(service.provider(), secrets).renew()
    late = Access(service.provider(), secrets)
    with pytest.raises(OAuthError, match="no longer valid") as caught:
        late.renew()
    assert caught.value.hint == "Sign in again."


def test_without_a_refresh_token_an_expired_sign_in_says_so() -> None:
    clock = Clock()
    provider = OpenId("http://127.0.0.1:9").provider()
    access = Access(provider, Tokens("a", expires_at=clock.now + 30).as_secrets(), clock=clock)
    with pytest.raises(OAuthError, match="no longer valid"):
        access.headers()
    assert not Access(provider, Tokens("a").as_secrets()).renew()


def test_a_connection_that_nobody_signed_in_with_says_so() -> None:
    with pytest.raises(OAuthError, match="Nobody has signed in"):
        Access(OpenId("http://127.0.0.1:9").provider(), {})


def test_nothing_that_is_secret_is_shown(service: OpenId) -> None:
    tokens = signed_in(service)
    options = ConnectionOptions(tokens.as_secrets(), lambda _renewed: None)
    shown = f"{tokens!r} {Access(service.provider(), options)!r} {options!r} {service.provider(client_secret='hidden')!r}"
    for secret in (tokens.access, tokens.refresh, "hidden"):
        assert secret not in shown


def test_the_service_itself_runs_as_its_documentation_says(service: OpenId) -> None:
    """What the other tests stand on: it is the real one, with the ways in that we use."""
    told = httpx.get(f"{service.address}/.well-known/openid-configuration").json()
    provider = service.provider()
    assert told["token_endpoint"] == provider.token_url
    assert told["device_authorization_endpoint"] == provider.device_url
    assert told["authorization_endpoint"] == provider.authorization_url
    assert told["code_challenge_methods_supported"] == ["S256"]
