"""Several machines: two workers with blobs in S3 and the store in PostgreSQL, one of them killed, the servers away."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy
from sqlalchemy import Engine
from sqlmodel import Session, select

from bot.errors import BytesLost
from bot.intake.cached_reader import CachedReader
from bot.store.blobs import S3Options, open_blobs
from bot.store.models import CachedReading, Event, Mail, MailState, Reply
from parsers.reader import Reader
from parsers.values import Content, Paragraph, Reading
from tests.faults.harness import Field, a_field, kill_at_random
from tests.integration.servers import S3, Postgres, Proxy, wait_for
from tests.integration.site import JSAQ, enquiry

pytestmark = pytest.mark.integration
KILLS = int(os.environ.get("FAULTS_KILLS", "4"))
TAKEOVER_SECONDS = 15
"""The dead's work is taken over sooner than where machines are far apart; no shorter, since machines that run tests are busy."""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    server = S3()
    yield server
    server.close()


@pytest.fixture
def s3_proxy(s3: S3) -> Iterator[Proxy]:
    proxy = Proxy(s3.port)
    yield proxy
    proxy.close()


@pytest.fixture
def field(postgres: Postgres, s3_proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    monkeypatch.setenv("S3_KEY", "a")
    monkeypatch.setenv("S3_SECRET", "b")
    postgres._run("dropdb", "-f", "-h", "127.0.0.1", "-p", str(postgres.port), "-U", "shenbao", "shenbao")
    postgres._run("createdb", "-h", "127.0.0.1", "-p", str(postgres.port), "-U", "shenbao", "shenbao")
    with a_field(database=postgres.url, blobs=f"s3://shenbao/{time.time_ns()}") as field:
        field.site.more += f"""
[store.s3]
endpoint = "http://127.0.0.1:{s3_proxy.port}"
region = "us-east-1"
access_key_env = "S3_KEY"
secret_key_env = "S3_SECRET"
[processing]
takeover_seconds = {TAKEOVER_SECONDS}
"""
        yield field


def test_the_schema_on_postgresql_is_that_of_the_models(field: Field, postgres: Postgres) -> None:
    from sqlalchemy import inspect
    from sqlmodel import SQLModel

    def shape(engine: Engine, schema: str) -> dict[str, list[tuple[str, str, bool]]]:
        found = inspect(engine)
        return {
            table: sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table, schema=schema))
            for table in found.get_table_names(schema=schema)
            if table != "alembic_version"
        }

    with field.site.open_store() as store:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA made")
            connection.exec_driver_sql("SET LOCAL search_path = made")
            SQLModel.metadata.create_all(connection)
        assert shape(store.engine, "made") == shape(store.engine, "public")


@pytest.mark.timeout(300)
def test_a_mail_that_can_not_be_settled_is_set_aside(field: Field) -> None:
    field.deliver(2)
    assert field.site.start("sweep", SHENBAO_CRASH_AT="stored").wait(60) == -9
    with field.site.open_store() as store, store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE event ADD CONSTRAINT broken CHECK (mail_id <> 1 OR action = 'mail-set-aside')")
    field.site.start("worker")
    wait_for(lambda: field.site.status()["mails"]["by_state"] == {"settled": 1, "set-aside": 1}, 120)


@pytest.mark.timeout(300)
def test_a_mail_that_kills_its_worker_twice_is_set_aside_and_blocks_nobody(field: Field) -> None:
    field.site.more += "workers = 1\n"
    field.deliver(4)
    assert field.site.start("sweep", SHENBAO_CRASH_AT="stored").wait(60) == -9
    assert field.site.start("worker", SHENBAO_CRASH_AT="reading").wait(60) == -9
    worker = field.site.start("worker", SHENBAO_CRASH_AT="alone")  # the mail by itself kills the process it is read in
    wait_for(lambda: field.site.status()["mails"]["by_state"] == {"settled": 3, "set-aside": 1}, 150)
    assert field.site.terminate(worker) == 0
    with field.site.open_store() as store, store.reading() as session:
        mail = session.exec(select(Mail).where(Mail.state == MailState.SET_ASIDE)).one()
        event = session.exec(select(Event).where(Event.action == "mail-set-aside")).one()
        answered = session.exec(select(Reply.mail_id)).all()
    assert event.mail_id == mail.id
    assert "ended with -9" in event.details["reason"]
    assert mail.id not in answered
    assert len(answered) == 3


