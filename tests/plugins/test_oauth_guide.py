"""The account that the plugin guide shows signs in, is read, goes on where it ended, and keeps the contract."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.web import Asked, Reply, web
from tui_import.api import ConnectionOptions
from tui_import.api.testing import Conformance

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "plugin-guide.md").read_text("utf-8")
PEOPLE = [{"id": f"p{at}", "name": f"Person {at}", "changed": f"2026-01-0{at}"} for at in range(1, 6)]


def service(asked: Asked) -> Reply:
    """Two people a page; the second token alone is taken."""
    if asked.path == "/device":
        return Reply({"device_code": "d", "user_code": "ABCD-EFGH", "verification_uri": "https://example.com/device", "interval": 1})
    if asked.path == "/token":
        first = asked.form["grant_type"] != "refresh_token"
        return Reply({"access_token": "first" if first else "second", "refresh_token": "r", "expires_in": 3600})
    if asked.headers["Authorization"] != "Bearer second":
        return Reply(status=401)
    start = int(asked.query.get("since", asked.query.get("from", "0")))
    more = {"next": f"people?from={start + 2}"} if start + 2 < len(PEOPLE) else {}
    return Reply({"people": PEOPLE[start : start + 2], "until": str(len(PEOPLE)), **more})


@pytest.fixture
def source() -> Any:
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL) if "tui_import.api.oauth" in block)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["Account"]()


def test_it_signs_in_and_hands_a_renewed_token_back(source: Any) -> None:
    kept: list[Any] = []
    with web(service) as served:
        options = {"client_id": "c", "address": served.address}
        steps = source.sign_in(options)
        assert next(steps).code == "ABCD-EFGH"
        with pytest.raises(StopIteration) as end:
            steps.send("")
        secrets = end.value.value.secrets
        assert source.test_connection(ConnectionOptions({**options, **secrets}, kept.append)) == "5 people."
    assert [each["access_token"] for each in kept] == ["second"]


def test_it_goes_on_where_it_ended(source: Any) -> None:
    with web(service) as served:
        (table,) = source.open("", {"client_id": "c", "address": served.address, "access_token": "second"})
        assert [row.key for row in table.rows()] == ["p1", "p2", "p3", "p4", "p5"]
        assert list(table.changes(table.bookmark())) == []
        assert [row.key for row in table.changes("3")] == ["p4", "p5"]


@pytest.mark.parametrize("rule", Conformance.rules)
def test_it_keeps_the_contract(source: Any, rule: str, tmp_path: Path) -> None:
    with web(service) as served:
        Conformance(source, "", tmp_path, {"client_id": "c", "address": served.address, "access_token": "second"}).check(rule)
