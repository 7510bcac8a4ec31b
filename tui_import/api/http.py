"""HTTP for sources that read from a server or an account. Import it inside the functions that need it: httpx comes along.

::

    with Http("https://erp.example/api", service="Example ERP", credentials=basic(user, password), ca_file=ca_file) as http:
        customers = http.get("customers", params={"limit": 200}).json()
        found = http.request("POST", "search", json={"city": "Aarhus"}, safe=True).json()

What may be asked twice (`SAFE` methods, or ``safe=True``) is asked again after growing pauses, or the pause that the server asks for,
where the server is busy or the line fails; nothing else ever is. Every failure is an `HttpError` in plain words, without address
parameters, headers or bodies, so no secret gets into a message. Credentials are sent to the server of ``base`` and to no other.
"""

from __future__ import annotations

import base64
import logging
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

from tui_import.api.errors import SourceError
from tui_import.api.http_errors import HttpError, in_plain_words, late, refusal
from tui_import.api.i18n import _

if TYPE_CHECKING:
    import httpx

__all__ = ["SAFE", "Answer", "Credentials", "Fixed", "Http", "HttpError", "basic", "bearer", "patient"]
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
"""Methods that change nothing at the server."""
LONGEST_WAIT = 90.0
"""Seconds that all pauses of one request may take together; less than a source may be silent."""
LONGEST_ANSWER = 100.0
"""Seconds that one answer may take to its last byte."""
MOST_BYTES = 64 << 20
"""Bytes of one answer."""
MOST_REDIRECTS = 5
NAP = 0.1
"""Seconds: a call that is stopped notices it between two naps."""


class Credentials(Protocol):
    """As whom a server is asked. `basic` and `bearer` are ready made; `tui_import.api.oauth.Access` renews itself."""

    def headers(self) -> Mapping[str, str]:
        """The headers that say it, asked for before every request."""

    def renew(self) -> bool:
        """The server answered 401: get new ones. False where there is no way. Raises `SourceError`."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Credentials that stay what they are."""

    values: Mapping[str, str] = field(repr=False)
    """Header → value."""

    def headers(self) -> Mapping[str, str]:
        """As they are."""
        return self.values

    def renew(self) -> bool:
        """There is nothing to renew."""
        return False


def basic(user: str, password: str) -> Fixed:
    """User name and password."""
    return Fixed({"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"})


