"""Reads files with the whole program (`tui-import run FILE --plan-only`), each in a process of its own with a limit on its time.

A process that has everything imported forks for each file. What a file's process and all its children needed is what the kernel says
they needed (`wait4`), so that a reading child counts as well.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

MOST_SECONDS = 60
MOST_MEMORY = 1 << 30
"""Bytes of resident memory, of whichever process of a reading needed most."""
_ADDRESS_SPACE = 8 << 30
"""So that a file which breaks the promise breaks nothing else on this machine."""
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".ods", ".ots"})
"""Endings of files that may have several sheets."""
_ROOT = Path(__file__).resolve().parents[2]
_FAULT = re.compile(r"Traceback|did not foresee|Error: |Exception|0x[0-9a-f]{8}")
"""What no sentence has in it."""

_HELP = {
    "No source reads files with such a name": ("--source", "csv"),
    "A company needs a name": ("--map", "A=company.name"),
    "A person needs": ("--set", "person.match=none", "--map", "A=company.name"),
    "Products go into a price list": ("--set", "product.price_list=Hostile"),
}
"""What is asked for, and what a user says then: unknown endings are read as text, unknown columns are a company's name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file, or of one more sheet of it."""

    file: str
    kind: str
    """rows | sentence | other."""
    rows: int
    sentence: str
    """What was said where there are no rows, or why it is "other"."""
    seconds: float
    memory: int
    """Bytes."""
    sheet: str = ""
    """Empty: the one that is read where none is named."""


def read_all(files: Sequence[Path], jobs: int = 1) -> list[Outcome]:
    """The outcome of each file, then of each other visible sheet of it, in their order; ``jobs`` are read at a time."""
    shares = [files[place::jobs] for place in range(jobs)]
    with tempfile.TemporaryDirectory(prefix="tui-import-hostile-") as folder:
        runs = [_start(share, Path(folder) / str(place)) for place, share in enumerate(shares)]
        answers = [json.loads(line) for run in runs for line in run.communicate()[0].splitlines()]
    found: dict[str, list[Outcome]] = {}
    for answer in answers:
        found.setdefault(answer["file"], []).append(Outcome(**answer))
    return [outcome for path in files for outcome in found[str(path)]]


