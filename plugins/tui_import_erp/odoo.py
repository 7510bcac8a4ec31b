"""The connector "odoo": partners of Odoo as customers, suppliers, companies and persons. Versions differ in fields, so it asks first."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui_import.api import Criterion, Kind, Operator, Option, Options, OptionType, Scalar, _
from tui_import.api.erp import Actor, ActorPage, ActorType, Connector, Erp, ErpField
from tui_import_erp.odoo_domain import condition, moment_text
from tui_import_erp.odoo_rpc import OdooServer
from tui_import_erp.odoo_words import ADDRESS, COMPANY, LABELS, PERSON

PARTNERS = "res.partner"
AT_ONCE = 500
KINDS = {
    "integer": Kind.INTEGER, "float": Kind.DECIMAL, "monetary": Kind.DECIMAL, "boolean": Kind.BOOLEAN, "date": Kind.DATE,
    "datetime": Kind.DATE,
}  # fmt: skip
"""Type of Odoo → what it holds; all others are texts."""
PLAIN = frozenset({"char", "text", "html", "selection", "many2one", *KINDS})
"""Types that one cell can hold."""
_TEXT = tuple(
    each for each in Operator if "contains" in each or "begins" in each or "ends" in each or each in (Operator.IS, Operator.IS_NOT)
)
_TAG = re.compile(r"<[^>]*>")


class OdooConnector(Connector):
    """Odoo, from 19 on by JSON-2, before by JSON-RPC."""

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name."""
        return "Odoo"

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Customers, suppliers, companies and persons of Odoo")

    def config_fields(self) -> Sequence[Option]:
        """Server and account."""
        return [
            Option("url", _("Address"), help=_("Of the server, like https://company.odoo.com"), required=True),
            Option("database", _("Database"), help=_("May be empty from version 19 on, where the server has one alone"), default=""),
            Option("user", _("User"), help=_("The sign-in name; needed before version 19"), default=""),
            Option("password", _("Password"), OptionType.PASSWORD, _("Or API key, which version 19 and later want"), required=True),
            Option("ca_file", _("Certificates"), OptionType.PATH, _("File of a private certificate authority (PEM)"), ""),
        ]

    def connect(self, config: Options) -> OdooErp:
        """The server."""
        return OdooErp(config)


