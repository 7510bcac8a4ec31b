"""What surrounds a pair: persons of a company, the company of a person, who wrote the stored record and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_import.api.i18n import _
from tui_import.model.matches import Pair
from tui_import.session.duplicates.sides import Side, Sides
from tui_import.store import review

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

MOST = 20
"""Persons and traces that are listed."""


def surroundings(workspace: Workspace, sides: Sides, pair: Pair) -> list[str]:
    """Lines to read; headings end with a colon."""
    lines = _company(workspace, sides, pair) if pair.entity == "company" else _person(workspace, sides, pair)
    if pair.record:
        lines += [_("Where the stored values come from:"), *_traces(workspace, pair)]
    return lines


def _company(workspace: Workspace, sides: Sides, pair: Pair) -> list[str]:
    rows = sides.rows("company", pair.row)
    persons = [sides.incoming("person", row) for row in rows[:MOST]]
    lines = [_("Persons in the file:"), *(_line(side) for side in persons if side.name)]
    if pair.record:
        stored = review.persons_of(workspace.database, pair.record, MOST)
        lines += [_("Persons that are stored:"), *(_line(sides.stored("person", person)) for person in stored)]
    else:
        others = [sides.incoming("person", row) for row in sides.rows("company", pair.other)[:MOST]]
        lines += [_("Persons of the other company in the file:"), *(_line(side) for side in others if side.name)]
    return lines


def _person(workspace: Workspace, sides: Sides, pair: Pair) -> list[str]:
    lines = [_("The company in the file:"), _line(sides.incoming("company", pair.row))]
    if not pair.record:
        return [*lines, _("The company of the other row:"), _line(sides.incoming("company", pair.other))]
    company = workspace.record("person", pair.record).get("company_id")
    return [*lines, _("The company that is stored:"), _line(sides.stored("company", company)) if isinstance(company, int) else _("none")]


def _line(side: Side) -> str:
    """ "person 7: Anna Berg, Oslo, anna@timber.example" """
    names = ("name", "first_name", "middle_name", "last_name", "company")
    wanted = ("company", "title", "email", "mobile", "phone", "postal_city", "street_city", "private_city", "vat_number", "birthdate")
    details = [", ".join(side.values[name]) for name in wanted if name in side.values and not (name in names and name != "company")]
    return _("{record}: {facts}").format(record=side.title, facts=", ".join(filter(None, [side.name, *details])))


def _traces(workspace: Workspace, pair: Pair) -> list[str]:
    text = _("{field}: run {run}, {at}, by {by}, {source}")
    return [
        text.format(field=trace.field, run=trace.run, at=trace.at, by=trace.user or "?", source=trace.source or "?")
        for trace in workspace.blame(pair.entity, pair.record)[:MOST]
    ]
