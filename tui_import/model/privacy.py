"""What the program can say about privacy: who is kept out, what an erasure removed, and an import for the data-protection officer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tui_import.api.i18n import N_


class Trait(StrEnum):
    """What a person can be recognised by again."""

    EMAIL = "email"
    PHONE = "phone"
    BIRTH = "name_and_birthdate"
    COMPANY = "name_in_company"
    LINK = "external_key"


TRAIT_WORDS = {
    Trait.EMAIL: N_("e-mail address"), Trait.PHONE: N_("telephone number"), Trait.BIRTH: N_("name and date of birth"),
    Trait.COMPANY: N_("name and company"), Trait.LINK: N_("external key"),
}  # fmt: skip
"""Trait → what it is called."""

_WHOLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a person, each as its key in the store."""

    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    """Direct, mobile and private numbers; never a fax."""
    links: Sequence[str] = ()
    """External keys that say whose they are."""
    name: str = ""
    """First and last name folded together."""
    birthdate: str = ""
    """ISO 8601; counts only where it is whole."""
    company: str = ""
    """The company's folded name."""

    def traits(self) -> Iterator[tuple[Trait, str]]:
        """All of it, each with the text that it is recognised by."""
        for trait, keys in ((Trait.EMAIL, self.emails), (Trait.PHONE, self.phones), (Trait.LINK, self.links)):
            for key in keys:
                yield trait, key
        if self.name and _WHOLE_DATE.fullmatch(self.birthdate):
            yield Trait.BIRTH, f"{self.name}\x1f{self.birthdate}"
        if self.name and self.company:
            yield Trait.COMPANY, f"{self.name}\x1f{self.company}"


def mark_of(salt: bytes, trait: Trait, text: str) -> str:
    """A salted hash: it says whether a text is the one that was erased, and nothing else. ``salt``: at most 64 bytes."""
    return hashlib.blake2b(f"{trait}\x1f{text}".encode("utf-8", "surrogatepass"), key=salt, digest_size=32).hexdigest()


@dataclass(frozen=True, slots=True)
class SuppressionMark:
    """What keeps an erased person out of imports."""

    mark: str
    """The beginning of the salted hash."""
    kind: Trait
    """What it recognises the person by."""
    at: str
    """When the person was erased: ISO 8601, UTC."""
    by: str
    run: int | None
    """The erasure."""
    lifted_at: str = ""
    """Since when it keeps nobody out any more; empty: it does."""
    lifted_by: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A person as somebody names it who wants its suppression lifted; each as one would write it in a file."""

    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    birthdate: str = ""
    company: str = ""
    country: str = ""
    """ISO 3166, for a telephone number without +."""


@dataclass(frozen=True, slots=True)
class ErasedDraft:
    """An import in progress that had rows of an erased record."""

    id: str
    rows: int
    """Rows that were blanked."""
    failure: str = ""
    """Why it could not be changed; empty where it was."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed, in numbers: no personal data is in it."""

    run: int
    entity: str
    record: int
    values: int = 0
    """Telephone numbers, addresses and other values of fields with several."""
    consents: int = 0
    journal: int = 0
    """Entries of the journal that were redacted."""
    selections: int = 0
    """Selections that it was a member of."""
    verdicts: int = 0
    """Answers about probable duplicates that were forgotten."""
    marks: tuple[Trait, ...] = ()
    """What keeps it from being imported again."""
    drafts: tuple[ErasedDraft, ...] = ()
    backups: tuple[str, ...] = ()
    """Paths of the copies that still have it: they cannot be changed."""
    remarks: tuple[str, ...] = ()
    """Sentences for the user."""


@dataclass(frozen=True, slots=True)
class ConsentCount:
    """Consents that a run wrote alike."""

    purpose: str
    legal_basis: str
    source: str
    comment: str
    persons: int
    """How many have it still as the run wrote it."""


@dataclass(frozen=True, slots=True)
class PrivacyReport:
    """A run for the data-protection officer: numbers and names of list items, no data of any person."""

    run: int
    kind: str
    state: str
    user: str
    started: str
    finished: str
    source: str
    """File and sheet, or account."""
    rows: int
    persons_new: int
    persons_changed: int
    consents: tuple[ConsentCount, ...] = ()
    without_consent: int = 0
    """New persons that have none for any purpose."""
    earlier_consents: int = 0
    """Changed persons whose earlier consents were left as they are."""
    withdrawn: int = 0
    """Those of them who have withdrawn one."""
    suppressed: int = 0
    """Rows left out, since their person was erased."""
    erased: int = 0
    """Persons of the run that were erased since."""
    fields: tuple[str, ...] = field(default=())
    """Fields of persons that the file had columns or constants for, by name."""
