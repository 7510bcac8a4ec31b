"""``make hostile``: every file of ../shared/hostile and the messy samples through the program, and a table of what became of them."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from tests.hostile.corpus import files, group
from tests.hostile.made import MADE, read_made
from tests.hostile.runner import Outcome, read_all


def main() -> int:
    """Print the table and all that is "other"; 1 where there is any."""
    chosen = [Path(word) for word in sys.argv[1:]] or files()
    outcomes = read_all(chosen, jobs=2)
    if not sys.argv[1:]:
        outcomes += [outcome for name in MADE for outcome in read_made([name])]
    for outcome in outcomes:
        if sys.argv[1:]:
            sys.stdout.write(f"{outcome}\n")
    _table(outcomes)
    others = [outcome for outcome in outcomes if outcome.kind == "other"]
    for outcome in others:
        sys.stdout.write(f"\n{outcome.file} {outcome.sheet}\n  {outcome.sentence}\n")
    return 1 if others else 0


def _table(outcomes: list[Outcome]) -> None:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(group(Path(outcome.file)), []).append(outcome)
    heads = ("Files", "files", "more sheets", "rows", "a sentence", "other", "slowest", "most memory")
    sys.stdout.write(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|\n")
    for name, members in [*sorted(groups.items()), ("all", outcomes)]:
        kinds = Counter(member.kind for member in members)
        more = sum(bool(member.sheet) for member in members)
        sys.stdout.write(
            f"| {name} | {len(members) - more} | {more} | {kinds['rows']} | {kinds['sentence']} | {kinds['other']} "
            f"| {max(member.seconds for member in members):.1f} s | {max(member.memory for member in members) >> 20} MiB |\n"
        )


if __name__ == "__main__":
    sys.exit(main())
