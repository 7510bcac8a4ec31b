"""The fourth step: the plan, windows into it, and what a user does to its rows and cells."""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_import import config
from tui_import.api.errors import DriftError, UsageError, Where
from tui_import.api.i18n import _
from tui_import.api.source import Scalar
from tui_import.model.kinds import planned_of
from tui_import.model.matches import Match, Pair, Verdict, Verdicts
from tui_import.model.plan import PlanReport, PreviewRow, RowDetail, RowFilter
from tui_import.model.progress import Progress
from tui_import.model.settings import Action, Recipe
from tui_import.model.steps import UnknownValue, ValueCount
from tui_import.session import list_values, planning
from tui_import.session.mapping_step import MappingStep
from tui_import.session.matching import counted
from tui_import.session.stored import report_from_dict, report_to_dict
from tui_import.store.draft import Draft
from tui_import.store.matches import Matches
from tui_import.store.preview import Preview, RowKeys

if TYPE_CHECKING:
    from tui_import.session.duplicates.review import Review
    from tui_import.session.workspace import Workspace


class PlanStep(MappingStep):
    """An import that can be planned and looked at."""

    def __init__(self, workspace: Workspace, draft: Draft, recipe: Recipe | None = None) -> None:
        super().__init__(workspace, draft, recipe)
        self._preview = Preview(draft, workspace.database, workspace.catalogue)

    # -- plan

    def plan(self, progress: Progress | None = None) -> PlanReport:
        """Make the plan, or make it anew; the last one stands until this one is done."""
        self._changeable()
        generation = self._workspace.reader.generation()
        self._take_fields()
        missing = self.missing()
        if missing:
            hint = missing[0].hint or _("Link a column to it, or give it a constant.")
            raise UsageError(missing[0].reason, where=Where(file=self.location), hint=hint)
        if self.drift().blocks:
            names = ", ".join(f"“{name}”" for name in self.drift().missing)
            raise DriftError(
                _("The recipe's columns are missing: {names}.").format(names=names),
                where=Where(file=self.location),
                hint=_("Map them by hand, or save the recipe anew."),
            )
        started = time.monotonic()
        moved = planning.make_plan(self._workspace, self._draft, self.mapping, self.settings, progress or Progress())
        finds = self.settings.duplicates.find and "company" in planned_of(self.kind, self.mapping.fields)
        flagged = counted(self._draft, self.settings.duplicates) if finds else {}
        report = replace(self._preview.report(moved), duplicates=flagged)
        report = replace(report, perhaps_meant=list_values.perhaps_meant(self._workspace, self.settings, report.new_list_items))
        self._draft.write_meta(
            state="planned",
            outdated=False,
            failure="",
            generation=generation,
            report=report_to_dict(report),
            seconds_planned=time.monotonic() - started,
        )
        return report

    def _take_fields(self) -> None:
        """Plan with the fields that the store has now. Raises `UsageError` where one that is linked is not there any more."""
        workspace = self._workspace
        workspace.refresh_fields()
        for key in (*self.mapping.fields, *self.mapping.constants):
            if key not in workspace.catalogue:
                raise config.unknown_field(key, workspace.catalogue)
        self._preview = Preview(self._draft, workspace.database, workspace.catalogue)

    @property
    def report(self) -> PlanReport | None:
        """The last plan in numbers; None where there is none. See `outdated`."""
        stored = self._draft.meta("report")
        return report_from_dict(stored) if stored else None

    @property
    def outdated(self) -> bool:
        """Something was changed since the plan was made, here or in the store."""
        return bool(self._draft.meta("outdated", True)) or self._draft.meta("generation") != self._workspace.reader.generation()

    def row_keys(self, rows: RowFilter | None = None, progress: Progress | None = None) -> RowKeys:
        """Keys of the rows that a filter shows, in its order. Raises `StoppedError` when ``progress`` is told to stop."""
        return self._preview.keys(rows or RowFilter(), len(self.columns), progress)

    def row_count(self, rows: RowFilter) -> int:
        """How many rows a filter shows."""
        return self._preview.count(rows, len(self.columns))

    def preview_rows(self, keys: Sequence[int]) -> Sequence[PreviewRow]:
        """Rows by key, in the order asked for."""
        return self._preview.rows(keys)

    def keys_of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Keys of the rows that stand at these numbers in the source. Raises `UsageError` that names the first that does not exist."""
        found = self._draft.keys_of(numbers)
        for number in numbers:
            if number not in found:
                raise UsageError(_("There is no row {row} in the draft.").format(row=number))
        return [found[number] for number in numbers]

    def row_number(self, key: int) -> int:
        """Where a row stands in the source."""
        return self._draft.number(key)

    # -- probable duplicates

    def matches(self, entity: str | None = None) -> Sequence[Match]:
        """The pairs of the last plan that are shown, with what was decided; most probable first."""
        return Matches(self._draft).all(entity, self.settings.duplicates.flag_at)

    def decide(self, verdicts: Mapping[Pair, Verdict], action: Action | None = None) -> None:
        """Say of pairs whether they are the same, as one step that `undo_decision` takes back."""
        self._changeable()
        moment = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        Matches(self._draft).decide({pair: Verdicts(said, action, at=moment, by=self._workspace.user) for pair, said in verdicts.items()})
        self._draft.write_meta(outdated=True)

    def undo_decision(self) -> bool:
        """Take the last step of decisions back; False where there was none."""
        self._changeable()
        undone = bool(Matches(self._draft).undo())
        self._draft.write_meta(outdated=True)
        return undone

    # -- problems

    def next_problem(self, after: int, *, backwards: bool = False) -> int | None:
        """Key of the next row with a problem, None where there is none."""
        return self._preview.next_problem(after, backwards=backwards)

    def detail(self, row: int) -> RowDetail:
        """Everything about one row."""
        found = self._preview.rows([row])
        if not found:
            raise UsageError(_("There is no row {row}.").format(row=row))
        return RowDetail(found[0], tuple(self._preview.changes(found[0])), tuple(self._preview.issues(row)))

    def review(self) -> Review:
        """The review of the probable duplicates that the last plan found. Its decisions count when it is planned again (`outdated`).

        Raises `UsageError` where there is no plan yet.
        """
        from tui_import.session.duplicates.review import Review
        from tui_import.session.duplicates.sides import RowSides

        self._changeable()
        if self.report is None:
            raise UsageError(_("There is no plan yet."), hint=_("Look at the preview first."))
        sides = RowSides(self._workspace, self._draft, self.mapping, self.settings)
        return Review(self._workspace, self._draft, sides, self.settings)

    # -- values that lists do not have

    def unknown_values(self) -> Sequence[UnknownValue]:
        """Every value that its list does not have, once, with the items near it, and every value that was decided; of the last plan.

        Raises `UsageError` where there is no plan yet.
        """
        if self.report is None:
            raise UsageError(_("There is no plan yet."), hint=_("Look at the preview first."))
        return list_values.unknown(self._workspace, self._draft, self.settings)

    def decide_value(self, list: str, value: str, becomes: str | None) -> None:
        """Say what a value means in all rows: an item, itself to add it, empty to leave the field blank; None: as the list's rule says.

        It counts when it is planned again, and goes into the recipe.
        """
        self.change_settings(list_values.decided(self.settings, list, value, becomes))

    def check(self, rows: RowFilter | Sequence[int], checked: bool | None) -> int:
        """Tick rows, un-tick them, or leave it to the program (None); returns how many."""
        self._changeable()
        keys = self.row_keys(rows).keys if isinstance(rows, RowFilter) else rows
        count = self._draft.set_checked(keys, checked)
        self._draft.write_meta(outdated=True)
        return count

    def correct(self, row: int, column: int, value: Scalar) -> None:
        """Change one cell; `undo_correction` takes it back. The file stays as it is."""
        self._correct([(row, column, value)])

    def replace_value(self, column: int, old: Scalar, new: Scalar) -> int:
        """Change every cell of a column that has a value; returns how many."""
        return self._correct([(n, column, new) for n in self._draft.rows_with(column, old)])

    def repair(self, column: int, code: str) -> int:
        """Take every repair of one kind that the plan offers in a column; returns how many cells."""
        return self._correct(self._preview.repairs(column, code))

    def repairs(self) -> Sequence[tuple[int, str, int]]:
        """(column, kind, cells) of all repairs that the plan offers."""
        return self._preview.offered_repairs()

    def _correct(self, changes: Sequence[tuple[int, int, Scalar]]) -> int:
        self._changeable()
        count = self._draft.correct(changes)
        self._draft.write_meta(outdated=True)
        return count

    def undo_correction(self) -> bool:
        """Take the last correction, replacement or repair back; False where there was none."""
        self._changeable()
        undone = self._draft.undo_correction() > 0
        self._draft.write_meta(outdated=True)
        return undone

    def column_values(self, column: int, limit: int = 200) -> Sequence[ValueCount]:
        """The distinct values of a column, most frequent first, with what the plan found wrong with them."""
        issues = self._preview.column_issues(column)
        return [ValueCount(value, rows, issues.get(value)) for value, rows in self._draft.distinct(column, limit)]
