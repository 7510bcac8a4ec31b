"""Source plugins: found without being imported, loaded one by one when they are chosen, believed nothing.

A plugin is an entry point of the group ``tui_import.sources``: its name is the source's name, its value the module with the hook.
Whatever a plugin does wrong becomes a `PluginError` that names it and its package; no other source is worse off for it.
The environment variable ``TUI_IMPORT_PLUGINS`` ("csv,excel") limits which ones may be loaded; unset allows all.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from math import isinf, isnan
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import PluginError, SourceError, TuiImportError, UsageError, Where
from tui_import.api.i18n import N_, _
from tui_import.api.source import API_VERSION, Column, Row, Source, Table

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ALLOW_LIST = "TUI_IMPORT_PLUGINS"
GROUP = "tui_import.sources"
OWN_PACKAGE = "tui-import"
STANDARD_INPUT = "-"


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

    @property
    def bundled(self) -> bool:
        """It came with this program."""
        return self.package == OWN_PACKAGE

    @property
    def title(self) -> str:
        """As on the start screen; the name where the source cannot be loaded."""
        source = self._source()
        return str(source.title) if source else self.name

    @property
    def description(self) -> str:
        """One sentence; empty where the source cannot be loaded."""
        source = self._source()
        return str(source.description) if source else ""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of the files it reads."""
        source = self._source()
        return tuple(suffix for suffix in source.suffixes if suffix != STANDARD_INPUT) if source else ()

    @property
    def error(self) -> str:
        """Why it cannot be used, a sentence; empty where it can."""
        return self.refused or _registry().failure(self.name)

    @property
    def traceback(self) -> str:
        """Where its code failed, for its author; empty where it did not."""
        return "" if self.refused else _registry().trace(self.name)

    def _source(self) -> Source | None:
        return None if self.refused else _registry().loaded(self.name)


def list_sources() -> Sequence[SourceInfo]:
    """All installed sources, those of this program first. Imports none of them."""
    return _registry().infos


def load(name: str) -> Source:
    """The source, imported now if it was not. Raises `UsageError` where there is none, `PluginError` where it does not work."""
    return _registry().load(name)


def source_for(location: str) -> str:
    """Name of the source that reads such a file, by the ending of its name. Raises `SourceError` where there is none."""
    found: list[tuple[int, str]] = []
    registry = _registry()
    for info in registry.infos:
        source = None if info.refused else registry.loaded(info.name)
        if source is None:
            continue
        if location == STANDARD_INPUT:
            matching = [1] if STANDARD_INPUT in source.suffixes else []
        else:
            lowered = location.lower()
            matching = [len(suffix) for suffix in source.suffixes if suffix != STANDARD_INPUT and lowered.endswith(suffix)]
        found += [(length, info.name) for length in matching]
    if found:
        longest = max(length for length, _name in found)
        return next(name for length, name in found if length == longest)
    if os.path.isdir(location):
        raise SourceError(_("It is a folder."), where=Where(location), hint=_("Name a file in it."))
    names = ", ".join(info.name for info in registry.infos if not info.error)
    raise SourceError(
        _("No source reads files with such a name."),
        where=Where(location),
        hint=_("Choose one with --source; there are: {names}.").format(names=names or _("none")),
    )


def forget() -> None:
    """Look again at what is installed and allowed."""
    _registry.cache_clear()


