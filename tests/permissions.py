"""Children that heed permissions, also where the tests run as root."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
"""Of Linux: <linux/prctl.h>, <linux/capability.h>."""


def unprivileged(place: Path) -> dict[str, Callable[[], None]]:
    """What `subprocess` is told so that a child heeds permissions; skips where root cannot be made to. ``place``: a folder to try it in."""
    child: dict[str, Callable[[], None]] = {} if os.geteuid() else {"preexec_fn": _give_up_privilege}
    probe = place / "probe"
    probe.touch(0o444)
    command = [sys.executable, "-c", "import sys; open(sys.argv[1], 'a')", str(probe)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **child)  # type: ignore[call-overload]
    except subprocess.SubprocessError:
        pytest.skip("the tests run as root, which cannot give up passing over permissions here")
    finally:
        probe.unlink()
    assert "PermissionError" in done.stderr
    return child


def _give_up_privilege() -> None:
    """In a child that root starts: the program that it becomes may not pass over permissions any more."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
