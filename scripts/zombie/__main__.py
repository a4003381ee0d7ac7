"""Runs the zombie test against each engine and prints what came of it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import dbos_peer
import huey_peer
import pgqueuer_peer
import postgres_server
import procrastinate_peer
import reelmill_ledger
import table
from postgres_server import PostgresServer
from record import Record


def main() -> int:
    parser = argparse.ArgumentParser(prog="zombie-test", description=__doc__)
    parser.add_argument("tool", help=argparse.SUPPRESS)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the records as JSON")
    form.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    options = parser.parse_args()

    try:
        own = reelmill_ledger.run(options.tool)
    except subprocess.SubprocessError as error:
        print(
            f"zombie-test: Reelmill's ledger did not come through the test: {error}",
            file=sys.stderr,
        )
        return 1
    records = [own, *_peers()]
    if options.json:
        engines = [record.to_json() for record in records]
        print(json.dumps({"schemaVersion": 1, "engines": engines}, indent=2))
    else:
        print(table.markdown(records) if options.markdown else table.text(records))
    if not reelmill_ledger.holds(own):
        print("zombie-test: Reelmill accepted A or disturbed B", file=sys.stderr)
        return 1
    return 0


def _peers() -> list[Record]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zombie-")))
        server = _server(stack)
        return [
            _record("DBOS", lambda: dbos_peer.run(folder)),
            _record("huey", lambda: huey_peer.run(folder)),
            _record("procrastinate", lambda: procrastinate_peer.run(server)),
            _record("pgqueuer", lambda: pgqueuer_peer.run(server)),
        ]


def _server(stack: ExitStack) -> PostgresServer | str:
    """A running server until the stack is left, or why there is none."""
    binaries = postgres_server.binaries()
    if binaries is None:
        return "no PostgreSQL server here"
    try:
        return stack.enter_context(postgres_server.running(binaries))
    except Exception as error:
        return f"the PostgreSQL server here does not start: {error}"


def _record(engine: str, run: Callable[[], Record]) -> Record:
    """A peer that cannot be run here is a line that says so: the table is about all of them."""
    print(f"zombie-test: {engine}", file=sys.stderr)
    try:
        return run()
    except Exception as error:
        return Record(engine, "", "", "not seen", "not seen", note=f"could not be run: {error}")


if __name__ == "__main__":
    sys.exit(main())
