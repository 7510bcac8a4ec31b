"""By keyboard alone, at 80x24: import, change, import again with merge and with replace, undo, redo."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import pytest

from tests.e2e.steps import import_all, leave, open_preview
from tests.e2e.terminal import Terminal
from tests.shared import shared
from tui_import.session.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = [sys.executable, "-m", "tui_import"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "TUI_IMPORT_CONFIG": str(tmp_path / "configuration"),
        "TUI_IMPORT_STORE": str(tmp_path / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }


def test_the_vendors_template_is_imported_by_keyboard(environment: dict[str, str]) -> None:
    file = shared("samples/superoffice/import-template-for-contacts.xlsx")
    with Terminal([*PROGRAM, str(file)], environment) as terminal:
        shown = open_preview(terminal)
        assert "Companies  +2 new" in shown
        assert import_all(terminal) == 3
        assert "New companies" in terminal.text
        leave(terminal)

    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        companies = list(workspace.records("company"))
    assert [company["name"] for company in companies] == ["SuperOffice AS", "BridgeCom Ltd"]
    assert companies[0]["postal_code"] == "0167"


def test_two_thousand_companies_are_imported_changed_merged_replaced_undone_and_redone(environment: dict[str, str], tmp_path: Path) -> None:
    switch_finding_of_duplicates_off(environment)
    first = company_list(tmp_path / "first.csv", city_suffix="")
    second = company_list(tmp_path / "second.csv", city_suffix=" Nord")
    with Terminal([*PROGRAM, str(first)], environment) as terminal:
        assert "+" in open_preview(terminal)
        rows = import_all(terminal)
        leave(terminal)
    cities = stored_cities(environment)
    assert rows > 2_000
    assert len(cities) > 1_500

    with Terminal([*PROGRAM, str(second)], environment) as terminal:  # merge: nothing that is filled changes
        open_preview(terminal)
        import_all(terminal)
        leave(terminal)
    assert stored_cities(environment) == cities

    with Terminal([*PROGRAM, str(second)], environment) as terminal:
        terminal.wait_for("Step 1 of 6")
        terminal.press("F8")
        terminal.wait_for("Step 2 of 6", "F8 goes on")
        terminal.press("F8")
        terminal.wait_for("Step 3 of 6", "fill what is empty")
        terminal.press("Down", "Right")  # Where it exists: replace
        terminal.wait_for("the file wins")
        terminal.press("F8")
        terminal.wait_for("Step 4 of 6", "overwrite")
        import_all(terminal)
        changed = stored_cities(environment)
        assert all(city.endswith(" Nord") for city in changed.values() if city)
        assert any(changed.values())
        terminal.press("u")
        terminal.wait_for("Take the whole import back?")
        terminal.press("y")
        terminal.wait_for("This import was taken back.")
        assert stored_cities(environment) == cities
        leave(terminal)

    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        last = workspace.runs()[0].id
        workspace.redo(last)
    assert stored_cities(environment) == changed


def switch_finding_of_duplicates_off(environment: dict[str, str]) -> None:
    """Listed companies resemble each other: hundreds would wait for an answer, and this is about those that are written."""
    folder = Path(environment["TUI_IMPORT_CONFIG"])
    folder.mkdir()
    (folder / "settings.toml").write_text("[duplicates]\nfind = false\n", encoding="utf-8")


def company_list(path: Path, *, city_suffix: str) -> Path:
    """Every company of five stock exchanges that nobody here wrote: names that repeat, names in several cities, rows without a city."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Company name", "City", "Web site", "Country"])
        for name in ("AMS", "ICE", "OSL", "TAL", "VIE"):
            with shared(f"samples/companies/{name}.csv").open(encoding="utf-8", newline="") as source:
                for row in csv.DictReader(source):
                    city = row["city"] + city_suffix if row["city"] else ""
                    writer.writerow([row["name"], city, row["website"], row["country"]])
    return path


def stored_cities(environment: dict[str, str]) -> dict[str, str]:
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        return {company["name"]: company["postal_city"] for company in workspace.records("company")}


def test_a_dropped_line_keeps_the_draft_to_go_on_with(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Company name,First name,Last name\nAcme A/S,Anna,Holm\n", encoding="utf-8")
    with Terminal([*PROGRAM, str(file)], environment) as terminal:
        open_preview(terminal)
        terminal.hang_up()
        terminal.wait_for_end()

    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        (draft,) = workspace.drafts()
        assert workspace.count("company") == 0
    with Terminal([*PROGRAM, "resume", draft.id], environment) as terminal:
        assert "Acme A/S" in terminal.wait_for("Step 4 of 6", "Acme")
        leave(terminal)


def test_a_terminal_without_a_screen_is_pointed_to_the_command_line(environment: dict[str, str]) -> None:
    with Terminal(PROGRAM, environment, term="dumb") as terminal:
        assert terminal.wait_for_end() == 2
        assert "tui-import run" in terminal.text


def test_no_byte_of_a_hostile_cell_reaches_the_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "hostile.csv"
    payload = "Evil\x1b]52;c;aGk=\x07\x9b31m\u202e [/] Bar"
    file.write_text(f"Company name,First name,Last name\n{payload},Anna,Holm\n", encoding="utf-8")
    with Terminal([*PROGRAM, str(file)], environment) as terminal:
        shown = open_preview(terminal)
        assert "[/]" in shown
        leave(terminal)
        assert b"\x1b]52" not in terminal.received
        assert "\x9b".encode() not in terminal.received
        assert "\u202e".encode() not in terminal.received


@pytest.fixture(autouse=True)
def no_colour_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "SSH_CONNECTION", "TUI_IMPORT_STORE"):
        if name in os.environ:
            monkeypatch.delenv(name)
