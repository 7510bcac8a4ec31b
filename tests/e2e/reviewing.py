"""What tests of the duplicate workbench on a terminal share: labelled persons, a store of them, and somebody who decides pairs by keys."""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from tests.e2e.terminal import Terminal
from tests.shared import shared
from tui_import.session.workspace import Workspace

PROGRAM = [sys.executable, "-m", "tui_import"]
BYTES = 2_000
"""Sent for a typical decision at 80x24, at most."""
WHOLE = 0.03
"""Seconds without a byte after which a frame is taken for whole."""
COLUMNS = {
    "given": "person.first_name", "surname": "person.last_name", "dob": "person.birthdate", "street": "person.private_address_line1",
    "street2": "person.private_address_line2", "city": "person.private_city", "postcode": "person.private_code",
}  # fmt: skip
MAPS = [word for name, target in {**COLUMNS, "number": "person.number"}.items() for word in ("--map", f"{name}={target}")]
Decided = tuple[int, int]
"""The pair that a heading names."""


def clusters() -> list[list[dict[str, str]]]:
    """The records of each person of febrl3."""
    found: dict[str, list[dict[str, str]]] = {}
    with shared("matching/febrl3.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["cluster"], []).append(row)
    return list(found.values())


def empty_store(folder: Path) -> dict[str, str]:
    """The environment of a store in which persons need no company."""
    environment = {
        **os.environ,
        "TUI_IMPORT_CONFIG": str(folder / "configuration"),
        "TUI_IMPORT_STORE": str(folder / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        workspace.set_preference("mandatory_company", 0)
    return environment


def run(environment: Mapping[str, str], *words: str) -> list[dict[str, Any]]:
    done = subprocess.run([*PROGRAM, *words, "--json"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


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


def persons(environment: Mapping[str, str], names: Sequence[str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """(field → its title, what is stored of each person)."""
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        labels = {name: workspace.catalogue[f"person.{name}"].label for name in names}
        return labels, [{name: record.get(name) or "" for name in labels} for record in workspace.records("person")]


class Reviewer(ABC):
    """Looks at the screen, knows the truth, presses a key."""

    SHOWN: ClassVar[str]
    """Words over the fields of a pair."""

    def __init__(self, terminal: Terminal, decided: dict[Decided, str]) -> None:
        """``decided``: pair → the key that answered; filled here."""
        self.terminal, self.decided = terminal, decided
        self.costs: list[int] = []
        """Bytes that each decision led to."""
        self.taken: list[Decided] = []
        """Pairs in the order in which they were decided."""

    @abstractmethod
    def pair(self) -> Decided:
        """What is shown."""

    @abstractmethod
    def key(self, pair: Decided) -> str:
        """What the truth says of a pair."""

    def heading(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """What stands over the pair."""
        found = pattern.search(self.terminal.wait_for(self.SHOWN))
        assert found is not None
        return found

    def press(self, key: str) -> None:
        """A key after which another pair is shown, wholly."""
        heading = next(line for line in self.terminal.text.splitlines() if self.SHOWN in line)
        received = len(self.terminal.received)
        self.terminal.press(key)
        self.terminal.wait_for(self.SHOWN, gone=heading)
        self.terminal.settle(WHOLE)
        self.costs.append(len(self.terminal.received) - received)

    def answer(self) -> None:
        """Decide what is shown."""
        pair = self.pair()
        self.decided[pair] = self.key(pair)
        self.taken.append(pair)
        self.press(self.decided[pair])

    def pick(self, suits: Callable[[Decided], bool]) -> tuple[Decided, str]:
        """Take the left value of the first field that differs, and say that they are the same; the pair, and the field's title."""
        while True:
            first = next(line for line in self.terminal.text.splitlines() if line.startswith(">"))
            pair = self.pair()
            if first[1] == "!" and suits(pair):
                break
            self.answer()
        self.terminal.press("i")
        self.terminal.wait_for("(you)")
        self.answer()
        return pair, first[2:16].strip()

    def undo(self) -> tuple[Decided, str]:
        """The last decision back; the pair that is open again, and its key."""
        pair = self.taken.pop()
        key = self.decided.pop(pair)
        self.terminal.press("U")
        self.terminal.wait_for("Taken back", f"{self.SHOWN} {pair[0]} ")
        return pair, key

    def decide_by_line(self) -> None:
        """All that is at least so probable, in one step."""
        self.terminal.press("L")
        self.terminal.wait_for("Decide by a line")
        self.terminal.settle()
        self.terminal.press("Backspace")  # the line that is offered is selected
        self.terminal.wait_for("A number from 0 to 1")
        self.terminal.press("0.99")
        self.terminal.wait_for("│  0.99 ", "This decides")
        self.terminal.press("Enter")
        self.terminal.wait_for("All the same?", "at random")
        self.terminal.press("y")
        self.terminal.wait_for("decided in one step")
