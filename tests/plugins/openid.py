"""A real OpenID provider on loopback (`oidc-provider` from npm), the browser of somebody who signs in there, and a clock to be turned."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from tests.servers import free_port, node_server, serving
from tui_import.api.oauth import Provider

PACKAGES = ("oidc-provider@9.13.3", "node@22.23.3")
SCRIPT = """
import { Provider } from 'oidc-provider';
const issuer = 'http://127.0.0.1:' + process.argv[2];
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'tui', token_endpoint_auth_method: 'none', application_type: 'native', response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      redirect_uris: ['http://127.0.0.1', 'http://localhost'] },
    { client_id: 'kept', client_secret: 'a-secret-of-the-client', token_endpoint_auth_method: 'client_secret_post',
      application_type: 'native', response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://127.0.0.1'] },
  ],
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: true } },
  scopes: ['openid', 'offline_access', 'profile', 'email', 'Contacts.Read', 'https://www.googleapis.com/auth/contacts.readonly'],
  claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
  conformIdTokenClaims: false,
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id + '@example.dk' }) }),
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  routes: { token: '/common/oauth2/v2.0/token', authorization: '/common/oauth2/v2.0/authorize',
            device_authorization: '/common/oauth2/v2.0/devicecode' },
  ttl: { AccessToken: 3600, DeviceCode: 600, AuthorizationCode: 60, IdToken: 3600, RefreshToken: 86400, Grant: 86400, Session: 86400,
         Interaction: 600 },
});
provider.listen(Number(process.argv[2]), '127.0.0.1');
"""


@dataclass(frozen=True)
class OpenId:
    """The provider, as its users know it."""

    address: str

    def provider(self, **other: object) -> Provider:
        """What a source signs in with."""
        under = f"{self.address}/common/oauth2/v2.0"
        given: dict[str, object] = {
            "title": "Example",
            "token_url": f"{under}/token",
            "client_id": "tui",
            "scopes": ("openid", "email", "offline_access", "Contacts.Read"),
            "authorization_url": f"{under}/authorize",
            "device_url": f"{under}/devicecode",
            "parameters": {"prompt": "consent"},
        }
        return Provider(**{**given, **other})  # type: ignore[arg-type]

    def knows(self, access_token: str) -> bool:
        """Whether a token is one that it gave and still takes."""
        answer = httpx.get(f"{self.address}/me", headers={"Authorization": f"Bearer {access_token}"})
        return answer.status_code == 200

    def browse(self, address: str, code: str = "", who: str = "anna", allow: bool = True) -> str:
        """Open a page, sign in, allow the access; where the browser is sent back to, else the last page's text."""
        with httpx.Client() as browser:
            answer = browser.get(address)
            for _step in range(12):
                if answer.is_redirect:
                    target = urljoin(str(answer.url), answer.headers["location"])
                    if not target.startswith(self.address):
                        return target
                    answer = browser.get(target)
                    continue
                if not allow and (abort := re.search(r'href="([^"]*/abort)"', answer.text)):
                    answer = browser.get(urljoin(str(answer.url), abort[1]))
                    continue
                form = re.search(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', answer.text, re.DOTALL)
                if form is None:
                    return answer.text
                aborts = not allow and 'name="abort"' in answer.text
                filled = {**_filled(form[2], code, who), **({"abort": "yes"} if aborts else {})}
                answer = browser.post(urljoin(str(answer.url), form[1].replace("&amp;", "&")), data=filled)
                if aborts:
                    return answer.text
        raise AssertionError("signing in never ends")


def _filled(form: str, code: str, who: str) -> Mapping[str, str]:
    fields = dict(re.findall(r'name="([^"]+)"\s+value="([^"]*)"', form))
    fields |= dict.fromkeys(re.findall(r'<input[^>]*name="(login|password)"', form), who)
    if "user_code" in form and "user_code" not in fields:
        fields["user_code"] = code
    return fields


@contextmanager
def openid() -> Iterator[OpenId]:
    """The provider while it runs."""
    folder = node_server("oidc", *PACKAGES)
    with tempfile.TemporaryDirectory(dir=folder, prefix="run-") as place:
        script = Path(place) / "provider.mjs"
        script.write_text(SCRIPT)
        port = free_port()
        with serving([folder / "node_modules/node/bin/node", script, str(port)], port, cwd=Path(place)):
            yield OpenId(f"http://127.0.0.1:{port}")


class Clock:
    """Seconds since 1970, as somebody sets them."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
