"""DBOS on SQLite, through DBOS, DBOSClient and the logs that DBOS writes.

A claim writes a new owner_xid into workflow_status, a recovery clears it (reenqueue_for_recovery in
dbos/_sys_db.py, 3.4.0), and update_workflow_outcome writes an outcome only where owner_xid is still
the caller's. There is no time after which DBOS takes a workflow back: it does so when a process
with the same executor id is launched, or when an operator resumes the workflow.

A and B are processes of their own, and each one's workflow waits for a word on standard input. A
takes one workflow at a time (worker_concurrency), so that it is B who takes what is given back. The
program runs itself for both: `dbos_peer.py NAME DATABASE QUEUE`.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, SetWorkflowID
from record import History, Order, Record, installed

WORKFLOW = "zombie"
# An executor that has not come to its end by then is killed, and the test says so.
LIMIT_SECONDS = 60


def run(folder: Path) -> Record:
    return Record(
        engine="DBOS",
        version=installed("dbos"),
        store="SQLite",
        token="owner_xid, drawn anew by each claim, cleared by each recovery",
        expiry="none by time; a launch with the same executor id, or an operator's resume_workflow",
        histories=[_history(order, folder) for order in ("reclaimed", "expired")],
    )


class Executor:
    """A process with a DBOS in it, which says on its standard output what happens to it."""

    def __init__(self, name: str, database: str, queue: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, name, database, queue],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.alarm = threading.Timer(LIMIT_SECONDS, self.process.kill)
        self.alarm.start()

    def hear(self, *kinds: str) -> dict[str, str]:
        """The next event of one of these kinds; a process that ends before it has failed."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, str] = json.loads(line)
            if event["kind"] in kinds:
                return event
        raise RuntimeError(f"an executor ended before it said {' or '.join(kinds)}")

    def finish_workflow(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> None:
        self.alarm.cancel()
        self.process.kill()
        self.process.communicate()


def _history(order: Order, folder: Path) -> History:
    database = f"sqlite:///{folder}/dbos-{order}.sqlite"
    executors = [Executor("A", database, "work")]
    try:
        return _steps(order, database, executors)
    finally:
        for executor in executors:
            executor.end()


def _steps(order: Order, database: str, executors: list[Executor]) -> History:
    zombie = executors[0]
    zombie.hear("started")
    client = DBOSClient(system_database_url=database)
    if order == "reclaimed":
        executors.append(Executor("B", database, "work"))
        executors[1].hear("started")
    else:
        # Into a queue that A does not serve, so that it is B who leases it, later.
        client.resume_workflow(WORKFLOW, queue_name="reclaim")

    zombie.finish_workflow()
    to_a = zombie.hear("warning", "returned")
    after = _status(client)
    accepted = after.status == "SUCCESS" and after.output == "A"
    if order == "expired" and not accepted:
        executors.append(Executor("B", database, "reclaim"))
        executors[1].hear("started")

    to_b = {"kind": "absent", "text": "nothing to run"}
    if len(executors) == 2:
        executors[1].finish_workflow()
        to_b = executors[1].hear("warning", "returned")
        if to_a["kind"] == "warning":
            returned = zombie.hear("returned")["text"]
            to_a["text"] += f"; then its caller gets {returned!r}"
    final = _status(client)
    client.destroy()
    b_accepted = to_b["kind"] == "returned" and final.output == "B"
    return History(
        order=order,
        isGivenToB=len(executors) == 2,
        lateCompletion="accepted" if accepted else "refused",
        answerToA=f"{to_a['kind']}: {to_a['text']}",
        isAToldOfLoss=to_a["kind"] == "warning",
        stateAfterA=after.status,
        completionOfB="absent" if len(executors) == 1 else "accepted" if b_accepted else "refused",
        answerToB=f"{to_b['kind']}: {to_b['text']}",
        recorded=final.output if final.output in ("A", "B") else "none",
        isBUndisturbed=len(executors) == 1 or b_accepted,
    )


def _status(client: DBOSClient) -> Any:
    return client.retrieve_workflow(WORKFLOW).get_status()


class _Warnings(logging.Handler):
    """What DBOS logs about the workflow, and nothing else of what it logs."""

    def emit(self, record: logging.LogRecord) -> None:
        if f"Workflow {WORKFLOW}" in record.getMessage():
            _say("warning", record.getMessage())


def _say(kind: str, text: str = "") -> None:
    print(json.dumps({"kind": kind, "text": text}), flush=True)


def _serve(name: str, database: str, queue: str) -> None:
    """One executor. Both have the same id, as a node has that is started again."""
    config: DBOSConfig = {
        "name": "zombie",
        "system_database_url": database,
        "executor_id": "node",
        "application_version": "1",
    }
    DBOS(config=config)

    @DBOS.workflow(name="job")
    def job() -> str:
        _say("started")
        sys.stdin.readline()
        return name

    DBOS.listen_queues([queue])
    DBOS.launch()
    DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=0.1)
    logging.getLogger("dbos").addHandler(_Warnings(logging.WARNING))
    if name == "A":
        with SetWorkflowID(WORKFLOW):
            DBOS.enqueue_workflow(queue, job)
    _say("returned", str(DBOS.retrieve_workflow(WORKFLOW).get_result()))
    # Until the test has seen what it wanted, and ends this process.
    signal.pause()


if __name__ == "__main__":
    _serve(*sys.argv[1:])
