"""What a review's decisions teach the matcher: tried out first, kept only where somebody accepts it, forgotten at will."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_import.api.i18n import _
from tui_import.config.learnt import Lesson, learnt_path, load_learnt, save_learnt
from tui_import.model.matches import FIELD_WORDS, Match, MatchKind, Verdict
from tui_import.session import matching

if TYPE_CHECKING:
    from tui_import.matching.learn import Learnt

ENOUGH = 20
"""Decisions before something is learnt (`learn.LEAST_DECISIONS`)."""
LEAST_BIAS = 0.01
"""Bits; a smaller change is none."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """What decisions would change, not accepted yet."""

    entity: str
    decisions: int
    agreed_before: float
    """Share of the decisions that the matcher agrees with as it is."""
    agreed_after: float
    changes: tuple[tuple[str, float, float], ...]
    """(slot, factor before, factor after), the biggest change first."""
    bias: float

    @property
    def words(self) -> str:
        """ "After 34 decisions about persons: agreed with 88 % before, 97 % after." """
        of = _("companies") if self.entity == "company" else _("persons")
        text = _("{count} decisions about {entities}: agreed with {before} % of them before, with {after} % after.")
        before, after = round(100 * self.agreed_before), round(100 * self.agreed_after)
        return text.format(count=self.decisions, entities=of, before=before, after=after)

    @property
    def change_words(self) -> tuple[str, ...]:
        """ "telephone counts 0.60 times as much" """
        text = _("{field}: counts {after} times (before: {before})")
        return tuple(
            text.format(field=_(FIELD_WORDS.get(slot, slot)), before=f"{before:.2f}", after=f"{after:.2f}")
            for slot, before, after in self.changes
        )


def teach(entity: str, matches: Iterable[Match]) -> Teaching | None:
    """What the decisions about an entity teach; None where they are too few, or agree with it in everything."""
    from tui_import.matching.learn import Decision, learn

    model = matching.learnt_model()
    own = model.entities[entity]
    decisions = [
        Decision(match.weights, match.start + match.carried - own.bias, match.decision.verdict is Verdict.SAME)
        for match in matches
        if match.pair.entity == entity
        and match.kind is MatchKind.PROBABLE
        and match.decision
        and not match.open
        and match.decision.origin in ("user", "memory")
    ]
    learnt = learn(decisions, own, model.damping)
    if learnt is None:
        return None
    before = {field.name: field.coefficient for field in own.fields}
    taught = _teaching(entity, learnt, before)
    return taught if taught.changes or abs(taught.bias - own.bias) >= LEAST_BIAS else None


def _teaching(entity: str, learnt: Learnt, before: dict[str, float]) -> Teaching:
    changes = [(slot, before[slot], factor) for slot, factor in learnt.coefficients.items() if abs(factor - before[slot]) >= 0.005]
    changes.sort(key=lambda change: (-abs(change[2] - change[1]), change[0]))
    return Teaching(entity, learnt.decisions, learnt.agreed_before, learnt.agreed_after, tuple(changes), learnt.bias)


def accept(teaching: Teaching) -> Path:
    """Keep it for this user's imports from now on; the file that it stands in."""
    lessons = load_learnt()
    before = lessons.get(teaching.entity, Lesson())
    coefficients = {**before.coefficients, **{slot: after for slot, _before, after in teaching.changes}}
    return save_learnt({**lessons, teaching.entity: Lesson(coefficients, teaching.bias, teaching.decisions)})


def forget(entity: str = "") -> bool:
    """Go back to the shipped model, of one entity or of both; False where nothing was learnt."""
    lessons = load_learnt()
    kept = {name: lesson for name, lesson in lessons.items() if entity and name != entity}
    if kept == lessons:
        return False
    if kept:
        save_learnt(kept)
    else:
        learnt_path().unlink(missing_ok=True)
    return True


def learnt() -> dict[str, Lesson]:
    """Entity → what was accepted. Raises `RecipeError` where the file cannot be read."""
    return load_learnt()


def export_learnt(path: Path) -> bool:
    """Write what was learnt to a file, for a colleague; False where there is nothing."""
    lessons = load_learnt()
    if lessons:
        save_learnt(lessons, path)
    return bool(lessons)


def import_learnt(path: Path) -> list[str]:
    """Take over what somebody exported; the entities it is about. Raises `RecipeError`."""
    lessons = load_learnt(path)
    save_learnt({**load_learnt(), **lessons})
    return sorted(lessons)
