"""Signing in with OAuth 2, for sources that are `SignsIn`. Import it inside the functions that need it.

A `Provider` is data: its addresses, the client id and the scopes, all of which a user can give in a connection. Two ways to sign in,
both as generator steps, which the host draws, so that nothing here waits or prints:

* `device_sign_in` (RFC 8628): a short code is typed at a page, in a browser anywhere.
* `loopback_sign_in` (RFC 8252 with PKCE, RFC 7636): the browser comes back to a port of this computer; where it cannot (over SSH), the
  address that it was sent to is pasted. Both count for the same request, whichever comes first.

::

    def sign_in(self, options):
        from tui_import.api.oauth import device_sign_in
        tokens = yield from device_sign_in(provider_of(options))
        return SignedIn(tokens.account, tokens.as_secrets())

    def open(self, location, options):
        from tui_import.api.http import Http
        from tui_import.api.oauth import Access
        http = Http("https://api.example/v1", credentials=Access(provider_of(options), options))

`Access` renews the token before it expires and after a 401, and has the host keep what was renewed; `Service` opens line after line with
it, and `client_id_of` reads the client id out of a connection. Nothing here logs; tokens, codes and
verifiers are left out of every message and representation.
"""

from __future__ import annotations

from tui_import.api.oauth.access import Access, Service
from tui_import.api.oauth.device import device_sign_in
from tui_import.api.oauth.loopback import loopback_sign_in
from tui_import.api.oauth.provider import OAuthError, Provider, Tokens, client_id_of

__all__ = ["Access", "OAuthError", "Provider", "Service", "Tokens", "client_id_of", "device_sign_in", "loopback_sign_in"]
