"""What decisions so far say of the matcher's probabilities: how wrong a bulk decision would be, which line they propose."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_import.api.i18n import _
from tui_import.model.matches import Match, Verdict

EDGES = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
"""Probabilities between which decisions are counted together."""
TRUST = 10
"""The matcher's own probability counts as much as so many decisions."""
LEAST = 20
"""A line is proposed after so many decisions at or over it."""
ACCEPTED = 0.95
"""A line is proposed where at least this share of pairs is the same: the lower end of what the decisions leave possible."""
NEAR = 0.85
"""The same for the `LEAST` decisions nearest to the line: many certain ones say nothing about those that are less so."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A line that decisions so far speak for."""

    line: float
    decided: int
    """Decisions at or over it."""
    accepted: int
    """Those of them that said "same"."""

    @property
    def words(self) -> str:
        """ "You accepted 98 % of 41 at 0.91 and over." """
        share = math.floor(100 * self.accepted / self.decided)
        return _("You accepted {share} % of {count} at {line} and over.").format(share=share, count=self.decided, line=f"{self.line:.2f}")


class Calibration:
    """Decisions that somebody took one by one, against the probabilities they had."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self.decided = sorted(
            (match.probability, match.decision.verdict is Verdict.SAME)
            for match in matches
            if match.decision and not match.open and match.decision.origin == "user"
        )
        """(probability, accepted), least probable first."""
        self._counts = [[0, 0] for _edge in range(len(EDGES) + 1)]
        for probability, accepted in self.decided:
            count = self._counts[bisect_right(EDGES, probability)]
            count[0] += 1
            count[1] += accepted

    def probability(self, probability: float) -> float:
        """What a probability is worth after what was decided near it."""
        decided, accepted = self._counts[bisect_right(EDGES, probability)]
        return (accepted + TRUST * probability) / (decided + TRUST)

    def errors(self, probabilities: Sequence[float], verdict: Verdict) -> float:
        """How many of so many pairs a verdict on all of them is expected to get wrong."""
        own = [self.probability(probability) for probability in probabilities]
        return sum(1 - each for each in own) if verdict is Verdict.SAME else sum(own)

    def proposal(self) -> Proposal | None:
        """The lowest line that the decisions speak for; None where they are too few or too mixed."""
        best = None
        decided = accepted = 0
        for at in range(len(self.decided) - 1, -1, -1):
            probability, same = self.decided[at]
            decided += 1
            accepted += same
            if at and self.decided[at - 1][0] == probability:
                continue
            near = self.decided[at : at + LEAST]
            good = lower_bound(sum(each for _probability, each in near), len(near)) >= NEAR
            if same and decided >= LEAST and good and lower_bound(accepted, decided) >= ACCEPTED - 1e-9:
                best = Proposal(math.floor(probability * 100) / 100, decided, accepted)
        return best


def lower_bound(successes: int, trials: int) -> float:
    """The share that is at least to be expected after so many successes, by Wilson, with one standard deviation's caution."""
    if not trials:
        return 0.0
    z = 1.0
    share = successes / trials
    centre = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return (centre - spread) / (1 + z * z / trials)
