"""What databases say when something is wrong, in plain words. The statement and its values never get into a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tui_import.api import N_, SourceError, _

_BY_STATE = {
    "28P01": (N_("The database does not accept the password."), N_("Check user name and password of the connection.")),
    "28000": (N_("The database does not accept this user."), N_("Check user name and password of the connection.")),
    "3D000": (N_("The server has no such database."), N_("Check the address of the connection.")),
    "42501": (N_("This user may not read that."), N_("Ask the database's administrator for the right to read it.")),
    "42P01": (N_("The database has no such table."), N_("Check the tables and queries of the connection.")),
    "42703": (N_("The database has no such column."), N_("Check the queries of the connection.")),
    "25006": (N_("The query tries to write, which is never allowed."), N_("Name a query that only reads.")),
    "57014": (N_("The database gave up; the query takes too long."), N_("Search for fewer rows, or ask for an index.")),
}
"""SQLSTATE → what is wrong, what to do."""
_BY_WORDS = (
    (("password authentication failed", "access denied", "no password supplied"), _BY_STATE["28P01"]),
    (("could not translate host name", "failed to resolve host", "name or service not known", "nodename nor servname", "unknown host"),
     (N_("The database server is not known."), N_("Check the address and the network."))),
    (("connection refused", "is the server running", "no route to host", "can't connect"),
     (N_("The database server does not answer."), N_("Check the address, the port and the network."))),
    (("timeout", "timed out"), (N_("The database did not answer in time."), N_("Try again later."))),
    (("certificate", "ssl", "tls"),
     (N_("No secure connection to the database is possible."), N_("Check the address and its certificates."))),
    (('fatal:  role "', 'fatal: role "'), _BY_STATE["28000"]),
    (('" does not exist', "unknown database"), _BY_STATE["3D000"]),
    (("readonly", "read-only", "read only"), _BY_STATE["25006"]),
    (("no such table",), _BY_STATE["42P01"]),
    (("no such column",), _BY_STATE["42703"]),
    (("file is not a database",), (N_("The file is no SQLite database."), N_("Check the address of the connection."))),
)  # fmt: skip
_EXTRAS = {"psycopg": "postgresql"}
"""Module → the extra of this program that brings it."""


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Errors of the database and of a driver that is missing, as `SourceError`."""
    import sqlalchemy as sa

    try:
        yield
    except sa.exc.NoSuchModuleError:
        raise SourceError(
            _("There is no driver for databases of this kind."), hint=_("Check the address; a driver of SQLAlchemy can be installed.")
        ) from None
    except ModuleNotFoundError as error:
        name = error.name or ""
        package = f"'tui-import[{_EXTRAS[name]}]'" if name in _EXTRAS else name
        raise SourceError(
            _("The driver {name} is not installed.").format(name=name),
            hint=_("Install it with: pip install {package}").format(package=package),
        ) from None
    except sa.exc.DBAPIError as error:
        raise _error(error.orig) from None
    except sa.exc.SQLAlchemyError as error:
        raise SourceError(
            _("The database cannot be read so ({kind}).").format(kind=type(error).__name__), hint=_("Check the settings of the connection.")
        ) from None


def _error(error: BaseException | None) -> SourceError:
    state = str(getattr(error, "sqlstate", None) or "")
    lines = str(error).strip().splitlines() or [""]
    text = " ".join(lines).casefold()
    message, hint = _BY_STATE.get(state) or next((said for words, said in _BY_WORDS if any(word in text for word in words)), ("", ""))
    if message and state not in ("42P01", "42703", "42501"):
        return SourceError(_(message), hint=_(hint))
    said = lines[0].removeprefix("ERROR:").strip()[:200]
    return SourceError(
        _("{message} It says: {said}").format(message=_(message) if message else _("The database refuses the query."), said=said),
        hint=_(hint) if hint else _("Check the tables and queries of the connection."),
    )
