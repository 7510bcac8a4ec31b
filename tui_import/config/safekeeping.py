"""Secrets of saved connections: in the system's keyring where one works, else in a file of the state folder that only its owner may read.

The file says of each connection either its secrets or that the keyring has them, so a keyring that cannot be reached (over SSH) is noticed.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tui_import.api.errors import SourceError
from tui_import.api.i18n import _
from tui_import.config.files import state_folder, write_file

FILE = "secrets.json"
SERVICE = "tui-import"
"""What entries of the keyring are filed under."""
IN_KEYRING = "keyring"
"""What stands in the file in place of secrets that the keyring has."""
_LEAST_PRIORITY = 1
"""Of a keyring: below are those that keep plain text, ask on the terminal or do nothing."""


def secrets_of(name: str) -> dict[str, str]:
    """The secrets filed under a name; none where there are none. Raises `SourceError` where the keyring that has them does not open."""
    kept = _file().get(name, {})
    if isinstance(kept, dict):
        return kept
    try:
        found: dict[str, str] = json.loads(_keyring().get_password(SERVICE, name))
    except Exception:  # whatever its backend raises; what it says may hold what is secret
        raise SourceError(
            _("The keyring that has the secrets of this connection does not open here."),
            hint=_("Unlock it, or give the secrets anew: sign in again or save the connection again."),
        ) from None
    return found


def keep(name: str, secrets: Mapping[str, str]) -> None:
    """File secrets under a name, in place of what was there; none: forget it. Raises `OSError`."""
    with locked():
        _keep(name, secrets)


def renew(name: str, renewed: Mapping[str, str]) -> None:
    """Lay renewed secrets over those of a name. Raises `OSError`, `SourceError`."""
    with locked():
        _keep(name, {**secrets_of(name), **renewed})


@contextmanager
def locked() -> Iterator[None]:
    """No other program that does the same writes connections or secrets meanwhile. Not to be nested."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(name: str, secrets: Mapping[str, str]) -> None:
    everything = _file()
    if everything.pop(name, None) == IN_KEYRING and not secrets:
        _forget(name)
    if secrets:
        everything[name] = IN_KEYRING if _into_keyring(name, secrets) else dict(secrets)
    write_file(state_folder() / FILE, json.dumps(everything))


def _file() -> dict[str, Any]:
    try:
        found = json.loads((state_folder() / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keyring() -> Any:
    """The module `keyring` (the extra of that name). Raises what its backends raise, `LookupError` where none is worth the name."""
    import keyring

    if keyring.get_keyring().priority < _LEAST_PRIORITY:
        raise LookupError
    return keyring


def _into_keyring(name: str, secrets: Mapping[str, str]) -> bool:
    try:
        _keyring().set_password(SERVICE, name, json.dumps(dict(secrets)))
    except Exception:  # not installed, none there, locked, no desktop: the file is there for that
        return False
    return True


def _forget(name: str) -> None:
    try:
        _keyring().delete_password(SERVICE, name)
    except Exception:  # out of reach: without the line in our file nothing finds it any more
        return
