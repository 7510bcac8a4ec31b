"""Open pairs out to a decision workbook, and the answers back in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui_import.api.i18n import N_, _
from tui_import.model.matches import Match, Pair, Verdict, Verdicts
from tui_import.model.settings import Action
from tui_import.output import decisions
from tui_import.output.decisions import Choices, Question
from tui_import.session.duplicates.fields import BETWEEN, LOOKS_ALIKE, FieldView
from tui_import.session.duplicates.review import PairView, Review
from tui_import.session.duplicates.words import score
from tui_import.store.matches import now

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession
    from tui_import.session.stored_review import StoredReview
    from tui_import.session.workspace import Workspace

T = TypeVar("T", Verdict, Action)
ANSWER_WORDS: Mapping[Verdict, str] = {Verdict.SAME: N_("same"), Verdict.DIFFERENT: N_("different"), Verdict.UNSURE: N_("later")}
ACTION_WORDS: Mapping[Action, str] = {Action.MERGE: N_("merge"), Action.REPLACE: N_("replace"), Action.SKIP: N_("skip")}
MOST_FIELDS = 12
"""Fields whose values stand side by side; what else differs is told in the reasons."""
_SLOTS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",), "vat": ("vat_number",), "given": ("first_name",), "surname": ("last_name",), "birth": ("birthdate",),
    "email": ("email",), "phone": ("phone", "phone_direct", "mobile"), "domain": ("url",), "company": ("company",),
    "street": ("street_address_line1", "postal_address_line1"), "postcode": ("street_code", "postal_code"),
    "city": ("street_city", "postal_city"),
}  # fmt: skip
"""Slot of the matcher → the fields on whose cells its reason stands."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that was not taken."""

    row: int
    """Row of the sheet."""
    name: str
    """What stands there."""
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a workbook."""

    decided: int
    unchanged: int
    """Rows without an answer, or with the one that they had."""
    refused: tuple[Refusal, ...]


def export_decisions(session: ImportSession | StoredReview, path: Path) -> int:
    """Write all open pairs to a workbook; how many."""
    review = session.review()
    views = [view for match in review.open_matches() if (view := review.view(match.pair)) is not None]
    fields = _fields(views)
    titles = [
        text for _name, title in fields for text in (_("{field}, incoming").format(field=title), _("{field}, stored").format(field=title))
    ]
    headings = [_("Decision"), _("Action"), _("Score"), _("What"), _("Incoming"), _("Stored"), _("Why"), *titles]
    choices = Choices([_(word) for word in ANSWER_WORDS.values()], [_(word) for word in ACTION_WORDS.values()])
    questions = [_question(view, fields) for view in views]
    decisions.write_questions(path, questions, headings, choices, session.id, review.secret, now())
    return len(questions)


def _fields(views: Sequence[PairView]) -> list[tuple[str, str]]:
    """(bare name, title) of the fields that differ most often."""
    counts: dict[str, int] = {}
    titles: dict[str, str] = {}
    for view in views:
        for field in view.fields:
            counts[field.field.name] = counts.get(field.field.name, 0) + (1 if field.same else 1000)
            titles[field.field.name] = field.field.shown_label
    found = sorted(counts, key=lambda name: -counts[name])[:MOST_FIELDS]
    return [(name, titles[name]) for name in found]


def _question(view: PairView, fields: Sequence[tuple[str, str]]) -> Question:
    own = {field.field.name: field for field in view.fields}
    match = view.match
    entity = _("Company") if match.pair.entity == "company" else _("Person")
    bare = "" if match.kind != "probable" else score(match.probability)
    cells = [bare, entity, view.incoming.title, view.stored.title, f"{view.likely}: {'; '.join(view.reasons)}"]
    comments: dict[int, str] = {}
    said = {name: reason for each, reason in zip(match.reasons, view.reasons, strict=True) for name in _SLOTS.get(each.field, ())}
    for name, _title in fields:
        field = own.get(name)
        if field is not None and not field.same:
            comments[len(cells)] = "\n".join(filter(None, [_difference(field), said.get(name, "")]))
        cells += [BETWEEN.join(field.incoming), BETWEEN.join(field.stored)] if field else ["", ""]
    decision = match.decision
    answer = _(ANSWER_WORDS[decision.verdict]) if decision and not match.asked_again else ""
    action = _(ACTION_WORDS.get(decision.action, "")) if decision and decision.action else ""
    return Question(json.dumps(list(match.pair)), state_of(match), tuple(map(decisions.plain, cells)), comments, answer, action)


def _difference(field: FieldView) -> str:
    if not field.stored:
        return _("only incoming")
    if not field.incoming:
        return _("only stored")
    one, other = BETWEEN.join(field.incoming), BETWEEN.join(field.stored)
    texts = [
        " ".join(f"“{text[start:end]}”" for start, end in spans)
        for text, spans in ((one, field.incoming_spans), (other, field.stored_spans))
    ]
    difference = _("only incoming: {incoming}; only stored: {stored}").format(incoming=texts[0] or "–", stored=texts[1] or "–")
    return f"{_(LOOKS_ALIKE)}: {difference}" if field.letter == "*" else difference


def state_of(match: Match) -> str:
    """Digest of what a pair is decided by: its records' fields and what was decided of it."""
    decision = match.decision
    known = [match.fingerprint, match.other_fingerprint, [decision.verdict, decision.action, decision.at] if decision else None]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]


