"""``run`` and ``apply``: what a script can rely on."""

from __future__ import annotations

import io
import signal
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import CUSTOMERS, Cli
from tui_import.model.progress import Progress


def drafts(store: Path) -> list[Path]:
    return sorted(Path(f"{store}.drafts").glob("*.sqlite"))


def names(cli: Cli, entity: str = "company") -> list[str]:
    return [record["name" if entity == "company" else "first_name"] for record in cli("export", entity, "--format", "json").objects]


def test_a_file_is_imported_and_every_row_is_accounted_for(cli: Cli, customers: Path) -> None:
    result = cli("run", customers, "--json")
    assert result.code == 0
    summary = result.object
    assert list(summary) == ["run", "draft", "rows", "entities", "duplicates", "selections", "backup", "seconds"]
    assert summary["run"] == 1
    assert summary["rows"] == 3
    assert summary["entities"]["company"] == {"added": 2, "updated": 0, "unchanged": 1, "skipped": 0, "problem": 0, "held": 0}
    assert summary["entities"]["person"]["added"] == 3
    assert summary["duplicates"] == {"company": 0, "person": 0}
    assert [(each["entity"], each["kind"], each["members"]) for each in summary["selections"]] == [
        ("company", "new", 2),
        ("person", "new", 3),
    ]
    assert Path(summary["backup"]).is_file()
    assert names(cli) == ["Alfa ApS", "Gamma Oy"]


def test_people_get_a_table_in_place_of_json(cli: Cli, customers: Path) -> None:
    result = cli("run", customers)
    assert "Run 1: customers.csv, 3 rows" in result.out
    assert "Companies" in result.out
    assert "New persons" in result.out
    assert result.err == ""


def test_options_may_stand_before_and_after_the_command(cli: Cli, customers: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert cli("--json", "--store", other, "run", customers).object["run"] == 1
    assert cli("runs", f"--store={other}", "--json").object["rows"] == 3


def test_a_problem_row_is_named_with_file_row_column_value_and_reason_and_the_rest_is_imported(cli: Cli, faulty: Path) -> None:
    result = cli("run", faulty, "--json")
    assert result.code == 3
    assert result.object["entities"]["person"]["problem"] == 1
    assert f"{faulty}:3:E-mail:" in result.err
    assert "not an e-mail address" in result.err
    assert "\x1b" not in result.err, "a cell cannot command the terminal"
    assert names(cli, "person") == ["Anna", "Cai"]


def test_more_problems_than_agreed_import_nothing_and_keep_the_draft(cli: Cli, faulty: Path, store: Path) -> None:
    result = cli("run", faulty, "--max-problems", "0")
    assert result.code == 3
    assert "Nothing was imported: 1 problem row is more than 0." in result.err
    assert names(cli) == []
    assert len(drafts(store)) == 1
    assert cli("run", faulty, "--max-problems", "1", "--json").object["run"] == 1


def test_a_plan_writes_nothing_and_is_carried_out_later(cli: Cli, customers: Path) -> None:
    planned = cli("run", customers, "--plan-only", "--json")
    assert planned.code == 0
    assert planned.object["run"] is None
    assert names(cli) == []
    draft = planned.object["draft"]
    assert [each["id"] for each in cli("drafts", "--json").objects] == [draft]
    applied = cli("apply", draft[:-2], "--json")
    assert applied.code == 0
    assert applied.object["entities"] == planned.object["entities"]
    assert cli("drafts", "--json").objects == []


def test_applying_twice_imports_once(cli: Cli, customers: Path) -> None:
    draft = cli("run", customers, "--plan-only", "--json").object["draft"]
    first = cli("apply", draft, "--json")
    again = cli("apply", draft, "--json")
    assert again.object == first.object
    assert "imported already, by run 1" in again.err
    assert len(cli("runs", "--json").objects) == 1


def test_a_stale_plan_is_refused(cli: Cli, customers: Path) -> None:
    draft = cli("run", customers, "--plan-only", "--json").object["draft"]
    assert cli("run", customers).code == 0
    refused = cli("apply", draft)
    assert refused.code == 4
    assert "has changed since" in refused.err
    assert cli("apply", draft, "--json").object["entities"]["company"]["added"] == 0


def test_clearing_values_needs_a_yes_of_its_own(cli: Cli, customers: Path, tmp_path: Path) -> None:
    cli("run", customers)
    emptied = tmp_path / "emptied.csv"
    emptied.write_text(CUSTOMERS.replace("12972997", ""), encoding="utf-8")
    words = ("run", emptied, "--set", "company.action=replace")
    refused = cli(*words)
    assert refused.code == 4
    assert "1 value will be cleared." in refused.err
    assert "--yes" in refused.err
    draft = cli("drafts", "--json").object["id"]
    assert cli("apply", draft).code == 4
    assert cli("apply", draft, "--yes").code == 0
    assert cli("export", "company", "--format", "json").objects[0]["vat_number"] is None


def test_the_same_file_again_is_said_and_changes_nothing(cli: Cli, customers: Path) -> None:
    cli("run", customers)
    again = cli("run", customers, "--json")
    assert again.code == 0
    assert "imported already, by run 1" in again.err
    assert again.object["entities"]["company"] == {"added": 0, "updated": 0, "unchanged": 3, "skipped": 0, "problem": 0, "held": 0}


def test_adding_the_same_file_once_more_is_refused_without_a_yes(cli: Cli, customers: Path, store: Path) -> None:
    cli("run", customers)
    before = len(drafts(store))
    words = ("run", customers, "--set", "company.action=add", "--set", "person.action=add")
    refused = cli(*words)
    assert refused.code == 4
    assert len(drafts(store)) == before, "nothing is left behind"
    assert cli(*words, "--yes").code == 0
    assert names(cli) == ["Alfa ApS", "Gamma Oy"] * 2


def test_standard_input_is_imported(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CUSTOMERS.encode())))
    assert cli("run", "-", "--json").object["rows"] == 3
    assert names(cli) == ["Alfa ApS", "Gamma Oy"]


