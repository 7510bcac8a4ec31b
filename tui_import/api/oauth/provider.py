"""Who is asked for tokens, what comes back, and what went wrong in a sentence."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tui_import.api.errors import SourceError
from tui_import.api.http import Answer, Http
from tui_import.api.i18n import N_, _
from tui_import.api.options import Options

REFUSALS = frozenset({400, 401, 403})
"""HTTP statuses that come with an OAuth error in JSON."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class OAuthError(SourceError):
    """A sign-in or renewal was refused."""

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
        """As the protocol calls it: "access_denied"."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A service that people sign in to, and as which program."""

    title: str
    """As users know it: "Google"."""
    token_url: str
    """Where codes and refresh tokens become access tokens."""
    client_id: str
    """What the program is registered as."""
    scopes: Sequence[str]
    """The rights that are asked for; "openid email" among them tell who signed in."""
    authorization_url: str = ""
    """Page for a browser on this computer; empty: there is none."""
    device_url: str = ""
    """Where codes to type are asked for; empty: there are none."""
    client_secret: str = field(default="", repr=False)
    """Some services give one even to programs that cannot keep it."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Further parameters of the page: ``{"access_type": "offline"}``."""
    redirect: str = "http://127.0.0.1"
    """Where the browser comes back to, without the port."""
    ca_file: str = ""
    """Certificates of a private authority, as in `Http`."""

    def client(self) -> Mapping[str, str]:
        """What it is recognised by in requests for tokens."""
        return {"client_id": self.client_id, **({"client_secret": self.client_secret} if self.client_secret else {})}

    def http(self) -> Http:
        """Its server. Raises `SourceError` where an address is not safe to send secrets to."""
        for url in (self.token_url, self.authorization_url, self.device_url):
            if url and not _is_safe(url):
                raise SourceError(
                    _("“{url}” is no address to sign in at.").format(url=url), hint=_("It must begin with https:// and name a server.")
                )
        return Http(self.token_url, service=self.title, ca_file=self.ca_file)


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    """Gets new access tokens; empty: there is none."""
    expires_at: float = 0.0
    """Seconds since 1970; 0: not known."""
    account: str = ""
    """Who signed in, as the service told."""

    def as_secrets(self) -> dict[str, str]:
        """As they are kept with a connection."""
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_at": f"{self.expires_at:.0f}"}

    @classmethod
    def of(cls, options: Options) -> Tokens | None:
        """Those that were kept; None where nobody has signed in."""
        access, refresh = str(options.get("access_token") or ""), str(options.get("refresh_token") or "")
        try:
            expires_at = float(options.get("expires_at") or 0)
        except ValueError:
            expires_at = 0.0
        return cls(access, refresh, expires_at) if access or refresh else None


def client_id_of(options: Options) -> str:
    """What the user registered the program as. Raises `SourceError` where a connection does not say."""
    client_id = str(options.get("client_id") or "").strip()
    if not client_id:
        raise SourceError(_("No client ID is given."), hint=_("Save the connection with --option client_id=…; see the user guide."))
    return client_id


def ask_for_tokens(http: Http, provider: Provider, form: Mapping[str, str], now: float) -> Tokens:
    """Exchange a code or refresh token; asked once, since both may be good for one time only. Raises `OAuthError`, `HttpError`."""
    answer = http.request("POST", provider.token_url, form={**provider.client(), **form}, accept=REFUSALS)
    found = content(answer, provider)
    access = found.get("access_token")
    if not isinstance(access, str) or not access:
        raise OAuthError(_("{title} sent no token.").format(title=provider.title), hint=_("Sign in again."))
    try:
        lifetime = float(found.get("expires_in") or 0)
    except (TypeError, ValueError):
        lifetime = 0.0
    return Tokens(access, str(found.get("refresh_token") or ""), now + lifetime if lifetime else 0.0, _account(found.get("id_token")))


