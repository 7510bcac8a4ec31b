"""Probable duplicates of an import, what was decided of them, and what a decision makes of a row's plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from tui_import.api.i18n import N_, _
from tui_import.model.issues import Issue
from tui_import.model.records import Value
from tui_import.model.settings import Action, ValuesPolicy

SEPARATOR = "\x1f"
"""Between the values of a multiple field, and between the slots of a packed record."""

SLOTS: Mapping[str, tuple[str, ...]] = {
    "company": (
        "name", "form", "vat", "code", "phone", "email", "domain", "street", "house", "line2", "postcode", "city", "country",
        "department", "people",
    ),
    "person": ("given", "surname", "birth", "phone", "email", "street", "house", "line2", "postcode", "city", "country", "company", "code"),
}  # fmt: skip
"""What a cleaned record consists of. Multiple values (phone, email, domain) are joined by blanks."""


def changed_slots(entity: str, before: str, after: str) -> tuple[str, ...]:
    """The slots of two packed records in which something that was known has gone or is another one. What is known in addition changes
    nothing, and the persons of a company come and go."""
    if before == after or not before:
        return ()
    parts = zip(SLOTS[entity], before.split(SEPARATOR), after.split(SEPARATOR), strict=False)
    return tuple(slot for slot, old, new in parts if slot != "people" and not set(old.split()) <= set(new.split()))


class Verdict(StrEnum):
    """What somebody said of a pair."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    """Looked at, and left for later: still open."""


class Choice(StrEnum):
    """Which value of a field the survivor gets."""

    INCOMING = "incoming"
    STORED = "stored"
    BOTH = "both"
    """Both, where the field holds several values."""
    EDITED = "edited"


CHOICE_POLICIES: Mapping[Choice, ValuesPolicy] = {
    Choice.INCOMING: ValuesPolicy.REPLACE,
    Choice.EDITED: ValuesPolicy.REPLACE,
    Choice.STORED: ValuesPolicy.IGNORE,
    Choice.BOTH: ValuesPolicy.ADD,
}
"""What a choice means for a field that holds several values."""


class MatchKind(StrEnum):
    """Why a pair is shown."""

    PROBABLE = "probable"
    """No key agrees, but the fields do."""
    CONTRADICTION = "contradiction"
    """The key agrees, but something that a record has only one of does not."""


class Pair(NamedTuple):
    """An incoming record, and the one that it may be the same as.

    Where both are stored, ``row`` is the younger one's id and ``record`` the older one's.
    """

    entity: str
    row: int
    """Key of the first row (in the draft) that brings the incoming record."""
    record: int = 0
    """Id of the stored record; 0 where the other is a row."""
    other: int = 0
    """Key of the first row of the other incoming record, which is an earlier one; 0 where it is stored."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """Whose value a field gets."""

    choice: Choice
    values: tuple[Value, ...] = ()
    """For `Choice.EDITED`: the value as the store keeps it, with its key (several for a multiple field)."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A decision."""

    verdict: Verdict
    action: Action | None = None
    """What happens to the stored record; None: as the settings say."""
    fields: Mapping[str, FieldChoice] = field(default_factory=dict)
    """Bare field name → whose value it gets, where that is not what the action gives."""
    at: str = ""
    by: str = ""
    """Who; "earlier" decisions that the store remembers keep their author."""
    origin: str = "user"
    """user | bulk | memory | rule"""
    swapped: bool = False
    """Of two stored records the younger one stays; ``fields`` are those of the sides as they are shown then."""


@dataclass(frozen=True, slots=True)
class Merge:
    """One stored record becomes part of another."""

    entity: str
    survivor: int
    gone: int
    action: Action = Action.MERGE
    """MERGE: the survivor keeps what it has and gets what it lacks. REPLACE: what the other has wins. SKIP: no field is changed."""
    fields: Mapping[str, FieldChoice] = field(default_factory=dict)
    """Bare field name → whose value it gets: `Choice.INCOMING` is that of the record that goes."""


class Become(StrEnum):
    """What a decision makes of a row."""

    HELD = "held"
    RECORD = "record"
    """It speaks of a stored record."""
    ROW = "row"
    """It speaks of the record that an earlier row brings."""
    NEW = "new"
    """It is a new record although its key says otherwise."""


