"""Duplicates that lie in the store already, decided by keys alone in a real terminal: a truth, a broken line, merged, undone."""

from __future__ import annotations

import csv
import os
import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.steps import leave
from tests.e2e.terminal import Terminal
from tests.e2e.test_review_terminal import BYTES, COLUMNS, PROGRAM, WHOLE, as_record, dump, run, write
from tests.shared import shared
from tui_import.model.matches import Verdict
from tui_import.session.stored_review import StoredReview
from tui_import.session.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
CLUSTERS = 420
ONE_BY_ONE = 300
BROKEN_AFTER = 120
HEADING = re.compile(r"Goes: person (\d+) +Stays: person (\d+)")


@dataclass
class Work:
    """A store with several records of each person, a review of them, and the truth."""

    environment: dict[str, str]
    draft: str
    records: list[dict[str, str]]
    """In the order of their ids, from 1."""
    cluster: list[str]
    """Of each record: who it is."""
    decided: dict[tuple[int, int], str] = field(default_factory=dict)
    """(who goes, who stays) → the key that answered."""
    picked: tuple[int, int, str] = (0, 0, "")
    """(who goes, who stays, title of the field whose left value was taken)."""

    def key(self, pair: tuple[int, int]) -> str:
        """What the truth says of a pair."""
        return "s" if self.cluster[pair[0] - 1] == self.cluster[pair[1] - 1] else "d"


