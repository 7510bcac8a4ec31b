"""The connector "tryton": parties over JSON-RPC, several hundred with their addresses and numbers in one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui_import.api import N_, Criterion, Kind, Operator, Option, Options, OptionType, _
from tui_import.api.erp import Actor, ActorPage, ActorType, Connector, Erp, ErpField
from tui_import_erp.criteria import OPPOSITES, as_utc
from tui_import_erp.tryton_domain import domain
from tui_import_erp.tryton_rpc import TrytonServer, moment_of

PARTIES = "model.party.party"
AT_ONCE = 500
"""Parties in one call: more is hardly faster and makes the server's memory grow."""
READ = (
    "name", "code", "lang.code", "create_date", "write_date",
    "addresses.street", "addresses.postal_code", "addresses.city", "addresses.country.code",
    "addresses.create_date", "addresses.write_date",
    "contact_mechanisms.type", "contact_mechanisms.value", "contact_mechanisms.create_date", "contact_mechanisms.write_date",
    "identifiers.type", "identifiers.code", "identifiers.create_date", "identifiers.write_date",
)  # fmt: skip
"""What is asked for. Never the function fields phone, email and website: the server computes those party by party."""
RELATED = ("relations.to", "relations.type.name")
CHILDREN = ("addresses", "contact_mechanisms", "identifiers")
"""Records of a party with an age of their own: a new address is a change of the party."""
MECHANISMS = ("phone", "mobile", "fax", "email", "website")
_ANY = (Operator.CONTAINS,)
_TEXT = tuple(each for each in Operator if each in OPPOSITES or each in OPPOSITES.values())


