"""The review of duplicates that are in the store already: a file of its own beside the drafts, with pairs, decisions and the queue's place.

It holds no row: both records of a pair are stored. Applying it merges what was decided to be the same, and remembers what is different.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_import import config
from tui_import.api.errors import UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.flow.plan.merges import is_decided, merges
from tui_import.model.kinds import SIMILAR
from tui_import.model.matches import Match, Merge, Pair, Verdict, Verdicts, changed_slots
from tui_import.model.plan import Counts, Summary
from tui_import.model.progress import Progress
from tui_import.model.settings import Action, Settings
from tui_import.session import similar
from tui_import.session.matching import same_row
from tui_import.store import merging, verdicts
from tui_import.store.apply import record_seconds
from tui_import.store.draft import Draft
from tui_import.store.journal import now
from tui_import.store.matches import Matches
from tui_import.store.verdicts import Remembered

if TYPE_CHECKING:
    from tui_import.session.duplicates.review import Review
    from tui_import.session.workspace import Workspace

LOOKING, REVIEWING = "looking", "reviewing"
"""States: not all pairs are found yet; they are."""


class StoredReview:
    """One review of the store's duplicates. Everything it knows lies in its file, so it survives anything."""

    kind = SIMILAR

    def __init__(self, workspace: Workspace, draft: Draft) -> None:
        self._workspace, self._draft = workspace, draft

    @classmethod
    def begin(cls, workspace: Workspace, entity: str = "") -> StoredReview:
        """A new file, in which nothing is looked for yet. ``entity``: company, person, or empty: both. Raises `UsageError`."""
        similar.entities_of(entity)
        draft = Draft.create(workspace.drafts_folder)
        title = {"": _("Duplicates in the store"), "company": _("Duplicate companies in the store")}
        draft.write_meta(
            kind=SIMILAR,
            state=LOOKING,
            entity=entity,
            shown_source=title.get(entity, _("Duplicate persons in the store")),
            settings=config.settings_to_dict(config.default_settings()),
        )
        Matches(draft)
        draft.complete()
        return cls(workspace, draft)

    @property
    def id(self) -> str:
        """Name of the file, as in ``tui-import resume ID``."""
        return self._draft.id

    @property
    def state(self) -> str:
        """looking | reviewing | applied."""
        return str(self._draft.meta("state"))

    @property
    def entity(self) -> str:
        """company, person, or empty: both."""
        return str(self._draft.meta("entity", ""))

    @property
    def entities(self) -> Sequence[str]:
        """What is looked at."""
        return similar.entities_of(self.entity)

    @property
    def settings(self) -> Settings:
        """Of them, the rules for duplicates count."""
        return config.settings_from_dict(self._draft.meta("settings"))

    def change_settings(self, settings: Settings) -> None:
        """Other rules; those for looking count when it is looked again."""
        self._draft.write_meta(settings=config.settings_to_dict(settings))

    def set_survivorship(self, text: str) -> bool:
        """Whose value a field begins with, as in ``duplicates.survivorship``; True. Raises `UsageError`."""
        self.change_settings(config.apply_set(self.settings, f"duplicates.survivorship={text}"))
        return True

    def close(self) -> None:
        """Close the file; nothing is lost."""
        self._draft.close()

    # -- looking

    def look(self, progress: Progress | None = None) -> int:
        """Look for pairs (again), block by block; what was decided stays. Returns how many there are.

        Raises `StoppedError`: then it has to be looked again.
        """
        progress = progress or Progress()
        database = self._workspace.database
        self._draft.write_meta(state=LOOKING)
        self._workspace.refresh_index(progress)
        generation = self._workspace.reader.generation()
        matches = Matches(self._draft)
        for entity in self.entities:
            with self._draft.database.transaction():
                matches.clear(entity)
            for batch in similar.batches(self._workspace, entity, self.settings.duplicates, progress):
                said = _remembered(self._workspace, entity, batch)
                with self._draft.database.transaction():
                    matches.add(batch)
                    matches.remember(said)
            with self._draft.database.transaction():
                matches.renew(entity, verdicts.text_of_each(database, entity, matches.records(entity)))
        pairs = matches.count()
        self._draft.write_meta(state=REVIEWING, generation=generation, rows=pairs)
        return pairs

    def catch_up(self, progress: Progress | None = None) -> None:
        """Look where that was not done to its end; else read again what is compared of the records, where the store has changed since."""
        if self.state == LOOKING:
            self.look(progress)
            return
        self._workspace.refresh_index(progress)
        generation = self._workspace.reader.generation()
        if self._draft.meta("generation") == generation:
            return
        matches = Matches(self._draft)
        with self._draft.database.transaction():
            for entity in self.entities:
                matches.renew(entity, verdicts.text_of_each(self._workspace.database, entity, matches.records(entity)))
        self._draft.write_meta(generation=generation, rows=matches.count())

    # -- deciding

    def matches(self, entity: str | None = None) -> Sequence[Match]:
        """The pairs with what was decided; most probable first."""
        return Matches(self._draft).all(entity, self.settings.duplicates.flag_at)

    def review(self, clock: Callable[[], float] = time.monotonic) -> Review:
        """The review of its pairs. Its decisions count when it is applied."""
        from tui_import.session.duplicates.records import RecordSides
        from tui_import.session.duplicates.review import Review

        companies = Matches(self._draft).records("company")
        sides = RecordSides(self._workspace, self.settings, companies)
        return Review(self._workspace, self._draft, sides, self.settings, clock)

    def decide(self, said: Mapping[Pair, Verdict], action: Action | None = None) -> None:
        """Say of pairs whether they are the same, as one step that `undo_decision` takes back. Raises `UsageError`."""
        decided = {pair: Verdicts(verdict, action, at=now(), by=self._workspace.user) for pair, verdict in said.items()}
        self.review().write(decided)

    def undo_decision(self) -> bool:
        """Take the last step of decisions back; False where there was none."""
        return bool(Matches(self._draft).undo())

    def row_number(self, key: int) -> int:
        """A stored record is called by its id."""
        return key

    def row_label(self, number: int) -> str:
        """See `row_number`."""
        return str(number)

    def row_at(self, text: str) -> int:
        """See `row_number`."""
        return int(text)

    def keys_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """See `row_number`."""
        return numbers

    # -- applying

    @property
    def open_pairs(self) -> int:
        """Pairs that wait for a decision, those left out that other decisions settle."""
        return self.review().counts[0]

    def merges(self) -> list[Merge]:
        """What the decisions make of the store. Raises `UsageError` where they contradict each other."""
        decided = self._decided()
        persons = {record for match in decided if match.pair.entity == "person" for record in (match.pair.row, match.pair.record)}
        withdrawn = merging.withdrawn(self._workspace.database, persons)
        return merges(decided, {("person", person) for person in withdrawn})

    def _decided(self) -> list[Match]:
        return [match for match in self.matches() if is_decided(match, Verdict.SAME) or is_decided(match, Verdict.DIFFERENT)]

    @property
    def has_decisions(self) -> bool:
        """Something was decided that is not in the store yet."""
        return bool(self._news())

    def _news(self) -> list[Match]:
        """What was decided and is not in the store yet."""
        return [match for match in self._decided() if match.decision and match.decision.origin != "memory"]

    def words(self) -> str:
        """What applying it would do, as a sentence."""
        wanted = self.merges()
        companies = sum(each.entity == "company" for each in wanted)
        persons = len(wanted) - companies
        apart = sum(is_decided(match, Verdict.DIFFERENT) for match in self._news())
        parts = [
            ngettext("{count} company becomes part of another", "{count} companies become part of others", companies).format(
                count=companies
            ),
            ngettext("{count} person becomes part of another", "{count} persons become part of others", persons).format(count=persons),
            ngettext("{count} pair is remembered as different", "{count} pairs are remembered as different", apart).format(count=apart),
        ]
        said = "; ".join(part for part, count in zip(parts, (companies, persons, apart), strict=True) if count)
        return f"{said}." if said else _("Nothing is decided yet.")

    def apply(self, progress: Progress | None = None) -> Summary:
        """Back up, merge all that was decided to be the same as one run in one transaction, and remember the verdicts.

        What is still open stays in the file. Raises `UsageError` where nothing is decided, or decisions contradict each other; nothing is
        changed then.
        """
        progress = progress or Progress()
        started = time.monotonic()
        self.catch_up(progress)
        decided = self._news()
        if not decided:
            raise UsageError(_("Nothing is decided yet."), hint=_("Say of pairs whether they are the same first."))
        wanted = self.merges()
        said = _said(decided, wanted)
        summary = Summary(run=None, draft=self.id, rows=0, entities={"company": Counts(), "person": Counts()})
        if wanted:
            backup = self._workspace.backup(progress=progress).path
            source = str(self._draft.meta("shown_source"))
            summary = merging.merge(
                self._workspace.database,
                self._workspace.catalogue.whole,
                wanted,
                self._workspace.user,
                source,
                said=said,
                draft=self.id,
                backup=backup,
                progress=progress,
            )
            summary = replace(summary, seconds=round(time.monotonic() - started, 3))
            record_seconds(self._workspace.database, summary.run or 0, summary.seconds)
        else:
            with self._workspace.database.transaction() as connection:
                verdicts.keep(connection, said)
        self._settle(wanted, summary)
        return summary

    def _settle(self, wanted: Sequence[Merge], summary: Summary) -> None:
        """Pairs of what was merged are pairs of what stayed; where none is open, the review is done."""
        matches = Matches(self._draft)
        with self._draft.database.transaction():
            for entity in self.entities:
                matches.move(entity, _became(wanted, entity))
            matches.settle()
        self._draft.write_meta(generation=-1)
        self.catch_up()
        waiting = self.open_pairs
        self._draft.write_meta(state=REVIEWING if waiting else "applied", run=summary.run, waiting=waiting)


