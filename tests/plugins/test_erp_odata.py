"""Business Central's API on a real OData engine: its filters, its very small pages, its companies; and signing in with Microsoft's ways."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from tui_import_erp.odata import BusinessCentralConnector
from tui_import_erp.source import ErpSource

from tests.plugins import erp_servers
from tui_import.api import Criterion, Operator, SourceError
from tui_import.api.options import ConnectionOptions
from tui_import.api.testing import ConnectorConformance


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with erp_servers.odata(tmp_path_factory.mktemp("odata")) as address:
        yield address


@pytest.fixture
def config(url: str) -> dict[str, str]:
    return {"connector": "business_central", "url": url, "company": "cronus"}


def table(config: dict[str, str], actor: str = "customer"):
    [found] = ErpSource().open("", {**config, "actor": actor})
    return found


def names(config: dict[str, str], *criteria: Criterion) -> list[str]:
    return [str(row.values[0]) for row in table(config).search(criteria).rows]


@pytest.mark.e2e
@pytest.mark.parametrize("rule", ConnectorConformance.rules)
def test_a_real_odata_engine_keeps_the_contract_of_connectors(rule: str, config: dict[str, str]) -> None:
    ConnectorConformance(BusinessCentralConnector(), config).check(rule)


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (Criterion("city", Operator.CONTAINS, ["aarhus"]), ["Acme A/S", "Bolt 100% ApS"]),
        (Criterion("displayName", Operator.IS, ["D'ARC_ & søn"]), ["D'Arc_ & Søn"]),
        (Criterion("displayName", Operator.CONTAINS, ["0% ap"]), ["Bolt 100% ApS"]),
        (Criterion("displayName", Operator.CONTAINS, ["' or 1 eq 1 or '"]), []),
        (Criterion("balanceDue", Operator.MORE, [10]), ["Acme A/S", "Customer 11", "Customer 12"]),
        (Criterion("taxLiable", Operator.IS, [True]), ["Acme A/S"]),
        (Criterion("lastModifiedDateTime", Operator.IS, ["2026-01-03"]), ["D'Arc_ & Søn"]),
    ],
)
def test_the_service_filters_as_a_user_means_it(criterion: Criterion, found: list[str], config: dict[str, str]) -> None:
    assert names(config, criterion) == found


@pytest.mark.e2e
def test_pages_of_three_that_the_service_makes_are_read_to_the_end_and_only_of_the_chosen_company(config: dict[str, str]) -> None:
    assert len(list(table(config).rows())) == 12
    first = table(config).search([], "", 10)
    rest = table(config).search([], first.next, 10)
    assert (len(first.rows), len(rest.rows), rest.next, first.total) == (10, 2, "", 12)


@pytest.mark.e2e
def test_persons_come_with_the_company_that_they_name_by_its_number(config: dict[str, str]) -> None:
    persons = table(config, "person")
    columns = [column.name for column in persons.columns()]
    anna, bo, _cia = (dict(zip(columns, row.values, strict=True)) for row in persons.rows())
    assert (anna["Name"], anna["Company: Name"], anna["Company: City"]) == ("Anna Holm", "Acme A/S", "Aarhus")
    assert anna["ERP key of the company"] == "contact:40000000-0000-4000-8000-000000000001"
    assert bo["ERP key of the company"] is None, "there is no company of that number"


@pytest.mark.e2e
def test_what_changed_there_is_read_alone(config: dict[str, str], url: str) -> None:
    suppliers = table(config, "supplier")
    list(suppliers.rows())
    bookmark = suppliers.bookmark()
    assert list(suppliers.changes(bookmark)) == []
    erp_servers.odata_write(url, "PATCH", "vendors(30000000-0000-4000-8000-000000000002)",
                            {"city": "Skagen", "lastModifiedDateTime": "2026-03-01T10:00:00Z"})  # fmt: skip
    assert [row.values[0] for row in suppliers.changes(bookmark)] == ["Nordisk Fisk"]


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"company": ""}, "There are: CRONUS, Other"),
        ({"company": "nosuch"}, "no company nosuch"),
        ({"url": "/nosuch"}, "nothing at this address"),
    ],
)
def test_what_is_wrong_with_the_connection_is_said(change: dict[str, str], said: str, config: dict[str, str]) -> None:
    changed = {key: config["url"] + value if value.startswith("/") else value for key, value in change.items()}
    with pytest.raises(SourceError, match=said):
        ErpSource().test_connection({**config, **changed})


# -- signing in, by a fake of Microsoft's addresses in front of a service that wants a token


class _Cloud(BaseHTTPRequestHandler):
    """Gives out tokens, and a service without rows to who has the latest one."""

    tokens: list[str]

    def do_POST(self) -> None:
        form = {key: values[0] for key, values in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
        if self.path == "/devicecode":
            assert "user_impersonation" in form["scope"]
            self._answer(200, {"device_code": "d1", "user_code": "ABCD-EFGH", "verification_uri": "https://login.example", "interval": 0})
        else:
            assert form["client_id"] == "our-program"
            self.tokens.append(f"t{len(self.tokens) + 1}")
            self._answer(200, {"access_token": self.tokens[-1], "refresh_token": f"r{len(self.tokens)}", "expires_in": 3600})

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.tokens[-1]}":
            return self._answer(401, {})
        if self.path.endswith("$metadata"):
            return self._answer(200, METADATA)
        return self._answer(200, {"value": [], "@odata.count": 0})

    def _answer(self, status: int, content: object) -> None:
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


METADATA = """<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="bc" Alias="self" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="customer"><Property Name="id" Type="Edm.Guid"/><Property Name="displayName" Type="Edm.String"/></EntityType>
<EntityContainer Name="c"><EntitySet Name="customers" EntityType="self.customer"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>"""


@pytest.fixture
def cloud() -> Iterator[tuple[dict[str, str], list[str]]]:
    tokens: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Cloud", (_Cloud,), {"tokens": tokens}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    yield {"connector": "business_central", "url": f"{address}/api", "client_id": "our-program", "authority": address}, tokens
    server.shutdown()
    thread.join()
    server.server_close()


def test_signing_in_with_a_code_gives_tokens_that_are_renewed_and_kept(cloud) -> None:
    config, tokens = cloud
    steps = ErpSource().sign_in(config)
    assert next(steps).code == "ABCD-EFGH"
    with pytest.raises(StopIteration) as end:
        steps.send("")
    secrets = end.value.value.secrets
    assert (secrets["access_token"], secrets["refresh_token"]) == ("t1", "r1")

    kept: dict[str, str] = {}
    tokens.append("t2")  # the service takes only a later one: as if ours had expired
    assert ErpSource().test_connection(ConnectionOptions({**config, **secrets}, kept.update)) == "The service answers; customers: 0."
    assert (kept["access_token"], kept["refresh_token"]) == ("t3", "r3")


def test_who_has_not_signed_in_is_told_how(cloud) -> None:
    config, _tokens = cloud
    with pytest.raises(SourceError, match="Nobody has signed in"):
        ErpSource().test_connection(config)
    with pytest.raises(SourceError, match="names no client id"):
        next(ErpSource().sign_in({**config, "client_id": ""}))
    with pytest.raises(SourceError, match="needs no sign-in"):
        next(ErpSource().sign_in({"connector": "tryton"}))


@pytest.mark.parametrize("text", ["<html>no service</html>", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "not even xml", "<x/>"])
def test_what_is_no_odata_service_is_said_and_its_entities_are_not_expanded(text: str, cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    config, tokens = cloud
    tokens.append("t1")
    monkeypatch.setattr("tests.plugins.test_erp_odata.METADATA", text)
    with pytest.raises(SourceError, match=r"no OData service|nothing to read"):
        ErpSource().test_connection({**config, "access_token": "t1"})
