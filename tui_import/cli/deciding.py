"""``drafts duplicates`` and ``drafts decide``: what the duplicate screen shows and does, by command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.cli.call import Call
from tui_import.cli.importing import write_plan
from tui_import.cli.render import number, table
from tui_import.cli.stopping import work
from tui_import.cli.summary import ROWS_LEFT
from tui_import.model.matches import Match, MatchKind, Pair, Verdict
from tui_import.model.settings import Action
from tui_import.model.text import safe

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession

VERDICTS = {Verdict.SAME: N_("same"), Verdict.DIFFERENT: N_("different"), Verdict.UNSURE: N_("unsure")}
ACTIONS = (Action.MERGE, Action.REPLACE, Action.SKIP)
ENTITIES = ("company", "person")


def configure(verbs: Any) -> None:
    """The verbs' arguments, added to those of ``drafts``."""
    shown = verbs.add_parser("duplicates", help=_("the probable duplicates of a draft, and what was decided"))
    shown.add_argument("draft", metavar=_("DRAFT"), help=_("its number, or the beginning of it"))
    shown.add_argument("--entity", choices=ENTITIES, metavar=_("ENTITY"), help=_("company or person alone"))
    shown.add_argument("--open", action="store_true", help=_("only those that nobody has decided"))
    decide = verbs.add_parser("decide", help=_("say of probable duplicates whether they are the same; then plan again"))
    decide.add_argument("draft", metavar=_("DRAFT"), help=_("its number, or the beginning of it"))
    decide.add_argument(
        "decisions", nargs="*", metavar=_("ENTITY:ROW=VERDICT"),
        help=_("like company:12=same or person:40=different; company:12@7=same names the stored record, company:12@row3=same a row"),
    )  # fmt: skip
    actions = [str(each) for each in ACTIONS]
    decide.add_argument("--action", choices=actions, help=_("what happens to the stored records of these decisions"))
    decide.add_argument("--same-from", type=float, metavar=_("P"), help=_("all open ones of this probability and over are the same"))
    decide.add_argument("--different-below", type=float, metavar=_("P"), help=_("all open ones below this probability are different"))
    decide.add_argument("--undo", action="store_true", help=_("take the last decision back first"))


def duplicates(call: Call) -> int:
    """The pairs, one object a line with ``--json``."""
    arguments = call.arguments
    session = call.workspace.resume(arguments.draft)
    try:
        found = [match for match in session.matches(arguments.entity) if match.open or not arguments.open]
        lines = []
        for match in found:
            call.output.result(match_object(session, match))
            lines.append(_line(session, match))
        if lines:
            headings = [_("Row"), _("Of"), _("Perhaps"), "%", _("Decided"), _("Why")]
            call.output.text(table(headings, lines, right=frozenset({0, 3})))
        else:
            call.output.text(_("There are no probable duplicates."))
    finally:
        session.close()
    return 0


def match_object(session: ImportSession, match: Match) -> dict[str, Any]:
    """A pair as JSON."""
    decision = match.decision
    return {
        "entity": match.pair.entity,
        "row": session.row_number(match.pair.row),
        "record": match.pair.record or None,
        "other_row": session.row_number(match.pair.other) if match.pair.other else None,
        "kind": match.kind,
        "probability": round(match.probability, 4),
        "reasons": [{"field": reason.field, "level": reason.level, "bits": round(reason.weight, 2)} for reason in match.reasons],
        "text": match.words,
        "turn": match.what_would_turn_it or None,
        "decision": decision.verdict if decision else None,
        "decided_by": decision.by if decision else None,
        "open": match.open,
        "changed": list(match.asked_again),
    }


def _line(session: ImportSession, match: Match) -> list[str]:
    other = _("record {id}").format(id=match.pair.record)
    if not match.pair.record:
        other = _("row {row}").format(row=session.row_number(match.pair.other))
    percent = "!" if match.kind is MatchKind.CONTRADICTION else f"{match.probability * 100:.0f}"
    decided = "" if match.decision is None else _(VERDICTS[match.decision.verdict])
    if match.asked_again:
        decided = _("again, since changed: {slots}").format(slots=", ".join(match.asked_again))
    return [number(session.row_number(match.pair.row)), _(match.pair.entity), other, percent, decided, safe(match.words)]


def decide(call: Call) -> int:
    """Write decisions and plan again."""
    arguments = call.arguments
    session = call.workspace.resume(arguments.draft)
    try:
        if arguments.undo and not session.undo_decision():
            raise UsageError(_("There is no decision to take back."))
        action = Action(arguments.action) if arguments.action else None
        decided: dict[Pair, Verdict] = {}
        for text in arguments.decisions:
            pair, verdict = _decision(text, session)
            decided[pair] = verdict
        decided |= _by_line(session, arguments.same_from, arguments.different_below)
        session.decide(decided, action)
        call.output.note(ngettext("{count} decision.", "{count} decisions.", len(decided)).format(count=number(len(decided))))
        with work() as progress:
            report = session.plan(progress)
        write_plan(call, session, report)
        return ROWS_LEFT if any(counts.problem + counts.held for counts in report.entities.values()) else 0
    finally:
        session.close()


def _by_line(session: ImportSession, same_from: float | None, different_below: float | None) -> dict[Pair, Verdict]:
    found: dict[Pair, Verdict] = {}
    for match in session.matches():
        if not match.open or match.kind is MatchKind.CONTRADICTION:
            continue
        if same_from is not None and match.probability >= same_from:
            found[match.pair] = Verdict.SAME
        elif different_below is not None and match.probability < different_below:
            found[match.pair] = Verdict.DIFFERENT
    return found


def _decision(text: str, session: ImportSession) -> tuple[Pair, Verdict]:
    where, equals, said = text.partition("=")
    entity, colon, place = where.partition(":")
    row, _at, other = place.partition("@")
    if not (colon and equals and entity in ENTITIES and row.strip().isdecimal() and said in set(Verdict)):
        raise UsageError(
            _("“{text}” is not of the form ENTITY:ROW=VERDICT.").format(text=text),
            hint=_("The entity is company or person, the verdict {verdicts}.").format(verdicts=", ".join(Verdict)),
        )
    key = session.keys_of([int(row)])[0]
    pairs = [match.pair for match in session.matches(entity) if match.pair.row == key]
    if other.startswith("row") and other[3:].isdecimal():
        wanted = session.keys_of([int(other[3:])])[0]
        pairs = [pair for pair in pairs if pair.other == wanted]
    elif other:
        pairs = [pair for pair in pairs if str(pair.record) == other]
    if not pairs:
        raise UsageError(_("Row {row} has no such probable duplicate.").format(row=row), hint=_("See: tui-import drafts duplicates DRAFT"))
    return pairs[0], Verdict(said)
