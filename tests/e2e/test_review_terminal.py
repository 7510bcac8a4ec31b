"""Five hundred duplicates decided by keys alone in a real terminal: the truth of a labelled set, a broken line, an import, an undo."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.reviewing import BYTES, MAPS, PROGRAM, Decided, Reviewer, as_record, clusters, dump, empty_store, persons, run, write
from tests.e2e.steps import import_all, leave
from tests.e2e.terminal import Terminal
from tui_import.session.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
CLUSTERS = 600
ONE_BY_ONE = 500
BROKEN_AFTER = 200
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


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """See `prepare`."""
    return prepare(tmp_path)


def prepare(folder: Path) -> Work:
    """The first record of each cluster is stored, the second one comes in."""
    whole = [rows for rows in clusters() if len(rows) > 1 and all(row["given"] or row["surname"] for row in rows[:2])][:CLUSTERS]
    environment = empty_store(folder)
    wanted = ["--set", "person.match=number", "--set", "person.without_company=without", "--set", "duplicates.flag_at=0.1"]
    for side, at in (("stored", 0), ("incoming", 1)):
        write(folder / f"{side}.csv", [rows[at] for rows in whole], side)
        planned = run(environment, "run", str(folder / f"{side}.csv"), "--plan-only", *wanted, *MAPS)[-1]
        if side == "stored":
            run(environment, "apply", planned["draft"])
    incoming, stored = ([as_record(rows[at]) for rows in whole] for at in (1, 0))
    return Work(environment, planned["draft"], {at + 2: at + 1 for at in range(len(whole))}, incoming, stored)


class RowReviewer(Reviewer):
    """Rows of a file against stored persons."""

    SHOWN = "Incoming: row"

    def __init__(self, terminal: Terminal, work: Work) -> None:
        super().__init__(terminal, work.decided)
        self.work = work

    def open(self) -> None:
        """From the preview."""
        self.terminal.wait_for("Step 4 of 6", "rows wait")
        self.terminal.settle()
        self.terminal.press("d")
        self.terminal.wait_for("Duplicates: ", self.SHOWN)

    def pair(self) -> Decided:
        """(row in the sheet, stored person or 0) of what is shown."""
        found = self.heading(HEADING)
        return int(found[1]), int(found[3]) if found[2].startswith("Stored") else 0

    def key(self, pair: Decided) -> str:
        """See `Reviewer.key`."""
        return "s" if self.work.true[pair[0]] == pair[1] else "d"

    def take_back(self) -> Decided:
        """Two decisions back, the earlier one again; the pair that is open now."""
        later, _key = self.undo()
        earlier, key = self.undo()
        self.terminal.press("R")
        self.terminal.wait_for("Done again")
        self.decided[earlier] = key
        return later


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
        reviewer = RowReviewer(terminal, work)
        reviewer.open()
        (row, _person), title = reviewer.pick(lambda pair: work.true[pair[0]] == pair[1])
        work.picked = (row, title)
        while len(work.decided) < BROKEN_AFTER:
            reviewer.answer()
        place = reviewer.take_back()
        terminal.hang_up()
        terminal.wait_for_end()

    with Terminal([*PROGRAM, "resume", work.draft], environment) as terminal:
        reviewer = RowReviewer(terminal, work)
        reviewer.open()
        assert len(work.decided) == BROKEN_AFTER - 1
        assert reviewer.pair() == place, "it goes on where the line broke"
        while len(work.decided) < ONE_BY_ONE:
            reviewer.answer()
        assert statistics.median(reviewer.costs) <= BYTES
        reviewer.decide_by_line()
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
    labels, stored = persons(environment, [*work.stored[0], "number"])
    assert stored == expected(work, labels)
    run(environment, "undo", "2")
    assert dump(environment) == before
