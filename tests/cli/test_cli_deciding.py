"""Probable duplicates by command: listed, decided, imported later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HEAD = "Company name,Company phone,City,First name,Last name,Email\n"
STORED = HEAD + "Ørsted Vindkraft A/S,+45 33 12 44 55,Fredericia,Katrine,Bjerregaard,katrine@vindkraft.dk\n"
LATER = HEAD + "Orsted Vindkaft AS,+45 33 12 44 55,Fredericia,,,\nNovo Byg,+45 44 44 12 12,Odense,Per,Lund,per@novobyg.dk\n"


@pytest.fixture
def held(cli: Any, tmp_path: Path) -> str:
    """A draft of which one company waits."""
    for name, text in (("stored.csv", STORED), ("later.csv", LATER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    cli("run", str(tmp_path / "stored.csv"))
    done = cli("run", str(tmp_path / "later.csv"), "--json")
    assert done.code == 3
    summary = json.loads(done.out)
    assert summary["entities"]["company"]["held"] == 1
    assert summary["duplicates"]["company"] == 1
    return str(summary["draft"])


def pairs(cli: Any, draft: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cli("drafts", "duplicates", draft, "--json").out.splitlines()]


def test_what_waits_is_listed_with_its_reasons(cli: Any, held: str) -> None:
    assert held in cli("drafts").out
    (pair,) = pairs(cli, held)
    assert (pair["entity"], pair["row"], pair["record"], pair["open"]) == ("company", 2, 1, True)
    assert pair["probability"] > 0.5
    assert {reason["field"] for reason in pair["reasons"]} >= {"name", "city"}
    assert "name" in cli("drafts", "duplicates", held).out


def test_a_decision_is_planned_taken_back_and_imported(cli: Any, held: str) -> None:
    same = cli("drafts", "decide", held, "company:2=same")
    assert same.code == 0
    assert pairs(cli, held)[0]["decision"] == "same"
    cli("drafts", "decide", held, "--undo")
    assert pairs(cli, held)[0]["open"]
    assert cli("apply", held).code == 2
    cli("drafts", "decide", held, "--different-below", "1.1")
    applied = cli("apply", held, "--json")
    assert applied.code == 0
    assert json.loads(applied.out)["entities"]["company"]["added"] == 1
    assert held not in cli("drafts").out


@pytest.mark.parametrize("wrong", ["company:2", "firm:2=same", "company:2=yes", "company:3=same", "company:2@99=same"])
def test_a_decision_that_cannot_be_read_names_what_is_wrong(cli: Any, held: str, wrong: str) -> None:
    done = cli("drafts", "decide", held, wrong)
    assert done.code == 2
    assert "2" in done.err or "3" in done.err
