"""``drafts duplicates`` and ``drafts decide``: what the duplicate screen shows and does, by command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import N_, _, ngettext
from tui_import.cli.call import Call
from tui_import.cli.importing import write_plan
from tui_import.cli.render import number, table
from tui_import.cli.stopping import work
from tui_import.cli.summary import ROWS_LEFT
from tui_import.model.kinds import SIMILAR
from tui_import.model.matches import Choice, FieldChoice, Match, MatchKind, Pair, Verdict
from tui_import.model.settings import Action
from tui_import.model.sheets import SEPARATOR, row_of
from tui_import.model.text import safe

if TYPE_CHECKING:
    from tui_import.model.plan import PlanReport
    from tui_import.session.duplicates.review import Review
    from tui_import.session.importing import ImportSession
    from tui_import.session.stored_review import StoredReview

VERDICTS = {Verdict.SAME: N_("same"), Verdict.DIFFERENT: N_("different"), Verdict.UNSURE: N_("unsure")}
ACTIONS = (Action.MERGE, Action.REPLACE, Action.SKIP)
ENTITIES = ("company", "person")
_WHOSE = (Choice.INCOMING, Choice.STORED, Choice.BOTH)


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
    decide.add_argument(
        "--take", action="append", default=[], metavar=_("FIELD=WHOSE"),
        help=_("whose value a field gets in these decisions: incoming, stored, both, or a value after ==, as in city==Oslo"),
    )  # fmt: skip
    decide.add_argument("--swap", action="store_true", help=_("of two stored records the younger one stays"))
    back = decide.add_mutually_exclusive_group()
    back.add_argument("--undo", action="store_true", help=_("take the last decision back first"))
    back.add_argument("--redo", action="store_true", help=_("do the decision that was taken back again first"))


def duplicates(call: Call) -> int:
    """The pairs, one object a line with ``--json``."""
    arguments = call.arguments
    session = reopened(call, arguments.draft)
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


def reopened(call: Call, draft: str) -> ImportSession | StoredReview:
    """A draft, or a review of the store with what its records are now."""
    session = call.workspace.reopen(draft)
    if session.kind == SIMILAR:
        with work() as progress:
            session.catch_up(progress)  # type: ignore[union-attr]  # of that kind is a `StoredReview` alone
    return session


def match_object(session: ImportSession | StoredReview, match: Match) -> dict[str, Any]:
    """A pair as JSON."""
    decision = match.decision
    return {
        "entity": match.pair.entity,
        "row": row_of(session.row_number(match.pair.row)),
        "record": match.pair.record or None,
        "other_row": row_of(session.row_number(match.pair.other)) if match.pair.other else None,
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


def _line(session: ImportSession | StoredReview, match: Match) -> list[str]:
    other = _("record {id}").format(id=match.pair.record)
    if not match.pair.record:
        other = _("row {row}").format(row=session.row_label(session.row_number(match.pair.other)))
    percent = "!" if match.kind is MatchKind.CONTRADICTION else f"{match.probability * 100:.0f}"
    decided = "" if match.decision is None else _(VERDICTS[match.decision.verdict])
    if match.asked_again:
        decided = _("again, since changed: {slots}").format(slots=", ".join(match.asked_again))
    return [session.row_label(session.row_number(match.pair.row)), _(match.pair.entity), other, percent, decided, safe(match.words)]


def decide(call: Call) -> int:
    """Write decisions; of an import, plan again."""
    arguments = call.arguments
    session = reopened(call, arguments.draft)
    try:
        review = session.review()
        if arguments.undo and review.undo() is None:
            raise UsageError(_("There is no decision to take back."))
        if arguments.redo and review.redo() is None:
            raise UsageError(_("There is no decision to do again."))
        action = Action(arguments.action) if arguments.action else None
        decided = dict(_decision(text, session) for text in arguments.decisions)
        decided |= _by_line(session, arguments.same_from, arguments.different_below)
        review.write(
            {
                pair: review.decision(
                    review.matches[pair], verdict, action, _choices(review, pair.entity, arguments.take), swapped=arguments.swap
                )
                for pair, verdict in decided.items()
            }
        )
        call.output.note(ngettext("{count} decision.", "{count} decisions.", len(decided)).format(count=number(len(decided))))
        plan = planned(session)
        write_outcome(call, session, plan)
        return left(session, plan)
    finally:
        session.close()


def planned(session: ImportSession | StoredReview) -> PlanReport | None:
    """The plan that decisions lead to; None of a review of the store."""
    from tui_import.session.importing import ImportSession

    if not isinstance(session, ImportSession):
        return None
    with work() as progress:
        return session.plan(progress)


def write_outcome(call: Call, session: ImportSession | StoredReview, plan: PlanReport | None) -> None:
    """What would happen, and how to make it happen."""
    from tui_import.session.importing import ImportSession

    if isinstance(session, ImportSession):
        assert plan is not None
        write_plan(call, session, plan)
        return
    waiting = session.open_pairs
    call.output.result({"draft": session.id, "open": waiting, "merges": len(session.merges())})
    call.output.text(session.words())
    call.output.text(ngettext("{count} pair is open.", "{count} pairs are open.", waiting).format(count=number(waiting)))
    call.output.text(_("Nothing is written yet. To merge them: tui-import apply {draft}").format(draft=session.id))


def left(session: ImportSession | StoredReview, plan: PlanReport | None) -> int:
    """The exit code: whether something still waits."""
    if plan is None:
        return ROWS_LEFT if session.open_pairs else 0  # type: ignore[union-attr]  # only a `StoredReview` has no plan
    return ROWS_LEFT if any(counts.problem + counts.held for counts in plan.entities.values()) else 0


def _choices(review: Review, entity: str, texts: Iterable[str]) -> dict[str, FieldChoice]:
    """Field → whose value it gets, from FIELD=WHOSE or FIELD==VALUE; those of the other entity are passed over."""
    found = {}
    for text in texts:
        name, equals, whose = text.partition("=")
        owner, _dot, field = name.strip().rpartition(".")
        typed = whose.startswith("=")
        if not equals or not (typed or whose in {str(each) for each in _WHOSE}):
            raise UsageError(
                _("“{text}” is not of the form FIELD=WHOSE.").format(text=text),
                hint=_("Whose is {names}, or a value after ==.").format(names=", ".join(_WHOSE)),
            )
        if owner in ("", entity):
            found[field] = review.choice(entity, field, Choice.EDITED if typed else Choice(whose), whose[1:] if typed else "")
    return found


def _by_line(session: ImportSession | StoredReview, same_from: float | None, different_below: float | None) -> dict[Pair, Verdict]:
    found: dict[Pair, Verdict] = {}
    for match in session.matches():
        if not match.open or match.kind is MatchKind.CONTRADICTION:
            continue
        if same_from is not None and match.probability >= same_from:
            found[match.pair] = Verdict.SAME
        elif different_below is not None and match.probability < different_below:
            found[match.pair] = Verdict.DIFFERENT
    return found


def _decision(text: str, session: ImportSession | StoredReview) -> tuple[Pair, Verdict]:
    where, equals, said = text.partition("=")
    entity, colon, place = where.partition(":")
    row, _at, other = place.partition("@")
    if not (colon and equals and entity in ENTITIES and row.strip().rpartition(SEPARATOR)[2].isdecimal() and said in set(Verdict)):
        raise UsageError(
            _("“{text}” is not of the form ENTITY:ROW=VERDICT.").format(text=text),
            hint=_("The entity is company or person, the verdict {verdicts}.").format(verdicts=", ".join(Verdict)),
        )
    key = session.keys_of([session.row_at(row)])[0]
    pairs = [match.pair for match in session.matches(entity) if match.pair.row == key]
    if other.startswith("row") and other[3:].rpartition(SEPARATOR)[2].isdecimal():
        wanted = session.keys_of([session.row_at(other[3:])])[0]
        pairs = [pair for pair in pairs if pair.other == wanted]
    elif other:
        pairs = [pair for pair in pairs if str(pair.record) == other]
    if not pairs:
        raise UsageError(_("Row {row} has no such probable duplicate.").format(row=row), hint=_("See: tui-import drafts duplicates DRAFT"))
    return pairs[0], Verdict(said)
