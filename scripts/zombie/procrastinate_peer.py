"""procrastinate on PostgreSQL, through App and JobManager.

Its worker calls the same methods: JobManager.fetch_job to claim (procrastinate_fetch_job_v2 in
sql/schema.sql, 3.10.0), finish_job to complete (procrastinate_finish_job_v1). Stalled jobs are
taken back by get_stalled_jobs and retry_job (procrastinate_retry_job_v2), which an operator's task
calls.
"""

from __future__ import annotations

import asyncio

from postgres_server import PostgresServer
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from record import History, Order, Record, Verdict, installed, raised

HEARTBEAT_SECONDS = 0.2


def run(server: PostgresServer | str) -> Record:
    histories = []
    if not isinstance(server, str):
        histories = [
            asyncio.run(_history(order, server.database(f"procrastinate_{order}")))
            for order in ("reclaimed", "expired")
        ]
    return Record(
        engine="procrastinate",
        version=installed("procrastinate"),
        store="PostgreSQL" if isinstance(server, str) else f"PostgreSQL {server.version}",
        token="none: the job's id",
        expiry="the worker's heartbeat; an operator's task calls get_stalled_jobs and retry_job",
        histories=histories,
        note=server if isinstance(server, str) else "",
    )


async def _history(order: Order, connection: str) -> History:
    app = App(connector=PsycopgConnector(conninfo=connection, min_size=1, max_size=2))

    @app.task(name="job")
    async def job() -> None: ...

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await job.defer_async()
        return await _steps(order, app.job_manager)


async def _steps(order: Order, manager: JobManager) -> History:
    workers = [await manager.register_worker() for _ in "AB"]
    zombie = await manager.fetch_job(queues=None, worker_id=workers[0])
    assert zombie is not None
    await asyncio.sleep(HEARTBEAT_SECONDS * 1.5)
    await manager.update_heartbeat(workers[1])
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=HEARTBEAT_SECONDS):
        await manager.retry_job(stalled)

    owner = await manager.fetch_job(None, workers[1]) if order == "reclaimed" else None
    late, answer_to_a = await _finish(manager, zombie)
    after = await _state(manager, zombie)
    if order == "expired":
        owner = await manager.fetch_job(None, workers[1])
    completion: Verdict = "absent"
    answer_to_b = "fetch_job returns None"
    if owner is not None:
        completion, answer_to_b = await _finish(manager, owner)
    return History(
        order=order,
        isGivenToB=owner is not None,
        lateCompletion=late,
        answerToA=answer_to_a,
        isAToldOfLoss=late == "refused",
        stateAfterA=after,
        completionOfB=completion,
        answerToB=answer_to_b,
        recorded="A" if late == "accepted" else "B" if completion == "accepted" else "none",
        isBUndisturbed=owner is None or completion == "accepted",
    )


async def _finish(manager: JobManager, job: Job) -> tuple[Verdict, str]:
    try:
        await manager.finish_job(job, Status.SUCCEEDED, delete_job=False)
    except ConnectorException as error:
        return "refused", f"finish_job raises {raised(error)}"
    return "accepted", "finish_job returns without error"


async def _state(manager: JobManager, job: Job) -> str:
    (found,) = await manager.list_jobs_async(id=job.id)
    return str(found.status)
