"""The connector "business_central": customers, vendors and contacts of Business Central, or of any OData v4 service of that shape."""

from __future__ import annotations

import datetime
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from tui_import.api import Choice, Criterion, Option, Options, OptionType, SignedIn, SignInStep, SourceError, _
from tui_import.api.erp import Actor, ActorPage, ActorType, Connector, Erp, ErpField
from tui_import_erp.odata_filter import GUID, any_of, condition, moment_literal
from tui_import_erp.odata_service import ODataService, Property, entra, service_of
from tui_import_erp.odata_words import FIELDS, LABELS, SETS

CHANGED = "lastModifiedDateTime"
KEYS_AT_ONCE = 20
"""Records asked for by key in one request: addresses must not grow too long."""


class BusinessCentralConnector(Connector):
    """Business Central in the cloud (sign-in with Microsoft) and on premises (user and key)."""

    signs_in = True

    @property
    def title(self) -> str:  # type: ignore[override]
        """Its name."""
        return "Business Central"

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Customers, vendors and contacts of Business Central, or of another OData v4 service of that shape")

    def config_fields(self) -> Sequence[Option]:
        """Where, which company, and as whom: a user with a key, or a registered program that people sign in through."""
        ways = [Choice("code", _("a code to type in any browser")), Choice("browser", _("the browser of this computer"))]
        cloud = _("For sign-in with Microsoft: {what}; empty: user and password")
        return [
            Option("url", _("Address"), help=_("Of the API, like https://server/api/v2.0"), required=True),
            Option("company", _("Company"), help=_("Its name there; may be empty where there is one alone"), default=""),
            Option("user", _("User"), help=_("On premises; empty: sign in"), default=""),
            Option("password", _("Password"), OptionType.PASSWORD, _("Or web service key; kept apart from the rest"), ""),
            Option("client_id", _("Client id"), help=cloud.format(what=_("the id of your registered program")), default=""),
            Option("client_secret", _("Client secret"), OptionType.PASSWORD, _("Where the registration has one"), ""),
            Option("tenant", _("Tenant"), help=cloud.format(what=_("your organisation")), default="organizations"),
            Option("authority", _("Sign-in address"), help=_("Another than Microsoft's"), default=""),
            Option("sign_in", _("Way of signing in"), OptionType.CHOICE, _("See the user guide"), "code", choices=ways),
            Option("ca_file", _("Certificates"), OptionType.PATH, _("File of a private certificate authority (PEM)"), ""),
        ]

    def connect(self, config: Options) -> ODataErp:
        """The service."""
        return ODataErp(config)

    def sign_in(self, config: Options) -> Generator[SignInStep, str, SignedIn]:
        """With Microsoft."""
        from tui_import.api.oauth import device_sign_in, loopback_sign_in

        if not config.get("client_id"):
            raise SourceError(_("The connection names no client id to sign in with."), hint=_("Save it with the option client_id first."))
        way = loopback_sign_in if config.get("sign_in") == "browser" else device_sign_in
        tokens = yield from way(entra(config))
        return SignedIn(tokens.account, tokens.as_secrets())


