"""Why a pair is probable: each field's level and weight in words, and the smallest change that would turn the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tui_import.api.i18n import N_, _
from tui_import.matching.find import Found
from tui_import.matching.model import NOT_COMPARED, EntityModel, FieldModel

FIELD_WORDS: Mapping[str, str] = {
    "name": N_("name"),
    "vat": N_("VAT number"),
    "code": N_("number"),
    "phone": N_("telephone"),
    "email": N_("e-mail"),
    "domain": N_("web domain"),
    "street": N_("street"),
    "line2": N_("second address line"),
    "postcode": N_("post code"),
    "city": N_("city"),
    "country": N_("country"),
    "department": N_("department"),
    "people": N_("persons"),
    "given": N_("first name"),
    "surname": N_("last name"),
    "birth": N_("birth date"),
    "company": N_("company"),
}
"""Slot → its name in a sentence."""

LEVEL_WORDS: Mapping[str, str] = {
    "same": N_("the same"),
    "words": N_("the same words in another order"),
    "near": N_("nearly the same"),
    "contained": N_("one is the other and more"),
    "similar": N_("similar"),
    "partly": N_("some words the same"),
    "different": N_("different"),
    "nickname": N_("a short form"),
    "initial": N_("an initial"),
    "swapped": N_("exchanged with the other name"),
    "part": N_("one word the same"),
    "local": N_("the same before the @"),
    "road": N_("the same street, another number"),
}
"""Level → what is said of two values."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says."""

    field: str
    """The slot."""
    level: str
    """Name of the level in `matching.toml`."""
    weight: float
    """Bits for (above zero) or against it, after coefficient and damping: the reasons and `Explanation.start` sum to `Explanation.bits`."""

    @property
    def words(self) -> str:
        """ "name nearly the same"."""
        return _("{field}: {level}").format(field=_(FIELD_WORDS.get(self.field, self.field)), level=_(LEVEL_WORDS[self.level]))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair has its probability."""

    probability: float
    start: float
    """Bits before anything is compared: how rare duplicates are, and what decisions taught."""
    reasons: tuple[Reason, ...]
    """Strongest first."""
    carried: float = 0.0
    """Bits that come from a third record which is the same as both."""
    turn: tuple[str, str] | None = None
    """(field, level): the smallest single change that would turn the verdict; None where no single one would."""

    @property
    def bits(self) -> float:
        """log2 of the odds."""
        return self.start + sum(reason.weight for reason in self.reasons) + self.carried

    @property
    def sentence(self) -> str:
        """All reasons in one line, those for it first."""
        words = [reason.words for reason in self.reasons]
        if self.carried:
            words.append(_("a third record is the same as both"))
        return "; ".join(words)

    @property
    def what_would_turn_it(self) -> str:
        """A sentence; empty where no single change would."""
        if self.turn is None:
            return ""
        field, level = _(FIELD_WORDS.get(self.turn[0], self.turn[0])), _(LEVEL_WORDS[self.turn[1]])
        text = _("It would be shown no longer, were this so: {field}: {level}.")
        if self.probability < 0.5:
            text = _("It would be a probable duplicate, were this so: {field}: {level}.")
        return text.format(field=field, level=level)


def explain(found: Found, at: int, model: EntityModel, damping: float, line: float = 0.5) -> Explanation:
    """Why pair number ``at`` has its probability. ``line``: the probability at which the verdict turns."""
    levels = {field.name: int(found.levels[field.name][at]) for field in model.fields}
    shares = damped({field.name: float(found.weights[field.name][at]) for field in model.fields}, model, damping)
    compared = [field for field in model.fields if levels[field.name] != NOT_COMPARED]
    reasons = [Reason(field.name, field.levels[levels[field.name]].name, shares[field.name]) for field in compared]
    reasons.sort(key=lambda reason: (-reason.weight, reason.field))
    prior = found.estimate.prior
    start = math.log2(prior / (1 - prior)) + model.bias
    probability = float(found.probability[at])
    own = start + sum(reason.weight for reason in reasons)
    carried = max(_odds(probability) - own, 0.0) if probability > _chance(own) + 1e-6 else 0.0
    turn = _turn(compared, levels, shares, own, _odds(line), {name: float(bits[at]) for name, bits in found.weights.items()})
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
) -> tuple[str, str] | None:
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
                options.append((abs(other - now), abs(after - own), field.name, level.name))
    return min(options)[2:] if options else None


def _typical(field: FieldModel, level: int) -> float:
    """Weight of a level for a value that nothing is known of."""
    return min(field.levels[level].bits(-math.log2(field.frequency)), field.most)


def _odds(probability: float) -> float:
    clipped = min(max(probability, 2.0**-60), 1 - 2.0**-52)
    return math.log2(clipped / (1 - clipped))


def _chance(bits: float) -> float:
    return float(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))
