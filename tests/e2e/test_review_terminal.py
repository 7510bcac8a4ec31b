"""Five hundred duplicates decided by keys alone in a real terminal: the truth of a labelled set, a broken line, an import, an undo."""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.steps import import_all, leave
from tests.e2e.terminal import Terminal
from tests.shared import shared
from tui_import.session.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PROGRAM = [sys.executable, "-m", "tui_import"]
CLUSTERS = 600
ONE_BY_ONE = 500
BROKEN_AFTER = 200
BYTES = 2_000
"""Sent for a typical decision at 80x24, at most."""
WHOLE = 0.03
"""Seconds without a byte after which a frame is taken for whole."""
COLUMNS = {
    "given": "person.first_name", "surname": "person.last_name", "dob": "person.birthdate", "street": "person.private_address_line1",
    "street2": "person.private_address_line2", "city": "person.private_city", "postcode": "person.private_code",
}  # fmt: skip
HEADING = re.compile(r"Incoming: row (\d+) +(Stored: person|Other: row) (\d+)")


@dataclass
class Work:
    """A store, a draft whose rows wait, and the truth."""

    environment: dict[str, str]
    draft: str
    true: dict[int, int]
    """Row in the sheet → the stored person that it is."""
    incoming: list[dict[str, str]]
    stored: list[dict[str, str]]
    decided: dict[tuple[int, int], str] = field(default_factory=dict)
    """(row in the sheet, stored person) → the key that answered."""
    picked: tuple[int, str] = (0, "")
    """(row in the sheet, field) whose incoming value was taken over the stored one."""


