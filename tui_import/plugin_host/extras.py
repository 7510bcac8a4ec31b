"""The two smaller hooks: transforms for the mapping step, and the telling of finished runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from tui_import.api.errors import PluginError, TuiImportError
from tui_import.api.i18n import _
from tui_import.api.runs import FinishedRun
from tui_import.api.source import Finding, Scalar
from tui_import.api.transforms import Transform
from tui_import.model.progress import Progress
from tui_import.plugin_host import border
from tui_import.plugin_host.guard import Limits, Speaker, call
from tui_import.plugin_host.registry import advice, current_policy, hooks_of, in_order, package

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

TRANSFORMS = "tui_import.transforms"
AFTER_IMPORT = "tui_import.after_import"


class GuardedTransform:
    """A transform of a plugin: its values are checked, and it is never waited for too long."""

    def __init__(self, transform: Transform, speaker: Speaker, limits: Limits) -> None:
        self._transform, self._speaker, self._limits = transform, speaker, limits
        self.name, self.title, self.help = str(transform.name), str(transform.title), str(transform.help)

    def applies_to(self, field: str, type: str) -> bool:
        """Whether it is offered for a field; a plugin that fails at this offers nothing."""
        try:
            return bool(call(self._speaker, self.name, lambda: self._transform.applies_to(field, type), self._limits.describe))
        except PluginError:
            return False

    def apply(self, values: Iterable[Scalar], progress: Progress | None = None) -> Sequence[Scalar | Finding]:
        """What becomes of each value: the new one, or a `Finding` where it must stay as it is. Empty cells stay empty.

        Call it with the distinct values of a column. A value that the plugin fails on gets a finding; raises `PluginError` where it
        hangs or returns nonsense.
        """
        given = tuple(values)
        return call(self._speaker, self.name, lambda: [self._one(value) for value in given], self._limits.look, progress=progress)

    def _one(self, value: Scalar) -> Scalar | Finding:
        if value is None or value == "":
            return value
        try:
            result = self._transform.transform(value)
        except Exception as error:  # one value that an author forgot must not stop an import
            self._speaker.failed(error)
            return Finding(
                _("“{transform}” failed on this value ({kind}); it stays as it is.").format(transform=self.title, kind=type(error).__name__)
            )
        if isinstance(result, Finding):
            return border.findings(self._speaker, [result])[0]
        checked: Scalar = border.value(self._speaker, result)
        return checked


@cache
def transforms() -> Sequence[GuardedTransform]:
    """All transforms of all plugins that may load and do, by name; the first of a name wins."""
    found: dict[str, GuardedTransform] = {}
    for entry_point, speaker in _plugins(TRANSFORMS):
        given: list[Any] = []
        try:
            _call_hook(speaker, entry_point, "register_transforms", register=given.append)
            for transform in given:
                if not isinstance(transform, Transform):
                    raise speaker.fault(_("What it registers is not a Transform."))
                make = partial(GuardedTransform, transform, speaker, _limits())
                guarded = call(speaker, _("description"), make, _limits().describe)
                found.setdefault(guarded.name, guarded)
        except PluginError:
            continue  # it is named by `extra_failures`
    return tuple(found.values())


def tell_after_import(run: FinishedRun) -> Sequence[str]:
    """Tell every plugin that asked of a finished run; what went wrong in them, in sentences. Never raises, never waits for long."""
    wrong = []
    for entry_point, speaker in _plugins(AFTER_IMPORT):
        settings = current_policy().settings.get(entry_point.name, {})
        try:
            _call_hook(speaker, entry_point, "after_import", run=run, settings=dict(settings))
        except TuiImportError as error:
            wrong.append(str(error))
    return wrong


def extra_failures() -> Sequence[tuple[str, str]]:
    """(plugin, sentence) of every plugin of these hooks that does not load; loads them all, for ``doctor``."""
    failures = []
    for group in (TRANSFORMS, AFTER_IMPORT):
        for entry_point, speaker in _plugins(group):
            try:
                call(speaker, _("loading"), partial(hooks_of, entry_point, speaker), _limits().load)
            except TuiImportError as error:
                failures.append((entry_point.name, str(error)))
    return failures


def _call_hook(speaker: Speaker, entry_point: EntryPoint, hook: str, **arguments: Any) -> None:
    limits = _limits()
    hooks = call(speaker, _("loading"), lambda: hooks_of(entry_point, speaker), limits.load)
    call(speaker, hook, lambda: getattr(hooks, hook)(**arguments), limits.hook)


def _plugins(group: str) -> list[tuple[EntryPoint, Speaker]]:
    from importlib.metadata import entry_points

    found: dict[str, tuple[EntryPoint, Speaker]] = {}
    for entry_point in in_order(entry_points(group=group)):
        if not current_policy().refusal(entry_point.name):
            found.setdefault(entry_point.name, (entry_point, _speaker(entry_point.name, package(entry_point), entry_point)))
    return list(found.values())


@cache
def _speaker(name: str, package_name: str, entry_point: EntryPoint) -> Speaker:
    return Speaker(name, advice(package_name, entry_point.dist.version if entry_point.dist else ""))


def _limits() -> Limits:
    return current_policy().limits
