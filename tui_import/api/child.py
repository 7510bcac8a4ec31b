"""A process of its own for reading a file with a library that the file may crash, for sources that need one.

It runs ``main()`` of the plugin's module ``worker.main``, isolated from the user's site packages and environment, in a session of its own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_START = """\
import sys, types
sys.path[:0] = {path!r}
package = types.ModuleType({package!r})  # without its __init__: the child needs neither the plugin nor the API
package.__path__ = [{folder!r}]
sys.modules[{package!r}] = package
from {package}.worker.main import main
main()
"""


def program(package: str, folder: Path) -> str:
    """What the child runs. ``package``: name of the plugin's package, which is in ``folder``."""
    return _START.format(path=[entry for entry in sys.path if entry], package=package, folder=str(folder))


def start(code: str) -> subprocess.Popen[bytes]:
    """A child that runs it; it hears by its standard input and answers by its standard output."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,  # Ctrl-C in the terminal is for the parent to answer
    )


def finish(process: subprocess.Popen[bytes]) -> None:
    """End it, and leave nothing of it."""
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    process.wait()