def run(environment: Mapping[str, str], *words: str) -> list[dict[str, Any]]:
    done = subprocess.run([*PROGRAM, *words, "--json"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """See `prepare`."""
    return prepare(tmp_path)


def prepare(folder: Path) -> Work:
    """The first record of each cluster is stored, the second one comes in."""
    clusters: dict[str, list[dict[str, str]]] = {}
    with shared("matching/febrl3.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            clusters.setdefault(row["cluster"], []).append(row)
    whole = [rows for rows in clusters.values() if len(rows) > 1 and all(row["given"] or row["surname"] for row in rows[:2])][:CLUSTERS]
    environment = {
        **os.environ,
        "TUI_IMPORT_CONFIG": str(folder / "configuration"),
        "TUI_IMPORT_STORE": str(folder / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        workspace.set_preference("mandatory_company", 0)
    wanted = ["--set", "person.match=number", "--set", "person.without_company=without", "--set", "duplicates.flag_at=0.1"]
    for side, at in (("stored", 0), ("incoming", 1)):
        write(folder / f"{side}.csv", [rows[at] for rows in whole], side)
        maps = [word for name, target in {**COLUMNS, "number": "person.number"}.items() for word in ("--map", f"{name}={target}")]
        planned = run(environment, "run", str(folder / f"{side}.csv"), "--plan-only", *wanted, *maps)[-1]
        if side == "stored":
            run(environment, "apply", planned["draft"])
    incoming, stored = ([as_record(rows[at]) for rows in whole] for at in (1, 0))
    return Work(environment, planned["draft"], {at + 2: at + 1 for at in range(len(whole))}, incoming, stored)


def as_record(row: Mapping[str, str]) -> dict[str, str]:
    """A record as the store will have it."""
    found = {COLUMNS[name].partition(".")[2]: row[name].strip() for name in COLUMNS}
    return {**found, "birthdate": date(row["dob"])}


def date(text: str) -> str:
    try:
        return datetime.datetime.strptime(text, "%Y%m%d").date().isoformat()
    except ValueError:
        return ""


def write(path: Path, rows: Sequence[Mapping[str, str]], side: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*COLUMNS, "number"])
        for at, row in enumerate(rows, 1):
            writer.writerow([*(date(row[name]) if name == "dob" else row[name] for name in COLUMNS), f"{side[0].upper()}{at:05}"])


class Reviewer:
    """Looks at the screen, knows the truth, presses a key."""

    def __init__(self, terminal: Terminal, work: Work) -> None:
        self.terminal, self.work = terminal, work
        self.costs: list[int] = []
        """Bytes that each decision led to."""
        self.taken: list[tuple[int, int]] = []
        """Pairs in the order in which they were decided."""

    def open(self) -> None:
        """From the preview."""
        self.terminal.wait_for("Step 4 of 6", "rows wait")
        self.terminal.settle()
        self.terminal.press("d")
        self.terminal.wait_for("Duplicates: ", "Incoming: row")

    def pair(self) -> tuple[int, int]:
        """(row in the sheet, stored person or 0) of what is shown."""
        found = HEADING.search(self.terminal.wait_for("Incoming: row"))
        assert found is not None
        return int(found[1]), int(found[3]) if found[2].startswith("Stored") else 0

    def press(self, key: str) -> None:
        """A key after which another pair is shown, wholly."""
        heading = next(line for line in self.terminal.text.splitlines() if "Incoming: row" in line)
        received = len(self.terminal.received)
        self.terminal.press(key)
        self.terminal.wait_for("Incoming: row", gone=heading)
        self.terminal.settle(WHOLE)
        self.costs.append(len(self.terminal.received) - received)

    def answer(self) -> None:
        """Decide what is shown."""
        pair = self.pair()
        key = "s" if self.work.true[pair[0]] == pair[1] else "d"
        self.work.decided[pair] = key
        self.taken.append(pair)
        self.press(key)

    def take_back(self) -> tuple[int, int]:
        """Two decisions back, the earlier one again; the pair that is open now."""
        keys = {}
        for _at in range(2):
            pair = self.taken.pop()
            keys[pair] = self.work.decided.pop(pair)
            self.terminal.press("U")
            self.terminal.wait_for("Taken back", f"Incoming: row {pair[0]} ")
        self.terminal.press("R")
        self.terminal.wait_for("Done again")
        self.work.decided[pair] = keys.pop(pair)
        return next(iter(keys))

    def pick(self) -> None:
        """Take the incoming value of the first field that differs, and say that they are the same."""
        while True:
            lines = self.terminal.text.splitlines()
            first = next(line for line in lines if line.startswith(">"))
            row, person = self.pair()
            if first[1] == "!" and self.work.true[row] == person:
                break
            self.answer()
        self.terminal.press("i")
        self.terminal.wait_for("(you)")
        title = first[2:16].strip()
        self.work.picked = (row, title)
        self.answer()


def dump(environment: Mapping[str, str]) -> list[str]:
    """The whole content of the tables of records, without who changed them when."""
    lines = []
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        connection = workspace.database.connection
        for table in ("company", "person", "company_value", "person_value", "consent", "list_item"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            columns = [name for name in columns if name not in ("version", "updated_at", "updated_by")]
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY id").fetchall()
            lines += [f"{table} {row}" for row in rows]
    return lines


def expected(work: Work, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """The persons as they should be: what the truth says of what was shown, merged; all others new. ``labels``: field → its title."""
    found = [{**record, "number": f"S{at:05}"} for at, record in enumerate(work.stored, 1)]
    same = {row: person for (row, person), key in work.decided.items() if key == "s"}
    for at, record in enumerate(({**each, "number": f"I{n:05}"} for n, each in enumerate(work.incoming, 1)), 1):
        row = at + 1
        if row not in same:
            found.append(record)
            continue
        kept = found[same[row] - 1]
        for name, value in record.items():
            picked = row == work.picked[0] and labels[name].startswith(work.picked[1])
            if value and (not kept[name] or picked):
                kept[name] = value
    return found


def test_five_hundred_pairs_are_decided_by_keys_alone_imported_and_undone(work: Work) -> None:
    environment = work.environment
    before = dump(environment)
    with Terminal([*PROGRAM, "resume", work.draft], environment) as terminal:
        reviewer = Reviewer(terminal, work)
        reviewer.open()
        reviewer.pick()
        while len(work.decided) < BROKEN_AFTER:
            reviewer.answer()
        place = reviewer.take_back()
        terminal.hang_up()
        terminal.wait_for_end()

    with Terminal([*PROGRAM, "resume", work.draft], environment) as terminal:
        reviewer = Reviewer(terminal, work)
        reviewer.open()
        assert len(work.decided) == BROKEN_AFTER - 1
        assert reviewer.pair() == place, "it goes on where the line broke"
        while len(work.decided) < ONE_BY_ONE:
            reviewer.answer()
        assert statistics.median(reviewer.costs) <= BYTES
        terminal.press("L")
        terminal.wait_for("Decide by a line")
        terminal.settle()
        terminal.press("Backspace")  # the line that is offered is selected
        terminal.wait_for("A number from 0 to 1")
        terminal.press("0.99")
        terminal.wait_for("│  0.99 ", "This decides")
        terminal.press("Enter")
        terminal.wait_for("All the same?", "at random")
        terminal.press("y")
        terminal.wait_for("decided in one step")
        with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
            session = workspace.resume(work.draft)
            for match in session.matches():
                assert match.decision is not None
                if match.decision.origin == "bulk":
                    work.decided[session.row_number(match.pair.row), match.pair.record] = "s"
            session.close()
        terminal.press("Esc")
        terminal.wait_for("Step 4 of 6", "Moved: ")
        import_all(terminal)
        leave(terminal)

    assert len(work.decided) > ONE_BY_ONE
    assert set(work.decided.values()) == {"s", "d"}
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        labels = {name: workspace.catalogue[f"person.{name}"].label for name in [*work.stored[0], "number"]}
        stored = [{name: record.get(name) or "" for name in labels} for record in workspace.records("person")]
    assert stored == expected(work, labels)
    run(environment, "undo", "2")
    assert dump(environment) == before
