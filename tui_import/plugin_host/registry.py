"""What is installed, and what came of loading it. Listing imports nothing: names and versions are in the packages' metadata."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import PluginError, SourceError, TuiImportError, UsageError, Where
from tui_import.api.i18n import _
from tui_import.api.source import API_VERSION, Capability, Source
from tui_import.plugin_host.guard import Speaker, call
from tui_import.plugin_host.guarded import GuardedSource
from tui_import.plugin_host.policy import Policy

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "tui_import.sources"
OWN_PACKAGE = "tui-import"
STANDARD_INPUT = "-"
FOLDER = "/"
HEAD = 1 << 16
"""Bytes that a file is recognised by."""
MOST_LOOKED_AT = 1000
"""Names in a folder that are looked at."""


@dataclass(frozen=True)
class SourceInfo:
    """An installed source. What its package says is known at once; what only the source itself knows is loaded when it is asked for."""

    name: str
    package: str
    """Distribution that brings it."""
    version: str
    """Of that distribution."""
    module: str
    refused: str = ""
    """Why it is not even tried: not allowed, or its name is taken; a sentence."""
    license: str = ""
    """Of that distribution, as it says itself."""
    summary: str = ""
    """What that distribution says of itself."""

    @property
    def bundled(self) -> bool:
        """It came with this program."""
        return self.package == OWN_PACKAGE

    @property
    def denied(self) -> bool:
        """The user does not want it; nothing is wrong with it."""
        return bool(self.refused) and self.refused == _policy[0].refusal(self.name)

    @property
    def title(self) -> str:
        """As on the start screen; the name where the source cannot be loaded."""
        source = self._source()
        return source.title if source else self.name

    @property
    def description(self) -> str:
        """One sentence; empty where the source cannot be loaded."""
        source = self._source()
        return source.description if source else ""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of the files it reads."""
        source = self._source()
        return _endings(source) if source else ()

    @property
    def without_file(self) -> bool:
        """It reads also what is no file: an account, a server, something of this computer."""
        source = self._source()
        return source is not None and bool({Capability.CONNECTIONS, Capability.SIGN_IN} & set(source.capabilities) or not source.suffixes)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can beyond reading rows: search, keys, lists, connections, sign-in."""
        source = self._source()
        return tuple(str(each) for each in source.capabilities) if source else ()

    @property
    def api_version(self) -> str:
        """The version of the plugin API it was written for; empty where it cannot be loaded."""
        source = self._source()
        return ".".join(map(str, source.api_version)) if source else ""

    @property
    def error(self) -> str:
        """Why it cannot be used, a sentence; empty where it can."""
        return self.refused or registry().failure(self.name)

    @property
    def note(self) -> str:
        """What is worth knowing though it works: it was written for a later minor version, or uses what is deprecated."""
        source = self._source()
        if source is None:
            return ""
        deprecated = "; ".join(source.speaker.notes)
        if tuple(source.api_version) <= API_VERSION:
            return _("Deprecated: {what}.").format(what=deprecated) if deprecated else ""
        theirs, ours = (".".join(map(str, version)) for version in (source.api_version, API_VERSION))
        return _("It is written for version {theirs} of the plugin API; this program has {ours} and may miss a part of it.").format(
            theirs=theirs, ours=ours
        )

    @property
    def traceback(self) -> str:
        """Where its code failed last, for its author; empty where it did not."""
        return "" if self.refused else registry().trace(self.name)

    @property
    def printed(self) -> str:
        """What it wrote to standard output or error, the beginning of it."""
        return "" if self.refused else registry().speaker(self.name).noise.text

    def _source(self) -> GuardedSource | None:
        return None if self.refused else registry().loaded(self.name)


def list_sources() -> Sequence[SourceInfo]:
    """All installed sources, those of this program first. Imports none of them."""
    return registry().infos


def load(name: str) -> GuardedSource:
    """The source, imported now if it was not. Raises `UsageError` where there is none, `PluginError` where it does not work."""
    return registry().load(name)


def source_for(location: str) -> str:
    """Name of the source that reads such a file: by the ending of its name, and where several read that, by who recognises its content.

    A folder is for a source that reads folders and files of the endings in it. Raises `SourceError` where there is none.
    """
    is_folder = location != STANDARD_INPUT and os.path.isdir(location)
    found = _in_folder(location) if is_folder else _by_ending(location)
    longest = max((length for length, _source in found), default=0)
    fitting = [source for length, source in found if length == longest]
    if len(fitting) > 1 and (head := _head(location)):
        return max(fitting, key=lambda source: source.recognises(head)).name
    if fitting:
        return fitting[0].name
    if is_folder:
        raise SourceError(_("It is a folder."), where=Where(location), hint=_("Name a file in it."))
    names = ", ".join(info.name for info in registry().infos if not info.error)
    raise SourceError(
        _("No source reads files with such a name."),
        where=Where(location),
        hint=_("Choose one with --source; there are: {names}.").format(names=names or _("none")),
    )


def _usable() -> list[GuardedSource]:
    sources = [registry().loaded(info.name) for info in registry().infos if not info.refused]
    return [source for source in sources if source is not None]


def _by_ending(location: str) -> list[tuple[int, GuardedSource]]:
    """(length of the ending, source) for those that read a file of that name."""
    if location == STANDARD_INPUT:
        return [(1, source) for source in _usable() if STANDARD_INPUT in source.suffixes]
    lowered = location.lower()
    endings = [(suffix, source) for source in _usable() for suffix in _endings(source)]
    return [(len(suffix), source) for suffix, source in endings if lowered.endswith(suffix)]


def _in_folder(location: str) -> list[tuple[int, GuardedSource]]:
    """(1, source) for those that read folders and some file in this one."""
    try:
        names = [entry.name.lower() for entry in islice(os.scandir(location), MOST_LOOKED_AT)]
    except OSError:
        return []
    return [(1, source) for source in _usable() if any(name.endswith(_endings_in_folders(source)) for name in names)]


def _endings(source: GuardedSource) -> tuple[str, ...]:
    """The endings of files among its suffixes; the others stand for something else."""
    return tuple(suffix for suffix in source.suffixes if suffix.startswith("."))


def _endings_in_folders(source: GuardedSource) -> tuple[str, ...]:
    """The endings of the files in folders that it reads: those it names behind a stroke, or all of its own."""
    named = [suffix.removeprefix(FOLDER) for suffix in source.suffixes if suffix.startswith(FOLDER)]
    return _endings(source) if "" in named else tuple(named)


def _head(location: str) -> bytes:
    """The first bytes of a file; none of anything else, for a pipe can be read only once."""
    try:
        if not stat.S_ISREG(os.stat(location).st_mode):
            return b""
        with open(location, "rb") as file:
            return file.read(HEAD)
    except (OSError, ValueError):
        return b""


class Registry:
    """The sources that are installed, and what came of loading them."""

    def __init__(self, entry_points: Iterable[EntryPoint], policy: Policy) -> None:
        self._policy = policy
        self._entry_points: dict[str, EntryPoint] = {}
        self._sources: dict[str, GuardedSource] = {}
        self._failures: dict[str, PluginError] = {}
        self._speakers: dict[str, Speaker] = {}
        infos = []
        for entry_point in in_order(entry_points):
            refused = ""
            if entry_point.name in self._entry_points:
                known = self._entry_points[entry_point.name]
                if entry_point.value == known.value and package(entry_point) == package(known):
                    continue  # the same one found twice, installed and in a checkout
                refused = _("The package {package} has a source of that name, too, and comes first.").format(package=package(known))
            else:
                self._entry_points[entry_point.name] = entry_point
                refused = policy.refusal(entry_point.name)
            infos.append(_info(entry_point, refused))
        self.infos = tuple(infos)

    def load(self, name: str) -> GuardedSource:
        """The source. Raises `UsageError` or `PluginError`."""
        if name in self._failures:
            raise self._failures[name]
        if name not in self._sources:
            refused = next((info.refused for info in self.infos if info.name == name), "")
            if name not in self._entry_points or refused:
                raise UsageError(
                    _("There is no source “{name}”.").format(name=name),
                    hint=refused or _("There are: {names}.").format(names=", ".join(self._entry_points) or _("none")),
                )
            try:
                self._sources[name] = self._import(name)
            except PluginError as error:
                self._failures[name] = error
                raise
        speaker = self._speakers[name]
        if speaker.dead:
            raise speaker.fault(speaker.dead)
        return self._sources[name]

    def _import(self, name: str) -> GuardedSource:
        """Import the module, call its hook, and check the source that it registers under the entry point's name."""
        speaker, limits = self.speaker(name), self._policy.limits
        sources: list[Any] = []
        call(
            speaker,
            _("loading"),
            lambda: hooks_of(self._entry_points[name], speaker).register_sources(register=sources.append),
            limits.load,
        )
        source = next((source for source in sources if getattr(source, "name", "") == name), None)
        if source is None:
            raise speaker.fault(_("It registers no source of that name."))
        if not isinstance(source, Source):
            raise speaker.fault(_("What it registers is not a Source."))
        return GuardedSource(source, speaker, limits)

    def speaker(self, name: str) -> Speaker:
        """On whose behalf the plugin is called."""
        if name not in self._speakers:
            info = next((info for info in self.infos if info.name == name and not info.refused), None)
            self._speakers[name] = Speaker(name, advice(info.package, info.version) if info else advice("", ""))
        return self._speakers[name]

    def loaded(self, name: str) -> GuardedSource | None:
        """The source, or `None` where it does not work."""
        try:
            return self.load(name)
        except TuiImportError:
            return None

    def failure(self, name: str) -> str:
        """Why it does not work; empty where it does."""
        try:
            self.load(name)
        except TuiImportError as error:
            return str(error)
        return ""

    def trace(self, name: str) -> str:
        """Where its code failed last."""
        self.loaded(name)
        return self.speaker(name).trace


