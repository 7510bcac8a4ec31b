"""The connector "sql": any database that SQLAlchemy reaches; per actor type a table, a view or a query. It only ever reads."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tui_import.api import N_, Choice, Criterion, Option, Options, OptionType, SourceError, _
from tui_import.api.erp import Actor, ActorPage, ActorType, Connector, Erp, ErpField
from tui_import_erp.sql_presets import PRESETS

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine, Select

    from tui_import_erp.sql_relation import Relation

AT_ONCE = 5_000
"""Rows that are fetched together while streaming."""
CONNECT_SECONDS = 15
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""What people write, and what SQLAlchemy calls it."""
READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON",),
    "mysql": ("SET SESSION TRANSACTION READ ONLY",),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY",),
}
"""What makes a new connection refuse to write. PostgreSQL is told when it connects; every other database is never told to commit."""
TYPES = {
    "customer": N_("Customers"),
    "supplier": N_("Suppliers"),
    "partner": N_("Partners"),
    "person": N_("Persons"),
    "employee": N_("Employees"),
    "project": N_("Projects"),
}
ENTITIES = {"person": "person", "employee": "person", "project": "project"}


class SqlConnector(Connector):
    """PostgreSQL, SQLite, and whatever else has a driver of SQLAlchemy."""

    @property
    def title(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("SQL database")

    @property
    def description(self) -> str:  # type: ignore[override]
        """In the user's language."""
        return _("A table, view or query per actor type; ready made for SQL-Ledger and LedgerSMB")

    def config_fields(self) -> Sequence[Option]:
        """The database, what to read of it, and what its columns are."""
        presets = [Choice("", _("none")), *(Choice(name, name) for name in PRESETS)]
        what = _("table, view or query with these actors; empty: none")
        return [
            Option("url", _("Address"), help=_("postgresql://user@server/database or sqlite:////path/to/file"), required=True),
            Option("password", _("Password"), OptionType.PASSWORD, _("Kept apart from the rest"), ""),
            Option("preset", _("Ready made for"), OptionType.CHOICE, _("The ERP whose tables these are"), "", choices=presets),
            *(Option(key, _(label), help=what, default="") for key, label in TYPES.items()),
            Option("roles", _("Columns"), help=_("What columns are, like: nr=ERPKEY; navn=NAME; supplier.by=POSTALCITY"), default=""),
        ]

    def check(self, config: Options) -> None:
        """The address, the roles and at least one actor type."""
        super().check(config)
        address(config)
        roles_of(str(config.get("roles") or ""), "")
        if not _queries(config):
            raise SourceError(
                _("The connection does not say what to read."), hint=_("Give a table, view or query for customers, or choose a preset.")
            )

    def connect(self, config: Options) -> SqlErp:
        """The database."""
        return SqlErp(config)


class SqlErp(Erp):
    """One database."""

    def __init__(self, config: Options) -> None:
        self._config = config
        self._texts = _queries(config)
        self._relations: dict[str, Relation] = {}
        self._opened: Engine | None = None

    def test(self) -> str:
        """Each query is tried."""
        with self._connected() as connection:
            names = [f"{_(TYPES[key])} ({len(self._relation(key, connection).fields)})" for key in self._texts]
            version = ".".join(map(str, connection.dialect.server_version_info or ()))
            name = f"{connection.dialect.name} {version}"
        return _("{database} answers; what can be read, with the number of columns: {names}.").format(database=name, names=", ".join(names))

    def actor_types(self) -> Sequence[ActorType]:
        """Those that there is a query for; persons belong to the first type of companies."""
        companies = [key for key in self._texts if key not in ENTITIES]
        parent = companies[0] if companies else ""
        return [
            ActorType(key, _(TYPES[key]), ENTITIES.get(key, "company"), parent if key in ("person", "employee") else "")
            for key in self._texts
        ]

    def fields(self, actor_type: str) -> Sequence[ErpField]:
        """The columns of the query."""
        with self._connected() as connection:
            return self._relation(actor_type, connection).fields

    def search(self, actor_type: str, criteria: Sequence[Criterion], page: str = "", limit: int = 100) -> ActorPage:
        """A page behind the last key of the page before; counted once, for the first."""
        import sqlalchemy as sa

        with self._connected() as connection:
            relation = self._relation(actor_type, connection)
            found = relation.select(criteria)
            rows = connection.execute(relation.behind(found, page).limit(limit + 1)).all()
            total = None if page else connection.execute(sa.select(sa.func.count()).select_from(found.subquery())).scalar()
        actors = [relation.actor(row) for row in rows[:limit]]
        return ActorPage(actors, actors[-1].key if len(rows) > limit else "", total)

    def get(self, actor_type: str, keys: Sequence[str]) -> Iterator[Actor]:
        """Those of these keys."""
        return self._stream(actor_type, lambda relation: relation.of_keys(keys))

    def changed_since(self, actor_type: str, moment: str) -> Iterator[Actor]:
        """The database compares, where a column says when a row changed."""
        return self._stream(actor_type, lambda relation: relation.changed_since(moment))

    def everything(self, actor_type: str) -> Iterator[Actor]:
        """All rows by one query, a few thousand of them in memory."""
        return self._stream(actor_type, lambda relation: relation.select(()))

    def close(self) -> None:
        """One line to the server is kept for the next call until here."""
        if self._opened is not None:
            self._opened.dispose()
            self._opened = None

    # -- reading

    def _stream(self, actor_type: str, query: Any) -> Iterator[Actor]:
        with self._connected() as connection:
            relation = self._relation(actor_type, connection)
            statement: Select[Any] = query(relation)
            result = connection.execution_options(stream_results=True, yield_per=AT_ONCE).execute(relation.in_order(statement))
            try:
                for row in result:
                    yield relation.actor(row)
            finally:
                result.close()

    def _relation(self, actor_type: str, connection: Connection) -> Relation:
        from tui_import_erp.sql_relation import describe

        if actor_type not in self._relations:
            preset = PRESETS.get(str(self._config.get("preset") or ""))
            roles = {**(preset.roles if preset else {}), **roles_of(str(self._config.get("roles") or ""), actor_type)}
            entity = ENTITIES.get(actor_type, "company")
            self._relations[actor_type] = describe(connection, self._texts[actor_type], roles, entity)
        return self._relations[actor_type]

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection that cannot write; whatever happened in it is rolled back."""
        from tui_import_erp.sql_words import in_plain_words

        with in_plain_words(), self.engine.connect() as connection:
            yield connection.execution_options(**({"postgresql_readonly": True} if connection.dialect.name == "postgresql" else {}))

    @property
    def engine(self) -> Engine:
        """What makes connections, each of which refuses to write."""
        if self._opened is None:
            self._opened = _engine(address(self._config))
            weakref.finalize(self, self._opened.dispose)  # before the interpreter ends: a `__del__` may find it half gone
        return self._opened


def address(config: Options) -> URL:
    """The database's address with the password in it. Raises `SourceError`."""
    import sqlalchemy as sa

    text = str(config.get("url") or "").strip()
    scheme, sign, rest = text.partition("://")
    try:
        url = sa.make_url(f"{DRIVERS.get(scheme, scheme)}{sign}{rest}")
    except (sa.exc.ArgumentError, ValueError):
        raise SourceError(
            _("“{address}” is no address of a database.").format(address=re.sub(r":[^:@/]*@", ":…@", text)),
            hint=_("Write it like postgresql://user@server/database or sqlite:////path/to/file."),
        ) from None
    if url.password:
        raise SourceError(
            _("The address of the database holds a password."), hint=_("Give the password in its own field; it is kept apart.")
        )
    return url.set(password=str(config["password"])) if config.get("password") else url


def roles_of(text: str, actor_type: str) -> Mapping[str, str]:
    """Column → what it is, from "nr=ERPKEY; supplier.by=POSTALCITY", for one actor type. Raises `SourceError`."""
    roles = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        column, sign, role = part.rpartition("=")
        if not sign or not column.strip() or not role.strip():
            raise SourceError(
                _("“{text}” is not of the form COLUMN=ROLE.").format(text=part), hint=_("Write it like: nr=ERPKEY; navn=NAME")
            )
        kind, dot, own = column.strip().partition(".")
        if dot and kind in TYPES:
            if kind == actor_type:
                roles[own.casefold()] = role.strip()
        else:
            roles.setdefault(column.strip().casefold(), role.strip())
    return roles


def _queries(config: Options) -> Mapping[str, str]:
    """Actor type → table, view or query: the preset's, and what is given over it."""
    preset = PRESETS.get(str(config.get("preset") or ""))
    given = {key: str(config.get(key) or "").strip() for key in TYPES}
    return {key: text for key in TYPES if (text := given[key] or (preset.queries.get(key, "") if preset else ""))}


def _engine(url: URL) -> Engine:
    import sqlalchemy as sa

    arguments: dict[str, Any] = {}
    kind = url.get_backend_name()
    if kind == "sqlite":
        url, arguments = _as_read_only_file(url), {"check_same_thread": False}
    elif kind == "postgresql":
        settings = "-c default_transaction_read_only=on -c TimeZone=UTC"
        arguments = {"options": settings, "connect_timeout": CONNECT_SECONDS, "application_name": "tui-import"}
    from tui_import_erp.sql_words import in_plain_words

    with in_plain_words():
        pool = {"poolclass": sa.NullPool} if kind == "sqlite" else {"pool_size": 1, "pool_pre_ping": True}
        engine = sa.create_engine(url, connect_args=arguments, **pool)

    @sa.event.listens_for(engine, "connect")
    def made(opened: Any, _record: object) -> None:
        cursor = opened.cursor()
        for statement in READ_ONLY.get(kind, ()):
            cursor.execute(statement)
        cursor.close()
        if kind == "sqlite":  # SQLite's own knows the case of A to Z alone
            opened.create_function("tui_fold", 1, lambda value: None if value is None else str(value).casefold(), deterministic=True)

    return engine


def _as_read_only_file(url: URL) -> URL:
    """The file, opened so that SQLite itself refuses to write and never makes one."""
    from pathlib import Path
    from urllib.parse import quote

    path = Path(url.database or "").expanduser()
    if not path.is_file():
        raise SourceError(_("There is no database file {path}.").format(path=path), hint=_("Check the address of the connection."))
    return url.set(database=f"file:{quote(str(path.absolute()))}", query={"mode": "ro", "uri": "true"})
