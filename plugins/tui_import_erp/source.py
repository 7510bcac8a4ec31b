"""The source "erp": a connection says which ERP, an option which actors; each actor type is a table."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from itertools import count
from pathlib import Path

from tui_import.api import (
    Capability,
    HasConnections,
    HasLists,
    Option,
    Options,
    SignedIn,
    SignInStep,
    SignsIn,
    Source,
    SourceError,
    Table,
    _,
)
from tui_import.api.erp import ActorType, Erp
from tui_import_erp.connectors import connection_options, connector
from tui_import_erp.table import ErpTable

MOST_OPEN = 4
"""Connections whose lists are remembered; an older one is closed."""


class ErpSource(Source, HasConnections, HasLists, SignsIn):
    """Any ERP that there is a connector for."""

    name = "erp"
    api_version = (1, 1)
    capabilities = (
        Capability.CONNECTIONS,
        Capability.SEARCH,
        Capability.KEYS,
        Capability.LISTS,
        Capability.CHANGES,
        Capability.SIGN_IN,
    )

    def __init__(self) -> None:
        self._numbers = count(1)
        self._open: dict[str, Erp] = {}
        self._items: dict[str, Mapping[str, str]] = {}

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("ERP system")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Customers, suppliers and persons of Odoo, Business Central, Tryton, or any SQL database")

    def options(self) -> Sequence[Option]:
        """Which actors."""
        text = _("What to import: customer, supplier, person … as the connection has them; empty: the first")
        return [Option("actor", _("Actor type"), help=text, default="")]

    def open(self, location: str, options: Options) -> Sequence[Table]:
        """One table per actor type, or the one of the type that was chosen. Raises `SourceError`."""
        erp = self._connect(options)
        types = erp.actor_types()
        token = self._remember(erp)
        tables = [ErpTable(erp, each, types, token) for each in _chosen(types, str(options.get("actor") or ""), Path(location).name)]
        if not tables:
            raise SourceError(_("The connection has no actor types."), hint=_("Look at its settings, and save it again."))
        return tables

    def connection_options(self) -> Sequence[Option]:
        """Those of all connectors."""
        return connection_options()

    def test_connection(self, connection: Options) -> str:
        """Configuration first, then the ERP itself."""
        erp = self._connect(connection)
        try:
            return erp.test()
        finally:
            erp.close()

    def list_items(self, name: str) -> Mapping[str, str]:
        """The items of a list of a connection that was opened; its name is as in `Column.list`."""
        if name not in self._items:
            token, _sign, own = name.partition(":")
            if token not in self._open:
                return {}
            self._items[name] = self._open[token].list_items(own)
        return self._items[name]

    def sign_in(self, options: Options) -> Generator[SignInStep, str, SignedIn]:
        """As the connector of the connection does it."""
        chosen = connector(str(options.get("connector") or ""))
        return (yield from chosen.sign_in(options))

    def _connect(self, options: Options) -> Erp:
        chosen = connector(str(options.get("connector") or ""))
        chosen.check(options)
        return chosen.connect(options)

    def _remember(self, erp: Erp) -> str:
        token = str(next(self._numbers))
        self._open[token] = erp
        for old in list(self._open)[:-MOST_OPEN]:
            self._open.pop(old).close()
            self._items = {name: items for name, items in self._items.items() if not name.startswith(f"{old}:")}
        return token


def _chosen(types: Sequence[ActorType], actor: str, place: str) -> Sequence[ActorType]:
    """The type that an option names, or the place that was given for a file; else all."""
    named = {name.casefold(): each for each in types for name in (each.label, each.key)}
    if actor and actor.casefold() not in named:
        names = ", ".join(each.key for each in types)
        raise SourceError(
            _("The connection has no actor type {name}.").format(name=actor), hint=_("There are: {names}.").format(names=names)
        )
    found = named.get((actor or place).casefold())
    return [found] if found else types