def content(answer: Answer, provider: Provider) -> Mapping[str, Any]:
    """The object in an answer. Raises `OAuthError` where it tells of a refusal."""
    found = answer.json()
    if not isinstance(found, dict):
        raise OAuthError(_("{title} sent an answer that cannot be read.").format(title=provider.title), hint=_("Try again later."))
    if "error" in found or answer.status in REFUSALS:
        raise refusal(provider, found)
    return found


def refusal(provider: Provider, said: Mapping[str, Any]) -> OAuthError:
    """The sentence for what a service refuses with; its own words stay out, but for the number of a Microsoft error."""
    code = re.sub(r"[^a-z0-9_.-]", "", str(said.get("error") or "").lower())[:60]
    number = re.search(r"AADSTS(\d{4,7})", str(said.get("error_description") or ""))
    known = next((words for numbers, words in _MICROSOFT if number and number[1] in numbers), None) or _WORDS.get(code)
    message, hint = known or (N_("{title} refuses the sign-in ({code})."), N_("Check the settings of the connection and sign in again."))
    shown = f"{code} AADSTS{number[1]}" if number else code or "?"
    return OAuthError(_(message).format(title=provider.title, code=shown), hint=_(hint), code=code)


_AGAIN = N_("Sign in again.")
_DENIED = (N_("The access was not allowed."), N_("Sign in again and allow it."))
_EXPIRED = (N_("The code has expired before anybody signed in."), N_("Begin again."))
_NOT_SO = (
    N_("{title} does not allow this program to sign in this way ({code})."),
    N_("Choose the other way of signing in: sign_in=browser or sign_in=code."),
)
_UNKNOWN = (N_("{title} does not know this program, or not its secret."), N_("Check client_id and client_secret of the connection."))
_BLOCKED = (
    N_("Your organisation does not allow this way of signing in ({code})."),
    N_("Choose the other way of signing in (sign_in=browser), or ask your administrator."),
)
_CONSENT = (
    N_("An administrator of your organisation must allow this program first ({code})."),
    N_("Ask your administrator to give consent to it."),
)
_WORDS: Mapping[str, tuple[str, str]] = {
    "access_denied": _DENIED,
    "authorization_declined": _DENIED,
    "expired_token": _EXPIRED,
    "code_expired": _EXPIRED,
    "invalid_grant": (N_("The sign-in is no longer valid."), _AGAIN),
    "interaction_required": (N_("{title} wants you to sign in again."), _AGAIN),
    "login_required": (N_("{title} wants you to sign in again."), _AGAIN),
    "consent_required": _CONSENT,
    "invalid_client": _UNKNOWN,
    "deleted_client": _UNKNOWN,
    "unauthorized_client": _NOT_SO,
    "unsupported_grant_type": _NOT_SO,
    "invalid_scope": (N_("{title} does not give the rights that were asked for."), N_("Check what the program is registered for.")),
    "admin_policy_enforced": _CONSENT,
    "org_internal": (N_("{title} lets only members of another organisation use this program."), N_("Check client_id.")),
    "server_error": (N_("{title} has a fault of its own."), N_("Try again later.")),
    "temporarily_unavailable": (N_("{title} is busy or being maintained."), N_("Try again in a few minutes.")),
}
_MICROSOFT: Sequence[tuple[Sequence[str], tuple[str, str]]] = (
    (("53000", "53001", "53002", "53003", "530032", "530035"), _BLOCKED),
    (("65001", "90094", "90095", "50105"), _CONSENT),
    (("700016", "70002"), _UNKNOWN),
    (
        ("7000218", "70002"),
        (N_("The program is not registered for people who sign in."), N_("Switch on “Allow public client flows” there.")),
    ),
)
"""Numbers of Microsoft's errors as documented; they say more than the codes of the protocol that they come with."""


def _account(id_token: object) -> str:
    """Who an ID token speaks of. Straight from the service over TLS, its signature need not be checked (OpenID Connect Core 3.1.3.7)."""
    try:
        payload = str(id_token).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return next(str(claims[name]) for name in ("email", "preferred_username", "upn", "name", "sub") if claims.get(name))
    except (IndexError, ValueError, binascii.Error, AttributeError, TypeError, StopIteration):
        return ""
