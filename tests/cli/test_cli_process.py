"""The program as a process of its own: pipes, a terminal, a language."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CUSTOMERS

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, "-m", "tui_import"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "TUI_IMPORT_STORE": str(tmp_path / "crm.db"), "TUI_IMPORT_CONFIG": str(tmp_path / "config"), "LANGUAGE": "en", "TERM": "xterm",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip


def run(words: list[str], environment: dict[str, str], text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *words], input=text, capture_output=True, text=True, env=environment, check=False)


def test_the_version_is_told(environment: dict[str, str]) -> None:
    from tui_import import __version__

    result = run(["--version"], environment)
    assert (result.returncode, result.stdout, result.stderr) == (0, f"tui-import {__version__}\n", "")


def test_a_file_comes_in_by_a_pipe_and_goes_out_by_one(environment: dict[str, str]) -> None:
    assert run(["run", "-"], environment, CUSTOMERS).returncode == 0
    result = run(["export", "company"], environment)
    assert result.stdout.splitlines()[0].startswith("id,name,")
    assert "Gamma Oy" in result.stdout


def test_a_reader_that_has_seen_enough_is_no_error(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("Company name\n" + "".join(f"Company {number}\n" for number in range(20_000)), encoding="utf-8")
    assert run(["run", str(path)], environment).returncode == 0
    for words in (["export", "company"], ["fields"], ["export", "company", "--format", "json"]):
        process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        assert process.stderr is not None
        with process:
            process.stdout.readline()
            process.stdout.close()
            said = process.stderr.read()
        assert process.returncode == 0, words
        assert said == ""


def in_terminal(words: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and all that a terminal was sent."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(PROGRAM[0], [*PROGRAM, *words], environment)
    sent = b""
    while True:
        try:
            block = os.read(terminal, 65536)
        except OSError:  # the program has ended
            break
        if not block:
            break
        sent += block
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), sent.decode()


def test_a_terminal_never_gets_a_command_out_of_a_cell(environment: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    path.write_text('Company name;E-mail\nA\u202elfa \u200bAS;"x\x1b]52;c;aGk=\x07(at)\x9b31m"\n', encoding="utf-8")
    code, sent = in_terminal(["run", str(path), "--map", "E-mail=company.email"], environment)
    assert code == 3
    for words in (["export", "company"], ["export", "company", "--format", "json"], ["runs"], ["drafts"]):
        sent += in_terminal(words, environment)[1]
    # what we draw ourselves: the progress line, which goes back to the line's beginning and clears it
    assert not [letter for letter in sent.replace("\r\x1b[K", "").replace("\r\n", "") if not letter.isprintable()]


def test_a_workbook_is_not_poured_into_a_terminal(environment: dict[str, str]) -> None:
    code, sent = in_terminal(["export", "company", "--format", "xlsx"], environment)
    assert code == 2
    assert "-o FILE.xlsx" in sent


def test_a_terminal_that_knows_no_such_letters_gets_what_it_can_show(environment: dict[str, str]) -> None:
    result = run(["lists", "add", "category", "Ærø"], environment | {"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert "\\xc6r\\xf8" in result.stdout
    result = run(["lists", "list", "category", "--json"], environment | {"PYTHONIOENCODING": "ascii"})
    assert "\\u00c6r\\u00f8" in result.stdout


def test_a_full_standard_output_is_said_and_no_traceback(environment: dict[str, str]) -> None:
    with open("/dev/full", "w") as full:
        result = subprocess.run([*PROGRAM, "fields"], stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "tui-import: " in result.stderr
