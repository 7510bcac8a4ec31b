"""Files that the program makes are for their owner alone; what somebody asks to be written is as that person's other files are."""

from __future__ import annotations

import os
from contextlib import suppress

PRIVATE = 0o077
_users: int | None = None


def be_private() -> None:
    """Whatever this process and its children make from now on is its owner's alone, and no crash leaves its memory in a file."""
    global _users  # noqa: PLW0603 - a process has one mask
    if _users is None:
        _users = os.umask(PRIVATE)
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def users_mask() -> int:
    """The mask that the program was started with."""
    if _users is not None:
        return _users
    mask = os.umask(PRIVATE)
    os.umask(mask)
    return mask
