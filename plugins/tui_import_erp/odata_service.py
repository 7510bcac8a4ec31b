"""An OData v4 service: its metadata, its companies, and rows page by page."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin

from tui_import.api import Kind, Operator, Options, Scalar, SourceError, _
from tui_import.api.http import Credentials, Http, HttpError, basic

if TYPE_CHECKING:
    from tui_import.api.oauth import Provider

SERVICE = "Business Central"
MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
SCOPES = ("https://api.businesscentral.dynamics.com/user_impersonation", "offline_access", "openid", "email")
PAGE = 500
"""Rows that a page should have; the service may decide otherwise."""
_KINDS = {
    **dict.fromkeys(("Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Byte", "Edm.SByte"), Kind.INTEGER),
    **dict.fromkeys(("Edm.Decimal", "Edm.Double", "Edm.Single"), Kind.DECIMAL),
    **dict.fromkeys(("Edm.Date", "Edm.DateTimeOffset"), Kind.DATE),
    "Edm.Boolean": Kind.BOOLEAN,
    "Edm.String": Kind.TEXT,
}


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an entity type."""

    name: str
    type: str
    """As in the metadata: "Edm.String"."""

    @property
    def kind(self) -> Kind:
        """What it holds."""
        return _KINDS.get(self.type, Kind.TEXT)

    @property
    def is_plain(self) -> bool:
        """One value, and no stream or collection of things."""
        return not self.type.startswith("Collection(") and self.type not in ("Edm.Stream", "Edm.Binary")

    @property
    def is_choice(self) -> bool:
        """An enumeration of the service's own."""
        return not self.type.startswith("Edm.")

    @property
    def searchable(self) -> bool:
        """Whether the host's operators fit it."""
        return self.type in _KINDS or self.is_choice

    @property
    def operators(self) -> Sequence[Operator]:
        """Fewer where not all of the kind's fit."""
        return (Operator.IS, Operator.IS_NOT) if self.is_choice else ()

    def value(self, given: Any) -> Scalar:
        """A value of an answer as a cell; dates that mean "none" are empty."""
        if given is None or isinstance(given, bool):
            return given
        if self.kind is Kind.DATE:
            text = re.sub(r"(\.\d{6})\d+", r"\1", str(given))
            try:
                moment = datetime.datetime.fromisoformat(text)
            except ValueError:
                return str(given)
            if moment.year <= 1:
                return None
            return moment.date() if self.type == "Edm.Date" else moment.astimezone(datetime.UTC).replace(tzinfo=None)
        if self.kind is Kind.DECIMAL:
            number = float(given)
            return int(number) if number.is_integer() else number
        if isinstance(given, int | float | str):
            return given
        return str(given)

    def day_literal(self, day: datetime.date) -> str:
        """The beginning of a day, as it is compared with."""
        return day.isoformat() if self.type == "Edm.Date" else f"{day.isoformat()}T00:00:00Z"


