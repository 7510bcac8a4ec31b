"""The score in plain words: which field says what, how near two values are, what was left out before they were compared."""

from __future__ import annotations

import math
from collections.abc import Mapping

from tui_import.api.i18n import N_, _
from tui_import.model.matches import FIELD_WORDS, SEPARATOR, SLOTS, Match, MatchKind, Reason

_COMPARED_BY_LETTERS = frozenset({"name", "given", "surname", "street", "city", "email", "line2", "department", "company"})
LIKELY = (
    (0.95, N_("almost certainly the same")),
    (0.8, N_("probably the same")),
    (0.5, N_("perhaps the same")),
    (0.0, N_("probably different")),
)


def slots(entity: str, text: str) -> Mapping[str, str]:
    """A packed record as slot → what is compared; empty where there is none."""
    parts = text.split(SEPARATOR)
    return dict(zip(SLOTS[entity], parts, strict=True)) if len(parts) == len(SLOTS[entity]) else {}


def hard_facts(entity: str, text: str) -> Mapping[str, str]:
    """Of a packed record, what one has one only of (`matching.cluster.HARD`); empty where there is nothing."""
    from tui_import.matching.cluster import HARD

    parts = text.split(SEPARATOR)
    names = SLOTS[entity]
    return {slot: value for slot in HARD[entity] if len(parts) == len(names) and (value := parts[names.index(slot)])}


def reason_words(reason: Reason, one: Mapping[str, str], other: Mapping[str, str]) -> str:
    """ "name: nearly the same (0.96 without “as”)". ``one`` and ``other``: what was compared, by slot."""
    details = []
    a, b = one.get(reason.field, ""), other.get(reason.field, "")
    if reason.level not in ("same", "different") and reason.field in _COMPARED_BY_LETTERS and a and b:
        from rapidfuzz.distance import JaroWinkler

        details.append(f"{JaroWinkler.similarity(a, b):.2f}")
    if reason.field == "name" and (forms := " ".join(dict.fromkeys(filter(None, (one.get("form"), other.get("form")))))):
        details.append(_("without “{forms}”").format(forms=forms))
    if reason.field in ("phone", "code", "vat", "birth", "postcode") and reason.level != "same":
        details += filter(None, [_digit_words(a, b)])
    return f"{reason.words} ({' '.join(details)})" if details else reason.words


def _digit_words(one: str, other: str) -> str:
    """Where two numbers differ in one place."""
    pairs = [(a, b) for a in one.split() for b in other.split() if len(a) == len(b) and a != b]
    for a, b in pairs:
        places = [at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
        if len(places) == 1:
            last = places[0] == len(a) - 1
            return _("the last digit differs") if last else _("digit {place} differs").format(place=places[0] + 1)
        if len(places) == 2 and sorted(a) == sorted(b):
            return _("two digits exchanged")
    return ""


def score(probability: float) -> str:
    """Two digits, never more than there is: 0.9999 is 0.99."""
    return f"{math.floor(probability * 100 + 1e-9) / 100:.2f}"


def likely(match: Match) -> str:
    """How probable a pair is, in words."""
    if match.kind is MatchKind.CONTRADICTION:
        field = _(FIELD_WORDS.get(match.reasons[0].field, match.reasons[0].field)) if match.reasons else ""
        return _("the key agrees, but not: {field}").format(field=field)
    return next(_(word) for least, word in LIKELY if match.probability >= least)
