"""Access tokens for `Http`, renewed when it is time, handed back to be kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui_import.api.i18n import _
from tui_import.api.oauth.provider import OAuthError, Provider, Tokens, ask_for_tokens
from tui_import.api.options import Options, keep_secrets

if TYPE_CHECKING:
    from tui_import.api.http import Http

EARLY = 60.0
"""Seconds before it expires that a token is renewed: an answer may take that long."""


class Access:
    """Credentials out of a sign-in. May be used from several threads."""

    def __init__(self, provider: Provider, options: Options, *, clock: Callable[[], float] = time.time) -> None:
        """``options``: those of the connection, which hold the tokens. Raises `OAuthError` where nobody has signed in."""
        tokens = Tokens.of(options)
        if tokens is None:
            raise OAuthError(
                _("Nobody has signed in with this connection."),
                hint=_("Sign in with: tui-import connections sign-in SOURCE NAME"),
            )
        self._provider, self._options, self._clock = provider, options, clock
        self._tokens = tokens
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._provider.title}>"

    def headers(self) -> Mapping[str, str]:
        """With a token that is good for a while. Raises `OAuthError`, `HttpError` where none is to be had."""
        with self._lock:
            expired = self._tokens.expires_at and self._clock() > self._tokens.expires_at - EARLY
            if expired or not self._tokens.access:
                self._renew()
            return {"Authorization": f"Bearer {self._tokens.access}"}

    def renew(self) -> bool:
        """Get another token, since the server does not take this one. False where there is no way. Raises `OAuthError`, `HttpError`."""
        with self._lock:
            if not self._tokens.refresh:
                return False
            self._renew()
            return True

    def _renew(self) -> None:
        if not self._tokens.refresh:
            raise OAuthError(_("The sign-in is no longer valid."), hint=_("Sign in again."), code="invalid_grant")
        with self._provider.http() as http:
            form = {"grant_type": "refresh_token", "refresh_token": self._tokens.refresh}
            renewed = ask_for_tokens(http, self._provider, form, self._clock())
        self._tokens = Tokens(renewed.access, renewed.refresh or self._tokens.refresh, renewed.expires_at)
        keep_secrets(self._options, self._tokens.as_secrets())


class Service:
    """A server that is asked with the tokens of a sign-in, again and again; tokens that were renewed are shared."""

    def __init__(self, provider: Provider, options: Options, *, usual: str, hint: str, headers: Mapping[str, str] | None = None) -> None:
        """``options``: those of the connection; its ``service`` and ``ca_file`` count. ``usual``: the address where no ``service`` is
        given; ``hint``: how to sign in again. Raises `OAuthError` where nobody has signed in."""
        self._credentials = Access(provider, options)
        self._address = str(options.get("service") or usual)
        self._ca_file = str(options.get("ca_file") or "")
        self._title, self._hint, self._headers = provider.title, hint, headers or {}

    def http(self) -> Http:
        """A line to the server, to be closed."""
        from tui_import.api.http import Http

        return Http(
            self._address,
            service=self._title,
            credentials=self._credentials,
            headers=self._headers,
            ca_file=self._ca_file,
            sign_in_hint=self._hint,
        )