class OdooErp(Erp):
    """One database of one server."""

    def __init__(self, config: Options) -> None:
        self._server = OdooServer(config)
        self._types: Mapping[str, Mapping[str, Any]] | None = None
        self._tags: dict[int, str] = {}

    def test(self) -> str:
        """Signs in and counts."""
        count = self._server.call(PARTNERS, "search_count", domain=[])
        return _("Odoo {version} answers; partners: {count}.").format(version=self._server.version, count=count)

    def actor_types(self) -> Sequence[ActorType]:
        """Customers and suppliers where the accounting that counts them is installed."""
        known = self._known()
        named = (("customer", _("Customers"), "customer_rank"), ("supplier", _("Suppliers"), "supplier_rank"))
        types = [ActorType(key, label, numbered="partner") for key, label, field in named if field in known or key in known]
        return [
            *types,
            ActorType("company", _("Companies"), numbered="partner"),
            ActorType("person", _("Persons"), "person", "company", "partner"),
        ]

    def fields(self, actor_type: str) -> Sequence[ErpField]:
        """Those that we know and this server has, and its own ("x_…")."""
        targets, fields = _targets(actor_type), []
        for name in self._names(actor_type):
            kind = KINDS.get(self._known()[name]["type"], Kind.TEXT)
            label = LABELS[name] if name in LABELS else str(self._known()[name].get("string") or name)
            operators = (Operator.CONTAINS,) if self._known()[name]["type"] == "many2many" else _TEXT if kind is Kind.TEXT else ()
            fields.append(ErpField(name, label, kind, targets.get(name, ""), name != "comment", operators))
        return fields

    def search(self, actor_type: str, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> ActorPage:
        """The partners behind the last id of the page before."""
        wanted = self._of_type(actor_type)
        for criterion in criteria:
            wanted += condition(criterion, self._known()[criterion.field]["type"])
        total = None if page else self._server.call(PARTNERS, "search_count", domain=wanted)
        found = self._read(actor_type, [*wanted, ["id", ">", int(page or 0)]], limit)
        return ActorPage(found, found[-1].key if len(found) == limit else "", total)

    def get(self, actor_type: str, keys: Sequence[str]) -> Iterator[Actor]:
        """Those of these ids, whatever they are by now."""
        ids = [int(key) for key in keys if key.isdecimal()]
        for start in range(0, len(ids), AT_ONCE):
            yield from self._read(actor_type, [["id", "in", ids[start : start + AT_ONCE]]], AT_ONCE)

    def changed_since(self, actor_type: str, moment: str) -> Iterator[Actor]:
        """The server compares."""
        return self._all(actor_type, ["write_date", ">", moment_text(moment)])

    def everything(self, actor_type: str) -> Iterator[Actor]:
        """All of a type."""
        return self._all(actor_type)

    def close(self) -> None:
        """Closes the lines."""
        self._server.close()

    # -- reading

    def _known(self) -> Mapping[str, Mapping[str, Any]]:
        """Field → its description, as this server has it."""
        if self._types is None:
            found = self._server.call(PARTNERS, "fields_get", attributes=["string", "type"])
            self._types = {name: each for name, each in found.items() if isinstance(each, dict)}
        return self._types

    def _names(self, actor_type: str) -> list[str]:
        known = self._known()
        own = [name for name in sorted(known) if name.startswith("x_") and known[name]["type"] in PLAIN]
        return [name for name in (*_targets(actor_type), *own) if name in known]

    def _of_type(self, actor_type: str) -> list[Any]:
        known = self._known()
        if actor_type in ("customer", "supplier"):
            rank = f"{actor_type}_rank"
            return [[rank, ">", 0] if rank in known else [actor_type, "=", True], ["parent_id", "=", False]]
        if actor_type == "person":  # addresses for invoices and deliveries are partners, too
            return [["is_company", "=", False], *([["type", "=", "contact"]] if "type" in known else [])]
        return [["is_company", "=", True]]

    def _all(self, actor_type: str, *wanted: Any) -> Iterator[Actor]:
        last = 0
        while found := self._read(actor_type, [*self._of_type(actor_type), *wanted, ["id", ">", last]], AT_ONCE):
            yield from found
            if len(found) < AT_ONCE:
                return
            last = int(found[-1].key)

    def _read(self, actor_type: str, domain: Sequence[Any], limit: int) -> list[Actor]:
        names = self._names(actor_type)
        asked = [*names, *(name for name in ("write_date", "parent_id") if name in self._known() and name not in names)]
        rows = self._server.call(PARTNERS, "search_read", domain=domain, fields=asked, limit=limit, order="id")
        self._find_tags({tag for row in rows for tag in row.get("category_id") or () if isinstance(tag, int)})
        return [self._actor(actor_type, row, names) for row in rows]

    def _actor(self, actor_type: str, row: Mapping[str, Any], names: Sequence[str]) -> Actor:
        parent = row.get("parent_id") if actor_type == "person" else None
        values = {name: self._value(row.get(name), str(self._known()[name]["type"])) for name in names}
        if parent:  # a person's address follows the company's; it is no private one
            values.update(dict.fromkeys(ADDRESS & values.keys()))
        changed = str(row.get("write_date") or "")
        return Actor(str(row["id"]), values, changed.replace(" ", "T"), str(parent[0]) if parent else "")

    def _value(self, given: Any, kind: str) -> Scalar:
        """A value of an answer as a cell; Odoo writes false for what is empty."""
        if kind == "boolean":
            return bool(given)
        if given is False or given is None:
            return None
        if isinstance(given, list):  # [id, name], or ids
            return str(given[1]) if kind == "many2one" else "; ".join(filter(None, (self._tags.get(each) for each in given))) or None
        if kind == "html":
            return html.unescape(_TAG.sub(" ", str(given))).strip() or None
        if kind in ("date", "datetime"):
            moment = datetime.datetime.fromisoformat(str(given))
            return moment.date() if kind == "date" else moment
        return given if isinstance(given, int | float) else str(given)

    def _find_tags(self, ids: set[int]) -> None:
        wanted = sorted(ids - self._tags.keys())
        if wanted:
            rows = self._server.call(
                "res.partner.category", "search_read", domain=[["id", "in", wanted]], fields=["name"], limit=len(wanted)
            )
            self._tags.update({row["id"]: str(row["name"]) for row in rows})


def _targets(actor_type: str) -> Mapping[str, str]:
    return PERSON if actor_type == "person" else COMPANY
