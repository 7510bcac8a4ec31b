"""Connections and sign-in: what a source is told of where to read and as whom, saved under a name, tested before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from tui_import import plugin_host
from tui_import.api.capabilities import SignedIn, SignInStep
from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.api.options import Choice, ConnectionOptions, Option, Options, OptionType, OptionValue
from tui_import.api.source import Capability
from tui_import.config.connections import (
    Connection,
    connection,
    connections,
    delete_connection,
    renew_secrets,
    save_connection,
)
from tui_import.model.progress import Progress
from tui_import.model.steps import ConnectionInfo

CONNECTION, WHERE, CHANGED_SINCE = "connection", "where", "changed_since"
HOST_OPTIONS = frozenset({CONNECTION, WHERE, CHANGED_SINCE})
"""Options that the host answers itself; the plugin never sees them."""
LAST = "last"
"""What `CHANGED_SINCE` takes in place of a moment: since the last import."""

__all__ = [
    "Connection",
    "connection",
    "connections",
    "delete_connection",
    "host_options",
    "merged",
    "save",
    "saved_options",
    "shown",
    "sign_in",
    "test",
]


def host_options(source: str) -> list[Option]:
    """The options that the host adds to a source's own, by its capabilities."""
    loaded = plugin_host.load(source)
    can = set(loaded.capabilities)
    options = []
    if can & {Capability.CONNECTIONS, Capability.SIGN_IN}:
        names = [each.name for each in connections() if each.source == source]
        choices = [Choice("", _("none")), *(Choice(name, name) for name in names)]
        options.append(Option(CONNECTION, _("Connection"), OptionType.CHOICE, _("A saved connection"), "", choices=choices))
    if Capability.SEARCH in can:
        text = _("Only these rows, like: city contains Aarhus; group one-of A, B. Empty: every row")
        options.append(Option(WHERE, _("Search"), help=text, default=""))
    if can & {Capability.SEARCH, Capability.CHANGES}:
        text = _("Only rows that changed later, like 2026-01-31")
        if Capability.CHANGES in can:
            text = _("Only rows that changed later, like 2026-01-31; last: since the last import")
        options.append(Option(CHANGED_SINCE, _("Changed since"), help=text, default=""))
    return options


def merged(source: str, options: Mapping[str, OptionValue]) -> Options:
    """What the plugin is opened with: the connection's settings and secrets, and what was chosen over them."""
    own = {key: value for key, value in options.items() if key not in HOST_OPTIONS}
    name = options.get(CONNECTION)
    return saved_options(source, str(name), own) if name else own


def saved_options(source: str, name: str, chosen: Mapping[str, OptionValue] | None = None) -> Options:
    """A connection's settings and secrets, and what was chosen over them; it takes renewed secrets back."""
    saved = connection(source, name)
    return ConnectionOptions({**saved.options, **saved.secrets, **(chosen or {})}, partial(renew_secrets, source, name))


def identity(source: str, options: Mapping[str, OptionValue]) -> str:
    """Whose rows are read: connection and account, or nothing."""
    name = str(options.get(CONNECTION) or "")
    accounts = [each.account for each in connections() if (each.source, each.name) == (source, name)]
    return "/".join([name, *accounts])


def shown() -> list[ConnectionInfo]:
    """All saved connections, without their secrets."""
    return [ConnectionInfo(each.source, each.name, each.account, dict(each.options)) for each in connections()]


def test(source: str, options: Mapping[str, OptionValue]) -> str:
    """Try a connection out; a sentence that says what answered. Raises `SourceError`, `UsageError` where the source has none."""
    if Capability.CONNECTIONS not in plugin_host.load(source).capabilities:
        raise UsageError(_("The source {source} needs no connection.").format(source=source))
    return plugin_host.load(source).test_connection(options)


def save(source: str, name: str, options: Mapping[str, OptionValue], *, untested: bool = False) -> str:
    """Test a connection and keep it; a sentence. ``untested``: keep it knowingly without."""
    answer = "" if untested else test(source, options)
    secret = {option.key for option in plugin_host.load(source).connection_options() if option.type is OptionType.PASSWORD}
    open_options = {key: value for key, value in options.items() if key not in secret}
    secrets = {key: str(value) for key, value in options.items() if key in secret and value is not None}
    save_connection(Connection(source, name, open_options, secrets))
    return answer


def sign_in(
    source: str,
    name: str,
    show: Callable[[SignInStep], None],
    pasted: Callable[[float], str],
    progress: Progress | None = None,
) -> Connection:
    """Sign in and keep the outcome as a connection of this name.

    ``show`` is given what somebody has to do; ``pasted`` waits for so many seconds, or less where something was pasted, and returns that.
    Raises `SourceError`, and `StoppedError` where the user gives up.
    """
    progress = progress or Progress()
    known = any((each.source, each.name) == (source, name) for each in connections())
    before = connection(source, name) if known else Connection(source, name)
    steps = plugin_host.load(source).sign_in({**before.options, **before.secrets}, progress)
    try:
        step = next(steps)
        while True:
            progress.check()
            show(step)
            step = steps.send(pasted(step.wait))
    except StopIteration as end:
        outcome: SignedIn = end.value
    finally:
        steps.close()
    signed = replace(before, secrets={**before.secrets, **outcome.secrets}, account=outcome.account)
    save_connection(signed)
    return signed
