"""A source with search, lists, connections and sign-in, in memory, installed for a test; and a store to use it with."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from tui_import import plugin_host

MODULE = '''
from tui_import.api import Choice, Column, Option, OptionType, Row, Source, SourceError, hookimpl
from tui_import.api.capabilities import (
    HasConnections, HasLists, Kind, Page, SearchField, Searchable, SignedIn, SignInStep, SignsIn, meets)
from tui_import.api.source import Capability

CITIES = ("Aarhus", "Odense", "Esbjerg")
GROUPS = {"k1": "Customer", "k2": "Prospect"}
CLOSED, TOKENS, TESTED = [], [], []

def rows(count, name):
    return [Row(n, (f"{name} {n}", CITIES[n % 3], ("k1", "k2")[n % 2], n * 10, f"2026-01-{n % 28 + 1:02}"), f"{name[0]}{n}")
            for n in range(1, count + 1)]

class Actors(Searchable):
    def __init__(self, name, rows): self.name, self.all = name, rows
    def columns(self):
        return [Column("Company", "company.name"), Column("City", "company.postal_city"),
                Column("Group", "company.category", list="groups"), Column("Size"), Column("Since")]
    def rows(self): yield from self.all
    def search_fields(self):
        return [SearchField("name", "Name"), SearchField("city", "City"), SearchField("group", "Group", Kind.LIST, "groups"),
                SearchField("size", "Employees", Kind.INTEGER), SearchField("since", "Customer since", Kind.DATE)]
    def search(self, criteria, page="", limit=100):
        place = {"name": 0, "city": 1, "group": 2, "size": 3, "since": 4}
        found = [row for row in self.all if all(meets(row.values[place[c.field]], c.operator, c.values) for c in criteria)]
        at = int(page or 0)
        return Page(found[at:at + limit], str(at + limit) if at + limit < len(found) else "", len(found))
    def fetch(self, keys): return (row for row in self.all if row.key in keys)

class Server(Source, HasConnections, HasLists, SignsIn):
    name, title, description = "server", "Server [x] of a test", "Customers and suppliers"
    capabilities = (Capability.SEARCH, Capability.KEYS, Capability.LISTS, Capability.CONNECTIONS, Capability.SIGN_IN)
    def connection_options(self):
        return [Option("server", "Address", required=True, help="Where it answers."),
                Option("kind", "Kind", OptionType.CHOICE, choices=[Choice("a", "new"), Choice("b", "old")], default="a"),
                Option("key", "Key", OptionType.PASSWORD, default="")]
    def test_connection(self, connection):
        TESTED.append(dict(connection))
        if connection.get("key") != "sesame" and not connection.get("token"):
            raise SourceError("The server does not know this key.", hint="Ask for another.")
        return f"{connection['server']} answers."
    def sign_in(self, options):
        try:
            yield SignInStep("Open the page and type the code.", address="https://login.example/device", code="ABCD-EFGH", wait=0)
            pasted = ""
            while not pasted:
                pasted = yield SignInStep("Open the page; paste the address you were sent to.",
                    address="https://login.example/" + "a" * 200, paste="Address you were sent to", wait=60)
            TOKENS.append(pasted)
            return SignedIn("anna@example.dk", {"token": "very-secret-token"})
        finally:
            CLOSED.append(True)
    def list_items(self, name): return GROUPS
    def open(self, location, options):
        if options.get("key") != "sesame" and not options.get("token"):
            raise SourceError("Not signed in.", hint="Choose a connection.")
        return [Actors("customer", rows(250, "Customer")), Actors("supplier", rows(7, "Supplier"))]

class Cloud(Source, SignsIn):
    name, title = "cloud", "Cloud contacts"
    capabilities = (Capability.SIGN_IN,)
    sign_in = Server.sign_in
    def open(self, location, options): return [Actors("contacts", rows(3, "Person"))]

@hookimpl
def register_sources(register):
    register(Server())
    register(Cloud())
'''
"""Two sources: "server" with everything, "cloud" with a sign-in alone."""

BROKEN = "raise RuntimeError('it [/] broke')"
POINTS = {"server": "server_module", "cloud": "server_module", "broken": "broken_module"}
CODE = {"server_module": MODULE, "broken_module": BROKEN}


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the sources into the environment of this process, and no others."""
    site = folder / "site"
    info = site / "server-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: server\nVersion: 1.0\n", encoding="utf-8")
    lines = [f"[{plugin_host.GROUP}]", *(f"{name} = {module}" for name, module in POINTS.items())]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    for name, text in CODE.items():
        (site / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv(plugin_host.ALLOW_LIST, ",".join(POINTS))
    importlib.invalidate_caches()
    plugin_host.forget()


def module() -> Any:
    """The module of the sources, as the program has loaded it."""
    return sys.modules["server_module"]
