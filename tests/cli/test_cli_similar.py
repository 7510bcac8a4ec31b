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


# -- the review that is kept


def test_pairs_are_reviewed_by_command_merged_and_taken_back(cli: Cli, twins: None, tmp_path: Path) -> None:
    begun = cli("similar", "--review", "--json")
    assert (begun.code, begun.object["pairs"], begun.object["open"]) == (3, 2, 2)
    draft = begun.object["draft"]
    assert draft in cli("drafts").out
    pairs = cli("drafts", "duplicates", draft, "--json").objects
    assert {(pair["entity"], pair["row"], pair["record"], pair["open"]) for pair in pairs} == {
        ("company", 2, 1, True),
        ("person", 2, 1, True),
    }
    words = ("company:2=same", "person:2@1=same", "--take", "company.street_city==Odense C", "--take", "person.first_name=incoming")
    decided = cli("drafts", "decide", draft, *words)
    assert decided.code == 0
    assert "1 company becomes part of another; 1 person becomes part of another" in decided.out
    assert f"tui-import apply {draft}" in decided.out
    applied = cli("apply", draft, "--json")
    assert applied.code == 0
    assert applied.object["entities"]["company"]["updated"] == 2
    assert Path(applied.object["backup"]).is_file()
    company, *_others = cli("export", "company", "--format", "json").objects
    assert (company["id"], company["street_city"]) == (1, "Odense C")
    assert [person["first_name"] for person in cli("export", "person", "--format", "json").objects] == ["Bob", "Cai", "Eva"]
    assert cli("undo", applied.object["run"], "--record", "person", 1).code == 0
    assert [person["first_name"] for person in cli("export", "person", "--format", "json").objects] == ["Robert", "Bob", "Cai", "Eva"]
    assert draft not in cli("drafts").out


def test_the_other_record_stays_a_decision_is_taken_back_and_done_again(cli: Cli, twins: None) -> None:
    draft = cli("similar", "company", "--review", "--json").object["draft"]
    assert cli("drafts", "decide", draft, "company:2=same", "--swap").code == 0
    assert cli("drafts", "decide", draft, "--undo").code == 3
    assert cli("drafts", "decide", draft, "--redo").code == 0
    assert cli("drafts", "decide", draft, "--redo").code == 2
    assert cli("apply", draft).code == 0
    assert [company["id"] for company in cli("export", "company", "--format", "json").objects] == [2, 3, 4]


def test_what_is_different_is_remembered_without_a_run(cli: Cli, twins: None) -> None:
    draft = cli("similar", "company", "--review", "--json").object["draft"]
    assert cli("apply", draft).code == 2, "nothing is decided"
    assert cli("drafts", "decide", draft, "--different-below", "1.1").code == 0
    applied = cli("apply", draft)
    assert (applied.code, applied.out.splitlines()[0]) == (0, "Remembered.")
    assert cli("similar", "company", "--json").objects == []
    assert len(cli("runs", "--json").objects) == 1


def test_a_workbook_decides_pairs_of_the_store(cli: Cli, twins: None, tmp_path: Path) -> None:
    import openpyxl

    draft = cli("similar", "company", "--review", "--json").object["draft"]
    path = tmp_path / "pairs.xlsx"
    assert cli("drafts", "export-decisions", draft, path, "--json").object["pairs"] == 1
    book = openpyxl.load_workbook(path)
    book.worksheets[0].cell(2, 1).value = "same"
    book.save(path)
    done = cli("decide", path, "--json")
    assert (done.code, done.object["draft"], done.object["decided"]) == (0, draft, 1)
    assert cli("apply", draft).code == 0


def test_a_rule_for_survivors_is_a_starting_point(cli: Cli, twins: None) -> None:
    draft = cli("similar", "company", "--review", "--set", "duplicates.survivorship=*=incoming", "--json").object["draft"]
    cli("drafts", "decide", draft, "company:2=same")
    cli("apply", draft)
    assert cli("export", "company", "--format", "json").objects[0]["name"] == "Nordlys Fiskeri"


@pytest.mark.parametrize(
    "words",
    [
        ("drafts", "decide", "{draft}", "company:2=same", "--take", "street_city"),
        ("drafts", "decide", "{draft}", "company:2=same", "--take", "street_city=both"),
        ("drafts", "decide", "{draft}", "company:2=same", "--take", "colour=incoming"),
        ("drafts", "decide", "{draft}", "company:3=same"),
        ("drafts", "show", "{draft}"),
        ("undo", "1", "--record", "firm", "1"),
        ("undo", "1", "--record", "company", "99"),
    ],
)
def test_what_cannot_be_done_with_a_review_is_refused_in_a_sentence(cli: Cli, twins: None, words: tuple[str, ...]) -> None:
    draft = cli("similar", "company", "--review", "--json").object["draft"]
    done = cli(*(word.format(draft=draft) for word in words))
    assert done.code == 2
    assert done.err


def test_an_erased_person_leaves_the_review_without_a_trace(cli: Cli, twins: None, store: Path) -> None:
    draft = cli("similar", "--review", "--json").object["draft"]
    cli("drafts", "decide", draft, "person:2=different", "company:2=different")
    file = Path(f"{store}.drafts") / f"{draft}.sqlite"
    assert b"bobhansen" in file.read_bytes().replace(b" ", b""), "it was there"
    assert cli("erase", "person", 2, "--yes").code == 0
    left = b"".join(path.read_bytes() for path in file.parent.glob(f"{draft}.sqlite*"))
    assert b"bob" not in left
    assert [pair["entity"] for pair in cli("drafts", "duplicates", draft, "--json").objects] == ["company"]