class _Racing:
    """A reader whose answers tell which worker gave them; each waits until both are asked."""

    def __init__(self, name: str, both: threading.Barrier) -> None:
        self.name, self.both = name, both

    def read_many(self, files: Sequence[tuple[str, bytes]]) -> list[Reading]:
        self.both.wait(30)
        return [Content("doc", (Paragraph(self.name),)) for _ in files]


@pytest.fixture
def looking_first() -> Iterator[None]:
    """Whoever keeps a result looks whether one is kept, and writes only when the other has looked too."""
    both = threading.Barrier(2)

    def meet(session: Session, *_: object) -> None:
        if any(isinstance(row, CachedReading) for row in session.new):
            both.wait(30)

    sqlalchemy.event.listen(Session, "before_flush", meet)
    yield
    sqlalchemy.event.remove(Session, "before_flush", meet)


def test_two_workers_that_read_the_same_file_at_once_keep_one_result(field: Field, looking_first: None) -> None:
    file, both = ("附件2 申报表.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 the same bytes"), threading.Barrier(2)
    with field.site.open_store() as one, field.site.open_store() as other, ThreadPoolExecutor(2) as threads:
        readers = [CachedReader(cast(Reader, _Racing(name, both)), store) for name, store in (("first", one), ("second", other))]
        made = list(threads.map(lambda reader: reader.read(*file), readers))
        assert made[0] != made[1]
        with one.reading() as session:
            assert len(session.exec(select(CachedReading)).all()) == 1
        both.abort()  # neither reads again
        again = [reader.read(*file) for reader in readers]
    assert again[0] == again[1]
    assert again[0] in made


def test_blobs_in_s3(s3: S3) -> None:
    blobs = open_blobs("s3://shenbao/unit", S3Options(s3.url, "us-east-1", "a", "b"))
    writer = blobs.writer()
    writer.write(b"x" * 3_000_000)
    writer.write(b"y")
    sha256 = writer.commit()
    assert blobs.put(b"x" * 3_000_000 + b"y") == sha256
    assert blobs.get(sha256)[-2:] == b"xy"
    with blobs.open(sha256) as file:
        assert file.read(1) == b"x"
    assert blobs.has(sha256)
    blobs.remove(sha256)
    assert not blobs.has(sha256)
    with pytest.raises(BytesLost, match="missing"):
        blobs.get(sha256)


def test_what_is_on_its_way_to_s3_leaves_no_file_behind(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    blobs = open_blobs("s3://shenbao/unit", S3Options(s3.url, "us-east-1", "a", "b"))
    writer = blobs.writer()
    writer.write(b"z" * 10_000_000)
    assert not list(tmp_path.iterdir())  # as a kill would leave it now
    assert blobs.get(writer.commit()) == b"z" * 10_000_000


@pytest.mark.timeout(300)
def test_a_mail_whose_bytes_are_lost_is_set_aside(field: Field) -> None:
    field.deliver(2)
    assert field.site.start("sweep", SHENBAO_CRASH_AT="stored").wait(60) == -9
    with field.site.open_store() as store, store.reading() as session:
        store.blobs.remove(session.exec(select(Mail).where(Mail.subject == "question 0")).one().sha256)
    field.site.start("worker")
    wait_for(lambda: field.site.status()["mails"]["by_state"] == {"settled": 1, "set-aside": 1}, 120)


@pytest.mark.timeout(300)
def test_a_second_daemon_says_so_and_leaves(field: Field) -> None:
    first = field.site.start()
    wait_for(lambda: any(line.get("event") == "running" for line in field.site.log()), 60)
    for command in ("run", "sweep"):
        assert field.site.start(command).wait(60) == 1
    assert sum("another shenbao daemon works on this database" in str(line["event"]) for line in field.site.log()) == 2
    assert field.site.terminate(first) == 0


@pytest.mark.timeout(300)
def test_connections_that_the_server_ends_stop_no_worker(field: Field) -> None:
    worker = field.site.start("worker")
    wait_for(lambda: any(line.get("event") == "working" for line in field.site.log()), 60)
    field.deliver(1)
    assert field.site.start("sweep").wait(60) == 0
    with field.site.open_store() as store, store.engine.begin() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    time.sleep(1)
    field.deliver(2)
    assert field.site.start("sweep", SHENBAO_CRASH_AT="stored").wait(60) == -9
    wait_for(lambda: field.site.status()["mails"]["by_state"] == {"settled": 3}, 90)
    assert field.site.terminate(worker) == 0


@pytest.mark.timeout(300)
def test_a_job_whose_end_was_never_written_down_strands_no_mail(field: Field) -> None:
    worker = field.site.start("worker")
    field.deliver(1)
    assert field.site.start("sweep").wait(60) == 0
    with field.site.open_store() as store, store.engine.begin() as connection:
        schema = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'engine_%%'").scalar_one()
        connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
        connection.exec_driver_sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id) "
            "SELECT 'small', 'read', 'mail-2', 'mail-2', '{\"mail_id\": 2}', 'doing', max(id) FROM procrastinate_workers"
        )
    field.deliver(1)
    field.site.start("run")
    books = field.finish(90, start=False)
    assert books.clean, books
    assert field.site.terminate(worker) == 0


