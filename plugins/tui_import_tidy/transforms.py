"""The transforms, each a class."""

from __future__ import annotations

import re

from tui_import.api import Finding, Scalar, Transform, _
from tui_import_tidy.case import company_case, name_case

_TITLES = """
mr mrs ms miss mx sir dr prof professor phd msc bsc mba md dds dipl herr frau fru frøken hr herra rouva mme mlle sr sra doña dott avv
"""
TITLES = frozenset(_TITLES.split())
"""Forms of address and degrees, without dots, lower case."""
DOTTED = frozenset({"ing", "mag", "fr", "cand", "m", "don", "sig"})
"""Those that are titles only with a dot: Don Miller has a first name."""
AFTER = frozenset({"phd", "msc", "bsc", "mba", "md", "dds", "cpa", "llm"})
"""Those that may stand behind a name."""
PLACEHOLDERS = frozenset({
    "n/a", "na", "none", "null", "nil", "-", "--", "?", "x", "xx", "xxx", "test", "tbd", "#n/a",
    "unknown", "ukendt", "unbekannt", "inconnu",
})  # fmt: skip
_NAMES = frozenset({
    "person.first_name", "person.middle_name", "person.last_name", "person.full_name",
})  # fmt: skip


class NameCase(Transform):
    """HANSEN, hansen → Hansen; what is mixed already stays."""

    name = "name_case"

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Names in capitals: Anna van der Berg")

    def applies_to(self, field: str, type: str) -> bool:  # noqa: ARG002
        """Names of persons and of towns."""
        return field in _NAMES or field.endswith("_city")

    def transform(self, value: Scalar) -> Scalar | Finding:
        """Only texts that are all capitals or all small."""
        return name_case(value) if isinstance(value, str) and (value.isupper() or value.islower()) else value


class CompanyCase(Transform):
    """ACME TRADING GMBH → Acme Trading GmbH; short words in capitals stay, they may be abbreviations."""

    name = "company_case"

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Company names in capitals: Acme Trading GmbH")

    def applies_to(self, field: str, type: str) -> bool:  # noqa: ARG002
        """Names of companies."""
        return field == "company.name"

    def transform(self, value: Scalar) -> Scalar | Finding:
        """Only texts of several words that are all capitals."""
        return company_case(value) if isinstance(value, str) and value.isupper() and " " in value.strip() else value


class WithoutTitles(Transform):
    """Dr. Anna Berg, PhD → Anna Berg."""

    name = "without_titles"

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Without titles: Dr. Anna Berg, PhD → Anna Berg")

    def applies_to(self, field: str, type: str) -> bool:  # noqa: ARG002
        """Names of persons."""
        return field in _NAMES

    def transform(self, value: Scalar) -> Scalar | Finding:
        """A title alone stays: there would be nothing left."""
        if not isinstance(value, str):
            return value
        words = value.split()
        while len(words) > 1 and _is_title(words[0]):
            words.pop(0)
        while len(words) > 1 and _bare(words[-1]) in AFTER:
            words.pop()
        return " ".join(words).rstrip(",") if len(words) < len(value.split()) else value


class Blanks(Transform):
    """Several blanks become one, those around go."""

    name = "blanks"

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("One blank between words")

    def applies_to(self, field: str, type: str) -> bool:  # noqa: ARG002
        """All texts of one line."""
        return type == "text"

    def transform(self, value: Scalar) -> Scalar | Finding:
        """Line ends are blanks, too."""
        return re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else value


class Placeholders(Transform):
    """A validator: words that say that there is no value."""

    name = "placeholders"

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("Find placeholders: n/a, xxx, test, unknown")

    def transform(self, value: Scalar) -> Scalar | Finding:
        """The value stays, and is pointed at."""
        if isinstance(value, str) and value.strip().casefold() in PLACEHOLDERS:
            return Finding(_("This looks like a placeholder, not like a value."))
        return value


def _is_title(word: str) -> bool:
    bare = _bare(word)
    return bare in TITLES or (bare in DOTTED and word.endswith("."))


def _bare(word: str) -> str:
    return word.strip(".,").casefold()