def _became(wanted: Sequence[Merge], entity: str) -> dict[int, int]:
    """Record that went → the one that it is part of in the end."""
    into = {each.gone: each.survivor for each in wanted if each.entity == entity}

    def last(record: int) -> int:
        while record in into:
            record = into[record]
        return record

    return {gone: last(gone) for gone in into}


def _said(decided: Sequence[Match], wanted: Sequence[Merge]) -> list[Remembered]:
    """What the store is to remember: of what is different both ways, of what became one by what the other was known."""
    found = []
    became = {entity: _became(wanted, entity) for entity in ("company", "person")}
    for match in decided:
        pair, decision = match.pair, match.decision
        assert decision is not None
        ends = ((pair.row, match.fingerprint), (pair.record, match.other_fingerprint))
        for (one, text), (other, other_text) in (ends, ends[::-1]):
            if decision.verdict is Verdict.DIFFERENT or one in became[pair.entity]:
                record = became[pair.entity].get(other, other)
                found.append(Remembered(pair.entity, text, other_text, str(decision.verdict), record, decision.at, decision.by))
    return found


def _remembered(workspace: Workspace, entity: str, batch: Sequence[Match]) -> dict[Pair, tuple[Verdicts, str, str]]:
    """Pairs that are known to be different, with the texts that was said about: where one has changed, it is asked again."""
    ends = {record for match in batch for record in (match.pair.row, match.pair.record)}
    known = verdicts.of_records(workspace.database, entity, ends)
    found: dict[Pair, tuple[Verdicts, str, str]] = {}
    for match in batch if known else ():
        one, other = match.fingerprint, match.other_fingerprint
        said = [(each.text, each.other_text, each) for each in known.get(match.pair.record, ()) if same_row(each.text, one)]
        said += [(each.other_text, each.text, each) for each in known.get(match.pair.row, ()) if same_row(each.text, other)]
        said = [each for each in said if each[2].verdict == Verdict.DIFFERENT]
        if said:
            changes = [len(changed_slots(entity, first, one)) + len(changed_slots(entity, second, other)) for first, second, _each in said]
            first, second, nearest = said[changes.index(min(changes))]
            found[match.pair] = (Verdicts(Verdict.DIFFERENT, at=nearest.at, by=nearest.by, origin="memory"), first, second)
    return found
