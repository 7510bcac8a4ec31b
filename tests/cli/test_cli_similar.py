"""``tui-import similar``: records of the store that are probably one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tui_import.session.workspace import Workspace

TWINS = """\
Company name;Country;First name;Last name;E-mail;Telephone;Street address;Street zip code;Street city
Nordlys Fiskeri A/S;DK;Robert;Hansen;robert@nordlys.example;33124010;Havnegade 12;5000;Odense
Nordlys Fiskeri;DK;Bob;Hansen;robert@nordlys.example;;Havnegade 12;5000;Odense
Gamma Oy;FI;Cai;Niemi;cai@gamma.example;;Mannerheimintie 4;00100;Helsinki
Delta Bryg ApS;DK;Eva;Lund;eva@delta.example;;Torvet 1;8000;Aarhus
"""


@pytest.fixture
def twins(tmp_path: Path, cli: Cli) -> None:
    path = tmp_path / "twins.csv"
    path.write_text(TWINS, encoding="utf-8")
    assert cli("run", path, "--yes", "--set", "duplicates.find=false").code == 0


def test_records_that_are_probably_one_are_listed_with_the_reasons(cli: Cli, twins: None) -> None:
    found = cli("similar", "--json")
    assert found.code == 0
    assert [(pair["entity"], pair["a"], pair["b"]) for pair in found.objects] == [("company", 1, 2), ("person", 1, 2)]
    assert all(set(pair) == {"entity", "a", "b", "probability", "reasons"} and pair["probability"] > 0.5 for pair in found.objects)
    assert "name: the same" in found.objects[0]["reasons"]
    shown = cli("similar", "company")
    assert "Nordlys Fiskeri A/S (1)" in shown.out
    assert "Nordlys Fiskeri (2)" in shown.out
    assert "Hansen" not in shown.out


def test_only_so_many_and_only_the_most_probable_are_shown_where_asked(cli: Cli, twins: None) -> None:
    every = cli("similar", "--json", "--least", "0.01").objects
    assert len(cli("similar", "--json", "--least", "0.01", "--limit", "1").objects) == len({pair["entity"] for pair in every})
    assert cli("similar", "company", "--limit", "0").err.strip() == "No two records look like one."


def test_deleted_and_taken_back_records_are_not_compared(cli: Cli, twins: None) -> None:
    assert cli("undo", 1).code == 0
    assert cli("similar", "--json").objects == []


@pytest.mark.parametrize("words", [("product",), ("--least", "2"), ("--least", "many"), ("--limit", "-1")])
def test_what_cannot_be_asked_is_refused(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli("similar", *words).code == 2


def test_a_large_store_is_looked_through_block_by_block_with_the_same_result(
    cli: Cli, twins: None, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from tui_import.session import similar

    model = replace(similar.learnt_model(), whole=0)
    monkeypatch.setattr(similar, "learnt_model", lambda: model)
    monkeypatch.setattr(similar, "BLOCK", 1)
    with Workspace(store) as workspace:
        pairs = [(pair.entity, pair.a, pair.b) for pair in workspace.similar()]
    assert pairs == [("company", 1, 2), ("person", 1, 2)]
