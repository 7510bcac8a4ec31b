"""Contacts that are saved in a Google account, by the People API: the source "google".

Shapes and errors are those of Google's documentation; addresses are settings of the connection. The flow with a code to type does not
give access to contacts, so the browser is the only way, and the address that it was sent to can be pasted.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from tui_import.api import (
    Capability,
    HasConnections,
    Option,
    Options,
    OptionType,
    SignedIn,
    SignInStep,
    SignsIn,
    Source,
    Table,
    _,
)

if TYPE_CHECKING:
    from tui_import.api.oauth import Provider, Service

TITLE = "Google"
AUTHORIZATION = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SERVICE = "https://people.googleapis.com/v1"
SCOPES = ("openid", "email", "https://www.googleapis.com/auth/contacts.readonly")
TABLE = "contacts"


class PeopleSource(Source, HasConnections, SignsIn):
    """One table: the saved contacts, not every address that was ever written to."""

    name = "google"
    capabilities = (Capability.KEYS, Capability.CONNECTIONS, Capability.SIGN_IN, Capability.CHANGES)

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Google account (Gmail contacts)")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("The contacts saved in an account with their labels, without photos")

    def connection_options(self) -> Sequence[Option]:
        """As which program and where. The addresses are Google's where they are not changed."""
        return (
            Option("client_id", _("Client ID"), help=_("Of an OAuth client of the type “desktop app” of your own"), required=True),
            Option("client_secret", _("Client secret"), OptionType.PASSWORD, _("Google gives one with the client ID"), ""),
            Option("authorization_url", _("Sign-in page"), help=_("Address that people sign in at"), default=AUTHORIZATION),
            Option("token_url", _("Sign-in server"), help=_("Address that tokens come from"), default=TOKEN),
            Option("service", _("Server"), help=_("Address of the People API"), default=SERVICE),
            Option("ca_file", _("Certificates"), OptionType.PATH, _("PEM file of a private certificate authority"), ""),
        )

    def test_connection(self, connection: Options) -> str:
        """Before anybody signed in: that the settings are whole."""
        from tui_import.api.addressbook import text
        from tui_import.api.oauth import Tokens

        provider(connection).http().close()
        if Tokens.of(connection) is None:
            return _("Now sign in with: tui-import connections sign-in {source} NAME").format(source=self.name)
        with service(connection).http() as http:
            found = http.get("people/me/connections", params={"personFields": "metadata", "pageSize": 1}).json()
        return _("{count} contacts.").format(count=text(found, "totalItems") or "0")

    def sign_in(self, options: Options) -> Generator[SignInStep, str, SignedIn]:
        """With a browser here, or one elsewhere whose address is pasted."""
        from tui_import.api.oauth import loopback_sign_in

        tokens = yield from loopback_sign_in(provider(options))
        return SignedIn(tokens.account or TITLE, tokens.as_secrets())

    def open(self, location: str, options: Options) -> Sequence[Table]:  # noqa: ARG002 - the connection says it all
        """The one table."""
        from tui_import_gmail.people_table import PeopleTable

        return [PeopleTable(TABLE, service(options))]


def service(options: Options) -> Service:
    """The server. Raises `OAuthError` where nobody has signed in."""
    from tui_import.api.oauth import Service

    hint = _("Sign in again: tui-import connections sign-in google NAME")
    return Service(provider(options), options, usual=SERVICE, hint=hint)


def provider(options: Options) -> Provider:
    """Whom to sign in at. Raises `SourceError` where no client ID is given."""
    from tui_import.api.oauth import Provider, client_id_of

    return Provider(
        TITLE,
        str(options.get("token_url") or TOKEN),
        client_id_of(options),
        SCOPES,
        authorization_url=str(options.get("authorization_url") or AUTHORIZATION),
        client_secret=str(options.get("client_secret") or ""),
        parameters={"access_type": "offline", "prompt": "consent"},  # else Google gives a refresh token at the first sign-in alone
        ca_file=str(options.get("ca_file") or ""),
    )
