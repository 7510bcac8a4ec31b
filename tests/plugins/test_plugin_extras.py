"""Transforms and after-import hooks: used where they are, harmless where they fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tui_import import plugin_host
from tui_import.api import Finding, FinishedRun, PluginError, SourceError
from tui_import.plugin_host import extras

RUN = FinishedRun(7, "csv", "customers.csv", "anna", "2026-01-02T03:04:05+00:00", 1.25, 3, {"company": {"added": 2, "problem": 1}}, ["New"])

TRANSFORMS = """
from tui_import.api import Finding, Transform, hookimpl
class Shout(Transform):
    name, title = "shout", "Shout"
    def transform(self, value):
        if value == "boom": raise KeyError("secret")
        if value == "odd": return Finding("odd")
        return value.upper() + ("\\ud800" if value == "half" else "")
class Bytes(Transform):
    name, title = "bytes", "Bytes"
    def applies_to(self, field, type): return 1 / 0
    def transform(self, value): return b"x"
@hookimpl
def register_transforms(register):
    register(Shout()); register(Bytes())
"""


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str, str], None]]:
    """Makes modules with these hooks the only ones that are installed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    found: dict[str, list[EntryPoint]] = {}
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: found.get(group, []))

    def add(group: str, name: str, code: str) -> None:
        module = f"extra_{name}_{tmp_path.name.replace('-', '_')}"
        (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
        found.setdefault(group, []).append(EntryPoint(name, module, group))
        plugin_host.forget()

    yield add
    plugin_host.use(plugin_host.Policy())
    plugin_host.forget()


def test_the_bundled_transforms_are_offered() -> None:
    names = [transform.name for transform in plugin_host.transforms()]
    if not names:
        pytest.skip("the project is not installed anew since the transforms came")
    assert names == ["name_case", "company_case", "without_titles", "blanks", "placeholders"]


def test_a_transform_is_asked_value_by_value_and_believed_nothing(plug) -> None:
    plug(extras.TRANSFORMS, "shout", TRANSFORMS)
    shout, broken = plugin_host.transforms()
    result = shout.apply(["a", None, "", "boom", "odd", "half", "b"])
    assert [result[at] for at in (0, 1, 2, 5, 6)] == ["A", None, "", "HALF?", "B"]
    assert isinstance(result[3], Finding)
    assert "KeyError" in result[3].message
    assert "secret" not in result[3].message
    assert result[4] == Finding("odd")
    assert shout.applies_to("person.last_name", "text")
    assert not broken.applies_to("person.last_name", "text")
    with pytest.raises(PluginError, match="shout"):
        broken.apply(["a"])


def test_a_plugin_of_transforms_that_does_not_load_takes_nothing_from_the_others(plug) -> None:
    plug(extras.TRANSFORMS, "a_broken", "1/0")
    plug(extras.TRANSFORMS, "shout", TRANSFORMS)
    assert [transform.name for transform in plugin_host.transforms()] == ["shout", "bytes"]
    [(name, sentence)] = extras.extra_failures()
    assert name == "a_broken"
    assert "ZeroDivisionError" in sentence


def test_an_after_import_hook_hears_of_the_run_with_its_settings(plug, tmp_path: Path) -> None:
    plug(
        extras.AFTER_IMPORT,
        "teller",
        "from tui_import.api import hookimpl\n@hookimpl\ndef after_import(run, settings):\n"
        "    import pathlib; pathlib.Path(settings['file']).write_text(f'{run.run} {run.rows}')",
    )
    plug(extras.AFTER_IMPORT, "short", "from tui_import.api import hookimpl\n@hookimpl\ndef after_import(run): assert run.rows == 3")
    target = tmp_path / "told"
    plugin_host.use(plugin_host.policy_of({"settings": {"teller": {"file": str(target)}}}))
    assert plugin_host.tell_after_import(RUN) == []
    assert target.read_text() == "7 3"


def test_hooks_that_fail_or_hang_are_named_and_do_not_stop_the_others(plug, tmp_path: Path) -> None:
    head = "from tui_import.api import hookimpl\n@hookimpl\ndef after_import(run): "
    plug(extras.AFTER_IMPORT, "exits", head + "raise SystemExit(3)")
    plug(extras.AFTER_IMPORT, "hangs", head + "\n  while True: pass")
    plug(extras.AFTER_IMPORT, "sly", head + "run.rows = 5")
    plug(extras.AFTER_IMPORT, "works", head + f"open({str(tmp_path / 'told')!r}, 'w').close()")
    plugin_host.use(plugin_host.policy_of({"limits": {"hook": 0.3}}))
    wrong = plugin_host.tell_after_import(RUN)
    assert [word for word in ("exits", "hangs", "sly") if not any(word in sentence for sentence in wrong)] == []
    assert len(wrong) == 3
    assert (tmp_path / "told").exists()


# -- the bundled report


def test_a_report_is_written_where_the_user_wants_one(tmp_path: Path) -> None:
    import tui_import_report

    tui_import_report.after_import(RUN, {"folder": str(tmp_path / "reports")})
    assert json.loads((tmp_path / "reports" / "run-7.json").read_text("utf-8"))["counts"] == {"company": {"added": 2, "problem": 1}}
    text = (tmp_path / "reports" / "run-7.txt").read_text("utf-8")
    assert "customers.csv" in text
    assert "undo 7" in text


def test_no_report_is_written_where_none_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tui_import_report

    monkeypatch.chdir(tmp_path)
    tui_import_report.after_import(RUN, {"folder": ""})
    tui_import_report.after_import(RUN, {})
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_is_the_users_to_mend(tmp_path: Path) -> None:
    import tui_import_report

    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="report"):
        tui_import_report.after_import(RUN, {"folder": str(tmp_path / "file")})
