"""A third party's afternoon: a package from ``sources new``, installed beside the wheel of this program, imported through.

Both are wheels in a fresh environment, not a checkout; the libraries they need are those of this environment, so nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.e2e.steps import import_all, leave, open_preview
from tests.e2e.terminal import Terminal

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


def run(*words: str | Path, folder: Path, environment: dict[str, str] | None = None, code: int = 0) -> str:
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout


def wheel(project: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, project, folder=folder)
    return max(folder.glob("*.whl"), key=lambda path: path.stat().st_mtime_ns)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``venv/``, in which the wheel of this program and a package made by it are installed."""
    folder = tmp_path_factory.mktemp("third")
    venv = folder / "venv"
    run(sys.executable, "-m", "venv", venv, folder=folder)
    python = venv / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=folder).strip())
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", "--disable-pip-version-check"]
    run(*install, wheel(ROOT, folder), folder=folder)
    run(venv / "bin" / "tui-import", "sources", "new", "my_erp", folder / "mine", folder=folder, environment=environment(folder))
    run(*install, wheel(folder / "mine", folder), folder=folder)
    (folder / "people.my_erp").write_text("Anna Berg|anna@example.com\nBo Lund|bo@example.com\n", encoding="utf-8")
    return folder


def environment(folder: Path) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "TUI_IMPORT_PLUGINS")}
    return {
        **clean,
        "TUI_IMPORT_CONFIG": str(folder / "config"),
        "TUI_IMPORT_STORE": str(folder / "store.sqlite"),
        "LANGUAGE": "en",
        "LC_ALL": "C.UTF-8",
    }


def program(place: Path, *words: str | Path, code: int = 0) -> str:
    return run(place / "venv" / "bin" / "tui-import", *words, folder=place, environment=environment(place), code=code)


def test_the_installed_program_is_the_wheel(place: Path) -> None:
    file = run(place / "venv" / "bin" / "python", "-c", "import tui_import; print(tui_import.__file__)", folder=place)
    assert file.startswith(str(place))


def test_it_is_listed_with_its_package(place: Path) -> None:
    sources = {each["name"]: each for each in map(json.loads, program(place, "sources", "--json").splitlines())}
    assert set(sources) >= {"csv", "excel", "gmail", "outlook", "my_erp"}
    assert (sources["my_erp"]["package"], sources["my_erp"]["version"]) == ("tui-import-my-erp", "0.1")
    assert "tui-import-my-erp" in program(place, "sources", "info", "my_erp")


def test_it_keeps_the_contract_and_its_own_tests_pass(place: Path) -> None:
    program(place, "sources", "check", "my_erp", "people.my_erp")
    run(place / "venv" / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", folder=place / "mine")


def test_people_are_imported_through_it_by_command(place: Path) -> None:
    settings = (
        "--map",
        "Name=person.full_name",
        "--map",
        "E-mail=person.email",
        "--set",
        "person.without_company=create",
        "--yes",
        "--json",
    )
    summary = json.loads(program(place, "run", "people.my_erp", *settings))
    assert summary["entities"]["person"]["added"] == 2
    people = program(place, "export", "person", "--format", "json")
    assert "anna@example.com" in people


def test_companies_are_imported_through_it_on_the_screens(place: Path) -> None:
    own = {**environment(place), "TUI_IMPORT_CONFIG": str(place / "other"), "TUI_IMPORT_STORE": str(place / "other.sqlite")}
    command = str(place / "venv" / "bin" / "tui-import")
    (place / "first.my_erp").write_text("Acme A/S|acme@example.com\n", encoding="utf-8")
    (place / "next.my_erp").write_text("Bolt ApS|bolt@example.com\nCirkel AB|cirkel@example.com\n", encoding="utf-8")
    links = ("--map", "Name=company.name", "--map", "E-mail=company.email", "--yes")
    run(command, "run", "first.my_erp", *links, folder=place, environment=own)  # the screens remember the links
    with Terminal([command, str(place / "next.my_erp")], own) as terminal:
        terminal.wait_for("Step 1 of 6", "next.my_erp, my_erp", "bolt@example.com")
        assert "Companies  +2 new" in open_preview(terminal)
        assert import_all(terminal) == 2
        leave(terminal)
    companies = run(command, "export", "company", "--format", "json", folder=place, environment=own)
    assert all(name in companies for name in ("Acme A/S", "Bolt ApS", "Cirkel AB"))
