"""Ten broken plugins installed together: everything else still works, and each is named with its reason.

Run as a user does, in a process of its own: distributions on the path, the program's own command line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SOURCE = """
from tui_import.api import Column, Row, Source, Table, hookimpl
{before}
class T(Table):
    name = "t"
    def columns(self): return [Column("Company: Name")]
    def rows(self):
        {rows}
class S(Source):
    name, title, suffixes, api_version = "{name}", "{name}", (".{name}",), {version}
    def open(self, location, options):
        {open}
        return [T()]
@hookimpl
def register_sources(register): register(S())
"""


def source(name: str, *, before: str = "", rows: str = "yield Row(1, ['Acme'])", open: str = "pass", version: str = "(1, 0)") -> str:
    return SOURCE.format(name=name, before=before, rows=rows, open=open, version=version)


LOADING = {
    "import_error": ("import no_such_library", "no_such_library"),
    "syntax_error": ("def (:", "SyntaxError"),
    "leaves": ("import sys; sys.exit('bye')", "SystemExit"),
    "old_api": (source("old_api", version="(0, 9)"), "version 0"),
}
"""These do not load: name → code, and what the reason says."""
READING = {
    "endless": (source("endless", open="while True: pass"), "did not answer within 1 seconds (opening)"),
    "sleeper": (
        source(
            "sleeper",
            before="import time\nfrom tui_import.api import Peek",
            rows="time.sleep(3600); yield Row(1, ['Acme'])\n    def peek(self, limit=20): return Peek([])",
        ),
        "did not answer within 1 seconds (reading rows)",
    ),
    "late_error": (
        source("late_error", rows="yield from (Row(n, [str(n)]) for n in range(1, 501)); raise KeyError('oh')"),
        "KeyError",
    ),
    "huge_cell": (
        source("huge_cell", before="from tui_import.api import MOST_TEXT", rows="yield Row(1, ['x' * (MOST_TEXT + 1)])"),
        "a cell takes at most",
    ),
}
"""These load and fail later."""
HARMLESS = {
    "surrogates": source("surrogates", rows="yield Row(1, ['Acme \\ud800'])"),
    "prints": source(
        "prints",
        before="import sys\nprint('NOISE at import')\nsys.stderr.write('NOISE too')",
        rows="print('NOISE of rows'); yield Row(1, ['Acme'])",
    ),
}
"""These are odd, and mended at the border."""


@dataclass(frozen=True)
class Installed:
    """An environment with all of them."""

    environment: dict[str, str]
    folder: Path

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The program with these words."""
        return subprocess.run(
            [sys.executable, "-m", "tui_import", *words],
            capture_output=True, text=True, env=self.environment, cwd=self.folder, timeout=120, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("broken")
    site = folder / "site"
    site.mkdir()

    def install(package: str, name: str, code: str) -> None:
        module = f"{package.replace('-', '_')}_module"
        (site / f"{module}.py").write_text(code, encoding="utf-8", errors="surrogatepass")
        info = site / f"{package.replace('-', '_')}-3.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 3.1\nLicense: BSD\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[tui_import.sources]\n{name} = {module}\n", encoding="utf-8")

    for name, (code, _reason) in {**LOADING, **READING}.items():
        install(f"{name.replace('_', '-')}-plugin", name, code)
    for name, code in HARMLESS.items():
        install(f"{name}-plugin", name, code)
    install("thief-plugin", "csv", source("csv", rows="yield Row(1, ['stolen'])"))
    config = folder / "config"
    config.mkdir()
    (config / "plugins.toml").write_text("[limits]\nopen = 1\nfirst_row = 1\nlook = 30\n", encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), str(ROOT), str(ROOT / "plugins")]),
        "TUI_IMPORT_CONFIG": str(config),
        "TUI_IMPORT_STORE": str(folder / "store.sqlite"),
        "LANGUAGE": "en",
        "PYTHONIOENCODING": "utf-8",
    }
    return Installed(environment, folder)


def objects(result: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_list_names_every_one_with_its_reason_and_all_others_work(installed: Installed) -> None:
    result = installed("sources", "--json")
    assert result.returncode == 0, result.stderr
    found = {(str(each["name"]), str(each["package"])): str(each["error"]) for each in objects(result)}
    for name, (_code, reason) in LOADING.items():
        error = found[name, f"{name.replace('_', '-')}-plugin"]
        assert reason in error
        assert f"{name.replace('_', '-')}-plugin 3.1" in error, "it says whom to tell"
    assert "tui-import" in found["csv", "thief-plugin"]
    for name in [*READING, *HARMLESS]:
        assert found[name, f"{name.replace('_', '-')}-plugin"] == ""
    assert found["csv", "tui-import"] == found["excel", "tui-import"] == ""
    assert "NOISE" not in result.stdout + result.stderr


@pytest.mark.parametrize("name", READING)
def test_an_import_with_one_that_fails_ends_in_one_sentence(installed: Installed, name: str) -> None:
    result = installed("run", "some place", "--source", name, "--plan-only")
    assert result.returncode == 1
    assert READING[name][1] in result.stderr
    assert f"“{name}”" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", HARMLESS)
def test_an_import_with_an_odd_one_is_an_import(installed: Installed, name: str) -> None:
    result = installed(
        "run",
        "some place",
        "--source",
        name,
        "--map",
        "Company: Name=company.name",
        "--set",
        "person.match=none",
        "--set",
        "duplicates.find=no",
        "--yes",
        "--json",
    )  # the store is shared: a row may resemble another plugin's
    assert result.returncode == 0, result.stderr
    assert "NOISE" not in result.stdout + result.stderr
    [summary] = objects(result)
    assert summary["entities"]["company"]["added"] == 1  # type: ignore[index]


def test_the_programs_own_sources_import_beside_them(installed: Installed) -> None:
    path = installed.folder / "people.csv"
    path.write_text("Company;City\nBesides A/S;Oslo\n", encoding="utf-8")
    result = installed("run", str(path), "--yes", "--json")
    assert result.returncode == 0, result.stderr
    assert objects(result)[0]["rows"] == 1


def test_the_doctor_shows_authors_where_it_failed_and_what_was_printed(installed: Installed) -> None:
    result = installed("doctor", "--json")
    checks = {str(check["name"]): check for check in objects(result)}
    assert result.returncode == 1
    assert "import_error_plugin_module.py" in str(checks["Source import_error"]["hint"])
    assert "Traceback" in str(checks["Source import_error"]["hint"])
    assert checks["Source prints"]["ok"]
    assert "NOISE at import" in str(checks["Source prints"]["hint"])
    assert "NOISE too" in str(checks["Source prints"]["hint"])


def test_safe_mode_loads_none_of_them(installed: Installed) -> None:
    calm = Installed({**installed.environment, "TUI_IMPORT_PLUGINS": "csv,excel"}, installed.folder)
    found = [each for each in objects(calm("sources", "--json")) if not each["error"]]
    assert [each["name"] for each in found] == ["csv", "excel"]
