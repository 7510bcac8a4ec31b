"""The device flow: a short code, typed at a page in any browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from tui_import.api.capabilities import SignInStep
from tui_import.api.errors import SourceError
from tui_import.api.http import Http, HttpError
from tui_import.api.i18n import _
from tui_import.api.oauth.provider import REFUSALS, OAuthError, Provider, Tokens, ask_for_tokens, content, refusal

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL, SLOWER, LONGEST_INTERVAL = 5.0, 5.0, 60.0
"""Seconds between two questions where the service does not say; how much longer where it asks for it; and at most."""
USUAL_LIFETIME = 900.0


def device_sign_in(provider: Provider, *, clock: Callable[[], float] = time.time) -> Generator[SignInStep, str, Tokens]:
    """Sign in with a code to type. Raises `OAuthError`, `HttpError`, `SourceError`.

    ``clock``: seconds since 1970, for tests.
    """
    with provider.http() as http:
        code, step, until = _begun(http, provider, clock())
        while clock() < until:
            yield step
            try:
                return ask_for_tokens(http, provider, {"grant_type": GRANT, "device_code": code}, clock())
            except OAuthError as error:
                if error.code == "slow_down":
                    step = _later(step)
                elif error.code != "authorization_pending":
                    raise
            except HttpError as error:
                if not error.passing:
                    raise
                step = _later(step)
        raise refusal(provider, {"error": "expired_token"})


def _begun(http: Http, provider: Provider, now: float) -> tuple[str, SignInStep, float]:
    """The code to ask with, what to show, and until when (seconds since 1970)."""
    if not provider.device_url:
        raise SourceError(_("{title} has no sign-in with a code.").format(title=provider.title), hint=_("Choose sign_in=browser."))
    form = {**provider.client(), "scope": " ".join(provider.scopes)}
    asked = content(http.request("POST", provider.device_url, form=form, accept=REFUSALS), provider)
    code, shown = str(asked.get("device_code") or ""), str(asked.get("user_code") or "")
    address = str(asked.get("verification_uri") or asked.get("verification_url") or "")
    if not (code and shown and address.startswith(("https://", "http://"))):
        raise OAuthError(_("{title} sent no code to sign in with.").format(title=provider.title), hint=_("Try again later."))
    sentence = _("Open this page in any browser and type the code there.")
    interval = min(_seconds(asked.get("interval"), USUAL_INTERVAL), LONGEST_INTERVAL)
    return code, SignInStep(sentence, address, shown, wait=interval), now + _seconds(asked.get("expires_in"), USUAL_LIFETIME)


def _later(step: SignInStep) -> SignInStep:
    return SignInStep(step.sentence, step.address, step.code, wait=min(step.wait + SLOWER, LONGEST_INTERVAL))


def _seconds(given: object, usual: float) -> float:
    try:
        return max(0.0, float(str(given)))
    except ValueError:
        return usual
