"""The connectors that are installed, by their entry points; one that cannot be imported is named with its reason and hurts no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from tui_import.api import Choice, Option, OptionType, SourceError, _
from tui_import.api.erp import CONNECTOR_GROUP, Connector

OWN_PACKAGE = "tui-import"


@cache
def installed() -> Mapping[str, Connector | str]:
    """Name → connector, or the reason why there is none; those of this program first, and theirs is the name where two want it."""
    found: dict[str, Connector | str] = {}
    for point in sorted(entry_points(group=CONNECTOR_GROUP), key=_rank):
        if point.name not in found:
            found[point.name] = _load(point)
    return found


def _rank(point: EntryPoint) -> tuple[bool, str, str]:
    package = point.dist.name if point.dist else ""
    return package != OWN_PACKAGE, point.name, package


def _load(point: EntryPoint) -> Connector | str:
    try:
        made = point.load()
        connector = made() if isinstance(made, type) else made
        if not isinstance(connector, Connector):
            return _("It is no Connector.")
        connector.config_fields()
    except Exception as error:  # whatever a stranger's module may raise
        return f"{type(error).__name__}: {error}"
    return connector


def connector(name: str) -> Connector:
    """One of them. Raises `SourceError` that names those there are."""
    found = installed().get(name)
    if isinstance(found, Connector):
        return found
    if found is not None:
        raise SourceError(
            _("The connector {name} does not work: {reason}").format(name=name, reason=found), hint=_("Tell its author, or choose another.")
        )
    names = ", ".join(key for key, each in installed().items() if isinstance(each, Connector))
    message = _("There is no connector {name} for an ERP.").format(name=name) if name else _("No connection to an ERP is chosen.")
    raise SourceError(message, hint=_("Choose a saved connection, or save one with a connector of: {names}.").format(names=names))


def connection_options() -> Sequence[Option]:
    """The form of a connection: which connector, and the fields of all of them, each key once, for those that have it."""
    working = {name: each for name, each in installed().items() if isinstance(each, Connector)}
    choices = [Choice(name, each.title) for name, each in working.items()]
    options = [Option("connector", _("Kind of ERP"), OptionType.CHOICE, _("What answers at the other end"), choices=choices, required=True)]
    fields: dict[str, dict[str, Option]] = {}
    for name, each in working.items():
        for option in each.config_fields():
            fields.setdefault(option.key, {})[name] = option
    return [*options, *(_merged(found, len(working)) for found in fields.values())]


def _merged(found: Mapping[str, Option], connectors: int) -> Option:
    """One field of the form for the field of this key of several connectors; it is needed where all of them need it."""
    first = next(iter(found.values()))
    texts = dict.fromkeys(option.help for option in found.values())
    default = next((option.default for option in found.values() if option.default is not None), "")
    return replace(
        first,
        help="; ".join(filter(None, texts)),
        required=all(option.required for option in found.values()),
        default=default,
        only_where=("connector", tuple(found)) if len(found) < connectors else None,
    )
