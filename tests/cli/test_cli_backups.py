"""Backups on the command line: listed, compared, brought back, and the bringing back taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.e2e.wire import foreign

PERSONS = "Company name;First name;Last name;City;E-mail;Telephone\n"


def write(path: Path, *rows: str) -> Path:
    path.write_text(PERSONS + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def changed(cli: Cli, tmp_path: Path) -> Cli:
    """A store with a backup of itself, and then a new company, a changed one, and one that is gone."""
    cli("run", write(tmp_path / "1.csv", "Alfa ApS;Anna;Holm;Oslo;anna@alfa.example;", "Beta AS;Bo;Ek;Bergen;;", "Gamma;;;;;"))
    cli("backup", tmp_path / "before.sqlite")
    rows = ("Alfa ApS;Anna;Holm;Hamar;anna@work.example;", "Delta\x1b[31m;;;;;")
    cli("run", write(tmp_path / "2.csv", *rows), "--set", "company.action=replace", "--yes")
    number = cli("selections", "new", "company", "gone", "3", "--json").object["id"]
    assert cli("selections", "delete", number, "--members", "--yes").code == 0
    return cli


def test_what_became_of_each_record_since_a_backup_is_listed(changed: Cli, tmp_path: Path) -> None:
    found = changed("backups", "diff", tmp_path / "before.sqlite", "--json").objects
    told = {(each["entity"], each["id"]): (each["what"], each["name"]) for each in found}
    assert told == {
        ("company", 1): ("changed", "Alfa ApS"), ("company", 3): ("gone", "Gamma"), ("company", 4): ("new", "Delta[31m"),
        ("person", 1): ("changed", "Anna Holm"),
    }  # fmt: skip
    assert found[0]["fields"] == {"postal_city": ["Oslo", "Hamar"]}
    assert next(each for each in found if each["entity"] == "person")["fields"]["email"] == [
        ["anna@alfa.example"],
        ["anna@alfa.example", "anna@work.example"],
    ]


def test_people_read_it_as_lines_and_totals(changed: Cli, tmp_path: Path) -> None:
    result = changed("backups", "diff", tmp_path / "before.sqlite")
    assert "company 1 changed: Alfa ApS\n  postal_city: Oslo → Hamar\n" in result.out
    assert "Companies: 1 gone" in result.err
    assert foreign(result.out.encode()) == []


def test_two_backups_are_compared_by_their_names_alone(changed: Cli) -> None:
    newest, *_others, oldest = [Path(each["path"]).name for each in changed("backups", "--json").objects]
    assert {each["what"] for each in changed("backups", "diff", oldest, newest, "--json").objects} == {"new"}
    same = changed("backups", "diff", newest, newest)
    assert (same.out, same.err) == ("", "Both have the same records.\n")


def test_comparing_leaves_backups_and_store_as_they_are(changed: Cli, store: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in [tmp_path / "before.sqlite", *store.with_name("crm.db.backups").iterdir()]}
    changed("backups", "diff", tmp_path / "before.sqlite")
    assert {path: path.read_bytes() for path in before} == before
    assert len(list(store.with_name("crm.db.backups").iterdir())) == len(before) - 1


def test_a_restored_backup_is_taken_back_with_the_one_made_before_it(changed: Cli, tmp_path: Path) -> None:
    before = changed("restore", tmp_path / "before.sqlite", "--json").object["before"]
    assert changed("backups", "diff", tmp_path / "before.sqlite").err == "Both have the same records.\n"
    assert changed("restore", before).code == 0
    assert changed("backups", "diff", before).err == "Both have the same records.\n"
    assert len(changed("backups", "diff", tmp_path / "before.sqlite", "--json").objects) == 4


def test_what_is_no_backup_is_said_in_a_sentence(changed: Cli, tmp_path: Path) -> None:
    assert "no such backup" in changed("backups", "diff", "nowhere.sqlite").err
    (tmp_path / "x.sqlite").write_bytes(b"no database")
    result = changed("backups", "diff", tmp_path / "x.sqlite")
    assert (result.code, "not a readable store" in result.err) == (1, True)


# -- what a killed program leaves, and damaged drafts


def test_doctor_names_what_was_left_behind_and_tidy_removes_it_and_nothing_else(changed: Cli, store: Path) -> None:
    folder = store.with_name("crm.db.backups")
    part = folder / "crm-20260101-000000.sqlite.0a0a0a0a.part"
    part.touch(mode=0o600)
    before = set(folder.iterdir()) - {part}
    result = changed("doctor")
    assert result.code == 1
    assert str(part) in result.out
    assert "tui-import doctor --tidy" in result.err
    assert changed("doctor", "--tidy", "--json").object == {"removed": [str(part)]}
    assert set(folder.iterdir()) == before
    assert changed("doctor", "--tidy").out == "0 files removed.\n"
    assert changed("doctor").code == 0


def test_a_damaged_draft_is_listed_told_and_thrown_away_and_no_file_of_somebody_else(changed: Cli, store: Path, tmp_path: Path) -> None:
    write(tmp_path / "3.csv", "Epsilon;;;;;")
    draft = changed("run", tmp_path / "3.csv", "--plan-only", "--json").object["draft"]
    path = Path(f"{store}.drafts") / f"{draft}.sqlite"
    path.write_bytes(b"\xa5" * 5_000)
    assert [(each["id"], each["state"]) for each in changed("drafts", "--json").objects] == [(draft, "damaged")]
    told = changed("apply", draft)
    assert told.code == 1
    assert f"drafts discard {draft}" in told.err
    assert draft in changed("doctor").err

    notes = tmp_path / "notes.txt"
    notes.write_bytes(b"\xa5" * 5_000)
    assert changed("drafts", "discard", notes).code == 1
    assert notes.exists()
    assert changed("drafts", "discard", draft).code == 0
    assert not path.exists()
    assert changed("doctor").code == 0
