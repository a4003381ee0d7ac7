"""A private PostgreSQL cluster in a temporary directory, on a Unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg


@dataclass(frozen=True)
class PostgresServer:
    folder: Path
    version: str

    def database(self, name: str) -> str:
        """Makes an empty database and says how to reach it."""
        with psycopg.connect(_address(self.folder, "postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return _address(self.folder, name)


def binaries() -> Path | None:
    """The directory with initdb and postgres: that of PATH, else Debian's newest."""
    found = shutil.which("postgres")
    if found and shutil.which("initdb"):
        return Path(found).parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: float(path.parts[-3]), default=None)
    return newest and newest.parent


@contextmanager
def running(binaries: Path) -> Iterator[PostgresServer]:
    """A server that is stopped, and its files removed, when the context is left."""
    with tempfile.TemporaryDirectory(prefix="zombie-") as name:
        folder = Path(name)
        user = _user()
        if user:
            shutil.chown(folder, user)
        initialise = ["-D", "data", "-U", "zombie", "-A", "trust", "-E", "UTF8", "--no-sync"]
        _call(binaries / "initdb", initialise, folder, user)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        control = ["-D", "data", "-w", "-s"]
        _call(binaries / "pg_ctl", [*control, "-o", options, "start"], folder, user)
        try:
            with psycopg.connect(_address(folder, "postgres")) as connection:
                version = connection.info.parameter_status("server_version") or "?"
            yield PostgresServer(folder, version.split()[0])
        finally:
            _call(binaries / "pg_ctl", [*control, "-m", "immediate", "stop"], folder, user)


def _address(folder: Path, database: str) -> str:
    return f"host={folder} user=zombie dbname={database}"


def _user() -> str | None:
    """Whom to run it as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    return "postgres" if "postgres" in {entry.pw_name for entry in pwd.getpwall()} else "nobody"


def _call(program: Path, arguments: list[str], folder: Path, user: str | None) -> None:
    with (folder / "log").open("ab") as log:
        subprocess.run(
            [program, *arguments],
            check=True,
            cwd=folder,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            stdout=log,
            stderr=log,
            timeout=60,
        )
