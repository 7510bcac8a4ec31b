"""The servers that the ERP tests read from: PostgreSQL with real ERP schemas, trytond, SAP CAP. Each skips by name where it cannot be."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT, free_port, locked, node_server, python_server, serving


def debian_package(name: str) -> Path:
    """The unpacked files of a Debian package, for the SQL that an ERP is made with."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        pytest.skip(f"{name}: this is no Debian")
    with locked(f"debian-{name}") as folder:
        files = folder / "files"
        if not files.is_dir():
            commands = (
                ["apt-get", "-q", "download", name],
                ["sh", "-c", 'dpkg-deb -x "$1"*.deb unpacked && mv unpacked files', "sh", name],
            )
            for command in commands:
                done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
                if done.returncode:
                    pytest.skip(f"the Debian package {name} is not here: {done.stderr.decode(errors='replace').strip()[-200:]}")
        return files


def _binaries() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.skip("PostgreSQL is not on this machine (apt-get install postgresql)")


def _unprivileged() -> Sequence[str]:
    """How to start what refuses to run as root."""
    if os.getuid():
        return ()
    for user in ("postgres", "nobody"):
        try:
            pwd.getpwnam(user)
        except KeyError:
            continue
        if shutil.which("setpriv"):
            return ("setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups")
    pytest.skip("PostgreSQL refuses root, and nobody else can be found to run it")


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own on loopback; the address of its superuser, whose password is "sesame"."""
    binaries, as_user, port = _binaries(), _unprivileged(), free_port()
    data, password = folder / "data", folder / "password"
    data.mkdir()
    password.write_text("sesame\n")
    if as_user:
        owner = as_user[1].partition("=")[2]
        for each in (data, password, folder):
            shutil.chown(each, owner)
        for parent in (folder, *folder.parents):  # pytest's folders are closed to others
            if parent.stat().st_uid == os.getuid() and not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
    make = [*as_user, binaries / "initdb", "-D", data, "-U", "erp", "-A", "scram-sha-256", "--pwfile", password, "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync"]  # fmt: skip
    done = subprocess.run([str(each) for each in make], capture_output=True, timeout=120, cwd=folder)
    if done.returncode:
        pytest.skip(f"PostgreSQL cannot be initialised here: {done.stderr.decode(errors='replace').strip()[-300:]}")
    serve = [*as_user, binaries / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-c", "fsync=off"]
    with serving(serve, port, cwd=folder):
        yield f"postgresql://erp@127.0.0.1:{port}/postgres"


def run_sql(url: str, *statements: str) -> None:
    """Run statements as the superuser; skips where there is no driver."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (pip install 'tui-import[postgresql]')")
    with psycopg.connect(url, password="sesame", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def new_database(url: str, name: str, schema: Path) -> str:
    """A database with what a file of psql's makes; its address."""
    run_sql(url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    address = f"{url.rpartition('/')[0]}/{name}"
    command = [str(_binaries() / "psql"), "-q", "-X", "-v", "ON_ERROR_STOP=1", "-f", str(schema), address]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "PGPASSWORD": "sesame"})
    return address


# -- Tryton

TRYTON = ("trytond==8.2.1", "trytond-party==8.2.0", "trytond-party-relationship==8.2.0")
TRYTON_USER = {"user": "admin", "password": "sesame"}
_MULTIPLIED = {"party_party": "id", "party_address": "party", "party_contact_mechanism": "party", "party_identifier": "party",
               "party_party-party_category": "party"}  # fmt: skip
"""Table → the column that says whose the row is."""


@contextmanager
def trytond(folder: Path) -> Iterator[str]:
    """A Tryton server with the databases "small" and "big" (5,000 parties), copied from those that were made once; its address."""
    binaries = python_server("trytond", *TRYTON)
    _make_tryton_databases(binaries)
    for name in ("small", "big"):
        shutil.copy(ROOT / "trytond" / f"{name}.sqlite", folder)
    with _tryton_server(binaries, folder) as url:
        yield url


