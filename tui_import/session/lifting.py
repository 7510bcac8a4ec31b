"""Lifting a suppression: somebody who can name an erased person lets it be imported again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.flow.folding import person_name_key
from tui_import.flow.normalise import Formats, normaliser
from tui_import.model.issues import Severity
from tui_import.model.plan import Summary
from tui_import.model.privacy import Identity, Named, Trait
from tui_import.store import suppression

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace


def lift(workspace: Workspace, person: Named) -> tuple[Summary, tuple[Trait, ...]]:
    """Lift all marks of the erasure that any of this belongs to; what is named is read like the cells of a file.

    Raises `UsageError` where it cannot be read, is not enough, or nobody is kept out who is known by that.
    """
    identity = _identity(workspace, person)
    if not list(identity.traits()):
        raise UsageError(
            _("That does not say who it is."),
            hint=_("Give an e-mail address, a telephone number, or first and last name with company or whole date of birth."),
        )
    run, kinds = suppression.lift(workspace.database, identity, workspace.user)
    return Summary(run=run, draft="", rows=0, entities={}), kinds


def _identity(workspace: Workspace, person: Named) -> Identity:
    region = person.country.upper() or str(workspace.reader.preference("default.country") or "")

    def read(field: str, text: str) -> tuple[str, str]:
        """Value and key."""
        cell = normaliser(workspace.catalogue[field], Formats(region))(text.strip() or None, region or None)
        if cell.issue is not None and cell.issue.severity is Severity.ERROR:
            raise UsageError(_("“{value}” does not fit {key}.").format(value=text, key=field), hint=str(cell.issue).capitalize() + ".")
        return str(cell.value or ""), cell.key or ""

    email, phone = read("person.email", person.email)[1], read("person.mobile", person.phone)[1]
    first, last = read("person.first_name", person.first_name)[0], read("person.last_name", person.last_name)[0]
    return Identity(
        emails=[email] if email else [],
        phones=[phone] if phone else [],
        name=person_name_key(first, last) or "",
        birthdate=read("person.birthdate", person.birthdate)[0],
        company=read("company.name", person.company)[1],
    )
