"""One import in progress, from "this file" to "it is in the store"."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from tui_import import config, plugin_host
from tui_import.api.errors import RefusedError, StaleError, UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.api.runs import FinishedRun
from tui_import.model.kinds import CONTACTS
from tui_import.model.plan import PlanReport, Summary
from tui_import.model.progress import Progress
from tui_import.session import handing_over, writing
from tui_import.session.plan_step import PlanStep
from tui_import.session.stored import summary_from_dict, summary_to_dict
from tui_import.store import rest
from tui_import.store.bookmarks import keep_bookmark
from tui_import.store.holding import busy_error, holding

TRIES = 3
"""How often it is planned anew while others write, before the user is asked."""


class ImportSession(PlanStep):
    """An import between "this file" and "it is in the store". Everything it knows lies in its draft, so it survives anything.

    Its steps are its bases, each standing on the one before: `SourceStep` (open, read), `MappingStep` (map, settings), `PlanStep` (plan,
    preview, correct), and here the last one. Going back is always possible until it is applied; what a later step made is made again.
    Reads may come from any thread; one thread at a time may work (`read`, `plan`, `apply`).
    """

    def apply(self, progress: Progress | None = None, *, accept_clears: bool = False) -> Summary:
        """Back up, then write the plan in one transaction.

        Raises `RefusedError` where values would be cleared and ``accept_clears`` is not given, `StaleError` where the store has changed
        so that the plan came out differently (the new plan stands in the draft), `StoreBusyError` where another process imports this draft.
        """
        self._changeable()
        progress = progress or Progress()
        doing = _("importing {source}").format(source=self._draft.meta("shown_source", ""))
        with holding(self._draft.path, doing, progress) as alone:
            if not alone:
                raise busy_error(self._draft.path)
            return self._apply(progress, accept_clears=accept_clears)

    def hand_over(self, *, accept_clears: bool) -> bool:
        """The line is gone: let another process do this import, see `handing_over.hand_over`. Stop this one then."""
        return handing_over.hand_over(self._workspace, self.id, accept_clears=accept_clears)

    def _apply(self, progress: Progress, *, accept_clears: bool) -> Summary:
        summary = self._write(progress, accept_clears=accept_clears)
        summary = replace(summary, notes=(*summary.notes, *plugin_host.tell_after_import(self._finished(summary))))
        waiting = rest.waiting(self._draft)
        if waiting and summary.run is not None:
            rest.settle(self._workspace.database, self._draft, summary.run)
        self._draft.write_meta(state="applied", run=summary.run, summary=summary_to_dict(summary), waiting=waiting, failure="")
        self._keep_bookmark(summary)
        if self.kind == CONTACTS:
            self._workspace.remember(self.mapping, self.columns)
        return summary

    def _write(self, progress: Progress, *, accept_clears: bool) -> Summary:
        """The plan into the store. Where somebody writes between the plan and its turn, it is planned again: rows that come out
        otherwise are asked again then, and where there are none it goes on."""
        for left in range(TRIES, 0, -1):
            report = self._fresh_plan(progress)
            self._refuse_nothing(report)
            if report.clears and not accept_clears:
                text = ngettext("{count} value will be cleared.", "{count} values will be cleared.", report.clears)
                raise RefusedError(text.format(count=report.clears), hint=_("Agree to it (--yes), or set blank_cells to keep."))
            started = time.monotonic() - self._draft.meta("seconds_read", 0.0) - self._draft.meta("seconds_planned", 0.0)
            generation = self._draft.meta("generation")
            try:
                return writing.write(self._workspace, self._draft, self, report, progress, started)
            except StaleError:
                self._draft.write_meta(generation=None)  # planned again before it is applied, and what moved is shown
                if left == 1 or generation == self._workspace.reader.generation():
                    raise
        raise AssertionError  # the last try returns or raises

    def _keep_bookmark(self, summary: Summary) -> None:
        """Where the next reading of what changed goes on; where rows are left, behind the import before, so that they are read again."""
        place, bookmark = self._draft.meta("bookmark", ("", ""))
        left = any(counts.problem or counts.held for counts in summary.entities.values())
        if bookmark and not left and summary.run is not None:
            keep_bookmark(self._workspace.database, place, summary.run, bookmark)

    def _refuse_nothing(self, report: PlanReport) -> None:
        """Going on with what an earlier run left is refused while everything that is left still waits."""
        writes = any(counts.added or counts.updated for counts in report.entities.values())
        waiting = rest.waiting(self._draft)
        if waiting and self._draft.meta("waiting", 0) and not writes:
            text = ngettext("{count} row still waits for a decision.", "{count} rows still wait for a decision.", waiting)
            raise UsageError(text.format(count=waiting), hint=_("Decide it with: tui-import drafts decide {draft}").format(draft=self.id))

    def _finished(self, summary: Summary) -> FinishedRun:
        """What plugins are told: numbers and names, no value of any record."""
        return FinishedRun(
            run=summary.run or 0,
            source=self.source,
            origin=str(self._draft.meta("shown_source", "")),
            user=self._workspace.user,
            finished=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            seconds=summary.seconds,
            rows=summary.rows,
            counts={entity: counts.as_dict() for entity, counts in summary.entities.items()},
            selections=[selection.name for selection in summary.selections],
            backup=summary.backup,
        )

    def _fresh_plan(self, progress: Progress) -> PlanReport:
        before = self.report
        if before is not None and not self.outdated:
            return before
        own_change = bool(self._draft.meta("outdated", True))
        report = self.plan(progress)
        if before is not None and not own_change and report.moved:
            by_entity = Counter[str]()  # one row may come out differently for its company and for its person
            for before_it, _after, count in report.moved:
                by_entity[before_it.partition(":")[0]] += count
            moved = max(by_entity.values())
            raise StaleError(
                ngettext(
                    "The store has changed since this was planned: {count} row comes out differently now.",
                    "The store has changed since this was planned: {count} rows come out differently now.",
                    moved,
                ).format(count=moved),
                hint=_("Look at the new plan and apply it again."),
            )
        return report

    @property
    def summary(self) -> Summary | None:
        """The result, after `apply`; None again where a draft goes on with the rows that waited."""
        stored = self._draft.meta("summary") if self.state == "applied" else None
        return summary_from_dict(stored) if stored else None

    def facts(self) -> dict[str, Any]:
        """What a run's record says of this import."""
        return {
            "location": self.location,
            "table": self._draft.meta("table", ""),
            "source": self._draft.meta("shown_source", self.location),
            "content_hash": self._draft.meta("digest", ""),
            "rows": self.rows,
            "recipe": config.dump_recipe(self.recipe()),
        }