def prepare(folder: Path) -> Work:
    """Two or three records of a cluster, all of them stored as persons of their own."""
    clusters: dict[str, list[dict[str, str]]] = {}
    with shared("matching/febrl3.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["given"] or row["surname"]:
                clusters.setdefault(row["cluster"], []).append(row)
    whole = [rows[:3] for rows in clusters.values() if len(rows) > 1 and is_clear(rows[:3])][:CLUSTERS]
    first, others = [rows[0] for rows in whole], [row for rows in whole for row in rows[1:]]
    rows = [*first, *others]
    environment = {
        **os.environ,
        "TUI_IMPORT_CONFIG": str(folder / "configuration"),
        "TUI_IMPORT_STORE": str(folder / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        workspace.set_preference("mandatory_company", 0)
    write(folder / "records.csv", rows, "records")
    settings = ["--set", "person.match=number", "--set", "person.without_company=without", "--set", "duplicates.find=false"]
    maps = [word for name, target in {**COLUMNS, "number": "person.number"}.items() for word in ("--map", f"{name}={target}")]
    run(environment, "run", str(folder / "records.csv"), *settings, *maps)
    draft = run(environment, "similar", "person", "--review", "--least", "0.01")[-1]["draft"]
    records = [{**as_record(row), "number": f"R{at:05}"} for at, row in enumerate(rows, 1)]
    return Work(environment, draft, records, [row["cluster"] for row in rows])


def is_clear(rows: list[dict[str, str]]) -> bool:
    """What the first record lacks, the others agree about: so the order in which they are merged makes no difference."""
    records = [as_record(row) for row in rows]
    return all(records[0][name] or len({each[name] for each in records[1:] if each[name]}) < 2 for name in records[0])


class Reviewer:
    """Looks at the screen, knows the truth, presses a key."""

    def __init__(self, terminal: Terminal, work: Work) -> None:
        self.terminal, self.work = terminal, work
        self.costs: list[int] = []
        """Bytes that each decision led to."""
        self.taken: list[tuple[int, int]] = []

    def open(self) -> None:
        """As ``resume`` does."""
        self.terminal.wait_for("Duplicates: ", "Goes: person")
        self.terminal.settle()

    def pair(self) -> tuple[int, int]:
        """(who goes, who stays) of what is shown."""
        found = HEADING.search(self.terminal.wait_for("Goes: person"))
        assert found is not None
        return int(found[1]), int(found[2])

    def answer(self) -> None:
        """Decide what is shown."""
        pair = self.pair()
        self.work.decided[pair] = self.work.key(pair)
        self.taken.append(pair)
        heading = next(line for line in self.terminal.text.splitlines() if "Goes: person" in line)
        received = len(self.terminal.received)
        self.terminal.press(self.work.decided[pair])
        self.terminal.wait_for("Goes: person", gone=heading)
        self.terminal.settle(WHOLE)
        self.costs.append(len(self.terminal.received) - received)

    def pick(self) -> None:
        """Take the left value of the first field that differs, and say that they are the same."""
        while True:
            first = next(line for line in self.terminal.text.splitlines() if line.startswith(">"))
            pair = self.pair()
            if first[1] == "!" and self.work.key(pair) == "s" and pair[1] <= CLUSTERS:
                break
            self.answer()
        self.terminal.press("i")
        self.terminal.wait_for("(you)")
        self.work.picked = (*pair, first[2:16].strip())
        self.answer()

    def take_back(self) -> tuple[int, int]:
        """The last decision back; the pair that is open again."""
        pair = self.taken.pop()
        del self.work.decided[pair]
        self.terminal.press("U")
        self.terminal.wait_for("Taken back", f"Goes: person {pair[0]} ")
        return pair


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """See `prepare`."""
    return prepare(tmp_path)


def whole_dump(environment: Mapping[str, str]) -> list[str]:
    """`dump`, with who is member of which selection."""
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        members = workspace.database.connection.execute("SELECT * FROM selection_member ORDER BY 1, 2").fetchall()
    return [*dump(environment), *map(str, members)]


def expected(work: Work, labels: Mapping[str, str]) -> list[dict[str, str]]:
    """The persons as they should be: those that were said to be the same are one, under the lowest number."""
    into = {at: at for at in range(1, len(work.records) + 1)}

    def root(at: int) -> int:
        return at if into[at] == at else root(into[at])

    for (goes, stays), key in work.decided.items():
        if key == "s":
            one, other = sorted((root(goes), root(stays)))
            into[other] = one
    found = {at: dict(record) for at, record in enumerate(work.records, 1) if root(at) == at}
    for at, record in enumerate(work.records, 1):
        kept = found[root(at)]
        for name, value in record.items():
            kept[name] = kept[name] or value
    goes, stays, title = work.picked
    name = next(name for name, label in labels.items() if label.startswith(title))
    found[root(stays)][name] = work.records[goes - 1][name]
    return [found[at] for at in sorted(found)]


def test_pairs_of_the_store_are_decided_by_keys_alone_merged_and_undone(work: Work) -> None:
    environment = work.environment
    before = whole_dump(environment)
    with Terminal([*PROGRAM, "resume", work.draft], environment) as terminal:
        reviewer = Reviewer(terminal, work)
        reviewer.open()
        reviewer.pick()
        while len(work.decided) < BROKEN_AFTER:
            reviewer.answer()
        place = reviewer.take_back()
        terminal.hang_up()
        terminal.wait_for_end()

    with Terminal(PROGRAM, environment) as terminal:
        reviewer = Reviewer(terminal, work)
        terminal.wait_for("Duplicate persons in the store", "being decided")
        terminal.settle()
        terminal.press(*["Down"] * lines_to_the_review(terminal), "Enter")
        reviewer.open()
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
        note_bulk(work)
        terminal.press("F9")
        terminal.wait_for("Merge?", "become part of others")
        terminal.press("y")
        terminal.wait_for("Merged", "Run 2: ")
        terminal.press("Esc")
        terminal.wait_for("Duplicates: ")
        leave(terminal)

    assert set(work.decided.values()) == {"s", "d"}
    with Workspace(environment["TUI_IMPORT_STORE"]) as workspace:
        labels = {name: workspace.catalogue[f"person.{name}"].label for name in work.records[0]}
        stored = [{name: record.get(name) or "" for name in labels} for record in workspace.records("person")]
    assert stored == expected(work, labels)
    run(environment, "undo", "2")
    assert whole_dump(environment) == before


def lines_to_the_review(terminal: Terminal) -> int:
    """From the first entry of the home screen down to the review, headings left out."""
    lines = [line for line in terminal.text.splitlines() if line.strip()]
    first = next(at for at, line in enumerate(lines) if "Open a file" in line)
    last = next(at for at, line in enumerate(lines) if "Duplicate persons" in line)
    return last - first - 1


def note_bulk(work: Work) -> None:
    """What the decision about many decided."""
    with Workspace(work.environment["TUI_IMPORT_STORE"]) as workspace:
        review = workspace.reopen(work.draft)
        assert isinstance(review, StoredReview)
        for match in review.matches():
            if match.decision is not None and match.decision.origin == "bulk":
                assert match.decision.verdict is Verdict.SAME
                work.decided[match.pair.row, match.pair.record] = "s"
        review.close()


