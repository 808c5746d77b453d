"""The engine of several machines: Procrastinate on PostgreSQL hands out the mails, any worker may read any of them.

A job is "read this mail". Its reading stays in the worker that made it until the mail may be settled: a lane is settled by
one worker at a time (`lane`). A worker that dies takes its readings with it; the sweep finds mails that are stored, not
settled, and in nobody's hands, and queues them again. The mail table is the truth: the engine's own tables, which live in a
schema named after their version, may be lost at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import procrastinate
import sqlalchemy
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.worker import Worker

from bot.config import Config
from bot.crashpoints import crash_point
from bot.engine import keys, parts
from bot.engine.alone import AloneReader, WorkerDied
from bot.engine.lane import Lane
from bot.engine.leases import Leases
from bot.errors import StoreError
from bot.intake.intake import Intake, Read
from bot.store import mails
from bot.store.models import Mail, MailState
from bot.store.store import POSTGRES_OPTIONS, Store

SMALL, LARGE = "small", "large"
_SUSPECTS_PATIENCE = 50
_SCHEMA_LOCK = 0x53686562

log: Any = structlog.get_logger("engine")


class ClusterEngine:
    """See `bot.engine.port.Engine`."""

    def __init__(self, config: Config, store: Store, intake: Intake, settled: Callable[[int], None]) -> None:
        self._config, self._store, self._intake = config, store, intake
        self._read_alone = AloneReader(config)
        self._large = int(config.processing.large_mb * 2**20)
        self._leases = Leases(config.processing.takeover_seconds)
        self._lane = Lane(
            store,
            parts.lanes(config),
            config.processing.order_seconds,
            self._leases,
            settle=intake.settle,
            glance=partial(keys.glance, intake),
            reach_of=partial(keys.reach_of, intake),
            failed=self._failed,
            settled=settled,
        )
        url = sqlalchemy.make_url(config.store.database).set(drivername="postgresql")
        self._conninfo = url.render_as_string(hide_password=False)
        self._schema = "engine_" + "_".join(procrastinate.__version__.split(".")[:2])
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[Any]] = []
        self._threads: list[threading.Thread] = []
        self._queue: procrastinate.App | None = None
        self._queue_lock = threading.Lock()
        self._reading: set[int] = set()
        self._running: set[int] = set()
        self._adrift: set[int] = set()

    # --- the port --------------------------------------------------------------------------------------------------

    def submit(self, mail_ids: Sequence[int]) -> None:
        """Queue mails to be read by any worker. What can't be queued now, the sweep will."""
        with self._store.reading() as session:
            sizes = {mail_id: mail.size for mail_id in mail_ids if (mail := session.get(Mail, mail_id)) is not None}
        try:
            for mail_id, size in sizes.items():
                self._defer(mail_id, size)
        except (ConnectorException, OSError) as error:  # PostgreSQL is away
            log.warning("mails wait for the sweep", mails=list(sizes), error=str(error))
            self._drop_queue()

    def start(self) -> None:
        """Start the worker and the settling."""
        for name, target in (("engine", self._serve), ("settling", self._settle), ("listening", self._listen)):
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def drain(self, stop: Callable[[], bool] = lambda: False) -> None:
        """Wait until every stored mail has an outcome or was set aside."""
        while not stop():
            try:
                if not mails.waiting(self._store):
                    return
            except StoreError as error:
                log.error("the store does not answer", error=str(error))
            time.sleep(0.3)

    def stop(self, seconds: float) -> bool:
        """Leave; what is in hand and does not end in time is not counted, and taken over by the others."""
        self._stopping.set()
        self._lane.wake()
        loop = self._loop
        if loop is not None:
            for task in self._tasks:
                loop.call_soon_threadsafe(task.cancel)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        try:
            for mail_id in list(self._reading):
                mails.give_back(self._store, mail_id)
            self._lane.let_go()
        except StoreError as error:
            log.error("the store does not answer", error=str(error))
        self._drop_queue()
        return not any(thread.is_alive() for thread in self._threads)

    # --- queueing --------------------------------------------------------------------------------------------------

    def _defer(self, mail_id: int, size: int) -> None:
        with self._queue_lock:
            if self._queue is None:
                self._queue = procrastinate.App(
                    connector=procrastinate.SyncPsycopgConnector(conninfo=self._conninfo, kwargs=self._options, min_size=1, max_size=2)
                )
                self._make_schema()
                self._queue.open()
            name = f"mail-{mail_id}"
            task = self._queue.configure_task(
                "read", queue=LARGE if size >= self._large else SMALL, lock=name, queueing_lock=name, allow_unknown=True
            )
            with contextlib.suppress(AlreadyEnqueued):  # by another worker's sweep
                task.defer(mail_id=mail_id)

    def _drop_queue(self) -> None:
        with self._queue_lock:
            queue, self._queue = self._queue, None
        if queue is not None:
            try:
                queue.close()
            except (ConnectorException, OSError) as error:
                log.warning("closing the queue failed", error=str(error))

    @property
    def _options(self) -> dict[str, Any]:
        return {**POSTGRES_OPTIONS, "options": f"{POSTGRES_OPTIONS['options']} -c search_path={self._schema}"}

    def _make_schema(self) -> None:
        """The engine's tables, in a schema of their own for each version: an upgrade strands nothing, the sweep queues anew."""
        with self._store.engine.begin() as connection:
            connection.execute(sqlalchemy.text(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})"))
            if sqlalchemy.inspect(connection).has_table("procrastinate_jobs", schema=self._schema):
                return
            connection.execute(sqlalchemy.text(f"CREATE SCHEMA IF NOT EXISTS {self._schema}"))
            connection.execute(sqlalchemy.text(f"SET LOCAL search_path = {self._schema}"))
            driver: Any = connection.connection.driver_connection
            driver.execute(procrastinate.schema.SchemaManager.get_schema())

    # --- the worker ------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                self._make_schema()
                asyncio.run(self._work())
            except asyncio.CancelledError:
                return
            except Exception as error:  # PostgreSQL restarted: connections of every kind break in every way
                log.error("the engine's database does not answer; trying again", error=repr(error))
            self._stopping.wait(2)

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        workers = self._config.processing.workers
        connector = procrastinate.PsycopgConnector(conninfo=self._conninfo, kwargs=self._options, min_size=2, max_size=workers + 6)
        app = procrastinate.App(connector=connector)

        @app.task(name="read", pass_context=True)
        async def read(context: procrastinate.JobContext, mail_id: int) -> None:
            job = context.job.id or 0
            self._running.add(job)
            try:
                await asyncio.to_thread(self._read, mail_id)
            finally:
                self._running.discard(job)

        common: dict[str, Any] = {
            "install_signal_handlers": False,
            "delete_jobs": "always",
            "fetch_job_polling_interval": 2.0,
            "update_heartbeat_interval": self._leases.heartbeat,
            "stalled_worker_timeout": self._leases.stalled,
            "shutdown_graceful_timeout": 4.0,
        }
        async with app.open_async():
            pools: list[tuple[list[str], int]] = [([SMALL], 1), ([SMALL, LARGE], workers - 1)] if workers > 1 else [([SMALL, LARGE], 1)]
            hands = [Worker(app, queues, concurrency=count, **common) for queues, count in pools]
            self._tasks = [asyncio.create_task(one.run()) for one in hands]  # type: ignore[no-untyped-call]
            self._tasks.append(asyncio.create_task(self._sweep(app, hands)))
            try:
                # none of them ends by itself, but a worker does that lost its listening connection
                done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if not task.cancelled() and (error := task.exception()) is not None:
                        raise error
                if not self._stopping.is_set():
                    log.warning("a worker ended; starting anew")
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _read(self, mail_id: int) -> None:
        with self._store.reading() as session:
            mail = session.get(Mail, mail_id)
        if mail is None or mail.state is not MailState.STORED or self._lane.holds(mail_id):
            return
        suspect = mail.attempts > 0
        most = self._config.processing.attempts * (_SUSPECTS_PATIENCE if suspect else 1)
        if not mails.count_attempt(self._store, mail_id, most):
            return
        self._reading.add(mail_id)
        try:
            crash_point("reading")
            read = self._read_alone(mail_id) if suspect else self._intake.read(mail_id, partial(self._foretell, mail_id))
            crash_point("read")
        except StoreError as error:
            self._store_failed(mail_id, error)
        except WorkerDied as error:
            with self._store.transaction() as session:
                mails.set_aside(session, session.get_one(Mail, mail_id), str(error))
        except Exception as error:
            log.exception("reading failed", mail=mail_id)
            self._failed(mail_id, f"reading: {type(error).__name__}: {error}")
        else:
            self._lane.ready(mail, read, keys.keys_of(self._intake, read))
        finally:
            self._reading.discard(mail_id)

    def _foretell(self, mail_id: int, read: Read) -> None:
        """Its keys are known before OCR: others need not wait for that."""
        self._lane.foretell(mail_id, keys.early_keys_of(self._intake, read))

    def _store_failed(self, mail_id: int, error: StoreError) -> None:
        """The store, not the mail, was in the way, unless this mail's own bytes are lost."""
        if self._store.lost_bytes(error):
            self._failed(mail_id, f"reading: {error}")
            return
        log.error("the store does not answer; the sweep will queue the mail again", mail=mail_id, error=str(error))
        mails.give_back(self._store, mail_id)

    def _failed(self, mail_id: int, error: str) -> None:
        """A mistake in the program met this mail. While we are leaving nothing counts."""
        if not self._stopping.is_set():
            mails.note_failure(self._store, mail_id, error, self._config.processing.attempts)

    def _settle(self) -> None:
        """Settle what may be, whenever something became ready, and look again now and then: others settle too."""
        while not self._stopping.is_set():
            try:
                self._lane.settle_all(self._stopping.is_set)
            except StoreError as error:
                log.error("the store does not answer; waiting", error=str(error))
                self._stopping.wait(2)
            except Exception:
                log.exception("settling stumbled over a mistake in the program and goes on")
                self._stopping.wait(1)
            self._lane.wait()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._lane.listen(self._stopping.is_set)
            except StoreError as error:
                log.error("the store does not answer; waiting", error=str(error))
                self._stopping.wait(2)

    # --- the sweep -------------------------------------------------------------------------------------------------

    async def _sweep(self, app: procrastinate.App, hands: Sequence[Worker]) -> None:
        """Drop what dead workers held, and queue what is stored and in nobody's hands."""
        while True:
            stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._leases.stalled)
            for job in stalled:
                await self._drop(app, job, "a dead worker's mail is taken over")
            await self._drop_adrift(app, {one.worker_id for one in hands})
            rows = await app.connector.execute_query_all_async("SELECT args FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
            queued = {row["args"].get("mail_id") for row in rows}
            try:
                for mail in await asyncio.to_thread(mails.waiting, self._store):
                    if mail.id not in queued and not self._lane.holds(mail.id) and not self._lane.is_held(mail):
                        await asyncio.to_thread(self._defer, mail.id, mail.size)
            except (StoreError, ConnectorException, OSError) as error:
                log.error("the sweep failed; it comes again", error=str(error))
                self._drop_queue()
            await asyncio.sleep(self._leases.sweep)

    async def _drop_adrift(self, app: procrastinate.App, ours: Collection[int | None]) -> None:
        """Drop the jobs that the engine believes to be in our hands and that we ended: PostgreSQL went away just when
        their end was to be written down. Seen twice, since one that was handed out just now has not begun yet."""
        doing = await app.job_manager.list_jobs_async(status="doing")
        adrift = {job.id or 0: job for job in doing if job.worker_id in ours and job.id not in self._running}
        for job_id in self._adrift & adrift.keys():
            await self._drop(app, adrift[job_id], "a job whose end was not written down is dropped")
        self._adrift = set(adrift)

    async def _drop(self, app: procrastinate.App, job: procrastinate.jobs.Job, why: str) -> None:
        """Drop a job that nobody works at; the sweep queues its mail anew. To retry it would fail where the mail is queued already."""
        log.warning(why, job=job.id)
        try:
            await app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=True)
        except ConnectorException as error:  # another worker's sweep was faster
            log.info("the job is gone already", job=job.id, error=str(error))
