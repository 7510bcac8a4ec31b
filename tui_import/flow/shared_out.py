"""Work shared out over the machine's cores: one function, many jobs, results in the order of the jobs."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
MOST = 4
"""Processes at most: each holds a block of records."""
_CHILD = "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); from tui_import.flow.shared_out import serve; serve()"


def shared_out(function: Callable[[Job], Result], jobs: Iterable[Job], processes: int = 0) -> Iterator[Result]:
    """``function(job)`` for each job, in ``processes`` other processes (0: as many as there are cores, `MOST` at most).

    Function, jobs and results must be picklable; what the function raises is raised here. A job is taken when a process is free for it. The
    processes end with the iterator, and by themselves where this process dies.
    """
    count = processes or min(os.cpu_count() or 1, MOST)
    if count < 2:
        yield from map(function, jobs)
        return
    helpers: list[_Helper] = []
    busy: deque[_Helper] = deque()
    try:
        for job in jobs:
            if len(helpers) < count:
                helpers.append(_Helper(function))
                helper = helpers[-1]
            else:
                helper = busy.popleft()
                yield helper.answer()
            helper.ask(job)
            busy.append(helper)
        while busy:
            yield busy.popleft().answer()
    finally:
        for helper in helpers:
            helper.end()


class _Helper:
    """One process; not a fork (this one has threads) and not `multiprocessing` (which runs the caller's main module anew)."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for this process, which ends the others
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._out: IO[bytes] = self._process.stdout
        self.ask(sys.path)
        self.ask(function)

    def ask(self, what: object) -> None:
        pickle.dump(what, self._in, pickle.HIGHEST_PROTOCOL)
        self._in.flush()

    def answer(self) -> Any:
        done, result = pickle.load(self._out)  # noqa: S301 (from a process of ours)
        if not done:
            raise result
        return result

    def end(self) -> None:
        self._process.kill()
        self._in.close()
        self._out.close()
        self._process.wait()


def serve() -> None:
    """What a process does: jobs from standard input, results to standard output, until there are no more."""
    jobs, results = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    gc.disable()  # columns of texts hold no cycles, and looking for some takes a tenth of the time
    function = pickle.load(jobs)  # noqa: S301 (from the process that started this one)
    while True:
        try:
            job = pickle.load(jobs)  # noqa: S301
        except EOFError:
            return
        try:
            answer = True, function(job)
        except Exception as error:
            answer = False, error
        pickle.dump(answer, results, pickle.HIGHEST_PROTOCOL)
        results.flush()