@contextmanager
def _tryton_server(binaries: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    (folder / "trytond.conf").write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n")
    databases = sorted(path.stem for path in folder.glob("*.sqlite"))
    with serving([binaries / "trytond", "-c", folder / "trytond.conf", "-d", *databases], port, cwd=folder):
        yield f"http://127.0.0.1:{port}"


def _make_tryton_databases(binaries: Path) -> None:
    """Initialise and fill the two databases, unless that was done before."""
    with locked("trytond") as kept:
        done = kept / "filled"
        if done.is_file() and done.read_text() == _FILLED:
            return
        with tempfile.TemporaryDirectory(dir=kept) as name:
            folder = Path(name)
            (folder / "password").write_text("sesame\n")
            (folder / "small.sqlite").touch()
            (folder / "trytond.conf").write_text(f"[database]\nuri = sqlite://\npath = {folder}\n")
            admin = [binaries / "trytond-admin", "-c", folder / "trytond.conf", "-d", "small", "--all", "--email", "admin@example.dk",
                     "-u", "party", "party_relationship", "--activate-dependencies"]  # fmt: skip
            env = {**os.environ, "TRYTONPASSFILE": str(folder / "password")}
            subprocess.run([str(each) for each in admin], check=True, capture_output=True, env=env, cwd=folder, timeout=300)
            with _tryton_server(binaries, folder) as url:
                fill_tryton(url, "small")
            with contextlib.closing(sqlite3.connect(folder / "small.sqlite")) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copy(folder / "small.sqlite", kept / "small.sqlite")
            _multiply(folder / "small.sqlite", 5_000)
            shutil.copy(folder / "small.sqlite", kept / "big.sqlite")
        done.write_text(_FILLED)


_FILLED = "\n".join((*TRYTON, "filling 1"))


def tryton_call(url: str, database: str, method: str, *parameters: object) -> Any:
    """Call a method as the administrator, writing ones, too."""
    from tui_import_erp.tryton_rpc import TrytonServer

    server = TrytonServer({"url": url, "database": database, **TRYTON_USER})
    try:
        return server.call(method, *parameters)
    finally:
        server.close()


def fill_tryton(url: str, database: str) -> None:
    """Ten parties: customers, suppliers, one of them both, and persons who work for some."""

    def make(model: str, *values: Mapping[str, object]) -> list[int]:
        found: list[int] = tryton_call(url, database, f"model.{model}.create", list(values))
        return found

    denmark, norway = make("country.country", {"name": "Denmark", "code": "DK"}, {"name": "Norway", "code": "NO"})
    customer, supplier, person = make("party.category", {"name": "Customer"}, {"name": "Supplier"}, {"name": "Person"})
    [employee] = make("party.relation.type", {"name": "Employee of"})

    def party(name: str, categories: Sequence[int], city: str = "", country: int = denmark, vat: str = "", **numbers: str) -> Any:
        place = {"street_unstructured": f"Havnegade {len(name)}\n2. sal", "postal_code": "8000", "city": city, "country": country}
        return {
            "name": name,
            "categories": [["add", list(categories)]],
            "addresses": [["create", [place]]] if city else [],
            "contact_mechanisms": [["create", [{"type": kind, "value": value} for kind, value in numbers.items()]]],
            "identifiers": [["create", [{"type": "eu_vat", "code": vat}]]] if vat else [],
        }

    ids = make(
        "party.party",
        party("Acme A/S", [customer], "Aarhus", vat="DK13585628", phone="+45 33112233", email="acme@example.dk"),
        party("Bolt 100% ApS", [supplier], "Aarhus", website="https://bolt.example.dk", fax="+45 33112234"),
        party("Cirkel AS", [supplier], "Oslo", norway, phone="+47 22334455", email="post@cirkel.example"),
        party("Dansk_Tang & Søn", [customer, supplier], "Ærøskøbing", mobile="+45 20112233"),
        party("Eli Intet", [customer]),
        party("Nordisk Fisk", [supplier], "Aarhus N", email="fisk@example.dk"),
        party("Anna Holm", [person], "Aarhus", mobile="+45 20112244", email="anna@example.dk"),
        party("Bo van der Lund", [person], phone="+45 33112277"),
        party("Cia Berg", [person]),
    )
    make("party.relation.all", {"from_": ids[6], "to": ids[0], "type": employee}, {"from_": ids[7], "to": ids[1], "type": employee})


def _multiply(path: Path, wanted: int) -> None:
    """Copies of the parties with all that is theirs, until there are so many: by SQL, since the server makes a hundred a second."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        parties = database.execute("SELECT count(*) FROM party_party").fetchone()[0]
        copies = -(-wanted // parties) - 1
        database.execute("CREATE TEMP TABLE copies (k INTEGER)")
        database.executemany("INSERT INTO copies VALUES (?)", [(k,) for k in range(1, copies + 1)])
        for table, owner in _MULTIPLIED.items():
            names = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            new = {name: f"t.{name}" for name in names if name != "id" or owner == "id"}
            new[owner] = f"t.{owner} + 1000 * k"
            if table == "party_party":
                new |= {"code": "t.code || '-' || k", "name": "t.name || ' ' || k"}
                enough = f" AND t.id + {parties} * k <= {wanted}"
            else:
                enough = f" AND EXISTS (SELECT 1 FROM party_party p WHERE p.id = t.{owner} + 1000 * k)"
            columns, values = ", ".join(f'"{name}"' for name in new), ", ".join(new.values())
            database.execute(f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" t, copies WHERE t.{owner} < 1000{enough}')


# -- an OData v4 engine with entities of the shape of Business Central's

CAP = ("@sap/cds@10.1.1", "@cap-js/sqlite@3.1.1", "express@5.3.0", "node@22.23.3")
_MODEL = """
@path: '/api/v2.0' service bc {
  type Kind : String enum { Company; Person };
  aspect party { key id : UUID; number : String(20); displayName : String(100); type : String(20); addressLine1 : String(100);
    addressLine2 : String(100); city : String(50); state : String(30); country : String(10); postalCode : String(20);
    phoneNumber : String(30); email : String(80); website : String(80); taxRegistrationNumber : String(20);
    lastModifiedDateTime : Timestamp; company : Association to companies; }
  entity customers : party { balanceDue : Decimal(12, 2); taxLiable : Boolean; salespersonCode : String(20); }
  entity vendors : party { paymentDays : Integer; }
  entity contacts : party { jobTitle : String(30); companyNumber : String(20); companyName : String(100); mobilePhoneNumber : String(30);
    lastInteractionDate : Date; }
  entity companies { key id : UUID; name : String(30); displayName : String(250);
    customers : Association to many customers on customers.company = $self;
    vendors : Association to many vendors on vendors.company = $self;
    contacts : Association to many contacts on contacts.company = $self; }
}
"""
_SERVER = """
const cds = require('@sap/cds'), http = require('http'), listen = http.Server.prototype.listen
http.Server.prototype.listen = function (port, ...more) { return listen.call(this, port, '127.0.0.1', ...more) }
module.exports = cds.server
"""
_PACKAGE = {
    "name": "business-central",
    "private": True,
    "cds": {
        "requires": {"db": {"kind": "sqlite", "credentials": {"url": ":memory:"}}, "auth": {"kind": "dummy"}},
        "query": {"limit": {"default": 3, "max": 7}},
    },
}
COMPANY = "11111111-1111-4111-8111-111111111111"


@contextmanager
def odata(folder: Path) -> Iterator[str]:
    """SAP CAP, a real OData v4 engine, with two companies and very small pages; the address of its API."""
    installed = node_server("cap", *CAP)
    (folder / "package.json").write_text(json.dumps(_PACKAGE))
    (folder / "server.js").write_text(_SERVER)
    (folder / "srv").mkdir()
    (folder / "srv" / "bc.cds").write_text(_MODEL)
    (folder / "node_modules").symlink_to(installed / "node_modules")
    port = free_port()
    command = [installed / "node_modules/.bin/node", installed / "node_modules/@sap/cds/bin/serve.js", "--port", str(port)]
    with serving(command, port, cwd=folder, env={"PORT": str(port), "CDS_ENV": "test"}):
        url = f"http://127.0.0.1:{port}/api/v2.0"
        _fill_odata(url)
        yield url


def odata_write(url: str, method: str, path: str, values: Mapping[str, object]) -> None:
    """Write a record, as somebody in the ERP would."""
    from tui_import.api.http import Http

    with Http(url) as http:
        http.request(method, path, json=dict(values))


def _fill_odata(url: str) -> None:
    def make(entity_set: str, n: int, name: str, **values: object) -> None:
        values = {"number": f"{entity_set[0].upper()}{n}", "lastModifiedDateTime": f"2026-01-{n:02d}T10:00:00.5Z", **values}
        key = f"{ {'customers': 2, 'vendors': 3, 'contacts': 4}[entity_set] }0000000-0000-4000-8000-{n:012d}"
        odata_write(url, "POST", entity_set, {"id": key, "displayName": name, "company_id": COMPANY, **values})

    odata_write(url, "POST", "companies", {"id": COMPANY, "name": "CRONUS", "displayName": "CRONUS Danmark A/S"})
    odata_write(url, "POST", "companies", {"id": COMPANY.replace("1", "5"), "name": "Other", "displayName": "Other ApS"})
    make("customers", 1, "Acme A/S", city="Aarhus", country="DK", postalCode="8000", taxRegistrationNumber="DK13585628", balanceDue=12.5,
         taxLiable=True, phoneNumber="+45 33112233", email="acme@example.dk", type="Company")  # fmt: skip
    make("customers", 2, "Bolt 100% ApS", city="AARHUS N", country="DK", balanceDue=0, taxLiable=False)
    make("customers", 3, "D'Arc_ & Søn", website="https://arc.example.dk")
    for n in range(4, 13):
        make("customers", n, f"Customer {n}", city="Odense", balanceDue=n)
    make("customers", 13, "Of the other company", company_id=COMPANY.replace("1", "5"))
    make("vendors", 1, "Cirkel AS", city="Oslo", country="NO", paymentDays=30)
    make("vendors", 2, "Nordisk Fisk", city="Aarhus", country="DK", paymentDays=14)
    make("contacts", 1, "Acme A/S", type="Company", number="CT1", city="Aarhus")
    make("contacts", 2, "Anna Holm", type="Person", number="CT2", companyNumber="CT1", companyName="Acme A/S", jobTitle="Director",
         email="anna@example.dk", lastInteractionDate="2026-02-03")  # fmt: skip
    make("contacts", 3, "Bo van der Lund", type="Person", number="CT3", companyNumber="CT9")
    make("contacts", 4, "Cia Berg", type="Person", number="CT4", mobilePhoneNumber="+45 20112244")
