"""The source "carddav": what a connection consists of, and the address books of its account as tables."""

from __future__ import annotations

from collections.abc import Sequence

from tui_import.api import Capability, HasConnections, Option, Options, OptionType, Source, Table, _, ngettext
from tui_import.api.columns import columns_option, only_filled


class CarddavSource(Source, HasConnections):
    """Address books on a server."""

    name = "carddav"
    api_version = (1, 1)
    capabilities = (Capability.CONNECTIONS, Capability.KEYS, Capability.CHANGES)

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Address book on a server (CardDAV)")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Contacts in iCloud, Fastmail, Nextcloud, SOGo and others, with an app password")

    def options(self) -> Sequence[Option]:
        """What can be chosen beside the connection."""
        return (Option("sheet", _("Address book"), help=_("Its name; without one, the first of the account"), default=""), columns_option())

    def connection_options(self) -> Sequence[Option]:
        """Server, user and password."""
        return (
            Option(
                "server",
                _("Server"),
                help=_(
                    "Like contacts.icloud.com, carddav.fastmail.com or https://cloud.example.com; the address of one address book will do"
                ),
                required=True,
            ),
            Option("user", _("User name"), help=_("Mostly your whole e-mail address"), default=""),
            Option(
                "password",
                _("App password"),
                OptionType.PASSWORD,
                help=_("Made for this program in the settings of your account, where that is possible"),
                default="",
            ),
            Option(
                "ca_file",
                _("Certificate authority"),
                OptionType.PATH,
                help=_("A file with the certificate of your organisation's own authority (PEM); mostly empty"),
                default="",
            ),
        )

    def test_connection(self, connection: Options) -> str:
        """Find the address books."""
        from tui_import_carddav.server import Account, Server

        account = Account.of(connection)
        with Server(account) as server:
            books = server.books()
        text = ngettext(
            "{server} answers, with {count} address book: {names}.", "{server} answers, with {count} address books: {names}.", len(books)
        )
        sentence = text.format(server=account.host, count=len(books), names=", ".join(book.name for book in books))
        if account.is_readable_on_the_way:
            sentence += " " + _("The line is not encrypted: others may read your password on the way.")
        return sentence

    def open(self, location: str, options: Options) -> Sequence[Table]:  # noqa: ARG002
        """One table per address book."""
        from tui_import_carddav.book import BookTable
        from tui_import_carddav.server import Account, Server

        account = Account.of(options)
        with Server(account) as server:
            books = server.books()
        return [BookTable(account, book, only_filled=only_filled(options)) for book in books]