@dataclass(frozen=True, slots=True)
class Override:
    """What the planner is told of one entity of one row."""

    become: Become
    ref: int = 0
    """The stored record's id, or the other row's key."""
    action: Action | None = None
    fields: Mapping[str, FieldChoice] = field(default_factory=dict)
    reason: Issue | None = None


Overrides = Mapping[str, Mapping[int, Override]]
"""Entity → row key → what the planner is told."""


FIELD_WORDS: Mapping[str, str] = {
    "name": N_("name"),
    "vat": N_("VAT number"),
    "code": N_("number"),
    "phone": N_("telephone"),
    "email": N_("e-mail"),
    "domain": N_("web domain"),
    "street": N_("street"),
    "line2": N_("second address line"),
    "postcode": N_("post code"),
    "city": N_("city"),
    "country": N_("country"),
    "department": N_("department"),
    "people": N_("persons"),
    "given": N_("first name"),
    "surname": N_("last name"),
    "birth": N_("birth date"),
    "company": N_("company"),
}
"""Slot → its name in a sentence."""

LEVEL_WORDS: Mapping[str, str] = {
    "same": N_("the same"),
    "words": N_("the same words in another order"),
    "near": N_("nearly the same"),
    "contained": N_("one is the other and more"),
    "similar": N_("similar"),
    "branch": N_("words in common, and each has one of its own"),
    "partly": N_("some words the same"),
    "different": N_("different"),
    "nickname": N_("a short form"),
    "initial": N_("an initial"),
    "swapped": N_("exchanged with the other name"),
    "part": N_("one word the same"),
    "local": N_("the same before the @"),
    "road": N_("the same street, another number"),
}
"""Level → what is said of two values."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says of a pair."""

    field: str
    """Slot of the matcher: name, phone, birth …"""
    level: str
    """How far the two values agree: a name of `matching.toml`."""
    weight: float
    """Bits for it (above zero), or against it, as they are counted in the sum."""

    @property
    def words(self) -> str:
        """ "name: nearly the same"."""
        return _("{field}: {level}").format(field=_(FIELD_WORDS.get(self.field, self.field)), level=_(LEVEL_WORDS[self.level]))


NOTED = 0.5
"""Bits from which it is said that other records count."""


@dataclass(frozen=True, slots=True)
class Match:
    """One pair, as it lies in the draft."""

    pair: Pair
    probability: float
    kind: MatchKind
    reasons: tuple[Reason, ...]
    """Strongest first."""
    start: float = 0.0
    """Bits before anything was compared."""
    carried: float = 0.0
    """Bits that come from other records: for it, from one that is the same as both; against it, from one that fits as well, and from how
    often two belong together without being one."""
    turn: Reason | None = None
    """The smallest single change that would turn the verdict; None where no single one would."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Field → bits, before coefficients: what decisions are learnt from."""
    fingerprint: str = ""
    """The incoming record's identifying fields, as they are compared."""
    other_fingerprint: str = ""
    """The other record's."""
    decision: Verdicts | None = None
    asked_again: tuple[str, ...] = ()
    """Slots that changed since it was decided; the decision no longer counts."""

    @property
    def open(self) -> bool:
        """Nobody has decided it, or what was decided no longer counts."""
        return self.decision is None or self.decision.verdict is Verdict.UNSURE or bool(self.asked_again)

    @property
    def words(self) -> str:
        """All reasons in one line, those for it first."""
        words = [reason.words for reason in self.reasons]
        if self.carried >= NOTED:
            words.append(_("a third record is the same as both"))
        elif self.carried <= -NOTED:
            words.append(_("another record fits as well, or the two only belong together"))
        return "; ".join(words)

    @property
    def what_would_turn_it(self) -> str:
        """A sentence; empty where no single change would."""
        if self.turn is None:
            return ""
        if self.probability < 0.5:
            return _("It would be a probable duplicate, were this so: {reason}.").format(reason=self.turn.words)
        return _("It would be shown no longer, were this so: {reason}.").format(reason=self.turn.words)
