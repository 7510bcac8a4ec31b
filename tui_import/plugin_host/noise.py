"""What a plugin prints never reaches the terminal: it is kept for ``doctor``, and cut where it is much.

`sys.stdout` and `sys.stderr` are replaced by a `_Switch` for good once the first plugin is called: it lets every thread through but
those that `listening` has marked as a plugin's. It stays, because a call that was abandoned may print at any later time. What a plugin's
C code or child process writes to the file descriptor is out of reach.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MOST = 4_000
"""Characters kept per plugin."""

_of_thread = threading.local()
_lock = threading.Lock()


class Noise:
    """What one plugin printed, the beginning of it."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: object) -> int:
        """Keep it, as far as there is room."""
        written = str(text)
        if len(self.text) < MOST:
            self.text = (self.text + written[:MOST])[:MOST]
        return len(written)


class _Switch:
    """Stands before a stream and takes what plugins' threads write."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        noise: Noise | None = getattr(_of_thread, "noise", None)
        return noise.write(text) if noise is not None else self._stream.write(text)

    def writelines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if getattr(_of_thread, "noise", None) is None:
            self._stream.flush()

    @property
    def buffer(self) -> Any:
        """The bytes below; a plugin gets a hole to write into."""
        if getattr(_of_thread, "noise", None) is None:
            return self._stream.buffer
        import io

        return io.BytesIO()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def listening(noise: Noise) -> Iterator[None]:
    """Mark this thread as a plugin's: what it prints goes into ``noise``."""
    with _lock:
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None and not isinstance(stream, _Switch):
                setattr(sys, name, _Switch(stream))
    before = getattr(_of_thread, "noise", None)
    _of_thread.noise = noise
    try:
        yield
    finally:
        _of_thread.noise = before
