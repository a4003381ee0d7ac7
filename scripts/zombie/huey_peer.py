"""huey on SQLite, through SqliteHuey.dequeue, execute, pending_count and result.

SqliteStorage.dequeue (huey/storage.py, 3.5.4) deletes the message in the transaction that reads it,
before the task runs. So there is no lease that could expire and no way to give the job to B: the
steps after the first are taken all the same, and what they answer is recorded.
"""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path

from huey import SqliteHuey
from record import History, Record, installed

logging.getLogger("huey").setLevel(logging.ERROR)


def run(folder: Path) -> Record:
    return Record(
        engine="huey",
        version=installed("huey"),
        store="SQLite",
        token="none",
        expiry="none: the message is deleted before the task runs",
        histories=[_reclaimed(folder)],
        note=_crash(folder),
    )


def _reclaimed(folder: Path) -> History:
    huey = SqliteHuey(filename=str(folder / "huey.sqlite"))

    @huey.task()
    def job(maker: str = "A") -> str:
        return maker

    handle = job()
    zombie = huey.dequeue()
    # B asks while A holds the message, which is as long as A likes: nothing expires.
    owner = huey.dequeue()
    answer = huey.execute(zombie)
    result = huey.result(handle.id, preserve=True)
    huey.storage.close()
    return History(
        order="reclaimed",
        isGivenToB=owner is not None,
        lateCompletion="accepted" if result == "A" else "refused",
        answerToA=f"execute returns {answer!r}",
        isAToldOfLoss=False,
        stateAfterA=f"result {result!r}",
        completionOfB="absent",
        answerToB=f"dequeue returns {owner!r}",
        recorded="A" if result == "A" else "none",
        isBUndisturbed=True,
    )


def _crash(folder: Path) -> str:
    """A worker that dies in the task: what is left of the job."""
    file = str(folder / "huey-crash.sqlite")
    worker = os.fork()
    huey = SqliteHuey(filename=file)

    @huey.task()
    def job() -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return "A"

    if worker == 0:
        try:
            job()
            huey.execute(huey.dequeue())
        finally:
            os._exit(1)
    _, status = os.waitpid(worker, 0)
    if not os.WIFSIGNALED(status):
        return "the worker that was to be killed in the task ended by itself"
    left, results = huey.pending_count() + huey.scheduled_count(), huey.result_count()
    huey.storage.close()
    outcome = "loses" if left == 0 and results == 0 else "keeps"
    return (
        f"a crash {outcome} the job: a worker was killed in the task, "
        f"and {left} messages and {results} results are left"
    )