def bearer(token: str) -> Fixed:
    """A token or key that the server knows."""
    return Fixed({"Authorization": f"Bearer {token}"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """Names in any case."""
    content: bytes = field(repr=False)
    url: str = field(repr=False)
    """Where it came from in the end."""
    service: str = ""

    @property
    def text(self) -> str:
        """As UTF-8, with a replacement for what is none."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """As JSON. Raises `HttpError` where it is none or only half of it."""
        import json

        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            raise HttpError(
                _("{service} sent an answer that cannot be read.").format(service=self.service),
                hint=_("Try again later; if it stays so, check the address of the server."),
                status=self.status,
                answer=self,
            ) from None


def patient(seconds: float) -> None:
    """Wait in naps: what stops a plugin's call is thrown into its thread and arrives between two of them."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, NAP))


class Http:
    """One server. May be used from several threads; close it, or use it in ``with``."""

    def __init__(
        self,
        base: str,
        *,
        service: str = "",
        credentials: Credentials | None = None,
        headers: Mapping[str, str] | None = None,
        ca_file: str = "",
        timeout: float = 30.0,
        tries: int = 5,
        sign_in_hint: str = "",
        wait: Callable[[float], None] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """A server to be asked.

        ``base``: address that relative ones are under. ``service``: what messages call it; else its host. ``ca_file``: a PEM file with
        the certificates of a private authority, trusted beside the usual ones. ``timeout``: seconds without a byte. ``tries``: how often
        a safe request is made in all. ``sign_in_hint``: what to do after a 401. ``wait`` and ``now``: for tests.
        """
        self._base = base
        self._service = service
        self._credentials = credentials
        self._headers = dict(headers or {})
        self._ca_file = ca_file
        self._timeout = timeout
        self._tries = max(1, tries)
        self._sign_in_hint = sign_in_hint
        self._wait, self._now = patient if wait is None else wait, now
        self._opened: httpx.Client | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {_host(self._base)}>"

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its lines."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def get(self, url: str, *, params: Mapping[str, str | int] | None = None, accept: Collection[int] = ()) -> Answer:
        """A GET; see `request`."""
        return self.request("GET", url, params=params, accept=accept)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        safe: bool | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """The answer, of a status below 300 or one of ``accept``.

        ``url``: absolute, from the server's root ("/dav/"), or under ``base``. One of ``json``, ``form`` and ``content`` is the body.
        ``safe``: whether it may be asked again; by its method where not given. Redirects of safe requests are followed within the server.
        Raises `HttpError` for everything else.
        """
        safe = method.upper() in SAFE if safe is None else safe
        body = {"json": json, "data": form, "content": content}
        parts = {"params": params, **{key: value for key, value in body.items() if value is not None}}
        target, waited, tried, renewed = self._target(url), 0.0, 0, False
        while True:
            tried += 1
            pause: float | None = None
            try:
                answer = self._redirected(method, target, {**parts, "headers": headers or {}}, safe, accept)
            except HttpError as error:
                failure = error
            else:
                if answer.status in accept or answer.status < 300:
                    return answer
                if answer.status == 401 and not renewed and self._credentials is not None and self._credentials.renew():
                    renewed = True
                    continue
                failure, pause = refusal(answer, self._name, self._sign_in_hint), self._asked_pause(answer)
            pause = float(2 ** (tried - 1)) if pause is None else pause
            waited += pause
            if not (safe and failure.passing and tried < self._tries and waited <= LONGEST_WAIT):
                raise failure
            self._wait(pause)

    # -- one request

    def _target(self, url: str) -> str:
        if "://" in url:
            return url
        if url.startswith("/"):
            scheme, _sign, rest = self._base.partition("://")
            return f"{scheme}://{rest.partition('/')[0]}{url}"
        return f"{self._base.rstrip('/')}/{url}" if url else self._base

    def _redirected(self, method: str, target: str, parts: Mapping[str, Any], safe: bool, accept: Collection[int]) -> Answer:
        """The answer behind redirects. Raises `HttpError` where one leads to another server with our credentials."""
        for _step in range(MOST_REDIRECTS + 1):
            if self._credentials is not None and _origin(target) != _origin(self._base):
                raise HttpError(
                    _("{service} points to another server, {host}, which does not get your sign-in.").format(
                        service=self._name, host=_host(target)
                    ),
                    hint=_("If that is right, give its address in the connection."),
                )
            answer = self._send(method, target, parts)
            location = answer.headers.get("location", "")
            if answer.status in accept or not (safe and location and answer.status in (301, 302, 303, 307, 308)):
                return answer
            target, parts = urljoin(answer.url, location), {**parts, "params": None}
        raise HttpError(_("{service} sends from one address to the next without an end.").format(service=self._name))

    def _send(self, method: str, target: str, parts: Mapping[str, Any]) -> Answer:
        own = self._credentials.headers() if self._credentials is not None else {}
        headers = {**self._headers, **parts["headers"], **own}
        rest = {key: value for key, value in parts.items() if key != "headers" and value is not None}
        until = time.monotonic() + LONGEST_ANSWER
        with (
            in_plain_words(self._name, _host(target)),
            self._client().stream(method, target, headers=headers, follow_redirects=False, **rest) as response,
        ):
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MOST_BYTES:
                    raise HttpError(_("{service} sent more than can be taken at once.").format(service=self._name))
                if time.monotonic() > until:
                    raise late(self._name)
            return Answer(response.status_code, response.headers, bytes(content), str(response.url), self._name)

    def _client(self) -> httpx.Client:
        if self._opened is None:
            import httpx

            for name in ("httpx", "httpcore"):  # they would log addresses and headers
                logging.getLogger(name).setLevel(logging.WARNING)
            loopback = {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")}  # never through a proxy
            self._opened = httpx.Client(verify=_trust(self._ca_file), timeout=self._timeout, mounts=loopback)
        return self._opened

    # -- words

    @property
    def _name(self) -> str:
        return self._service or _host(self._base)

    def _asked_pause(self, answer: Answer) -> float | None:
        """Seconds that the server asks to wait, as a number or a date; None where it does not say."""
        asked = answer.headers.get("retry-after", "").strip()
        if asked.isdecimal():
            return float(asked)
        try:
            moment = parsedate_to_datetime(asked)
        except ValueError:
            return None
        return max(0.0, (moment.astimezone(UTC) - datetime.fromtimestamp(self._now(), UTC)).total_seconds())


@lru_cache(maxsize=8)
def _trust(ca_file: str) -> ssl.SSLContext:
    """The authorities that httpx trusts, those of the system, and the file's. Reading them takes longer than asking, so it is done once."""
    import httpx

    context = httpx.create_ssl_context()
    context.load_default_certs()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ValueError):
            raise SourceError(
                _("The certificates in {file} cannot be read.").format(file=ca_file), hint=_("It must be a file in the PEM format.")
            ) from None
    return context


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port; empty where it is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", "", None


def _host(url: str) -> str:
    return _origin(url)[1] or _("the server")