@cache
def registry() -> Registry:
    """The registry of this process, made when first asked for."""
    from importlib.metadata import entry_points

    return Registry(entry_points(group=GROUP), _policy[0])


_policy = [Policy()]


def use(policy: Policy) -> None:
    """Follow this policy from now on."""
    if policy != _policy[0]:
        _policy[0] = policy
        registry.cache_clear()


def current_policy() -> Policy:
    """The policy that is followed."""
    return _policy[0]


def in_order(entry_points: Iterable[EntryPoint]) -> list[EntryPoint]:
    """Those of this program first, the others by name; where two packages fight for a name, by package."""
    return sorted(entry_points, key=lambda point: (package(point) != OWN_PACKAGE, point.name, package(point)))


def package(entry_point: EntryPoint) -> str:
    """The distribution that brings it."""
    return entry_point.dist.name if entry_point.dist else ""


def advice(package_name: str, version: str) -> str:
    """What to do about a plugin's fault."""
    if not package_name or package_name == OWN_PACKAGE:
        return _("Please report it.")
    return _("Tell the author of {package} {version}, or remove that package.").format(package=package_name, version=version)


def hooks_of(entry_point: EntryPoint, speaker: Speaker) -> Any:
    """Import a plugin's module and give its hooks. Runs the plugin's code; what it uses that is deprecated is noted once."""
    import pluggy

    from tui_import.api.hooks import PROJECT, ApiDeprecationWarning, Hooks

    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ApiDeprecationWarning)
        manager.register(entry_point.load(), entry_point.name)
    for warning in caught:
        text = str(warning.message)
        if issubclass(warning.category, ApiDeprecationWarning) and text not in speaker.notes:
            speaker.notes.append(text)
    manager.check_pending()
    return manager.hook


def _info(entry_point: EntryPoint, refused: str) -> SourceInfo:
    dist = entry_point.dist
    said = dist.metadata if dist else None  # once: each time it is asked for, the file is read anew

    def told(name: str) -> str:
        return str(said[name]) if said is not None and name in said else ""

    license_ = told("License-Expression") or told("License")
    return SourceInfo(
        entry_point.name,
        package(entry_point),
        dist.version if dist else "",
        entry_point.module,
        refused,
        license_.partition("\n")[0],
        told("Summary").partition("\n")[0],
    )
