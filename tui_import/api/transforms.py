"""Value transforms: what the mapping step offers to do with a column's values before they are normalised."""

from __future__ import annotations

from abc import ABC, abstractmethod

from tui_import.api.source import Finding, Scalar


class Transform(ABC):
    """Turns one value into another, or finds fault with it. It knows nothing of the row, so that each distinct value is asked for once."""

    name: str
    """Short and unique, as in recipes."""
    title: str
    """As offered."""
    help: str = ""
    """One sentence."""

    def applies_to(self, field: str, type: str) -> bool:  # noqa: ARG002
        """Whether it is offered for a field ("person.last_name") of a type ("text", "email", "phone", "date" …)."""
        return True

    @abstractmethod
    def transform(self, value: Scalar) -> Scalar | Finding:
        """The new value, the same one where there is nothing to do, or a `Finding` that says what is wrong with it. Never called for
        an empty cell."""
