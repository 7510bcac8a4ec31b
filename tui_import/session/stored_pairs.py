"""What is said of pairs of stored records: merged, or remembered to be different; verdicts taken out of a store and into another."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.model.matches import Choice, FieldChoice, Merge, Verdict, changed_slots
from tui_import.model.plan import Summary
from tui_import.store import merging, verdicts
from tui_import.store.journal import now
from tui_import.store.verdicts import Remembered

if TYPE_CHECKING:
    from tui_import.session.workspace import Workspace


def merge(workspace: Workspace, entity: str, survivor: int, gone: int, *, take: Collection[str] = (), persons: bool = False) -> Summary:
    """Make two stored records one, as a run that undo takes back; see `store.merging.merge`. Raises `UsageError`."""
    wanted = Merge(entity, survivor, gone, fields={name: FieldChoice(Choice.INCOMING) for name in take})
    source = _("{entity} {gone} merged into {survivor}").format(entity=_(entity), gone=gone, survivor=survivor)
    return merging.merge(workspace.database, workspace.catalogue.whole, [wanted], workspace.user, source, persons=persons)


def keep_apart(workspace: Workspace, entity: str, one: int, other: int) -> None:
    """Remember that two stored records are different; `similar` shows them no more until something that identifies one of them changes.

    Raises `UsageError` where one does not exist.
    """
    workspace.refresh_index()
    texts = verdicts.text_of_each(workspace.database, entity, (one, other))
    for record in (one, other):
        if record not in texts:
            raise UsageError(_("There is no {entity} {id}.").format(entity=_(entity), id=record))
    at = now()
    said = [
        Remembered(entity, texts[first], texts[second], str(Verdict.DIFFERENT), second, at, workspace.user)
        for first, second in ((other, one), (one, other))
    ]
    with workspace.database.transaction() as connection:
        verdicts.keep(connection, said)


def kept_apart(workspace: Workspace, entity: str, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these pairs are remembered to be different, and look as they did then."""
    wanted = list(pairs)
    records = {record for pair in wanted for record in pair}
    said = verdicts.of_records(workspace.database, entity, records)
    if not said:
        return set()
    texts = verdicts.text_of_each(workspace.database, entity, records)
    found = set()
    for pair in wanted:
        for one, other in (pair, pair[::-1]):
            for verdict in said.get(one, ()):
                same = not changed_slots(entity, verdict.other_text, texts.get(one, ""))
                if same and verdict.verdict == Verdict.DIFFERENT and not changed_slots(entity, verdict.text, texts.get(other, "")):
                    found.add(pair)
    return found


def verdict_lines(workspace: Workspace) -> list[str]:
    """All that is remembered, a JSON object a line."""
    return [json.dumps(each._asdict(), ensure_ascii=False) for each in verdicts.all_of(workspace.database)]


def take_verdicts(workspace: Workspace, lines: Iterable[str]) -> int:
    """Remember what another store (or this one, earlier) knew; returns how many. Raises `UsageError` that names the line at fault."""
    taken = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            fact = json.loads(line)
            said = Remembered(**fact)
            Verdict(said.verdict)
            texts = (said.text, said.other_text, said.at, said.by)
            if said.entity not in ("company", "person") or not all(isinstance(part, str) for part in texts):
                raise ValueError(said.entity)
        except (TypeError, ValueError) as error:
            raise UsageError(_("Line {line} is no remembered verdict.").format(line=number)) from error
        taken.append(said)
    with workspace.database.transaction() as connection:
        return verdicts.keep(connection, taken)