class TrytonConnector(Connector):
    """Tryton 6 and later."""

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name."""
        return "Tryton"

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Parties of Tryton, by category")

    def config_fields(self) -> Sequence[Option]:
        """Server, account, and how customers, suppliers and persons are told apart: Tryton itself has categories for that."""
        category = _("Category of the parties that these are, as it is called there; empty: there are none")
        return [
            Option("url", _("Address"), help=_("Of the server, like https://tryton.example.com"), required=True),
            Option("database", _("Database"), help=_("As in the sign-in window"), required=True),
            Option("user", _("User"), help=_("Somebody who may read parties"), required=True),
            Option("password", _("Password"), OptionType.PASSWORD, _("Kept apart from the rest"), required=True),
            Option("customer_category", _("Category of customers"), help=category, default="Customer"),
            Option("supplier_category", _("Category of suppliers"), help=category, default="Supplier"),
            Option("person_category", _("Category of persons"), help=category, default="Person"),
            Option("relation", _("Relation to the company"), help=_("Type of a person's relation to the company; empty: any"), default=""),
            Option("ca_file", _("Certificates"), OptionType.PATH, _("File of a private certificate authority (PEM)"), ""),
        ]

    def connect(self, config: Options) -> TrytonErp:
        """The server."""
        return TrytonErp(config)


class TrytonErp(Erp):
    """One database of a Tryton server."""

    def __init__(self, config: Options) -> None:
        self._config = config
        self._server = TrytonServer(config)
        self._has_relations: bool | None = None

    def test(self) -> str:
        """Signs in and counts."""
        count = self._server.call(f"{PARTIES}.search_count", [])
        return _("Tryton {version} answers; parties: {count}.").format(version=self._server.version(), count=count)

    def actor_types(self) -> Sequence[ActorType]:
        """A type per category that is named, and all parties, which are also what persons work for."""
        named = (("customer", _("Customers")), ("supplier", _("Suppliers")))
        types = [ActorType(key, label, numbered="party") for key, label in named if self._category(key)]
        types.append(ActorType("partner", _("Parties"), numbered="party"))
        if self._category("person"):
            types.append(ActorType("person", _("Persons"), "person", "partner", "party"))
        return types

    def fields(self, actor_type: str) -> Sequence[ErpField]:
        """The same for every server."""
        person = actor_type == "person"
        place = "private" if person else "postal"
        entity = "person" if person else "company"
        line, text = f"{entity}.{place}_address_line", _TEXT
        return [
            ErpField("name", N_("Name"), field="person.full_name" if person else "company.name", operators=text),
            ErpField("code", N_("Number"), field=f"{entity}.number", operators=text),
            ErpField("vat", N_("VAT number"), field="" if person else "company.vat_number", operators=_ANY),
            *(ErpField(f"address{n}", f"Address, line {n}", field=f"{line}{n}", searchable=False) for n in (1, 2, 3)),
            ErpField("zip", N_("Post code"), field=f"{entity}.{'private_code' if person else 'postal_code'}", operators=text),
            ErpField("city", N_("City"), field=f"{entity}.{place}_city", operators=text),
            ErpField("country", N_("Country"), field=f"{entity}.country", operators=text),
            ErpField("phone", N_("Telephone"), field=f"{entity}.{'phone_direct' if person else 'phone'}", operators=_ANY),
            ErpField("mobile", N_("Mobile phone"), field=f"{entity}.{'mobile' if person else 'phone'}", operators=_ANY),
            ErpField("fax", N_("Fax"), field=f"{entity}.fax", operators=_ANY),
            ErpField("email", N_("E-mail"), field=f"{entity}.email", operators=_ANY),
            ErpField("website", N_("Web address"), field=f"{entity}.url", operators=_ANY),
            ErpField("language", N_("Language"), field=f"{entity}.language", searchable=False),
            ErpField("created", N_("Created"), Kind.DATE),
        ]  # fmt: skip

    def search(self, actor_type: str, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> ActorPage:
        """The parties behind the last id of the page before."""
        wanted = [*self._of_type(actor_type), *(domain(each) for each in criteria)]
        total = None if page else self._server.call(f"{PARTIES}.search_count", wanted)
        found = self._read([*wanted, ["id", ">", int(page or 0)]], limit, actor_type == "person")
        return ActorPage(found, found[-1].key if len(found) == limit else "", total)

    def get(self, actor_type: str, keys: Sequence[str]) -> Iterator[Actor]:
        """Those of these ids, whatever their category is by now."""
        ids = [int(key) for key in keys if key.isdecimal()]
        for start in range(0, len(ids), AT_ONCE):
            yield from self._read([["id", "in", ids[start : start + AT_ONCE]]], AT_ONCE, actor_type == "person")

    def changed_since(self, actor_type: str, moment: str) -> Iterator[Actor]:
        """Those that were made or changed later, or an address, number or identifier of theirs."""
        value = as_utc(moment)
        parts: list[Any] = ["OR"]
        for prefix in ("", *(f"{child}." for child in CHILDREN)):
            parts += [[f"{prefix}create_date", ">", value], [f"{prefix}write_date", ">", value]]
        return self._all(actor_type, parts)

    def everything(self, actor_type: str) -> Iterator[Actor]:
        """All of a type."""
        return self._all(actor_type)

    def close(self) -> None:
        """Ends the session."""
        self._server.close()

    # -- reading

    def _category(self, actor_type: str) -> str:
        return str(self._config.get(f"{actor_type}_category") or "").strip()

    def _of_type(self, actor_type: str) -> list[Any]:
        category = self._category(actor_type)
        return [["categories.name", "=", category]] if category else []

    def _all(self, actor_type: str, *wanted: Any) -> Iterator[Actor]:
        last = 0
        while found := self._read([*self._of_type(actor_type), *wanted, ["id", ">", last]], AT_ONCE, actor_type == "person"):
            yield from found
            if len(found) < AT_ONCE:
                return
            last = int(found[-1].key)

    def _read(self, wanted: Sequence[Any], limit: int, employed: bool) -> list[Actor]:
        if self._has_relations is None:
            self._has_relations = bool(self._server.call(f"{PARTIES}.fields_get", []).get("relations"))
        names = [*READ, *(RELATED if self._has_relations and employed else ())]
        relation = str(self._config.get("relation") or "").strip().casefold() if employed else None
        rows = self._server.call(f"{PARTIES}.search_read", wanted, 0, limit, [["id", "ASC"]], names)
        return [_actor(row, relation) for row in rows]


def _actor(row: Mapping[str, Any], relation: str | None) -> Actor:
    """A party as it was read, nested records and all; ``relation`` leads to its company (empty: any does; None: it has none)."""
    address: Mapping[str, Any] = next(iter(row.get("addresses.") or ()), {})
    lines = [line.strip() for line in str(address.get("street") or "").splitlines() if line.strip()]
    identifiers = row.get("identifiers.") or ()
    vat = [each["code"] for each in identifiers if str(each.get("type") or "").endswith("vat")] or [each["code"] for each in identifiers]
    values: dict[str, Any] = {
        "name": row.get("name"),
        "code": row.get("code"),
        "vat": vat[0] if vat else None,
        "zip": address.get("postal_code"),
        "city": address.get("city"),
        "country": (address.get("country.") or {}).get("code"),
        "language": (row.get("lang.") or {}).get("code"),
        "created": row["create_date"].date() if row.get("create_date") else None,
        **{f"address{at}": line for at, line in enumerate((*lines[:2], ", ".join(lines[2:])), 1) if line},
    }
    for kind in MECHANISMS:
        values[kind] = "; ".join(each["value"] for each in row.get("contact_mechanisms.") or () if each.get("type") == kind) or None
    dated = [row, *(each for child in CHILDREN for each in row.get(f"{child}.") or ())]
    return Actor(str(row["id"]), values, max(moment_of(each) for each in dated), "" if relation is None else _company(row, relation))


def _company(row: Mapping[str, Any], relation: str) -> str:
    """The id of the party that a person belongs to; empty where there is none."""
    for each in row.get("relations.") or ():
        name = str((each.get("type.") or {}).get("name") or "")
        if each.get("to") and (not relation or name.casefold() == relation):
            return str(each["to"])
    return ""
