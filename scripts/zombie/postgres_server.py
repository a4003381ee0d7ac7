"""A private PostgreSQL cluster in a temporary directory, on a Unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

import psycopg


def binaries() -> Path | None:
    """The directory with initdb and postgres: that of PATH, else Debian's newest."""
    found = shutil.which("postgres")
    if found and shutil.which("initdb"):
        return Path(found).parent
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return max(debian, key=lambda path: int(path.parent.name.split(".")[0]), default=None)


class PostgresServer:
    """Runs while the context is open. PostgreSQL refuses root: root runs it as another user."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.user: str | None = None
        if os.geteuid() == 0:
            users = {entry.pw_name for entry in pwd.getpwall()}
            self.user = "postgres" if "postgres" in users else "nobody"

    def __enter__(self) -> PostgresServer:
        self.folder = Path(tempfile.mkdtemp(prefix="zombie-"))
        if self.user:
            shutil.chown(self.folder, self.user)
            # The socket is reached by root and that user alone.
        self.log = (self.folder / "log").open("wb")
        data = str(self.folder / "data")
        self._call("initdb", "-D", data, "-U", "zombie", "-A", "trust", "-E", "UTF8", "--no-sync")
        self._call(
            "pg_ctl", "-D", data, "-w", "-s", "-o",
            f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off", "start",
        )  # fmt: skip
        with psycopg.connect(self.conninfo("postgres")) as connection:
            self.version = connection.info.parameter_status("server_version") or ""
        self.version = self.version.split()[0]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-w", "-s", "-m", "immediate", "stop")
        self.log.close()
        shutil.rmtree(self.folder)

    def conninfo(self, database: str) -> str:
        return f"host={self.folder} user=zombie dbname={database}"

    def database(self, name: str) -> str:
        """Makes an empty database and says how to reach it."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.conninfo(name)

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.binaries / program), *arguments],
            check=True, user=self.user, group=self.user and pwd.getpwnam(self.user).pw_gid,
            extra_groups=[] if self.user else None, cwd=self.folder,
            stdout=self.log, stderr=self.log, timeout=60,
        )  # fmt: skip
