"""A pair field by field: incoming, stored, result, where the result comes from, and which letters differ. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_import.api.i18n import N_, _
from tui_import.flow.plan.merge import merge_multiple, merge_single
from tui_import.model.fields import Field
from tui_import.model.lookalikes import look_alike
from tui_import.model.matches import CHOICE_POLICIES, Choice, FieldChoice
from tui_import.model.records import Value
from tui_import.model.settings import Action, Survivor, ValuesPolicy
from tui_import.session.duplicates.sides import Side

Span = tuple[int, int]
"""Letters from … up to …, of the text that is shown."""
BETWEEN = "; "
"""Between several values of one field, where they are shown."""

ALIKE = 0.5
"""Below this the letters that two texts share are chance."""

LOOKS_ALIKE = N_("looks the same, but has letters of another alphabet")
RULE_WORDS: Mapping[Survivor, str] = {
    Survivor.INCOMING: N_("rule: incoming"),
    Survivor.STORED: N_("rule: stored"),
    Survivor.NEWEST: N_("rule: changed last"),
    Survivor.COMPLETE: N_("rule: more complete"),
    Survivor.LONGEST: N_("rule: longest"),
    Survivor.TRUST: N_("rule: trusted source"),
    Survivor.APPEND: N_("rule: both"),
}
ACTION_WORDS: Mapping[Action, str] = {Action.MERGE: N_("merge"), Action.REPLACE: N_("replace"), Action.SKIP: N_("skip")}


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a pair."""

    field: Field
    incoming: tuple[str, ...]
    stored: tuple[str, ...]
    result: tuple[str, ...]
    choice: Choice | None
    """Whose value it gets, where somebody or a rule chose; None: as the action gives it."""
    why: str
    """Where the result comes from, in words."""
    incoming_spans: tuple[Span, ...] = ()
    """Letters that the other side does not have."""
    stored_spans: tuple[Span, ...] = ()

    @property
    def same(self) -> bool:
        """Both sides have the same."""
        return self.incoming == self.stored

    @property
    def letter(self) -> str:
        """A sign for how the sides stand to each other: = the same, ! different, < only incoming, > only stored, or
        * different though it looks the same, since one is written with letters of another alphabet."""
        if self.same:
            return "="
        if look_alike(BETWEEN.join(self.incoming), BETWEEN.join(self.stored)):
            return "*"
        return "!" if self.incoming and self.stored else "<" if self.incoming else ">"

    @property
    def source(self) -> str:
        """A letter for where the result comes from: I incoming, S stored, B both, E edited, = the same, - blank."""
        if self.choice is Choice.EDITED:
            return "E"
        if not self.result:
            return "-"
        if self.same:
            return "="
        if self.result == self.incoming:
            return "I"
        return "S" if self.result == self.stored else "B"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings say of one entity."""

    policies: Mapping[str, ValuesPolicy]
    """Multiple field → what happens to its values."""
    clears: frozenset[str]
    """Single fields that a blank cell empties under Replace."""
    survivors: Mapping[str, Survivor]
    """Bare field name or "*" → rule."""
    trust: Sequence[str] = ()
    """Sources, the most trusted first."""

    def survivor(self, field: str) -> Survivor | None:
        """The rule for a field."""
        return self.survivors.get(field) or self.survivors.get("*")


def starting_choice(rule: Survivor | None, field: Field, incoming: Side, stored: Side, trust: Sequence[str] = ()) -> Choice | None:
    """Whose value a rule gives a field; None where it has nothing to say: one side is blank, both are the same, or equally trusted."""
    one, other = incoming.values.get(field.name, ()), stored.values.get(field.name, ())
    if rule is None or not one or not other or one == other:
        return None
    if rule is Survivor.APPEND:
        return Choice.BOTH if field.multiple else None
    ranks = [_rank(side, field, trust) for side in (incoming, stored)]
    if rule is Survivor.TRUST and ranks[0] == ranks[1]:
        return None
    wins = {
        Survivor.TRUST: ranks[0] < ranks[1],
        Survivor.INCOMING: True,
        Survivor.STORED: False,
        Survivor.NEWEST: incoming.changed > stored.changed,
        Survivor.COMPLETE: len(incoming.values) > len(stored.values),
        Survivor.LONGEST: len(BETWEEN.join(one)) > len(BETWEEN.join(other)),
    }[rule]
    return Choice.INCOMING if wins else Choice.STORED


def _rank(side: Side, field: Field, trust: Sequence[str]) -> int:
    source = side.sources.get(field.name, side.sources.get("", ""))
    return trust.index(source) if source in trust else len(trust)


def outcome(
    field: Field,
    one: tuple[str, ...],
    other: tuple[str, ...],
    action: Action,
    rules: Rules,
    choice: Choice | None,
    edited: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """The values that the survivor has in the end. ``one``: incoming, ``other``: stored, ``edited``: for `Choice.EDITED`."""
    if choice is Choice.EDITED:
        one = edited
    if action is Action.SKIP:
        return other
    if field.multiple:
        policy = CHOICE_POLICIES[choice] if choice else rules.policies.get(field.name, ValuesPolicy.ADD)
        if choice is Choice.EDITED and not one:
            return other
        change = merge_multiple(policy, [Value(text, text) for text in other], [Value(text, text) for text in one])
        gone = {value.key for value in change.remove}
        return (*(text for text in other if text not in gone), *(value.key for value in change.append))
    if choice is not None:
        action = Action.MERGE if choice is Choice.STORED and other else Action.REPLACE
    clears = choice is Choice.EDITED or (choice is None and field.name in rules.clears)
    result = merge_single(action, BETWEEN.join(other) or None, BETWEEN.join(one) or None, clears=clears).result
    return (str(result),) if result is not None else ()


def field_views(
    fields: tuple[Field, ...],
    sides: tuple[Side, Side],
    action: Action,
    rules: Rules,
    chosen: Mapping[str, FieldChoice],
    edited: Mapping[str, tuple[str, ...]],
    *,
    by_rules: bool,
) -> tuple[FieldView, ...]:
    """All fields that either side has: what differs first, then what only one side has, then what is the same.

    ``chosen``: what somebody chose; ``by_rules``: where nobody did, the rules for survivors count.
    """
    incoming, stored = sides
    views = []
    for field in fields:
        one, other = incoming.values.get(field.name, ()), stored.values.get(field.name, ())
        if not one and not other and field.name not in chosen:
            continue
        own = chosen.get(field.name)
        rule = rules.survivor(field.name)
        ruled = starting_choice(rule, field, incoming, stored, rules.trust)
        choice = own.choice if own else ruled if by_rules else None
        result = outcome(field, one, other, action, rules, choice, edited.get(field.name, ()))
        if choice is not None:
            why = _(RULE_WORDS[rule]) if rule and choice is ruled else _("you")
        else:
            why = "" if one == other else _(ACTION_WORDS[action])
        spans = differences(BETWEEN.join(one), BETWEEN.join(other)) if one and other and one != other else ((), ())
        views.append(FieldView(field, one, other, result, choice, why, *spans))
    order = "*!<>="
    return tuple(sorted(views, key=lambda view: order.index(view.letter)))


def differences(one: str, other: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The letters of each text that the other does not have; all of them where the texts have little in common."""
    from rapidfuzz.distance import Indel

    if Indel.normalized_similarity(one, other) < ALIKE:
        return ((0, len(one)),), ((0, len(other)),)
    steps = [step for step in Indel.opcodes(one, other) if step.tag != "equal"]
    left = tuple((step.src_start, step.src_end) for step in steps if step.src_end > step.src_start)
    return left, tuple((step.dest_start, step.dest_end) for step in steps if step.dest_end > step.dest_start)
