"""All suppliers of a town out of a database, by keys in a real terminal: found, ticked, imported, changed there, imported again, undone."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.steps import import_all, leave
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = [sys.executable, "-m", "tui_import"]
SUPPLIERS = [
    (1, "Havnens Tømmer", "Aarhus", "86121314"),
    (2, "Odense Stål", "Odense", "66121314"),
    (3, "Bryggeriet Vest", "AARHUS N", "86998877"),
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "TUI_IMPORT_CONFIG": str(tmp_path / "configuration"),
        "TUI_IMPORT_STORE": str(tmp_path / "store.sqlite"),
        "TUI_IMPORT_PLUGINS": "erp",
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def erp(tmp_path: Path) -> Path:
    path = tmp_path / "erp.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE supplier (id INTEGER PRIMARY KEY, name TEXT, city TEXT, phone TEXT)")
        connection.executemany("INSERT INTO supplier VALUES (?, ?, ?, ?)", SUPPLIERS)
        connection.commit()
    return path


def test_suppliers_of_a_town_are_imported_and_come_again_as_updates(environment: dict[str, str], erp: Path) -> None:
    options = ["connector=sql", f"url=sqlite:///{erp}", "supplier=supplier", "roles=city=POSTALCITY; phone=PHONE"]
    program(environment, "connections", "save", "erp", "main", *(word for option in options for word in ("--option", option)))

    with Terminal(PROGRAM, environment) as terminal:
        assert "linked" not in search_in_aarhus(terminal)
        preview(terminal)
        assert import_all(terminal) == 2
        leave(terminal)
    first = companies(environment)
    assert sorted(name for name, _city in first) == ["Bryggeriet Vest", "Havnens Tømmer"]

    with closing(sqlite3.connect(erp)) as connection:
        connection.execute("UPDATE supplier SET name = 'Havnens Tømmerhandel', city = 'Aarhus C' WHERE id = 1")
        connection.commit()
    with Terminal(PROGRAM, environment) as terminal:
        search_in_aarhus(terminal, "linked 1", "linked 3")
        preview(terminal, replace=True)
        import_all(terminal)
        assert ("Havnens Tømmerhandel", "Aarhus C") in companies(environment)
        assert len(companies(environment)) == 2
        terminal.press("u")
        terminal.wait_for("Take the whole import back?")
        terminal.press("y")
        terminal.wait_for("This import was taken back.")
        leave(terminal)
    assert companies(environment) == first


def search_in_aarhus(terminal: Terminal, *shown: str) -> str:
    """Through the accounts to the rows found; ticks them all."""
    terminal.wait_for("a Accounts")
    terminal.press("a")
    terminal.wait_for("Accounts and servers", "main")
    terminal.press("Enter")
    terminal.wait_for("3 rows found")
    terminal.press("+")
    terminal.wait_for("type to search")
    terminal.press("city", "Enter")
    terminal.wait_for("does not contain")
    terminal.press("Enter")
    terminal.wait_for("Enter OK", gone="does not contain")
    terminal.press("aarhus", "Enter")
    text = terminal.wait_for("2 rows found", "none ticked", *shown)
    terminal.press("a")
    terminal.wait_for("2 ticked")
    return text


def preview(terminal: Terminal, *, replace: bool = False) -> None:
    terminal.press("F8")
    terminal.wait_for("Step 2 of 6", "F8 goes on")
    terminal.press("F8")
    terminal.wait_for("Step 3 of 6")
    if replace:
        terminal.press("Down", "Right")
        terminal.wait_for("the file wins")
    terminal.press("F8")
    terminal.wait_for("Step 4 of 6", "Showing")


def companies(environment: dict[str, str]) -> list[tuple[str, str]]:
    lines = program(environment, "export", "company", "--format", "json").splitlines()
    return [(each["name"], each["postal_city"]) for each in map(json.loads, lines)]


def program(environment: dict[str, str], *words: str) -> str:
    ended = subprocess.run([*PROGRAM, *words], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
