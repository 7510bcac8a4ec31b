"""The child: takes its job from standard input, reads one workbook under limits, and sends sheets or rows through standard output."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from tui_import_excel.worker import engines, ooxml, wire
from tui_import_excel.worker.biff import BiffScan
from tui_import_excel.worker.columns import Blocks, Scan
from tui_import_excel.worker.container import Container, RefusedError, again, open_container
from tui_import_excel.worker.odf import OdfScan

WAIT = 900
"""Seconds that a written block may wait for its reader; then the child ends by itself."""


def main() -> None:
    """Run the job."""
    job = json.loads(sys.stdin.buffer.read())
    limit(job["memory"], job["seconds"])
    pipe = os.fdopen(os.dup(1), "wb", 1 << 20)
    os.dup2(2, 1)  # nothing that a library prints can get between the messages
    try:
        run(job, pipe)
    except RefusedError as error:
        wire.send(pipe, "error", (error.code, error.detail[:300]))
    except MemoryError:
        wire.send(pipe, "error", ("memory", ""))
    except BrokenPipeError:
        os._exit(0)
    except BaseException as error:  # a panic of the Rust library is no Exception; whatever it is, the parent is told
        wire.send(pipe, "error", ("damaged", (str(error) or type(error).__name__)[:300]))
    signal.alarm(WAIT)
    pipe.flush()
    os._exit(0)  # at once: freeing the memory of a large sheet takes time


def limit(memory: int, seconds: int) -> None:
    """Set this process's limits: bytes of address space, seconds of CPU, no core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(job: dict[str, Any], pipe: BinaryIO) -> None:
    """Do the one thing that the job asks for."""
    container = open_container(job["path"], job["password"])
    sheets = ooxml.sheets(container.archive) if container.archive and container.kind == "xlsx" else []
    if job["do"] == "sheets":
        wire.send(pipe, "sheets", [(sheet.name, sheet.visible) for sheet in sheets] or engines.sheet_names(container))
        return
    part = next((sheet.part for sheet in sheets if sheet.name == job["sheet"]), "")
    send_rows(container, job["sheet"], part, pipe)


def send_rows(container: Container, sheet: str, part: str, pipe: BinaryIO) -> None:
    """Send the rows of a sheet in blocks, with what the values alone do not tell."""
    scan: Scan | None = None
    notes: dict[tuple[int, int], str] = {}
    if container.archive and part in container.archive.namelist():
        scan = ooxml.Scan(zipfile.ZipFile(again(container)), part, ooxml.padding_styles(container.archive))
        notes = ooxml.comments(container.archive, part)
    elif container.archive and container.kind == "ods":
        scan = OdfScan(zipfile.ZipFile(again(container)), sheet)
    elif container.kind == "xls":
        scan = BiffScan(again(container), sheet)
    with _ahead(scan):
        values = engines.read(container, sheet)
    wire.send(pipe, "start", {"engine": values.engine, "height": values.height, "kind": container.kind, "notes": notes})
    blocks = Blocks(values.rows, scan)
    for block in blocks:
        wire.send(pipe, "rows", block)
        signal.alarm(WAIT)
        pipe.flush()
        signal.alarm(0)
    wire.send(pipe, "end", blocks.summary())


@contextmanager
def _ahead(scan: Scan | None) -> Iterator[None]:
    """Look at the sheet's XML while its values load: calamine leaves the other processor free."""
    if scan is None:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=scan.ahead, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
