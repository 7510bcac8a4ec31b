"""Probable duplicates inside the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.shared_out import shared_out
from tui_import.model.matches import Match
from tui_import.model.progress import Progress
from tui_import.model.settings import DuplicateRules
from tui_import.session.matching import learnt_model, stored_matches, without
from tui_import.session.population import StorePopulation
from tui_import.session.stored_pairs import kept_apart
from tui_import.store import matching_index, verdicts

if TYPE_CHECKING:
    from tui_import.matching import Found, Model
    from tui_import.matching.candidates import Candidates, Left
    from tui_import.matching.estimate import Estimate
    from tui_import.matching.keys import Keys
    from tui_import.matching.records import Cleaned, Ids
    from tui_import.session.workspace import Workspace

CONTACTS = ("company", "person")
"""What can be duplicates."""
BLOCK = 5_000
"""Records that are looked up at a time; bounds the memory."""


@dataclass(frozen=True, slots=True)
class SimilarPair:
    """Two records of the store that are probably one."""

    entity: str
    a: int
    """Id of the older record."""
    b: int
    probability: float
    reasons: tuple[str, ...]
    """What each field says, strongest first."""


class _Older(StorePopulation):
    """The records of the store that are older than those looked up: so each pair is met once."""

    own: Ids
    """Ids of the block that is looked up."""

    @property
    def size(self) -> int:
        """As many as an average record has before it."""
        return max(super().size // 2, 1)

    def lookup(self, incoming: Keys, common: int, rare: int) -> tuple[Candidates, Left]:
        """See `Population.lookup`."""
        pairs, left = super().lookup(incoming, common, rare)
        older = pairs.b < self.own[pairs.a]
        return type(pairs)(pairs.a[older], pairs.b[older]), left


def similar(
    workspace: Workspace, entity: str = "", *, least: float = 0.5, limit: int | None = None, progress: Progress | None = None
) -> Iterator[SimilarPair]:
    """Pairs of records (of one entity, or of both) that are duplicates with at least this probability, per entity the most probable first,
    at most ``limit`` of each.

    The store is only read, block by block. Raises `UsageError`, `StoppedError`.
    """
    progress = progress or Progress()
    entities = entities_of(entity)
    workspace.refresh_index(progress)
    for each in entities:
        yield from _of_entity(workspace, each, least, limit, progress)


def entities_of(entity: str) -> tuple[str, ...]:
    """One kind of record, or for an empty name both. Raises `UsageError` for another."""
    if entity and entity not in CONTACTS:
        raise UsageError(
            _("The store has no records of kind “{entity}”.").format(entity=entity),
            hint=_("Choose one of: {names}.").format(names=", ".join(CONTACTS)),
        )
    return (entity,) if entity else CONTACTS


def batches(workspace: Workspace, entity: str, rules: DuplicateRules, progress: Progress) -> Iterator[list[Match]]:
    """All pairs of stored records from the rules' line on, a block of the store at a time, as a review keeps them.

    The store is only read; its index must be up to date. Raises `StoppedError`.
    """
    model = without(learnt_model(), entity, rules)
    for found in _blocks(workspace, entity, model, rules.flag_at, progress):
        ids = {int(each) for ends in (found.a, found.b) for each in ends}
        yield list(stored_matches(found, model, verdicts.text_of_each(workspace.database, entity, ids)))


def _of_entity(workspace: Workspace, entity: str, least: float, limit: int | None, progress: Progress) -> Iterator[SimilarPair]:
    import numpy as np

    from tui_import.matching.explain import explain

    model = learnt_model()
    parts = list(_blocks(workspace, entity, model, least, progress))
    every = [(part, at) for part in parts for at in range(len(part.a))]
    order = np.argsort(-np.concatenate([np.zeros(0), *(part.probability for part in parts)]), kind="stable").tolist()
    pairs = [(min(one), max(one)) for one in ((int(part.a[at]), int(part.b[at])) for part, at in every)]
    apart = kept_apart(workspace, entity, pairs)
    shown = [place for place in order if pairs[place] not in apart]
    for place in shown[:limit]:
        part, at = every[place]
        why = explain(part, at, model.entities[entity], model.damping)
        a, b = pairs[place]
        yield SimilarPair(entity, a, b, float(part.probability[at]), tuple(reason.words for reason in why.reasons))


def _blocks(workspace: Workspace, entity: str, model: Model, least: float, progress: Progress) -> Iterator[Found]:
    """What each block has; a store so small that all can be compared with all is one block."""
    from tui_import.matching.find import find
    from tui_import.matching.records import Cleaned

    size = matching_index.state(workspace.database, entity).size
    progress.begin(_("Looking for duplicate companies") if entity == "company" else _("Looking for duplicate persons"), size)
    if size**2 <= model.whole:
        for ids, texts in matching_index.blocks(workspace.database, entity, max(size, 1)):
            yield find(Cleaned.unpacked(entity, ids, texts), model, least=least)
            progress.advance(len(ids))
        return
    older = _Older(workspace.database, entity, model)
    adapted = _adapted(workspace, older, entity, model)
    work = partial(_block, entity, model, older, least, adapted)
    for looked_at, found in shared_out(work, matching_index.blocks(workspace.database, entity, BLOCK)):
        yield found
        progress.advance(looked_at)
        progress.check()


def _block(
    entity: str, model: Model, older: _Older, least: float, adapted: Estimate, block: tuple[list[int], list[str]]
) -> tuple[int, Found]:
    from tui_import.matching.find import find
    from tui_import.matching.records import Cleaned

    own = Cleaned.unpacked(entity, *block)
    older.own = own.ids
    return len(own), find(own, model, older, least, adapted)


def _adapted(workspace: Workspace, older: _Older, entity: str, model: Model) -> Estimate:
    """The weights, adapted to a sample of the store."""
    from tui_import.matching.find import SAMPLE, find
    from tui_import.matching.records import Cleaned

    ids, texts = matching_index.sample(workspace.database, entity, SAMPLE)
    own: Cleaned = Cleaned.unpacked(entity, ids, texts)
    older.own = own.ids
    return find(own, model, older).estimate