class ODataErp(Erp):
    """One company of one service."""

    def __init__(self, config: Options) -> None:
        self._service: ODataService = service_of(config)
        self._ids: dict[str, str] = {}

    def test(self) -> str:
        """Finds the company and counts."""
        company = self._service.company_name()
        count = self._service.count(self._service.path("customers"))
        name = _("Company {name}").format(name=company) if company else _("The service")
        return _("{name} answers; customers: {count}.").format(name=name, count=count)

    def actor_types(self) -> Sequence[ActorType]:
        """Always the same."""
        return [
            ActorType("customer", _("Customers")),
            ActorType("supplier", _("Suppliers")),
            ActorType("person", _("Contact persons"), "person", "company", "contact"),
            ActorType("company", _("Companies among the contacts"), numbered="contact"),
        ]

    def fields(self, actor_type: str) -> Sequence[ErpField]:
        """Those that this version of the service has, known ones first."""
        return [each for each, _property in self._fields(actor_type).values()]

    def search(self, actor_type: str, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> ActorPage:
        """The service filters, sorts and counts."""
        known, start = self._fields(actor_type), int(page or 0)
        wanted = [condition(known[each.field][1], each) for each in criteria]
        more: dict[str, str | int] = {"$orderby": "id", "$top": limit, "$skip": start, "$count": "true"}
        rows, total = self._service.page(self._path(actor_type), self._asked(actor_type, wanted, more), limit)
        found = list(self._actors(actor_type, rows))
        last = not found or (start + len(found) >= total if total is not None else len(found) < limit)
        return ActorPage(found, "" if last else str(start + len(found)), total)

    def get(self, actor_type: str, keys: Sequence[str]) -> Iterator[Actor]:
        """Those of these ids."""
        ids = [key for key in keys if GUID.fullmatch(key)]
        for start in range(0, len(ids), KEYS_AT_ONCE):
            yield from self._all(actor_type, [any_of("id", ids[start : start + KEYS_AT_ONCE])])

    def changed_since(self, actor_type: str, moment: str) -> Iterator[Actor]:
        """The service compares."""
        if CHANGED not in self._properties(actor_type):
            return self.everything(actor_type)
        return self._all(actor_type, [f"{CHANGED} gt {moment_literal(moment)}"])

    def everything(self, actor_type: str) -> Iterator[Actor]:
        """All of a type, page by page as the service gives them."""
        return self._all(actor_type, [])

    def close(self) -> None:
        """Closes the lines."""
        self._service.close()

    # -- reading

    def _path(self, actor_type: str) -> str:
        return self._service.path(SETS[actor_type][0])

    def _properties(self, actor_type: str) -> Mapping[str, Property]:
        found = self._service.properties().get(SETS[actor_type][0])
        if not found or "id" not in found:
            raise SourceError(
                _("The service has no {name}.").format(name=SETS[actor_type][0]), hint=_("Check the address in the connection.")
            )
        return found

    def _fields(self, actor_type: str) -> Mapping[str, tuple[ErpField, Property]]:
        """Key of a field, which is the property's name, → field and property."""
        properties, known = self._properties(actor_type), FIELDS["person" if actor_type == "person" else "company"]
        names = [*(name for name in known if name in properties), *(name for name in properties if name not in known)]
        fields = {}
        for name in names:
            each = properties[name]
            if each.is_plain and name != "id":
                label = LABELS.get(name, name)
                fields[name] = (ErpField(name, label, each.kind, known.get(name, ""), each.searchable, each.operators), each)
        return fields

    def _asked(self, actor_type: str, wanted: Sequence[str], more: Mapping[str, str | int] | None = None) -> Mapping[str, str | int]:
        only = SETS[actor_type][1]
        filters = [*([f"type eq '{only}'"] if only else []), *wanted]
        names = ["id", *self._fields(actor_type)]
        return {"$select": ",".join(names), **({"$filter": " and ".join(filters)} if filters else {}), **(more or {})}

    def _all(self, actor_type: str, wanted: Sequence[str]) -> Iterator[Actor]:
        for rows in self._service.pages(self._path(actor_type), self._asked(actor_type, wanted)):
            yield from self._actors(actor_type, rows)

    def _actors(self, actor_type: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Actor]:
        fields = self._fields(actor_type)
        if actor_type == "person":
            self._find_companies({str(row["companyNumber"]) for row in rows if row.get("companyNumber")} - self._ids.keys())
        for row in rows:
            values = {name: each.value(row.get(name)) for name, (_field, each) in fields.items()}
            parent = self._ids.get(str(row.get("companyNumber") or ""), "") if actor_type == "person" else ""
            yield Actor(str(row["id"]), values, _moment(row.get(CHANGED)), parent)

    def _find_companies(self, numbers: set[str]) -> None:
        """Persons name their company by its number, and it is fetched by its id."""
        wanted = sorted(numbers)
        for start in range(0, len(wanted), KEYS_AT_ONCE):
            asked = {"$select": "id,number", "$filter": f"type eq 'Company' and ({any_of('number', wanted[start : start + KEYS_AT_ONCE])})"}
            for rows in self._service.pages(self._path("company"), asked):
                self._ids.update({str(row["number"]): str(row["id"]) for row in rows})
        self._ids.update(dict.fromkeys(numbers - self._ids.keys(), ""))


def _moment(value: object) -> str:
    """A moment of the service as text that sorts by time, whatever digits it has behind the second."""
    text = re.sub(r"(\.\d{6})\d+", r"\1", str(value or ""))
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return ""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")
