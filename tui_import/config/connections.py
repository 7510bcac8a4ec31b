"""Saved connections: what is not secret in ``connections.toml`` of the configuration folder, secrets in a 0600 file of the state folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_import.api.errors import UsageError
from tui_import.api.i18n import _
from tui_import.api.options import OptionValue
from tui_import.config.files import read_toml, state_folder, user_folder, write_file

FILE = "connections.toml"
SECRETS = "secrets.json"


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
    """All saved connections, by source and name. Raises `RecipeError` where the file cannot be read."""
    saved = _saved()
    secrets = _secrets()
    return [
        Connection(source, name, {key: value for key, value in options.items() if key != "account"}, secrets.get(f"{source}/{name}", {}),
                   str(options.get("account", "")))
        for source, named in sorted(saved.items())
        for name, options in sorted(named.items())
    ]  # fmt: skip


def connection(source: str, name: str) -> Connection:
    """One of them. Raises `UsageError` that names those there are."""
    found = {each.name: each for each in connections() if each.source == source}
    if name not in found:
        names = ", ".join(found) or "-"
        raise UsageError(
            _("The source {source} has no connection “{name}”.").format(source=source, name=name),
            hint=_("There are: {names}. Save one with: tui-import connections save").format(names=names),
        )
    return found[name]


def save_connection(saved: Connection) -> None:
    """Keep a connection, over one of the same name. Raises `UsageError` for a name that cannot be one, `OSError`."""
    if not saved.name.isprintable() or not saved.name.strip() or "/" in saved.name:
        raise UsageError(_("A connection needs a name of printable characters without “/”."))
    everything = _saved()
    options = {key: value for key, value in saved.options.items() if value is not None}
    everything.setdefault(saved.source, {})[saved.name] = {**options, **({"account": saved.account} if saved.account else {})}
    secrets = _secrets()
    secrets.pop(f"{saved.source}/{saved.name}", None)
    if saved.secrets:
        secrets[f"{saved.source}/{saved.name}"] = dict(saved.secrets)
    _write(everything, secrets)


def delete_connection(source: str, name: str) -> None:
    """Forget a connection and its secrets. Raises `UsageError` where there is none."""
    connection(source, name)
    everything, secrets = _saved(), _secrets()
    del everything[source][name]
    secrets.pop(f"{source}/{name}", None)
    _write(everything, secrets)


def _saved() -> dict[str, dict[str, dict[str, Any]]]:
    path = user_folder() / FILE
    return read_toml(path) if path.exists() else {}


def _secrets() -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads(_secrets_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _secrets_file() -> Path:
    return state_folder() / SECRETS


def _write(everything: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    import tomli_w

    write_file(user_folder() / FILE, tomli_w.dumps(dict(everything)))
    write_file(_secrets_file(), json.dumps(secrets))