@pytest.mark.timeout(300)
def test_two_workers_share_the_work_and_one_takes_over(field: Field) -> None:
    daemon, worker = field.site.start(), field.site.start("worker")
    field.deliver(40)
    wait_for(lambda: field.site.status()["mails"]["by_state"].get("settled", 0) >= 5, 60)
    field.site.kill(worker)
    books = field.finish(150, start=False)
    assert field.site.terminate(daemon) == 0
    assert books.clean, books
    assert books.ambiguous == 0, books


@pytest.mark.timeout(300)
def test_mails_of_one_sender_keep_their_order_with_two_workers(field: Field) -> None:
    field.dovecot.deliver(JSAQ, *(enquiry(n, sender="li@example.cn") for n in range(20)))
    field.site.start("worker")
    field.site.start("worker")
    field.site.start()

    def settled() -> bool:
        return bool(field.site.status()["mails"]["by_state"].get("settled", 0) == 20)

    wait_for(settled, 120)
    with field.site.open_store() as store, store.reading() as session:
        place = {mail.id: (mail.received_at, mail.id) for mail in session.exec(select(Mail))}
        replies = session.exec(select(Reply.mail_id).order_by(Reply.id)).all()  # type: ignore[arg-type]
    assert len(replies) == 20
    assert [place[mail_id] for mail_id in replies] == sorted(place.values())  # type: ignore[type-var]


@pytest.mark.timeout(600)
def test_the_servers_are_away_for_a_while(field: Field, postgres: Postgres, s3_proxy: Proxy) -> None:
    daemon, worker = field.site.start(), field.site.start("worker")
    field.deliver(10)
    time.sleep(4)
    postgres.stop()
    field.deliver(10)
    time.sleep(3)
    postgres.start()
    field.deliver(5)
    time.sleep(3)
    s3_proxy.refusing = True
    s3_proxy.cut_all()
    field.deliver(10)
    time.sleep(5)
    s3_proxy.refusing = False
    books = field.finish(150, start=False)
    assert field.site.terminate(daemon) == 0
    assert field.site.terminate(worker) == 0
    assert books.clean, books
    assert books.ambiguous == 0, books


@pytest.mark.timeout(3600)
def test_daemon_and_workers_ended_at_random(field: Field) -> None:
    kill_at_random(field, KILLS, 3, lambda: [field.site.start(), field.site.start("worker"), field.site.start("worker")])
    field.site.start("worker")
    books = field.finish(240)
    print(books)
    assert books.clean, books
    assert books.ambiguous <= KILLS, books


def test_the_engines_tables_may_be_lost(field: Field, postgres: Postgres) -> None:
    field.deliver(3)
    field.site.start(SHENBAO_CRASH_AT="reading").wait(60)
    with field.site.open_store() as store, store.engine.begin() as connection:
        names = connection.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'engine_%%'").scalars().all()
        assert names
        for name in names:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
    books = field.finish(90)
    assert books.clean, books
