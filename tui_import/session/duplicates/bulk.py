"""Many pairs decided at once: which they are, a random sample of them, and how many would be wrong. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_import.api.i18n import _, ngettext
from tui_import.model.matches import Match, MatchKind, Pair, Verdict

SAMPLE = 20
SEED = 20
"""The same pairs make the same sample, so that a look again shows the same."""

Pattern = tuple[MatchKind, frozenset[tuple[str, str]]]


def pattern(match: Match) -> Pattern:
    """What is compared with which outcome: pairs that are alike for the matcher."""
    return match.kind, frozenset((reason.field, reason.level) for reason in match.reasons)


@dataclass(frozen=True, slots=True)
class Bulk:
    """A decision about many pairs that is not taken yet."""

    verdict: Verdict
    pairs: tuple[Pair, ...]
    sample: tuple[Pair, ...]
    """Up to `SAMPLE` of them, at random."""
    errors: float
    """How many of them the verdict is expected to get wrong."""
    of: int
    """Open pairs in all."""

    @property
    def words(self) -> str:
        """ "This decides 412 of 600; about 3 (0.7 %) would be wrong." """
        share = 100 * self.errors / max(len(self.pairs), 1)
        text = ngettext(
            "This decides {count} of {all}; about {errors} ({share} %) would be wrong.",
            "This decides {count} of {all}; about {errors} ({share} %) would be wrong.",
            len(self.pairs),
        )
        return text.format(count=len(self.pairs), all=self.of, errors=f"{self.errors:.1f}", share=f"{share:.1f}")


def like(match: Match, matches: Iterable[Match]) -> list[Match]:
    """Those with the same pattern."""
    wanted = pattern(match)
    return [each for each in matches if pattern(each) == wanted]


def at_line(line: float, verdict: Verdict, matches: Iterable[Match]) -> list[Match]:
    """For "same" those at or over the line, for "different" those under it; what contradicts its key is never decided by a line."""
    probable = [match for match in matches if match.kind is MatchKind.PROBABLE]
    return [match for match in probable if (match.probability >= line) == (verdict is Verdict.SAME)]


def best_of_each_row(matches: Iterable[Match]) -> list[Match]:
    """A record can be the same as one other only: its most probable pair."""
    found: dict[tuple[str, int], Match] = {}
    for match in matches:
        key = (match.pair.entity, match.pair.row)
        if key not in found or found[key].probability < match.probability:
            found[key] = match
    return list(found.values())


def sample_of(pairs: Sequence[Pair], size: int = SAMPLE, seed: int = SEED) -> tuple[Pair, ...]:
    """Some of them at random, in their order."""
    if len(pairs) <= size:
        return tuple(pairs)
    chosen = sorted(random.Random(f"{seed}-{len(pairs)}").sample(range(len(pairs)), size))  # noqa: S311 - no secret
    return tuple(pairs[at] for at in chosen)


def live_words(line: float, decides: int, open_pairs: int) -> str:
    """ "0.91: this line decides 412 of 600." """
    return _("{line}: this line decides {count} of {all}.").format(line=f"{line:.2f}", count=decides, all=open_pairs)
