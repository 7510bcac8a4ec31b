"""``similar``: probable duplicates inside the store."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.cli.call import Call, Command
from tui_import.cli.parser import whole_number
from tui_import.cli.records import CONTACTS
from tui_import.cli.stopping import work
from tui_import.model.text import safe

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
