"""The browser's way: it comes back to a port of this computer, or the address it was sent to is pasted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Generator, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from tui_import.api.capabilities import SignInStep
from tui_import.api.errors import SourceError
from tui_import.api.i18n import _
from tui_import.api.oauth.listener import Listener
from tui_import.api.oauth.provider import Provider, Tokens, ask_for_tokens, refusal

LOOK_EVERY = 0.5
"""Seconds between two looks at the port."""
LIFETIME = 900.0
"""Seconds that somebody may take to sign in."""


def loopback_sign_in(provider: Provider, *, clock: Callable[[], float] = time.time) -> Generator[SignInStep, str, Tokens]:
    """Sign in with a browser. Raises `OAuthError`, `HttpError`, `SourceError`.

    Listens on 127.0.0.1 while it runs, at a port that the system chooses. ``clock``: seconds since 1970, for tests.
    """
    if not provider.authorization_url:
        raise SourceError(_("{title} has no sign-in with a browser.").format(title=provider.title), hint=_("Choose sign_in=code."))
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    until = clock() + LIFETIME
    with provider.http() as http, Listener(lambda query: _belongs(query, state)) as listener:
        redirect = f"{provider.redirect}:{listener.port}"
        address = _page(provider, redirect, verifier, state)
        note = ""
        while clock() < until:
            pasted = yield _step(address, note)
            query = listener.look() or _query(pasted)
            note = _what_is_wrong(pasted, query, state)
            if note or not query:
                continue
            if "error" in query:
                raise refusal(provider, query)
            form = {"grant_type": "authorization_code", "code": query["code"], "redirect_uri": redirect, "code_verifier": verifier}
            return ask_for_tokens(http, provider, form, clock())
        raise SourceError(_("Nobody signed in."), hint=_("Begin again."))


def _page(provider: Provider, redirect: str, verifier: str, state: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect,
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **provider.parameters,
    }
    sign = "&" if urlsplit(provider.authorization_url).query else "?"
    return f"{provider.authorization_url}{sign}{urlencode(parameters)}"


def _step(address: str, note: str) -> SignInStep:
    sentence = _(
        "Open this page in a browser and allow the access. If the browser runs on another computer, the last page will not load: "
        "copy that page's address and paste it here."
    )
    return SignInStep(f"{note} {sentence}" if note else sentence, address, paste=_("Address of the page you came to"), wait=LOOK_EVERY)


def _query(pasted: str) -> Mapping[str, str]:
    """What stands behind the "?" of a pasted address, or of its part from there."""
    text = pasted.strip().strip("<>\"'")
    try:
        return dict(parse_qsl(urlsplit(text).query or text.partition("?")[2] or text))
    except ValueError:
        return {}


def _belongs(query: Mapping[str, str], state: str) -> bool:
    """Whether it answers this very request."""
    return hmac.compare_digest(query.get("state", "").encode(), state.encode()) and ("code" in query or "error" in query)


def _what_is_wrong(pasted: str, query: Mapping[str, str], state: str) -> str:
    if not (pasted.strip() or query):
        return ""
    if not ("code" in query or "error" in query):
        return _("That address has no code in it; paste the whole of it.")
    return "" if _belongs(query, state) else _("That address belongs to another sign-in; use the page below.")
