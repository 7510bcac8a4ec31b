"""Why a pair is probable: each field's level and weight in words, and the smallest change that would turn the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tui_import.matching.find import Found
from tui_import.matching.model import NOT_COMPARED, EntityModel, FieldModel
from tui_import.model.matches import Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair has its probability."""

    probability: float
    start: float
    """Bits before anything is compared: how rare duplicates are, and what decisions taught."""
    reasons: tuple[Reason, ...]
    """Strongest first."""
    carried: float = 0.0
    """Bits that come from other records: one that is the same as both speaks for it, one that fits as well against it; and against it
    speaks that the two may belong together without being one."""
    turn: Reason | None = None
    """The smallest single change (field, level, its weight then) that would turn the verdict; None where no single one would."""

    @property
    def bits(self) -> float:
        """log2 of the odds."""
        return self.start + sum(reason.weight for reason in self.reasons) + self.carried


def explain(found: Found, at: int, model: EntityModel, damping: float, line: float = 0.5) -> Explanation:
    """Why pair number ``at`` has its probability. ``line``: the probability at which the verdict turns."""
    levels = {field.name: int(found.levels[field.name][at]) for field in model.fields}
    shares = damped({field.name: float(found.weights[field.name][at]) for field in model.fields}, model, damping)
    compared = [field for field in model.fields if levels[field.name] != NOT_COMPARED]
    reasons = [Reason(field.name, field.levels[levels[field.name]].name, shares[field.name]) for field in compared]
    reasons.sort(key=lambda reason: (-reason.weight, reason.field))
    start = found.estimate.start + model.bias
    probability = float(found.probability[at])
    own = start + sum(reason.weight for reason in reasons)
    carried = _odds(probability) - own if abs(probability - _chance(own)) > 1e-6 else 0.0
    turn = _turn(compared, levels, shares, own + carried, _odds(line), {name: float(bits[at]) for name, bits in found.weights.items()})
    return Explanation(probability, start, tuple(reasons), carried, turn)


def damped(weights: Mapping[str, float], model: EntityModel, damping: float) -> dict[str, float]:
    """What each weight counts: times its coefficient, and within a group whole only for the strongest."""
    counted = {field.name: weights[field.name] * field.coefficient for field in model.fields}
    for group in {field.group for field in model.fields if field.group}:
        names = [field.name for field in model.fields if field.group == group]
        for strongest in (max(names, key=counted.__getitem__), min(names, key=counted.__getitem__)):
            sign = 1 if strongest == max(names, key=counted.__getitem__) else -1
            for name in names:
                if name != strongest and counted[name] * sign > 0:
                    counted[name] *= damping
    return counted


def _turn(
    compared: Sequence[FieldModel],
    levels: Mapping[str, int],
    shares: Mapping[str, float],
    own: float,
    line: float,
    whole: Mapping[str, float],
) -> Reason | None:
    """The single change of a level that crosses the line and costs the fewest steps."""
    options = []
    for field in compared:
        now = levels[field.name]
        for other, level in enumerate(field.levels):
            if other == now:
                continue
            step = _typical(field, other) - _typical(field, now)
            after = own - shares[field.name] + (whole[field.name] + step) * field.coefficient
            if (own >= line) != (after >= line):
                options.append((abs(other - now), abs(after - own), field.name, level.name, after - own + shares[field.name]))
    return Reason(*min(options)[2:]) if options else None


def _typical(field: FieldModel, level: int) -> float:
    """Weight of a level for a value that nothing is known of."""
    return min(field.levels[level].bits(-math.log2(field.frequency)), field.most)


def _odds(probability: float) -> float:
    clipped = min(max(probability, 2.0**-60), 1 - 2.0**-52)
    return math.log2(clipped / (1 - clipped))


def _chance(bits: float) -> float:
    return float(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))
