"""pgqueuer on PostgreSQL, through Queries.

Its QueueManager calls the same methods: Queries.dequeue to claim (build_dequeue_query in
adapters/persistence/qb.py, 1.6.0), which also takes over what has no heartbeat in time, and
Queries.log_jobs to complete (build_log_job_query). So expiry and lease B are one statement.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import psycopg
from pgqueuer.models import Job
from pgqueuer.queries import EntrypointExecutionParameter, Queries
from pgqueuer.types import QueueEntrypoint, QueueManagerId
from postgres_server import PostgresServer
from record import History, Order, Record, Verdict, installed

HEARTBEAT = timedelta(seconds=0.2)


def run(server: PostgresServer | str) -> Record:
    histories = []
    if not isinstance(server, str):
        histories = [
            asyncio.run(_history(order, server.database(f"pgqueuer_{order}")))
            for order in ("reclaimed", "expired")
        ]
    return Record(
        engine="pgqueuer",
        version=installed("pgqueuer"),
        store="PostgreSQL" if isinstance(server, str) else f"PostgreSQL {server.version}",
        token="none: the job's id",
        expiry="the job's heartbeat; the next dequeue takes the job over",
        histories=histories,
        note=server if isinstance(server, str) else "",
    )


async def _history(order: Order, conninfo: str) -> History:
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        queries = Queries.from_psycopg_connection(connection)
        await queries.install()
        await queries.enqueue("job", None)
        return await _steps(order, queries)


async def _steps(order: Order, queries: Queries) -> History:
    zombie = await _dequeue(queries)
    assert zombie is not None
    await asyncio.sleep(HEARTBEAT.total_seconds() * 1.5)

    owner = await _dequeue(queries) if order == "reclaimed" else None
    late, answer_to_a = await _complete(queries, zombie)
    after = await _state(queries)
    if order == "expired":
        owner = await _dequeue(queries)
    completion: Verdict = "absent"
    answer_to_b = "dequeue returns []"
    if owner is not None:
        completion, answer_to_b = await _complete(queries, owner)
    return History(
        order=order,
        isGivenToB=owner is not None,
        lateCompletion=late,
        answerToA=answer_to_a,
        isAToldOfLoss=False,
        stateAfterA=after,
        completionOfB=completion,
        answerToB=answer_to_b,
        recorded="A" if late == "accepted" else "B" if completion == "accepted" else "none",
        isBUndisturbed=owner is None or completion == "accepted",
    )


async def _dequeue(queries: Queries) -> Job | None:
    jobs = await queries.dequeue(
        batch_size=1,
        entrypoints={QueueEntrypoint("job"): EntrypointExecutionParameter(concurrency_limit=0)},
        queue_manager_id=QueueManagerId(uuid.uuid4()),
        global_concurrency_limit=None,
        heartbeat_timeout=HEARTBEAT,
    )
    return jobs[0] if jobs else None


async def _complete(queries: Queries, job: Job) -> tuple[Verdict, str]:
    """Accepted when the log has one success more than before; log_jobs says nothing either way."""
    before = await _successes(queries)
    await queries.log_jobs([(job, "successful", None)])
    more = await _successes(queries) - before
    answer = f"log_jobs returns without error; {more} rows logged as successful"
    return "accepted" if more else "ignored", answer


async def _successes(queries: Queries) -> int:
    return sum(
        row.count for row in await queries.log_statistics(None) if row.status == "successful"
    )


async def _state(queries: Queries) -> str:
    held = [f"{row.count} {row.status}" for row in await queries.queue_size()]
    return "queue: " + (", ".join(held) or "empty")
