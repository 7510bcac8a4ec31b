"""``similar``: probable duplicates inside the store."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _, ngettext
from tui_import.cli.call import Call, Command
from tui_import.cli.parser import whole_number
from tui_import.cli.records import CONTACTS
from tui_import.cli.render import number
from tui_import.cli.screens import has_terminal
from tui_import.cli.stopping import work
from tui_import.cli.summary import ROWS_LEFT
from tui_import.model.text import safe
from tui_import.session.choices import with_choices

if TYPE_CHECKING:
    from tui_import.session.similar import SimilarPair


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("entity", nargs="?", choices=CONTACTS, metavar=_("ENTITY"), help=_("company or person; default: both"))
    parser.add_argument(
        "--least",
        type=_probability,
        default=0.5,
        metavar=_("P"),
        help=_("only pairs of at least this probability, 0.01 to 1; default: 0.5"),
    )
    parser.add_argument(
        "--limit", type=whole_number, metavar=_("N"), help=_("only so many pairs of a kind of record, the most probable ones")
    )

    parser.add_argument(
        "--review",
        action="store_true",
        help=_("put the pairs into a review that is kept and decided like an import's; on a terminal, open it"),
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar=_("KEY=VALUE"), help=_("with --review: a rule like duplicates.survivorship")
    )
    parser.add_argument(
        "--apart", nargs=2, type=whole_number, metavar=(_("ID"), _("ID")), help=_("remember that these two records are different")
    )


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.01 <= value <= 1:
        raise argparse.ArgumentTypeError(_("“{text}” is not a number from 0.01 to 1").format(text=text))
    return value


def similar(call: Call) -> int:
    """A line for each pair."""
    arguments = call.arguments
    if arguments.apart:
        if not arguments.entity:
            raise UsageError(_("Say whether these are companies or persons: tui-import similar company --apart 12 15"))
        call.workspace.keep_apart(arguments.entity, *arguments.apart)
        call.output.note(_("Remembered: {a} and {b} are different.").format(a=arguments.apart[0], b=arguments.apart[1]))
        return 0
    if arguments.review:
        return _review(call)
    with work() as progress:
        found = list(call.workspace.similar(arguments.entity or "", least=arguments.least, limit=arguments.limit, progress=progress))
    names = {} if call.output.as_json else _names(call, found)
    call.output.listing(
        found,
        {
            _("Probability"): lambda pair: f"{pair.probability:.0%}",
            _("Record"): lambda pair: names[pair.entity, pair.a],
            _("And"): lambda pair: names[pair.entity, pair.b],
            _("Why"): lambda pair: "; ".join(pair.reasons),
        },
        empty=_("No two records look like one."),
        as_object=asdict,
    )
    return 0


def _review(call: Call) -> int:
    """Find the pairs into the review that is open, or into a new one, and open it on the screens where there is a terminal."""
    arguments, workspace = call.arguments, call.workspace
    session = workspace.review_store(arguments.entity or "")
    try:
        settings = with_choices(session.settings, arguments.set, workspace.lists())
        session.change_settings(replace(settings, duplicates=replace(settings.duplicates, flag_at=arguments.least)))
        with work() as progress:
            pairs = session.look(progress)
        draft, waiting = session.id, session.open_pairs
    finally:
        session.close()
    call.output.result({"draft": draft, "pairs": pairs, "open": waiting})
    if has_terminal() and not call.output.as_json and pairs:
        call.close()
        return call.screens(arguments.store, draft=draft)
    text = ngettext("{count} pair in the review {draft}, {open} open.", "{count} pairs in the review {draft}, {open} open.", pairs)
    call.output.text(text.format(count=number(pairs), draft=draft, open=number(waiting)))
    call.output.text(
        _("Decide them with: tui-import drafts decide {draft}, or on the screens: tui-import resume {draft}").format(draft=draft)
    )
    return ROWS_LEFT if waiting else 0


def _names(call: Call, pairs: Iterable[SimilarPair]) -> Mapping[tuple[str, int], str]:
    """Records with their ids."""
    return {
        (entity, record): safe(f"{name} ({record})".strip())
        for entity in CONTACTS
        for record, name in call.workspace.names(
            entity, {each for pair in pairs if pair.entity == entity for each in (pair.a, pair.b)}
        ).items()
    }


SIMILAR = Command(similar, _configure)
