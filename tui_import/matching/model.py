"""What the matcher knows: which fields there are, how far two values can agree, and what that says. All of it is data (`matching.toml`)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

NOT_COMPARED = -1
"""Level of a pair of which one side has no value: no evidence at all."""


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of agreement of two values of a field."""

    name: str
    """The word for it in `matching.toml` and in explanations."""
    m: float
    """Share of true duplicates that agree to this degree and no better."""
    u: float = 0.0
    """Share of other pairs that do by chance. Not used where `spread` is given."""
    spread: float = 0.0
    """Where the value itself says how probable chance is: u is the share of records that have the value, times this (1 for equal
    values; more where several neighbouring values would have agreed as well)."""
    related: float = 0.0
    """Share of pairs that belong together without being one (branches of a company, members of a family) at this degree; 0: as many as of
    duplicates, which tells nothing."""

    def bits(self, information: float = 0.0) -> float:
        """Its weight, log2 m/u. ``information``: -log2 of the share of records that have the value."""
        if self.spread:
            return math.log2(self.m) + information - math.log2(self.spread)
        return math.log2(self.m) - math.log2(self.u)


@dataclass(frozen=True, slots=True)
class FieldModel:
    """How one field is compared."""

    name: str
    """The slot of `records.SLOTS`."""
    compare: str
    """The comparison (`compare.COMPARISONS`) that says which level a pair is at."""
    levels: tuple[Level, ...]
    """Best first; the last is "different"."""
    frequency: float = 0.001
    """Share of records that have the same value, for a value that nothing is known of."""
    most: float = 20.0
    """Most bits that agreement can count."""
    group: str = ""
    """Fields of one group say partly the same (post code and city): the strongest counts whole, the others a quarter."""
    related_group: str | None = None
    """The same, for telling branches from duplicates; None: `group`."""
    coefficient: float = 1.0
    """What decisions taught: the weight is multiplied by it."""

    def level(self, name: str) -> int:
        """Its place."""
        return next(at for at, level in enumerate(self.levels) if level.name == name)


@dataclass(frozen=True, slots=True)
class EntityModel:
    """How records of one entity are compared."""

    fields: tuple[FieldModel, ...]
    duplicates: float = 0.2
    """Share of incoming records that have a duplicate, before anything is known of the data."""
    bias: float = 0.0
    """What decisions taught, in bits."""
    related: float = 0.0
    """For each duplicate, how many pairs belong together without being one."""

    def field(self, name: str) -> FieldModel:
        """One field's."""
        return next(each for each in self.fields if each.name == name)

    @property
    def for_related(self) -> EntityModel:
        """With the groups that count for telling branches from duplicates."""
        groups = (each.group if each.related_group is None else each.related_group for each in self.fields)
        return replace(self, fields=tuple(replace(each, group=group) for each, group in zip(self.fields, groups, strict=True)))

    def with_coefficients(self, coefficients: Mapping[str, float], bias: float) -> EntityModel:
        """After learning."""
        fields = tuple(replace(each, coefficient=coefficients.get(each.name, each.coefficient)) for each in self.fields)
        return replace(self, fields=fields, bias=bias)


@dataclass(frozen=True, slots=True)
class Words:
    """Word tables; all words as `clean.plain` writes them."""

    legal_forms: frozenset[str] = frozenset()
    joining: frozenset[str] = frozenset()
    """Words that join others in a company's name: and, og, et."""
    common: frozenset[str] = frozenset()
    """Words that many companies have in their names: group, holding, services."""
    company: Mapping[str, str] = field(default_factory=dict)
    """Abbreviation in a company's name → the word."""
    street: Mapping[str, str] = field(default_factory=dict)
    """Word for a street → its shortest form."""
    nicknames: Mapping[str, str] = field(default_factory=dict)
    """Short or pet form of a given name → the name."""
    free_mail: frozenset[str] = frozenset()
    """Domains whose addresses say nothing about a company."""
    role_mail: frozenset[str] = frozenset()
    """Local parts that belong to no person: info, mail, sales."""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything."""

    entities: Mapping[str, EntityModel]
    words: Words
    common_key: int = 50
    """A key that more records than this share is too common to look under."""
    rare_key: int = 3
    """Of many records, those that share one key alone are compared only where so few have it; 0: always."""
    whole: int = 30_000_000
    """Up to so many pairs all names are compared with all, beyond it only those that share a key."""
    damping: float = 0.25
    """What the weaker fields of a group count."""
