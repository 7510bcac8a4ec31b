"""The servers that the ERP tests read from: PostgreSQL with real ERP schemas, trytond, SAP CAP. Each skips by name where it cannot be."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import free_port, locked, serving


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
