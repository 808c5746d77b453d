"""The store: schema, transactions, blobs."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from sqlmodel import SQLModel, col, select

from bot.errors import BytesLost, StoreError
from bot.store import migrations
from bot.store.blobs import MARKER, FileBlobs
from bot.store.models import Event, Mail, MailState
from bot.store.store import Store, make_engine

NOW = datetime(2025, 6, 10, 2, 5, tzinfo=UTC)


def open_store(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder}/s.db", str(folder / "blobs"))


def shape(engine: sqlalchemy.Engine) -> dict[str, object]:
    inspector = sqlalchemy.inspect(engine)
    return {
        table: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)),
            sorted((str(i["name"]), tuple(i["column_names"]), bool(i["unique"])) for i in inspector.get_indexes(table)),
            sorted((tuple(k["constrained_columns"]), k["referred_table"]) for k in inspector.get_foreign_keys(table)),
            sorted(tuple(u["column_names"]) for u in inspector.get_unique_constraints(table)),
            inspector.get_pk_constraint(table)["constrained_columns"],
        )
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_end_in_the_schema_of_the_models(tmp_path: Path) -> None:
    migrated, made = make_engine(f"sqlite:///{tmp_path}/a.db"), make_engine(f"sqlite:///{tmp_path}/b.db")
    migrations.migrate(migrated)
    SQLModel.metadata.create_all(made)
    assert shape(migrated) == shape(made)
    assert migrations.known()[-1] == migrations.HEAD
    with migrated.connect() as connection:
        assert migrations.current(connection) == migrations.HEAD
    migrated.dispose()
    made.dispose()


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, store.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        open_store(tmp_path)


def test_a_file_that_is_no_database_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="does not answer"):
        open_store(tmp_path)


def test_sqlite_is_durable(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, store.transaction() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def mail(**values: object) -> Mail:
    return Mail(**{"mailbox": "m", "sha256": "0" * 64, "size": 1, "received_at": NOW, "stored_at": NOW, **values})


def test_a_transaction_is_all_or_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:

        def half() -> None:
            with store.transaction() as session:
                session.add(mail())
                session.flush()
                raise RuntimeError("half")

        with pytest.raises(RuntimeError, match="half"):
            half()
        with store.transaction() as session:
            kept = mail(subject="申报")
            session.add(kept)
        assert kept.id == 1
        with store.reading() as session:
            assert [m.subject for m in session.exec(select(Mail))] == ["申报"]
            read = session.exec(select(Mail)).one()
            assert (read.received_at, read.state) == (NOW, MailState.STORED)


def test_a_broken_reference_is_refused(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, pytest.raises(sqlalchemy.exc.IntegrityError), store.transaction() as session:
        session.add(mail(package_id=77))


def test_writers_queue_up_and_see_each_others_work(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:

        def count_up() -> None:
            for _ in range(10):
                with store.transaction() as session:
                    count = len(session.exec(select(Event)).all())
                    session.add(Event(at=NOW, actor="system", action=str(count)))

        threads = [threading.Thread(target=count_up) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.reading() as session:
            assert sorted(int(e.action) for e in session.exec(select(Event))) == list(range(40))


def test_a_temporary_store_leaves_nothing() -> None:
    with Store.temporary() as store:
        folder = Path(store.engine.url.database or "").parent
        with store.transaction() as session:
            session.add(mail(sha256=store.blobs.put(b"x")))
    assert not folder.exists()


def test_blobs_are_found_by_their_hash(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    writer = blobs.writer()
    writer.write(b"a")
    writer.write(b"b")
    sha256 = writer.commit()
    assert blobs.put(b"ab") == sha256
    assert blobs.get(sha256) == b"ab"
    with blobs.open(sha256) as file:
        assert file.read() == b"ab"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / sha256[:2] / sha256]


def test_blobs_come_together(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    blobs.put(b"old")
    large = blobs.writer()
    large.write(b"large")
    with ThreadPoolExecutor(3) as pool:
        hashes = blobs.put_all([b"one", large, b"two", b"one", b"old"], pool)
    assert hashes == [hashlib.sha256(data).hexdigest() for data in (b"one", b"large", b"two", b"one", b"old")]
    assert [blobs.get(sha256) for sha256 in hashes] == [b"one", b"large", b"two", b"one", b"old"]
    assert sorted(p for p in tmp_path.rglob("*") if p.is_file()) == sorted({tmp_path / sha256[:2] / sha256 for sha256 in hashes})


def test_a_blob_has_its_name_only_once_its_bytes_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk: set[int] = set()
    named: list[Path] = []
    real_fsync, real_replace, real_mkdir = os.fsync, os.replace, os.mkdir

    def fsync(descriptor: int) -> None:
        real_fsync(descriptor)
        on_disk.add(os.fstat(descriptor).st_ino)

    def replace(source: str, target: Path) -> None:
        assert os.stat(source).st_ino in on_disk
        real_replace(source, target)
        named.append(target)
        on_disk.discard(target.parent.stat().st_ino)

    def mkdir(folder: Path, mode: int = 0o777) -> None:
        real_mkdir(folder, mode)
        on_disk.discard(folder.parent.stat().st_ino)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr(os, "mkdir", mkdir)
    blobs = FileBlobs(tmp_path)
    blobs.put(b"alone")
    with ThreadPoolExecutor(4) as pool:
        blobs.put_all([b"%d" % n for n in range(600)], pool)
    assert len(named) == 601
    assert all(path.parent.stat().st_ino in on_disk for path in named)
    assert tmp_path.stat().st_ino in on_disk


def test_a_full_disk_leaves_nothing_of_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FileBlobs(tmp_path)
    large = blobs.writer()
    large.write(b"large")
    real = os.fsync

    def full(descriptor: int) -> None:
        if os.fstat(descriptor).st_size == 3:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with ThreadPoolExecutor(2) as pool, pytest.raises(StoreError, match="No space left"):
        blobs.put_all([b"1", b"22", b"333", large, b"4444"], pool)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_damaged_or_missing_blob_is_an_error(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    sha256 = blobs.put(b"whole")
    (tmp_path / sha256[:2] / sha256).write_bytes(b"half")
    with pytest.raises(StoreError, match="damaged"):
        blobs.get(sha256)
    with pytest.raises(StoreError, match="can't be read"):
        blobs.get("1" * 64)
    with pytest.raises(StoreError, match="not the name"):
        blobs.get("../../etc/passwd")


def test_bytes_are_lost_only_where_the_rest_is_there(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        with pytest.raises(BytesLost) as missing:
            store.blobs.get("1" * 64)
        assert store.lost_bytes(missing.value)
        assert not store.lost_bytes(StoreError("the blob store does not answer (get)"))
        assert isinstance(store.blobs, FileBlobs)
        shutil.rmtree(store.blobs.folder, ignore_errors=True)
        store.blobs.folder.write_text("in the way")
        assert not store.lost_bytes(missing.value)


def test_a_full_disk_leaves_no_half_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FileBlobs(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StoreError, match="No space left"):
        blobs.put(b"x")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_what_no_database_takes_is_cleaned(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        with store.transaction() as session:
            session.add(mail(subject="申\ud800报\0", details={"a\0": ["x\udfff", {"y": "z\0"}], "n": 1}))
        with store.reading() as session:
            kept = session.exec(select(Mail)).one()
    assert kept.subject == "申?报"
    assert kept.details == {"a": ["x?", {"y": "z"}], "n": 1}


def test_pieces_that_a_crash_left_are_removed(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    kept = blobs.put(b"whole")
    left = blobs.writer()
    left.write(b"half")
    blobs.tidy()
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [kept]
    left.discard()


def test_an_empty_mount_point_is_not_taken_for_the_blob_store(tmp_path: Path) -> None:
    folder, disk = tmp_path / "blobs", tmp_path / "unmounted"
    with open_store(tmp_path) as store:
        sha256 = store.blobs.put(b"raw")
        with store.transaction() as session:
            session.add(mail(sha256=sha256))
        folder.rename(disk)
        folder.mkdir()
        away(store, sha256)
    with open_store(tmp_path) as store:
        away(store, sha256)
        folder.rmdir()
        away(store, sha256)  # nor is the folder made anew
        disk.rename(folder)
        store.blobs.check()
        assert store.blobs.get(sha256) == b"raw"


def away(store: Store, sha256: str) -> None:
    with pytest.raises(BytesLost) as missing:
        store.blobs.get(sha256)
    assert not store.lost_bytes(missing.value)
    with pytest.raises(StoreError, match="away"):
        store.blobs.put(b"new")
    with pytest.raises(StoreError, match="away"):
        store.blobs.remove(sha256)


def test_a_blob_store_without_a_marker_gets_one_where_it_holds_blobs(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        sha256 = store.blobs.put(b"raw")
        with store.transaction() as session:
            session.add(mail(sha256=sha256))
    (tmp_path / "blobs" / MARKER).unlink()
    with open_store(tmp_path) as store:
        store.blobs.check()
        assert (tmp_path / "blobs" / MARKER).is_file()


def test_a_limit_of_the_database_is_not_taken_for_its_being_away() -> None:
    with Store.temporary() as store, store.reading() as session:
        query = select(Mail.id).where(col(Mail.id).in_(range(300_000)))
        with pytest.raises(sqlalchemy.exc.OperationalError, match="too many SQL variables"):
            session.exec(query).all()
        with pytest.raises(StoreError), store.reading() as other:
            other.connection().exec_driver_sql("SELECT * FROM nowhere")
