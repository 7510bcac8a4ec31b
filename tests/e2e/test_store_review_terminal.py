"""Duplicates that lie in the store already, decided by keys alone in a real terminal: a truth, a broken line, merged, undone."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.reviewing import BYTES, MAPS, PROGRAM, Decided, Reviewer, as_record, clusters, dump, empty_store, persons, run, write
from tests.e2e.steps import leave
from tests.e2e.terminal import Terminal
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
    named = ([row for row in rows if row["given"] or row["surname"]] for rows in clusters())
    whole = [rows[:3] for rows in named if len(rows) > 1 and is_clear(rows[:3])][:CLUSTERS]
    first, others = [rows[0] for rows in whole], [row for rows in whole for row in rows[1:]]
    rows = [*first, *others]
    environment = empty_store(folder)
    write(folder / "records.csv", rows, "records")
    settings = ["--set", "person.match=number", "--set", "person.without_company=without", "--set", "duplicates.find=false"]
    run(environment, "run", str(folder / "records.csv"), *settings, *MAPS)
    draft = run(environment, "similar", "person", "--review", "--least", "0.01")[-1]["draft"]
    records = [{**as_record(row), "number": f"R{at:05}"} for at, row in enumerate(rows, 1)]
    return Work(environment, draft, records, [row["cluster"] for row in rows])


def is_clear(rows: list[dict[str, str]]) -> bool:
    """What the first record lacks, the others agree about: so the order in which they are merged makes no difference."""
    records = [as_record(row) for row in rows]
    return all(records[0][name] or len({each[name] for each in records[1:] if each[name]}) < 2 for name in records[0])


class StoredReviewer(Reviewer):
    """Stored persons against each other."""

    SHOWN = "Goes: person"

    def __init__(self, terminal: Terminal, work: Work) -> None:
        super().__init__(terminal, work.decided)
        self.work = work

    def open(self) -> None:
        """As ``resume`` does."""
        self.terminal.wait_for("Duplicates: ", self.SHOWN)
        self.terminal.settle()

    def pair(self) -> Decided:
        """(who goes, who stays) of what is shown."""
        found = self.heading(HEADING)
        return int(found[1]), int(found[2])

    def key(self, pair: Decided) -> str:
        """See `Reviewer.key`."""
        return self.work.key(pair)


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
        reviewer = StoredReviewer(terminal, work)
        reviewer.open()
        pair, title = reviewer.pick(lambda pair: work.key(pair) == "s" and pair[1] <= CLUSTERS)
        work.picked = (*pair, title)
        while len(work.decided) < BROKEN_AFTER:
            reviewer.answer()
        place, _key = reviewer.undo()
        terminal.hang_up()
        terminal.wait_for_end()

    with Terminal(PROGRAM, environment) as terminal:
        reviewer = StoredReviewer(terminal, work)
        terminal.wait_for("Duplicate persons in the store", "being decided")
        terminal.settle()
        terminal.press(*["Down"] * lines_to_the_review(terminal), "Enter")
        reviewer.open()
        assert reviewer.pair() == place, "it goes on where the line broke"
        while len(work.decided) < ONE_BY_ONE:
            reviewer.answer()
        assert statistics.median(reviewer.costs) <= BYTES
        reviewer.decide_by_line()
        note_bulk(work)
        terminal.press("F9")
        terminal.wait_for("Merge?", "become part of others")
        terminal.press("y")
        terminal.wait_for("Merged", "Run 2: ")
        terminal.press("Esc")
        terminal.wait_for("Duplicates: ")
        leave(terminal)

    assert set(work.decided.values()) == {"s", "d"}
    labels, stored = persons(environment, list(work.records[0]))
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