def _start(files: Iterable[Path], folder: Path) -> subprocess.Popen[str]:
    folder.mkdir()
    listed = folder / "files"
    listed.write_text("\0".join(map(str, files)), encoding="utf-8")
    environment = {**os.environ, "LANGUAGE": "en", "TUI_IMPORT_CONFIG": str(folder / "config"), "PYTHONWARNINGS": "ignore"}
    environment.pop("TUI_IMPORT_DEBUG", None)
    words = [sys.executable, "-m", "tests.hostile.runner", str(listed)]
    return subprocess.Popen(words, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def main(listed: Path) -> None:
    """Read the files of a list; an outcome a line on standard output."""
    text = listed.read_text(encoding="utf-8")
    store = listed.with_name("store.sqlite")
    _warm_up(store)
    for path in map(Path, text.split("\0") if text else ()):
        for sheet in ("", *_other_sheets(path, store)):
            sys.stdout.write(json.dumps(asdict(_read(path, store, sheet))) + "\n")
            sys.stdout.flush()


def _warm_up(store: Path) -> None:
    """Make a store, and have everything imported that a reading needs, so that each fork begins with it."""
    sample = store.with_name("sample.csv")
    sample.write_text("Company name\nAlfa\n")
    code = _call(["run", str(sample), "--plan-only", "--json", "--store", str(store)], store.with_name("out"), store.with_name("err"))
    assert code == 0, store.with_name("err").read_text()


def _call(words: Sequence[str], out: Path, err: Path) -> int:
    from tui_import.__main__ import main as program

    with out.open("w") as answer, err.open("a") as notes, redirect_stdout(answer), redirect_stderr(notes):
        return program(words)


def _read(path: Path, template: Path, sheet: str) -> Outcome:
    chosen = ["--option", f"sheet={sheet}"] if sheet else []
    with tempfile.TemporaryDirectory(dir=template.parent) as name:
        folder = Path(name)
        common = ["--plan-only", "--json", "--store", str(folder / template.name)]
        status, used, seconds = _in_child(lambda: _attempts(path, common, chosen, folder), template, folder)
        return replace(_outcome(path, folder, status, seconds, used.ru_maxrss * 1024), sheet=sheet)


def _other_sheets(path: Path, template: Path) -> list[str]:
    """The visible sheets of a workbook that are not read where none is named."""
    if path.suffix.lower() not in _WORKBOOKS:
        return []
    with tempfile.TemporaryDirectory(dir=template.parent) as name:
        folder = Path(name)
        _in_child(lambda: _write_sheets(path, folder / template.name, folder / "sheets"), template, folder)
        return json.loads((folder / "sheets").read_text()) if (folder / "sheets").exists() else []


def _write_sheets(path: Path, store: Path, target: Path) -> int:
    from tui_import.api.errors import TuiImportError
    from tui_import.session.workspace import Workspace

    with suppress(TuiImportError), Workspace(store) as workspace:
        tables = workspace.begin(str(path)).tables()
        visible = [table.name for table in tables if not table.hidden]
        target.write_text(json.dumps(visible[1:]))  # with no visible one, a hidden one is read
    return 0


def _in_child(work: Callable[[], int], template: Path, folder: Path) -> tuple[int, resource.struct_rusage, float]:
    """Do it in a fork, with a store of its own in the folder: (its status, what it used, seconds)."""
    started = time.monotonic()
    child = os.fork()
    if not child:
        code = 99
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
            shutil.copy(template, folder / template.name)
            code = work()
        finally:
            os._exit(code)
    status, used = _wait(child, started + MOST_SECONDS)
    return status, used, time.monotonic() - started


def _attempts(path: Path, common: Sequence[str], chosen: Sequence[str], folder: Path) -> int:
    """Read it as a user would, who helps where help is asked for."""
    out, err = folder / "out", folder / "err"
    extra = list(chosen)
    while True:
        err.write_text("")
        code = _call(["run", str(path), *extra, *common], out, err)
        said = err.read_text()
        help_ = next((words for asked, words in _HELP.items() if asked in said and not set(words) <= set(extra)), None)
        if code not in (1, 2) or help_ is None:
            return code
        extra += help_


def _wait(child: int, until: float) -> tuple[int, resource.struct_rusage]:
    while time.monotonic() < until:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            return status, used
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    _done, status, used = os.wait4(child, 0)
    return status, used


def _outcome(path: Path, folder: Path, status: int, seconds: float, memory: int) -> Outcome:
    said = (folder / "err").read_text() if (folder / "err").exists() else ""
    out = (folder / "out").read_text() if (folder / "out").exists() else ""
    code = os.waitstatus_to_exitcode(status)
    kind, rows, sentence = _judge(code, out, said)
    if seconds > MOST_SECONDS or memory > MOST_MEMORY:
        kind, sentence = "other", f"{seconds:.0f} s, {memory >> 20} MiB; {sentence}"
    return Outcome(str(path), kind, rows, sentence, round(seconds, 3), memory)


def _judge(code: int, out: str, said: str) -> tuple[str, int, str]:
    if code in (0, 3) and out.startswith("{"):
        if _FAULT.search(said):
            return "other", 0, said[:400]
        return "rows", json.loads(out)["rows"], ""
    sentences = [line for line in said.splitlines() if line.startswith("tui-import: ")]
    if code in (1, 2, 4) and len(sentences) == 1 and not _FAULT.search(said):
        return "sentence", 0, sentences[0].removeprefix("tui-import: ")
    return "other", 0, f"exit code {code}: {said[-400:]}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