@contextmanager
def speaking_for(name: str) -> Iterator[None]:
    """Around calls into a source: what it raises that is not a `TuiImportError` becomes a `PluginError` that names it."""
    try:
        yield
    except (TuiImportError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # a library's panic or an exit is no Exception, and still the plugin's fault
        raise _broken(name, error) from error


def columns_of(table: Table, name: str) -> Sequence[Column]:
    """The columns of a table of the source ``name``, checked."""
    with speaking_for(name):
        columns = tuple(table.columns())
    for column in columns:
        if not isinstance(column, Column) or not isinstance(column.name, str):
            raise _fault(name, N_("It gives a column that is not a Column with a name."))
    return [_readable(column) for column in columns]


def checked_rows(table: Table, name: str) -> Generator[Row, None, None]:
    """The rows of a table of the source ``name``, checked and made safe for the store; closing it closes the source's iterator.

    Texts with lone surrogates get replacement characters, whole numbers of more than 64 bits become texts, infinite numbers too.
    """
    rows: Iterator[Any] | None = None
    last = 0
    try:
        rows = iter(table.rows())
        for row in rows:
            if row.__class__ is not Row:
                row = _as_row(row, name)  # noqa: PLW2901
            if row.number.__class__ is not int or row.number <= last:
                raise _fault(name, N_("It gives row numbers that do not grow."))
            last = row.number
            values: Sequence[Any] = row.values
            for value in values:
                kind = value.__class__
                if (kind is str and value.isascii()) or value is None:
                    continue
                if _CHECKS.get(kind, _never)(value):
                    row = Row(row.number, [_made_safe(cell, name) for cell in row.values], row.key, row.changed)  # noqa: PLW2901
                    break
            yield row
    except (TuiImportError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # as in `speaking_for`
        raise _broken(name, error) from error
    finally:
        close = getattr(rows, "close", None)
        if close is not None:
            close()


def _odd_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def _odd_int(value: int) -> bool:
    return not -(1 << 63) <= value < 1 << 63


def _odd_float(value: float) -> bool:
    return value - value != 0


def _fine(_value: object) -> bool:
    return False


def _never(_value: object) -> bool:
    return True


_CHECKS: dict[type, Callable[[Any], bool]] = {
    str: _odd_text,
    int: _odd_int,
    float: _odd_float,
    bool: _fine,
    date: _fine,
    datetime: _fine,
    time: _fine,
    type(None): _fine,
}


def _made_safe(value: Any, name: str) -> Any:
    """A cell that the store can hold."""
    kind = value.__class__
    if kind in _CHECKS and not _CHECKS[kind](value):
        return value
    if isinstance(value, str):
        return str(value).encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return str(int(value)) if _odd_int(value) else int(value)
    if isinstance(value, float):
        return None if isnan(value) else str(float(value)) if isinf(value) else float(value)
    if isinstance(value, (date, time)):
        return value
    raise _fault(name, N_("It gives a cell of the type {kind}, which no cell can have."), kind=kind.__name__)


def _as_row(row: Any, name: str) -> Row:
    """A row given as a bare tuple, or with values that are no list."""
    if isinstance(row, tuple) and 2 <= len(row) <= 4:
        number, values, *rest = row
        if isinstance(values, Iterable) and not isinstance(values, (str, bytes)):
            return Row(number, tuple(values), *(str(text) for text in rest))
    raise _fault(name, N_("It gives a row that is not a Row."))


def _readable(column: Column) -> Column:
    if _odd_text(column.name) or _odd_text(column.note):
        fixed = (text.encode("utf-8", "replace").decode() for text in (column.name, column.note))
        return Column(next(fixed), column.field, next(fixed), column.locked)
    return column


def _fault(name: str, sentence: str, **parts: str) -> PluginError:
    """The plugin broke the contract."""
    reason = _(sentence).format(**parts)
    return PluginError(_("The source “{name}” does not work.").format(name=name), hint=f"{reason} {_advice(name)}")


def _broken(name: str, error: BaseException) -> PluginError:
    """The plugin's code failed."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    text = " ".join(str(error).split())[:200]
    reason = _("It failed in {place} with {kind}: {text}.").format(place=place, kind=type(error).__name__, text=text)
    return PluginError(_("The source “{name}” does not work.").format(name=name), hint=f"{reason} {_advice(name)}")


def _advice(name: str) -> str:
    info = next((info for info in _registry().infos if info.name == name), None)
    if info is None or info.bundled:
        return _("Please report it.")
    return _("Tell the author of {package} {version}, or remove that package.").format(package=info.package, version=info.version)


class _Registry:
    """What is installed, and what came of loading it."""

    def __init__(self, entry_points: Iterable[EntryPoint], allowed: str | None) -> None:
        names = None if allowed is None else {name.strip() for name in allowed.split(",")}
        self._entry_points: dict[str, EntryPoint] = {}
        self._sources: dict[str, Source] = {}
        self._failures: dict[str, PluginError] = {}
        infos = []
        for entry_point in sorted(entry_points, key=lambda point: (_package(point) != OWN_PACKAGE, point.name, _package(point))):
            refused = ""
            if entry_point.name in self._entry_points:
                known = self._entry_points[entry_point.name]
                if entry_point.value == known.value:
                    continue  # the same one found twice, installed and in a checkout
                refused = _("Another package has a source of that name.")
            elif names is not None and entry_point.name not in names:
                refused = _("{variable} does not allow it.").format(variable=ALLOW_LIST)
            else:
                self._entry_points[entry_point.name] = entry_point
            version = entry_point.dist.version if entry_point.dist else ""
            infos.append(SourceInfo(entry_point.name, _package(entry_point), version, entry_point.module, refused))
        self.infos = tuple(infos)

    def load(self, name: str) -> Source:
        """The source. Raises `UsageError` or `PluginError`."""
        if name in self._failures:
            raise self._failures[name]
        if name not in self._sources:
            if name not in self._entry_points:
                refused = next((info.refused for info in self.infos if info.name == name), "")
                raise UsageError(
                    _("There is no source “{name}”.").format(name=name),
                    hint=refused or _("There are: {names}.").format(names=", ".join(self._entry_points) or _("none")),
                )
            try:
                self._sources[name] = _import(self._entry_points[name])
            except PluginError as error:
                self._failures[name] = error
                raise
        return self._sources[name]

    def loaded(self, name: str) -> Source | None:
        """The source, or `None` where it does not work."""
        try:
            return self.load(name)
        except TuiImportError:
            return None

    def failure(self, name: str) -> str:
        """Why it does not work; empty where it does."""
        return "" if self.loaded(name) else str(self._failures.get(name, ""))

    def trace(self, name: str) -> str:
        """The traceback of its failure."""
        self.loaded(name)
        failure = self._failures.get(name)
        return "".join(traceback.format_exception(failure.__cause__)) if failure is not None and failure.__cause__ else ""


@cache
def _registry() -> _Registry:
    from importlib.metadata import entry_points

    return _Registry(entry_points(group=GROUP), os.environ.get(ALLOW_LIST))


def _package(entry_point: EntryPoint) -> str:
    return entry_point.dist.name if entry_point.dist else ""


def _import(entry_point: EntryPoint) -> Source:
    """Import the module, call its hook, and check the source that it registers under the entry point's name."""
    import pluggy

    from tui_import.api.hooks import PROJECT, SourceHooks

    name = entry_point.name
    sources: list[Any] = []
    with speaking_for(name):
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(SourceHooks)
        manager.register(entry_point.load(), name)
        manager.check_pending()
        manager.hook.register_sources(register=sources.append)
    source = next((source for source in sources if getattr(source, "name", "") == name), None)
    if source is None:
        raise _fault(name, N_("It registers no source of that name."))
    return _checked(source, name)


def _checked(source: Any, name: str) -> Source:
    if not isinstance(source, Source):
        raise _fault(name, N_("What it registers is not a Source."))
    with speaking_for(name):
        version, suffixes, texts = source.api_version, tuple(source.suffixes), (source.title, source.description)
        options = tuple(source.options())
    major = version[0] if isinstance(version, tuple) and version else None
    if major != API_VERSION[0]:
        raise _fault(
            name,
            N_("It is written for version {theirs} of the plugin API; this program has version {ours}."),
            theirs=str(major),
            ours=str(API_VERSION[0]),
        )
    if not all(isinstance(text, str) for text in (*texts, *suffixes)):
        raise _fault(name, N_("Its title, description and suffixes must be texts."))
    for option in options:
        if not option.required and option.default is None:
            raise _fault(name, N_("Its option {key} is neither required nor has a default."), key=option.key)
    return source