def read_decisions(workspace: Workspace, path: Path) -> tuple[ImportSession | StoredReview, Answered]:
    """Take the answers of a workbook over into its draft, as one step that undo takes back; rows that are stale or were tampered with are
    refused by name. The session is the caller's to plan and close. Raises `SourceError`, `UsageError`, `StoreError`."""
    answers = decisions.read_questions(path)
    session = workspace.reopen(answers.draft)
    try:
        review = session.review()
        return session, _take(review, answers.questions)
    except BaseException:
        session.close()
        raise


def _take(review: Review, questions: Sequence[Question]) -> Answered:
    taken: dict[Pair, Verdicts] = {}
    asked: dict[str, Question] = {}
    refused = []
    unchanged = 0
    for question in questions:
        first = asked.setdefault(question.pair, question)
        outcome = _outcome(review, question)
        if isinstance(outcome, str):
            refused.append(Refusal(question.row, _name(question), outcome))
        elif first is not question and (first.answer, first.action) != (question.answer, question.action):
            reason = _("it stands here a second time with another answer (row {row})").format(row=first.row)
            refused.append(Refusal(question.row, _name(question), reason))
        elif outcome is None or first is not question:
            unchanged += 1
        else:
            taken[outcome[0]] = outcome[1]
    review.write(taken)
    return Answered(len(taken), unchanged, tuple(refused))


def _outcome(review: Review, question: Question) -> tuple[Pair, Verdicts] | str | None:
    """What a row says: a decision, why it is refused, or None where it says nothing new."""
    if question.seal != question.sealed(review.secret):
        return _("cells beside the answer were changed")
    verdict = _word(question.answer, ANSWER_WORDS)
    action = _word(question.action, ACTION_WORDS)
    if verdict is None and question.answer:
        return _("“{text}” is no answer").format(text=question.answer)
    if action is None and question.action:
        return _("“{text}” is no action").format(text=question.action)
    if verdict is None:
        return None
    match = review.matches.get(Pair(*json.loads(question.pair)))
    before = match.decision if match else None
    if before and (before.verdict, before.action) == (verdict, action) and match and not match.asked_again:
        return None
    if match is None or state_of(match) != question.state:
        return _("it is no longer as it was when the workbook was written")
    return match.pair, review.decision(match, verdict, action, origin="workbook")


def _word(text: str, words: Mapping[T, str]) -> T | None:
    """What a word stands for, in the user's language or in English."""
    wanted = text.casefold()
    return next((value for value, word in words.items() if wanted in (_(word).casefold(), word.casefold(), value.casefold())), None)


def _name(question: Question) -> str:
    """ "row 17, company 4" as far as it can be read."""
    return ", ".join(filter(None, question.cells[2:4]))