def test_a_column_is_linked_by_hand_and_another_left_out(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("Wer;Company name;E-mail\nAlfa;secret;a@alfa.example\n", encoding="utf-8")
    result = cli(
        "run", path, "--map", "Wer=company.name", "--map", "Company name=", "--map", "E-mail=company.email", "--set", "person.match=none"
    )
    assert result.code == 0, result.err
    (company,) = cli("export", "company", "--format", "json").objects
    assert company["name"] == "Alfa"
    assert company["email"] == ["a@alfa.example"]


def test_a_constant_goes_into_every_row(cli: Cli, customers: Path) -> None:
    cli("run", customers, "--set", "constants.company.category=Prospect")
    assert {record["category"] for record in cli("export", "company", "--format", "json").objects} == {"Prospect"}


def test_what_is_missing_is_named_with_the_way_to_give_it(cli: Cli, tmp_path: Path, store: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("Alpha;Beta\nxx;yy\n", encoding="utf-8")
    result = cli("run", path)
    assert result.code == 2
    assert '--map "COLUMN=company.name"' in result.err
    assert "Alpha, Beta" in result.err
    assert result.err.count("\n") == 1
    assert drafts(store) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("run",), 2, "which file"),
        (("run", "nowhere.csv"), 1, "nowhere.csv"),
        (("run", "FILE", "--set", "person.match=mail"), 2, "email"),
        (("run", "FILE", "--set", "constants.company.nome=x"), 2, "company.nome"),
        (("run", "FILE", "--option", "sheat=x"), 2, "delimiter"),
        (("run", "FILE", "--source", "exel"), 2, "excel"),
        (("run", "FILE", "--recipe", "none"), 2, "none"),
        (("run", "FILE", "--map", "Nome=company.name"), 2, "Company name"),
        (("apply", "nothing"), 1, "drafts"),
        (("undo", "9"), 2, "runs"),
        (("undo", "last"), 2, "whole number"),
        (("blame", "company", "9"), 2, "company 9"),
        (("export", "cats"), 2, "company"),
        (("lists", "list", "cats"), 2, "cats"),
        (("template", "cats", "x.xlsx"), 2, "contacts"),
        (("decide",), 2, "FILE.xlsx"),
        (("nonsense",), 2, "neither a command nor a file"),
        (("--nonsense",), 2, "--nonsense"),
        (("run", "--nonsense"), 2, "--nonsense"),
        (("preferences", "cats=1"), 2, "cats"),
        (("restore", "company"), 1, "company"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(cli: Cli, customers: Path, words: tuple[str, ...], code: int, said: str) -> None:
    result = cli(*(customers if word == "FILE" else word for word in words))
    assert result.code == code, result.err
    assert result.err.startswith("tui-import: ")
    assert said in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


@pytest.mark.parametrize("step", [0, 1, 2], ids=["while reading", "while planning", "while writing"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopping_leaves_no_trace(
    cli: Cli, customers: Path, store: Path, monkeypatch: pytest.MonkeyPatch, step: int, number: signal.Signals
) -> None:
    cli("runs")
    monkeypatch.setattr("tui_import.session.importing.ImportSession.hand_over", lambda *_self, **_named: False)
    begin, steps = Progress.begin, []

    def stopping(self: Progress, name: str, total: int | None = None) -> None:
        begin(self, name, total)
        steps.append(name)
        if len(steps) == step + 1:
            signal.raise_signal(number)

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "begin", stopping)
        result = cli("run", customers)
    assert result.code == 130, steps
    assert result.err == "tui-import: Stopped.\n" or "as it was" in result.err
    assert names(cli) == []
    assert cli("runs", "--json").objects == []
    assert drafts(store) == []


def test_a_recipe_is_run_again_and_a_column_that_is_gone_is_named(cli: Cli, customers: Path, tmp_path: Path, store: Path) -> None:
    recipe = tmp_path / "fair.toml"
    recipe.write_text(
        'format = 1\nsource = "csv"\nkind = "contacts"\n[mapping]\n"Company name" = "company.name"\n"E-mail" = "person.email"\n'
        '"First name" = "person.first_name"\n"Last name" = "person.last_name"\n[person]\nmatch = "email"\n',
        encoding="utf-8",
    )
    result = cli("run", customers, "--recipe", recipe, "--json")
    assert result.code == 0, result.err
    assert "VAT number" in result.err, "new columns are reported"
    assert cli("export", "company", "--format", "json").objects[0]["vat_number"] is None
    customers.write_text(CUSTOMERS.replace("E-mail", "Nothing").replace("@", " at "), encoding="utf-8")
    before = len(drafts(store))
    drifted = cli("run", customers, "--recipe", recipe)
    assert drifted.code == 4
    assert "E-mail" in drifted.err
    assert len(drafts(store)) == before


def test_an_empty_sheet_is_called_empty_and_the_others_are_named(cli: Cli, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("People")
    book.save(tmp_path / "book.xlsx")
    for words in ((), ("--map", "A=company.name")):
        result = cli("run", tmp_path / "book.xlsx", *words)
        assert result.code == 2
        assert "book.xlsx:Sheet: There is nothing in it to import." in result.err
        assert "--option sheet=NAME: “People”" in result.err
    assert "NAME" not in cli("run", tmp_path / "book.xlsx", "--option", "sheet=*").err
