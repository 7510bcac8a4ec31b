"""Connections and sign-in: what a source is told of where to read and as whom, saved under a name, tested before."""

from __future__ import annotations

import re
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

_HOST = re.compile(r"(?:^|://)([\w.-]+\.[\w-]+|localhost|\d+(?:\.\d+){3})(?::\d+)?(?=[/?#]|$)")
CONNECTION, WHERE, KEYS, CHANGED_SINCE = "connection", "where", "keys", "changed_since"
HOST_OPTIONS = frozenset({CONNECTION, WHERE, KEYS, CHANGED_SINCE})
"""Options that the host answers itself; the plugin never sees them."""
PASSING = frozenset({KEYS})
"""Options that speak of one import and go into no recipe."""
LAST = "last"
"""What `CHANGED_SINCE` takes in place of a moment: since the last import."""

__all__ = [
    "Connection",
    "connection",
    "connections",
    "delete_connection",
    "host_options",
    "kept",
    "merged",
    "missing",
    "origin",
    "save",
    "saved_options",
    "scope",
    "secrets_of",
    "shown",
    "sign_in",
    "try_out",
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
        text = _("Only the rows of these keys, like K1, K2; they go before the search")
        options.append(Option(KEYS, _("Picked rows"), help=text, default=""))
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


def origin(source: str, options: Mapping[str, OptionValue]) -> str:
    """Where rows come from that are of no file, as runs and drafts name it: "erp work"."""
    return " ".join(filter(None, [source, str(options.get(CONNECTION) or "")]))


def identity(source: str, options: Mapping[str, OptionValue]) -> str:
    """Whose rows are read: connection and account, or nothing."""
    name = str(options.get(CONNECTION) or "")
    accounts = [each.account for each in connections() if (each.source, each.name) == (source, name)]
    return "/".join([name, *accounts])


def scope(source: str, options: Mapping[str, OptionValue]) -> str:
    """Whose keys the rows have, for sources whose records are found again by them: source, connection, account; else empty."""
    name = str(options.get(CONNECTION) or "")
    if not name or Capability.KEYS not in plugin_host.load(source).capabilities:
        return ""
    return f"{source}/{identity(source, options)}"


def shown() -> list[ConnectionInfo]:
    """All saved connections, without their secrets."""
    return [ConnectionInfo(each.source, each.name, each.account, dict(each.options)) for each in connections()]


def try_out(source: str, options: Mapping[str, OptionValue], progress: Progress | None = None) -> str:
    """Try a connection out; a sentence that says what answered. Raises `SourceError`, `UsageError` where the source has none."""
    loaded = plugin_host.load(source)
    if Capability.CONNECTIONS not in loaded.capabilities:
        raise UsageError(_("The source {source} needs no connection.").format(source=source))
    return loaded.test_connection(options, progress)


def kept(source: str, options: Mapping[str, OptionValue], before: str = "") -> Connection:
    """A connection as it would be saved: what was typed, over the secrets and the account of the connection it is made from.

    A secret that was not typed stays as it was: faces never get it to show it. Tokens do not, where the connection leads elsewhere now:
    what a server issued is not sent to another. The connection has no name yet.
    """
    old = connection(source, before) if before else Connection(source, "")
    known = plugin_host.load(source).connection_options()
    idle = {option.key for option in known if not option.matters(options)}
    secret = {option.key for option in known if option.type is OptionType.PASSWORD}
    typed = {key: str(value) for key, value in options.items() if key in secret - idle and value not in (None, "")}
    chosen = {key: value for key, value in options.items() if key not in secret | idle}
    if _places(old.options) - _places(chosen):
        passwords = {key: value for key, value in old.secrets.items() if key in secret}
        return replace(old, options=chosen, secrets={**passwords, **typed}, account="")
    return replace(old, options=chosen, secrets={**old.secrets, **typed})


def _places(options: Mapping[str, OptionValue]) -> set[str]:
    """The servers that a connection names."""
    return {host.casefold() for value in options.values() if isinstance(value, str) for host in _HOST.findall(value) if "@" not in value}


def missing(source: str, options: Mapping[str, OptionValue], before: str = "") -> list[str]:
    """Labels of the settings that a connection needs and does not have."""
    made = kept(source, options, before)
    has = {**made.options, **made.secrets}
    known = plugin_host.load(source).connection_options()
    return [option.label for option in known if option.required and option.matters(has) and has.get(option.key) in (None, "")]


def secrets_of(source: str, name: str) -> frozenset[str]:
    """Which secrets a connection has, by option key; never the secrets themselves."""
    return frozenset(key for key, value in connection(source, name).secrets.items() if value)


def save(
    source: str,
    name: str,
    options: Mapping[str, OptionValue],
    *,
    untested: bool = False,
    before: str = "",
    rename: bool = False,
    progress: Progress | None = None,
) -> str:
    """Test a connection and keep it; a sentence. ``untested``: keep it knowingly without.

    ``before``: the connection it is made from, whose secrets and account it keeps; ``rename``: that one goes.
    """
    made = kept(source, options, before)
    if before != name and before and name in {each.name for each in connections() if each.source == source}:
        raise UsageError(_("There is a connection “{name}” already.").format(name=name), hint=_("Give it another name."))
    renewed: dict[str, str] = {}

    def keep(secrets: Mapping[str, str]) -> None:
        """What the test renews may be worthless in the connection that it comes from."""
        renewed.update(secrets)
        if before:
            renew_secrets(source, before, secrets)

    answer = "" if untested else try_out(source, ConnectionOptions({**made.options, **made.secrets}, keep), progress)
    save_connection(replace(made, name=name, secrets={**made.secrets, **renewed}))
    if rename and before and before != name:
        delete_connection(source, before)
    return answer


def sign_in(
    source: str,
    name: str,
    show: Callable[[SignInStep], None],
    pasted: Callable[[float], str],
    progress: Progress | None = None,
    *,
    options: Mapping[str, OptionValue] | None = None,
    before: str = "",
) -> Connection:
    """Sign in and keep the outcome as a connection of this name; nothing is kept where it fails.

    ``show`` is given what somebody has to do; ``pasted`` waits for so many seconds, or less where something was pasted, and returns that.
    ``options`` are the connection's settings where they are new, over those of ``before``; else it has to be saved. Raises `SourceError`,
    and `StoppedError` where the user gives up.
    """
    progress = progress or Progress()
    known = any((each.source, each.name) == (source, name) for each in connections())
    if options is not None:
        made = replace(kept(source, options, before), name=name)
    else:
        made = connection(source, name) if known else Connection(source, name)
    steps = plugin_host.load(source).sign_in({**made.options, **made.secrets}, progress)
    try:
        step = next(steps)
        while True:
            progress.check()
            show(step)
            answer = pasted(step.wait)
            progress.check()
            step = steps.send(answer)
    except StopIteration as end:
        outcome: SignedIn = end.value
    finally:
        steps.close()
    signed = replace(made, secrets={**made.secrets, **outcome.secrets}, account=outcome.account)
    save_connection(signed)
    return signed
