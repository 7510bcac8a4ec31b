"""The steps of an import, and which of them can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_import.api.i18n import N_, _
from tui_import.model.kinds import planned_of

if TYPE_CHECKING:
    from tui_import.session.importing import ImportSession


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    id: str
    title: str
    """In English."""


STEPS = (
    Step("source", N_("Source")),
    Step("mapping", N_("Mapping")),
    Step("settings", N_("Settings")),
    Step("preview", N_("Preview")),
    Step("import", N_("Import")),
    Step("result", N_("Result")),
)


def neighbour(step: str, direction: int) -> str:
    """The step after (1) or before (-1); empty at the ends."""
    ids = [each.id for each in STEPS]
    at = ids.index(step) + direction
    return ids[at] if 0 <= at < len(ids) else ""


def current_step(session: ImportSession) -> str:
    """Where an import that is taken up again goes on."""
    return {"opened": "source", "read": "mapping", "planned": "preview", "applied": "result"}.get(session.state, "source")


def lacks_price_list(session: ImportSession) -> bool:
    """Products are to be imported, and nobody has said into which price list."""
    reached = session.state in ("read", "planned") and "product" in planned_of(session.kind, session.mapping.fields)
    return reached and not session.settings.product.price_list


def closed_steps(session: ImportSession) -> dict[str, str]:
    """Why a step cannot be reached now, by step; those that can are not in it."""
    closed: dict[str, str] = {}
    if session.state == "applied":
        done = _("This import is done; undo takes it back.")
        return {step.id: done for step in STEPS if step.id != "result"}
    closed["result"] = _("There is a result when the import is done.")
    if session.state == "opened":
        return closed | dict.fromkeys(("mapping", "settings", "preview", "import"), _("The file is not read yet: F8 reads it."))
    missing = session.missing()
    if missing:
        what = "; ".join(str(each.reason) for each in missing)
        linkable = any(each.fields for each in missing)  # a rule that lacks is chosen in the settings
        steps = ("settings", "preview", "import") if linkable else ("preview", "import")
        text = _("First link what is missing: {what}") if linkable else _("First choose it in the settings (step 3): {what}")
        closed |= dict.fromkeys(steps, text.format(what=what))
    elif lacks_price_list(session):
        closed |= dict.fromkeys(("preview", "import"), _("First choose the price list (step 3)."))
    elif session.report is None:
        closed["import"] = _("First look at the preview (step 4).")
    return closed