class ODataService:
    """The service of a connection."""

    def __init__(self, http: Http, base: str, company: str) -> None:
        self._http, self._base, self._wanted = http, f"{base.rstrip('/')}/", company
        self._properties: Mapping[str, Mapping[str, Property]] | None = None
        self._company: tuple[str, str] | None = None

    def close(self) -> None:
        """Close its lines."""
        self._http.close()

    __del__ = close

    def properties(self) -> Mapping[str, Mapping[str, Property]]:
        """Entity set → its properties by name, as the metadata says."""
        if self._properties is None:
            self._properties = _metadata(self._http.get(f"{self._base}$metadata").content)
        return self._properties

    def company_name(self) -> str:
        """The chosen company, or the only one; empty where the service has none. Raises `SourceError` that names those there are."""
        return self._chosen_company()[1]

    def path(self, entity_set: str) -> str:
        """Where an entity set is, under the service's root."""
        key = self._chosen_company()[0]
        return f"companies({key})/{entity_set}" if key else entity_set

    def _chosen_company(self) -> tuple[str, str]:
        if self._company is None:
            self._company = self._find_company() if "companies" in self.properties() else ("", "")
        return self._company

    def _find_company(self) -> tuple[str, str]:
        found = [row for rows in self.pages("companies", {}) for row in rows]
        wanted = self._wanted.strip().casefold()
        matching = [row for row in found if wanted in {str(row.get(name) or "").casefold() for name in ("name", "displayName", "id")}]
        chosen = matching if wanted else found
        names = ", ".join(str(row.get("name") or row["id"]) for row in found) or _("none")
        if len(chosen) != 1:
            message = (
                _("There is no company {name}.").format(name=self._wanted) if wanted else _("The connection does not say which company.")
            )
            raise SourceError(message, hint=_("There are: {names}.").format(names=names))
        return str(chosen[0]["id"]), str(chosen[0].get("displayName") or chosen[0].get("name") or "")

    def count(self, path: str) -> int:
        """How many rows an entity set has."""
        return self._page(f"{self._base}{path}", {"$top": 0, "$count": "true"}).get("@odata.count", 0)  # type: ignore[no-any-return]

    def page(self, path: str, asked: Mapping[str, str | int], limit: int) -> tuple[list[Mapping[str, Any]], int | None]:
        """At most so many rows, and how many there are in all; the service may cut them into smaller pages."""
        rows: list[Mapping[str, Any]] = []
        total: int | None = None
        for answer in self._answers(path, asked):
            rows += answer["value"]
            total = answer.get("@odata.count", total)
            if len(rows) >= limit:
                break
        return rows[:limit], total

    def pages(self, path: str, asked: Mapping[str, str | int]) -> Iterator[Sequence[Mapping[str, Any]]]:
        """All rows, in the pages that the service makes."""
        for answer in self._answers(path, asked):
            yield answer["value"]

    def _answers(self, path: str, asked: Mapping[str, str | int]) -> Iterator[Mapping[str, Any]]:
        url = f"{self._base}{path}"
        answer = self._page(url, asked)
        yield answer
        seen = set()
        while link := str(answer.get("@odata.nextLink") or ""):
            if link in seen:
                raise SourceError(_("The service gives the same page again and again."), hint=_("Try again later."))
            seen.add(link)
            # a relative link is relative to what was asked for, but there are services that mean their root
            url = urljoin(self._base if link.partition("?")[0] == path else url, link)
            answer = self._page(url, None)
            yield answer

    def _page(self, url: str, asked: Mapping[str, str | int] | None) -> Mapping[str, Any]:
        try:
            headers = {"Accept": "application/json", "Prefer": f"odata.maxpagesize={PAGE}"}
            address = f"{url}?{urlencode(asked, quote_via=quote)}" if asked else url  # blanks as %20: a plus sign is none there
            answer = self._http.request("GET", address, headers=headers).json()
        except HttpError as error:
            said = _said(error)
            if error.status == 400 and said:
                raise SourceError(
                    _("The service does not understand the search. It says: {said}").format(said=said), hint=_("Search in another way.")
                ) from None
            raise
        if not isinstance(answer, dict) or not isinstance(answer.get("value"), list):
            raise SourceError(_("What answers there is no OData service."), hint=_("Check the address of the connection."))
        return answer


def _said(error: HttpError) -> str:
    try:
        return str(error.answer.json()["error"]["message"])[:200] if error.answer else ""
    except (HttpError, KeyError, TypeError):
        return ""


def _metadata(content: bytes) -> Mapping[str, Mapping[str, Property]]:
    """Entity set → properties. Raises `SourceError` where it is no metadata."""
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(content)
    except Exception:  # malformed, or with entities that could do harm
        raise SourceError(_("What answers there is no OData service."), hint=_("Check the address of the connection.")) from None
    types = {}
    for schema in root.findall(".//{*}Schema"):
        names = {schema.get("Namespace"), schema.get("Alias")}
        for kind in schema.findall("{*}EntityType"):
            found = [Property(str(each.get("Name")), str(each.get("Type"))) for each in kind.findall("{*}Property")]
            types.update({f"{name}.{kind.get('Name')}": {each.name: each for each in found} for name in names if name})
    sets = {str(each.get("Name")): types.get(str(each.get("EntityType")), {}) for each in root.findall(".//{*}EntitySet")}
    if not sets:
        raise SourceError(_("The service has nothing to read."), hint=_("Check the address of the connection."))
    return sets


def entra(config: Options) -> Provider:
    """Microsoft's sign-in for the tenant of a connection."""
    from tui_import.api.oauth import Provider

    tenant = re.sub(r"[^\w.-]", "", str(config.get("tenant") or "organizations"))
    authority = str(config.get("authority") or MICROSOFT.format(tenant=tenant)).rstrip("/")
    return Provider(
        "Microsoft",
        f"{authority}/token",
        str(config["client_id"]),
        SCOPES,
        authorization_url=f"{authority}/authorize",
        device_url=f"{authority}/devicecode",
        client_secret=str(config.get("client_secret") or ""),
        redirect="http://localhost",
        ca_file=str(config.get("ca_file") or ""),
    )


def service_of(config: Options) -> ODataService:
    """The service of a connection, asked as the user with the password, or as who signed in; nobody is asked yet."""
    base = str(config["url"])
    credentials: Credentials | None = None
    if config.get("user"):
        credentials = basic(str(config["user"]), str(config.get("password") or ""))
    elif config.get("client_id"):
        from tui_import.api.oauth import Access

        credentials = Access(entra(config), config)
    ca_file = str(config.get("ca_file") or "")
    return ODataService(Http(base, service=SERVICE, credentials=credentials, ca_file=ca_file), base, str(config.get("company") or ""))
