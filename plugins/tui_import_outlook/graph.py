"""Contacts in Microsoft 365 and outlook.com, by Microsoft Graph: the source "outlook365".

Shapes and errors are those of Microsoft's documentation; addresses are settings of the connection.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_import.api import (
    Capability,
    Choice,
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
    ngettext,
)

if TYPE_CHECKING:
    from tui_import.api.http import Http
    from tui_import.api.oauth import Provider, Service

TITLE = "Microsoft 365"
AUTHORITY = "https://login.microsoftonline.com"
SERVICE = "https://graph.microsoft.com/v1.0"
SCOPES = ("openid", "profile", "email", "offline_access", "Contacts.Read")
MOST_FOLDERS, DEEPEST = 500, 10
CODE, BROWSER = "code", "browser"


class GraphSource(Source, HasConnections, SignsIn):
    """Each folder of contacts is a table."""

    name = "outlook365"
    capabilities = (Capability.KEYS, Capability.CONNECTIONS, Capability.SIGN_IN, Capability.CHANGES)

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Outlook account (Microsoft 365, outlook.com)")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("The contacts of an account and its folders, without photos")

    def connection_options(self) -> Sequence[Option]:
        """As whom and where. The addresses are Microsoft's where they are not changed."""
        ways = (Choice(CODE, _("code to type in any browser")), Choice(BROWSER, _("browser, or pasted address")))
        return (
            Option("client_id", _("Client ID"), help=_("Application ID of your registration in Microsoft Entra"), required=True),
            Option("tenant", _("Tenant"), help=_("common, consumers, organizations, or your organisation's domain"), default="common"),
            Option("sign_in", _("Sign in with"), OptionType.CHOICE, _("Organisations often block the code"), CODE, choices=ways),
            Option("authority", _("Sign-in server"), help=_("Address that people sign in at"), default=AUTHORITY),
            Option("service", _("Server"), help=_("Address of Microsoft Graph"), default=SERVICE),
            Option("ca_file", _("Certificates"), OptionType.PATH, _("PEM file of a private certificate authority"), ""),
        )

    def test_connection(self, connection: Options) -> str:
        """Before anybody signed in: that the settings are whole."""
        from tui_import.api.oauth import Tokens

        provider(connection).http().close()
        if Tokens.of(connection) is None:
            return _("Now sign in with: tui-import connections sign-in {source} NAME").format(source=self.name)
        count = len(self.open("", connection))
        return ngettext("{count} folder of contacts.", "{count} folders of contacts.", count).format(count=count)

    def sign_in(self, options: Options) -> Generator[SignInStep, str, SignedIn]:
        """With a code, or with a browser."""
        from tui_import.api.oauth import device_sign_in, loopback_sign_in

        way = loopback_sign_in if options.get("sign_in") == BROWSER else device_sign_in
        tokens = yield from way(provider(options))
        return SignedIn(tokens.account or TITLE, tokens.as_secrets())

    def open(self, location: str, options: Options) -> Sequence[Table]:  # noqa: ARG002 - the connection says it all
        """The folders, the usual one first, others by their path."""
        from tui_import_outlook.graph_table import GraphTable

        asked = service(options)
        with asked.http() as http:
            return [GraphTable(name, folder, asked) for name, folder in folders(http).items()]


def service(options: Options) -> Service:
    """The server. Raises `OAuthError` where nobody has signed in."""
    from tui_import.api.oauth import Service

    hint = _("Sign in again: tui-import connections sign-in outlook365 NAME")
    headers = {"Prefer": 'IdType="ImmutableId", odata.maxpagesize=200'}  # ids that stay when a contact is moved
    return Service(provider(options), options, usual=SERVICE, hint=hint, headers=headers)


def provider(options: Options) -> Provider:
    """Whom to sign in at. Raises `SourceError` where no client ID is given."""
    from urllib.parse import quote

    from tui_import.api.oauth import Provider, client_id_of

    authority = str(options.get("authority") or AUTHORITY).rstrip("/")
    address = f"{authority}/{quote(str(options.get('tenant') or 'common'), safe='')}/oauth2/v2.0"
    return Provider(
        TITLE,
        f"{address}/token",
        client_id_of(options),
        SCOPES,
        authorization_url=f"{address}/authorize",
        device_url=f"{address}/devicecode",
        parameters={"prompt": "select_account"},
        redirect="http://localhost",
        ca_file=str(options.get("ca_file") or ""),
    )


def folders(http: Http) -> Mapping[str, str]:
    """Name → id of all folders, the usual one first, those in another by their path.

    The list of folders is of those in the usual one, without it: its own contacts tell its id. Names do not depend on whether it has any.
    """
    from tui_import.api.addressbook import records, text

    found: dict[str, str] = {}
    contacts = records(_one(http, "me/contacts?$top=1&$select=parentFolderId"), "value")
    usual = next((text(each, "parentFolderId") for each in contacts), "")
    if usual:
        name = text(_one(http, f"me/contactFolders/{_quoted(usual)}"), "displayName")
        _add(found, name or "Contacts", usual)
    _add_folders(http, found, "me/contactFolders", "", 0)
    if usual:
        _add_folders(http, found, f"me/contactFolders/{_quoted(usual)}/childFolders", "", 1)
    return found


def _add_folders(http: Http, found: dict[str, str], address: str, parent: str, depth: int) -> None:
    from tui_import.api.addressbook import text

    if depth > DEEPEST:
        return
    for folder in list(pages(http, f"{address}?$top=100")):
        identity, name = text(folder, "id"), text(folder, "displayName")
        if not identity or identity in found.values() or len(found) >= MOST_FOLDERS:
            continue
        path = f"{parent}/{name}" if parent else name or identity
        path = _add(found, path, identity)
        _add_folders(http, found, f"me/contactFolders/{_quoted(identity)}/childFolders", path, depth + 1)


def _add(found: dict[str, str], name: str, identity: str) -> str:
    unique, count = name, 1
    while unique in found:
        count += 1
        unique = f"{name} ({count})"
    found[unique] = identity
    return unique


def pages(http: Http, address: str) -> Iterator[dict[str, Any]]:
    """The objects on a page and all that follow."""
    from tui_import.api.addressbook import records, text

    while address:
        page = _one(http, address)
        yield from records(page, "value")
        address = text(page, "@odata.nextLink")


def _one(http: Http, address: str) -> Any:
    return http.get(address).json()


def _quoted(identity: str) -> str:
    from urllib.parse import quote

    return quote(identity, safe="=")
