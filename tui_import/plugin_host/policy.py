"""Which plugins may load and how long they may take: the environment's word and the user's ``plugins.toml``."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui_import.api.errors import RecipeError, Where
from tui_import.api.i18n import _
from tui_import.plugin_host.guard import Limits

ALLOW_LIST = "TUI_IMPORT_PLUGINS"
"""Environment variable: names between commas; only those may load, whatever the file says. "none" is none."""
FILE = "plugins.toml"


@dataclass(frozen=True, slots=True)
class Policy:
    """What ``plugins.toml`` says."""

    allow: frozenset[str] | None = None
    """Only these may load; None: all."""
    deny: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What hooks are told, by the name of their entry point."""

    def refusal(self, name: str) -> str:
        """Why a plugin may not load, a sentence; empty where it may."""
        chosen = os.environ.get(ALLOW_LIST)
        if chosen is not None:
            allowed = name in {each.strip() for each in chosen.split(",")}
            return "" if allowed else _("{variable} does not allow it.").format(variable=ALLOW_LIST)
        if name in self.deny or (self.allow is not None and name not in self.allow):
            return _("Your {file} does not allow it.").format(file=FILE)
        return ""


def policy_of(data: Mapping[str, Any], file: str = FILE) -> Policy:
    """The policy in the words of the file. Raises `RecipeError` that names what is wrong."""
    unknown = sorted(set(data) - {"allow", "deny", "limits", "settings"})
    limits = data.get("limits", {})
    settings = data.get("settings", {})
    names = {key: data[key] for key in ("allow", "deny") if key in data}
    wrong = unknown or [key for key, value in names.items() if not _texts(value)]
    if not wrong and not (isinstance(limits, dict) and isinstance(settings, dict) and all(isinstance(t, dict) for t in settings.values())):
        wrong = ["limits, settings"]
    if not wrong:
        known = {each.name for each in dataclasses.fields(Limits)}
        wrong = [f"limits.{key}" for key, value in limits.items() if key not in known or not _seconds(value)]
    if wrong:
        raise RecipeError(
            _("“{place}” is not known or not possible.").format(place=wrong[0]),
            where=Where(file=file),
            hint=_("It takes allow and deny (lists of names), [limits] (seconds) and [settings.NAME]."),
        )
    allow = frozenset(names["allow"]) if "allow" in names else None
    return Policy(allow, frozenset(names.get("deny", ())), Limits(**limits), settings)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
