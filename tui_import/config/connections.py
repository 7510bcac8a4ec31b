"""Saved connections: what is not secret in ``connections.toml`` of the configuration folder, the rest where `safekeeping` puts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.api.options import OptionValue
from tui_import.config import safekeeping
from tui_import.config.files import read_toml, user_folder, write_file

FILE = "connections.toml"


@dataclass(frozen=True, slots=True)
class Connection:
    """One saved connection of one source."""

    source: str
    name: str
    options: Mapping[str, OptionValue] = field(default_factory=dict)
    """What is not secret."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Passwords and tokens, never shown, never in a recipe or draft."""
    account: str = ""
    """Who is signed in."""


def connections() -> list[Connection]:
    """All saved connections, by source and name, without their secrets. Raises `RecipeError` where the file cannot be read."""
    return [
        Connection(
            source, name, {key: value for key, value in options.items() if key != "account"}, account=str(options.get("account", ""))
        )
        for source, named in sorted(_saved().items())
        for name, options in sorted(named.items())
    ]


def connection(source: str, name: str) -> Connection:
    """One of them, with its secrets. Raises `UsageError` that names those there are, `SourceError` where its secrets are out of reach."""
    found = {each.name: each for each in connections() if each.source == source}
    if name not in found:
        names = ", ".join(found) or "-"
        raise UsageError(
            _("The source {source} has no connection “{name}”.").format(source=source, name=name),
            hint=_("There are: {names}. Save one with: tui-import connections save").format(names=names),
        )
    return replace(found[name], secrets=safekeeping.secrets_of(_filed_under(source, name)))


def save_connection(saved: Connection) -> None:
    """Keep a connection, over one of the same name. Raises `UsageError` for a name that cannot be one, `OSError`."""
    if not saved.name.isprintable() or not saved.name.strip() or "/" in saved.name:
        raise UsageError(_("A connection needs a name of printable characters without “/”."))
    options = {key: value for key, value in saved.options.items() if value is not None}
    safekeeping.keep(_filed_under(saved.source, saved.name), saved.secrets)
    with safekeeping.locked():
        everything = _saved()
        everything.setdefault(saved.source, {})[saved.name] = {**options, **({"account": saved.account} if saved.account else {})}
        _write(everything)


def renew_secrets(source: str, name: str, renewed: Mapping[str, str]) -> None:
    """Keep secrets that a source renewed, over those there were. Raises `OSError`, `SourceError`."""
    safekeeping.renew(_filed_under(source, name), renewed)


def delete_connection(source: str, name: str) -> None:
    """Forget a connection and its secrets. Raises `UsageError` where there is none."""
    with safekeeping.locked():
        everything = _saved()
        found = everything.get(source, {}).pop(name, None)
        if found is not None:
            _write(everything)
    if found is None:
        connection(source, name)  # raises, and says which there are
    safekeeping.keep(_filed_under(source, name), {})


def _filed_under(source: str, name: str) -> str:
    return f"{source}/{name}"


def _saved() -> dict[str, dict[str, dict[str, Any]]]:
    path = user_folder() / FILE
    return read_toml(path) if path.exists() else {}


def _write(everything: Mapping[str, Any]) -> None:
    import tomli_w

    write_file(user_folder() / FILE, tomli_w.dumps(dict(everything)))
