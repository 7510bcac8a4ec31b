"""What decisions teach: the fields' coefficients refitted to them, held near the shipped ones.

A logistic regression in which a field's evidence is its weight in bits, so that a coefficient of 1 leaves the model as it is. Twenty
decisions move it a little, a hundred much more; it can be taken back by forgetting them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_import.matching.explain import damped
from tui_import.matching.model import EntityModel

HOLD = 8.0
"""How hard a coefficient is held at 1, in decisions."""
HOLD_BIAS = 0.05
"""The same for the bias, per bit squared."""
LEAST, MOST = 0.1, 3.0
"""Bounds of a coefficient: no decision turns agreement into evidence against."""
ROUNDS = 50
LEAST_DECISIONS = 20
"""Before so many decisions nothing is learnt."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A pair that somebody decided."""

    weights: Mapping[str, float]
    """Field → weight in bits, before coefficients and damping (`Found.weights`)."""
    start: float
    """Bits that no field brings: of the pair's prior and of other records, without the bias."""
    same: bool


@dataclass(frozen=True, slots=True)
class Learnt:
    """The outcome."""

    coefficients: Mapping[str, float]
    """Field → factor; fields that no decision compared are not there."""
    bias: float
    """Bits added to every pair."""
    decisions: int
    agreed_before: float
    """Share of the decisions that the model before agreed with."""
    agreed_after: float

    def applied(self, model: EntityModel) -> EntityModel:
        """The model with it."""
        return model.with_coefficients(self.coefficients, self.bias)


def learn(decisions: list[Decision], model: EntityModel, damping: float, least: int = LEAST_DECISIONS) -> Learnt | None:
    """Refit; None where there are too few decisions. Where all have one verdict, only the bias moves: which field to trust more they cannot
    tell."""
    same = np.array([decision.same for decision in decisions], float)
    if len(decisions) < least:
        return None
    shipped = model.with_coefficients({field.name: 1.0 for field in model.fields}, 0.0)
    names = [field.name for field in model.fields if any(decision.weights.get(field.name) for decision in decisions)]
    evidence = np.array([[row[name] for name in names] for row in (damped(_all(each, shipped), shipped, damping) for each in decisions)])
    start = np.array([decision.start for decision in decisions])
    if 0 < same.sum() < len(same):
        factors, bias = _fit(evidence, start, same)
    else:
        factors = np.ones(len(names))
        _none, bias = _fit(np.zeros((len(decisions), 0)), start + evidence.sum(axis=1), same)
    before = {field.name: field.coefficient for field in model.fields}
    return Learnt(
        dict(zip(names, factors.tolist(), strict=True)),
        bias,
        len(decisions),
        _agreed(evidence, start + model.bias, np.array([before[name] for name in names]), same),
        _agreed(evidence, start + bias, factors, same),
    )


def _all(decision: Decision, model: EntityModel) -> dict[str, float]:
    return {field.name: decision.weights.get(field.name, 0.0) for field in model.fields}


def _fit(evidence: NDArray[np.float64], start: NDArray[np.float64], same: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Newton's method on the penalised likelihood, in bits."""
    size = evidence.shape[1]
    features = np.hstack([evidence, np.ones((len(evidence), 1))]) * np.log(2)
    centre = np.append(np.ones(size), 0.0)
    scale = np.append(np.maximum((evidence**2).mean(axis=0), 1.0), 1.0)
    hold = np.append(np.full(size, HOLD), HOLD_BIAS * len(evidence)) * scale / np.append(np.full(size, 10.0), 1.0)
    values = centre.copy()
    for _round in range(ROUNDS):
        bits = np.clip(features @ values + start * np.log(2), -40, 40)
        chance = 1 / (1 + np.exp(-bits))
        gradient = features.T @ (chance - same) + hold * (values - centre)
        curvature = (features * (chance * (1 - chance))[:, None]).T @ features + np.diag(hold + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        step *= min(1.0, 0.5 / max(float(np.abs(step[:size]).max(initial=0)), 1e-12)) if size else 1.0
        values = values - step
        values[:size] = np.clip(values[:size], LEAST, MOST)
        if np.abs(step).max() < 1e-6:
            break
    return values[:size], float(values[size])


def _agreed(evidence: NDArray[np.float64], start: NDArray[np.float64], factors: NDArray[np.float64], same: NDArray[np.float64]) -> float:
    return float(((evidence @ factors + start >= 0) == (same > 0.5)).mean())
