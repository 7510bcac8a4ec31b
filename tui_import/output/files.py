"""Files that are there complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tui_import.api.errors import TuiImportError, Where
from tui_import.api.i18n import _
from tui_import.umask import users_mask


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path to write to; it takes the place of ``path`` when all went well and vanishes otherwise.

    Raises `TuiImportError` with a sentence where the folder cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.chmod(0o666 & ~users_mask())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise TuiImportError(
            _("It cannot be written: {reason}.").format(reason=error.strerror or error),
            where=Where(file=str(path)),
            hint=_("Check the folder, its permissions and the room on the disk."),
        ) from error
