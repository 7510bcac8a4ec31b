"""What surrounds a pair: persons of a company, the company of a person, who wrote the stored record and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_import.api.i18n import _
from tui_import.model.matches import Pair
from tui_import.session.duplicates.sides import RowSides, Side, Sides
from tui_import.store import review

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

MOST = 20
"""Persons and traces that are listed."""


def surroundings(workspace: Workspace, sides: Sides, pair: Pair) -> list[str]:
    """Lines to read; headings end with a colon."""
    if not isinstance(sides, RowSides):
        return [line for record in (pair.row, pair.record) for line in _record(workspace, sides, pair.entity, record)]
    lines = _company(workspace, sides, pair) if pair.entity == "company" else _person(workspace, sides, pair)
    if pair.record and not sides.of(pair)[1].gone:
        lines += [_("Where the stored values come from:"), *_traces(workspace, pair.entity, pair.record)]
    return lines


def _record(workspace: Workspace, sides: Sides, entity: str, record: int) -> list[str]:
    """One of two stored records."""
    own = sides.stored(entity, record)
    if own.gone:
        return []
    if entity == "company":
        persons = [sides.stored("person", person) for person in review.persons_of(workspace.database, record, MOST)]
        lines = [_("Persons of {record}:").format(record=own.title), *_lines(persons)]
    else:
        company = workspace.record("person", record).get("company_id")
        line = _line(sides.stored("company", company)) if isinstance(company, int) else _("none")
        lines = [_("The company of {record}:").format(record=own.title), line]
    return [*lines, _("Where the values of {record} come from:").format(record=own.title), *_traces(workspace, entity, record)]


def _company(workspace: Workspace, sides: RowSides, pair: Pair) -> list[str]:
    rows = sides.rows("company", pair.row)
    persons = [sides.incoming("person", row) for row in rows[:MOST]]
    lines = [_("Persons in the file:"), *_lines(persons)]
    if pair.record:
        stored = review.persons_of(workspace.database, pair.record, MOST)
        lines += [_("Persons that are stored:"), *_lines([sides.stored("person", person) for person in stored])]
    else:
        others = [sides.incoming("person", row) for row in sides.rows("company", pair.other)[:MOST]]
        lines += [_("Persons of the other company in the file:"), *_lines(others)]
    return lines


def _person(workspace: Workspace, sides: RowSides, pair: Pair) -> list[str]:
    lines = [_("The company in the file:"), _line(sides.incoming("company", pair.row))]
    if not pair.record:
        return [*lines, _("The company of the other row:"), _line(sides.incoming("company", pair.other))]
    gone = sides.of(pair)[1].gone
    company = None if gone else workspace.record("person", pair.record).get("company_id")
    return [*lines, _("The company that is stored:"), _line(sides.stored("company", company)) if isinstance(company, int) else _("none")]


def _lines(sides: Sequence[Side]) -> list[str]:
    return [_line(side) for side in sides if side.name] or [_("none")]


def _line(side: Side) -> str:
    """ "person 7: Anna Berg, Oslo, anna@timber.example" """
    names = ("name", "first_name", "middle_name", "last_name", "company")
    wanted = ("company", "title", "email", "mobile", "phone", "postal_city", "street_city", "private_city", "vat_number", "birthdate")
    details = [", ".join(side.values[name]) for name in wanted if name in side.values and not (name in names and name != "company")]
    return _("{record}: {facts}").format(record=side.title, facts=", ".join(filter(None, [side.name, *details])))


def _traces(workspace: Workspace, entity: str, record: int) -> list[str]:
    """One line a run, newest first: when, who, from what, which fields."""
    runs: dict[tuple[int, str, str, str], dict[str, None]] = {}
    for trace in workspace.blame(entity, record):
        run = (trace.run, trace.at[:16].replace("T", " "), trace.user or "?", trace.source or "?")
        title = workspace.catalogue[trace.field].shown_label if trace.field in workspace.catalogue else trace.field
        runs.setdefault(run, {})[title] = None
    text = _("run {run}, {at}, by {by}, {source}: {fields}")
    return [text.format(run=run, at=at, by=by, source=source, fields=", ".join(fields)) for (run, at, by, source), fields in runs.items()][
        :MOST
    ]
