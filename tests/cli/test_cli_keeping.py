"""What is kept, how long, and where it lies."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tui_import.session.workspace import Workspace
from tui_import.store.draft import Draft


def age(store: Path, days: int) -> None:
    """Make all drafts look as if nobody had touched them since."""
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    for path in store.with_name(f"{store.name}.drafts").glob("*.sqlite"):
        draft = Draft(path)
        with draft.database.transaction() as connection:
            connection.execute("UPDATE meta SET value = json_quote(?) WHERE key = 'changed'", (moment.isoformat(timespec="seconds"),))
        draft.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        draft.close()
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def drafts(store: Path) -> int:
    return len(list(store.with_name(f"{store.name}.drafts").glob("*.sqlite")))


def test_the_draft_of_a_done_import_goes_after_a_month_and_an_unfinished_one_stays(cli: Cli, store: Path, customers: Path) -> None:
    cli("run", customers)
    cli("run", customers, "--plan-only")
    age(store, 29)
    cli("run", customers, "--plan-only")
    assert drafts(store) == 3
    age(store, 31)
    cli("run", customers, "--plan-only")
    assert drafts(store) == 3
    assert {draft["state"] for draft in cli("drafts", "--json").objects} == {"planned"}


def test_how_long_drafts_are_kept_is_a_preference(cli: Cli, store: Path, customers: Path) -> None:
    cli("run", customers)
    cli("preferences", "keep_drafts=0")
    age(store, 1000)
    cli("run", customers, "--plan-only")
    assert drafts(store) == 2
    cli("preferences", "keep_drafts=1000")
    cli("run", customers, "--plan-only")
    assert drafts(store) == 2


def test_forgotten_drafts_are_told_of_and_thrown_away_by_age(cli: Cli, store: Path, customers: Path) -> None:
    cli("run", customers, "--plan-only")
    age(store, 40)
    cli("run", customers, "--plan-only")
    found = next(check for check in cli("doctor", "--json").objects if check["name"] == "Drafts")
    assert not found["ok"]
    assert "--older 30" in found["hint"]
    assert len(cli("drafts", "discard", "--older", 30, "--json").object["discarded"]) == 1
    assert drafts(store) == 1
    assert cli("drafts", "discard").code == 2
    assert cli("drafts", "discard", "x", "--older", 3).code == 2


def test_every_file_is_listed_with_whether_it_holds_personal_data(cli: Cli, store: Path, customers: Path) -> None:
    cli("run", customers)
    cli("run", customers, "--plan-only")
    found = cli("doctor", "--files", "--json").objects
    kinds = {(each["kind"], each["personal"]) for each in found}
    assert kinds >= {("store", True), ("draft", True), ("backup", True)}
    listed = {each["path"] for each in found}
    there = {str(path) for path in store.parent.rglob("*") if path.is_file()}
    assert there <= listed
    assert all(each["mode"] == "600" and each["size"] >= 0 and each["changed"] for each in found)
    assert "Personal data" in cli("doctor", "--files").out


def test_only_backups_that_have_the_person_are_named_when_it_is_erased(cli: Cli, store: Path, customers: Path, tmp_path: Path) -> None:
    cli("run", customers)
    later = tmp_path / "later.csv"
    later.write_text("Company name;First name;Last name\nAlfa ApS;Dan;Bruun\n", encoding="utf-8")
    cli("backup")
    cli("run", later)
    with_dan = cli("backup", "--json").object["path"]
    with Workspace(store) as workspace:
        dan = next(person["id"] for person in workspace.records("person") if person["first_name"] == "Dan")
    assert cli("erase", "person", dan, "--yes", "--json").object["backups"] == [with_dan]
    assert b"Bruun" not in b"".join(path.read_bytes() for path in store.parent.glob(f"{store.name}*") if path.is_file())


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_the_store_is_made_for_its_owner_alone(cli: Cli, store: Path, customers: Path, suffix: str) -> None:
    cli("run", customers)
    path = Path(f"{store}{suffix}")
    assert not path.exists() or path.stat().st_mode & 0o077 == 0
