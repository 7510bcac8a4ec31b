"""An import that goes on without its terminal: who is hung up on hands it to another process, which tells its result later."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tui_import.api.errors import TuiImportError
from tui_import.model.plan import Summary
from tui_import.model.progress import Progress
from tui_import.store.draft import Draft
from tui_import.store.holding import holding

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace

PREFERENCE = "finish_when_hung_up"
PATIENCE = 3_600.0
"""Seconds that it waits for another writer: nobody sits there and waits with it."""


def hand_over(workspace: Workspace, draft: str, *, accept_clears: bool) -> bool:
    """Start the process that imports a draft as soon as this one lets it go; False where the store's preferences say to roll back.

    Whoever calls it stops its own work then. What is written is written once, whoever of the two comes to the end.
    """
    if not workspace.preferences()[PREFERENCE]:
        return False
    words = ["apply", draft, "--unattended", *(["--yes"] if accept_clears else [])]
    subprocess.Popen(  # never waited for: it outlives this process
        [sys.executable, "-P", "-m", "tui_import", "--store", str(workspace.path), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    return True


def finish(workspace: Workspace, draft: str, progress: Progress, *, accept_clears: bool) -> Summary:
    """Import a draft while nobody looks: wait for whoever is at it, then do what is left. The draft keeps the result, or why there is none.

    Raises what `ImportSession.apply` raises.
    """
    workspace.database.patience = PATIENCE
    found = workspace.draft_path(draft)
    with holding(found, "", wait=True):
        pass
    session = workspace.resume(draft)
    try:
        _note(session.id, workspace, unattended=True, failure="")
        return session.summary or session.apply(progress, accept_clears=accept_clears)
    except TuiImportError as error:
        _note(session.id, workspace, failure=str(error))
        raise
    finally:
        session.close()


def _note(draft: str, workspace: Workspace, **facts: object) -> None:
    opened = Draft.open(workspace.draft_path(draft))
    opened.write_meta(**facts)
    opened.close()
