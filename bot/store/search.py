"""Search for any part of a name among all cases: an index of pairs of neighbouring characters.

Chinese has no blanks between words, so a name is written down as its pairs (南京燃气 is 南京 京燃 燃气 气), and a part of a
name is a phrase of pairs. SQLite holds them in an FTS5 table, PostgreSQL in a tsvector with a GIN index: both ship with
the database, no extension is needed. Among 100,000 cases a phrase is found in about a millisecond.

A row is written with its application or package in the same flush (`_listen`); `rebuild` makes all of them anew.
A case's number here is twice its application's id, or twice its package's id and one (`case_number`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, TextClause, event, inspect, select, text
from sqlmodel import SQLModel

from bot.store.columns import A, P
from bot.store.models import Application, Package

TABLE = "case_search"
_APPLICATION = ("reference", "organisation", "team", "title", "uscc_key", "mobile_key", "package_id")
_PACKAGE = ("reference", "sender_address", "sender_name", "recommender")


def case_number(*, application: int | None = None, package: int | None = None) -> int:
    """The number under which an application or a package stands in the index."""
    if application is not None:
        return 2 * application
    if package is None:
        raise ValueError("a case is an application or a package")
    return 2 * package + 1


def normalised(words: str) -> str:
    """A text as it is searched: NFKC, lower case, letters and digits only (bracket forms, hyphens and blanks even out)."""
    return "".join(c for c in unicodedata.normalize("NFKC", words).lower() if c.isalnum())


def pairs(words: str) -> list[str]:
    """The pairs of neighbouring characters of a text, and its last character alone, which ends it."""
    value = normalised(words)
    return [a + b for a, b in pairwise(value)] + [value[-1]] if value else []


def _document(fields: Iterable[str | None]) -> list[str]:
    """All pairs of a case's fields. The single character at each field's end keeps phrases from reaching over it."""
    return [token for field in fields if field for token in pairs(field)]


def create_search(connection: Connection) -> None:
    """Create the index where it is not there yet. For the migration; `create_all` calls it by itself."""
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(tokens, tokenize = 'unicode61 remove_diacritics 0')")
        )
        return
    connection.execute(text(f"CREATE TABLE IF NOT EXISTS {TABLE} (id BIGINT PRIMARY KEY, tokens TSVECTOR NOT NULL)"))
    connection.execute(text(f"CREATE INDEX IF NOT EXISTS ix_{TABLE} ON {TABLE} USING GIN (tokens)"))


def forget(connection: Connection, numbers: Iterable[int]) -> None:
    """Take cases out of the index."""
    key = "rowid" if connection.dialect.name == "sqlite" else "id"
    for number in numbers:
        connection.execute(text(f"DELETE FROM {TABLE} WHERE {key} = :number"), {"number": number})


def rebuild(connection: Connection) -> int:
    """Write the index anew from all applications and packages; how many cases stand in it. For a migration or a repair."""
    connection.execute(text(f"DELETE FROM {TABLE}"))
    packages = {row.id: row for row in connection.execute(select(P.id, *(P[name] for name in _PACKAGE)))}
    count = 0
    for row in connection.execute(select(A.id, *(A[name] for name in _APPLICATION))).fetchall():
        _write(connection, case_number(application=row.id), _application_document(row, packages.get(row.package_id)))
        count += 1
    for package in packages.values():
        if package.reference:
            _write(connection, case_number(package=package.id), _document(getattr(package, name) for name in _PACKAGE))
            count += 1
    return count


def matching(words: str, dialect: str, *, packages: bool = False, most: int | None = None) -> TextClause | None:
    """A query for the ids of the applications (or packages) that hold every word; blanks part words. The newest `most`.

    None where there is nothing that could be searched for.
    """
    phrases = [p for p in (pairs(word) for word in words.split()) if p]
    if not phrases:
        return None
    key = "rowid" if dialect == "sqlite" else "id"
    tail = f"AND {key} % 2 = {int(packages)}" + (f" ORDER BY {key} DESC LIMIT {int(most)}" if most is not None else "")
    if dialect == "sqlite":
        query = " AND ".join(f'"{phrase[0]}" *' if len(phrase) == 1 else '"' + " ".join(phrase[:-1]) + '"' for phrase in phrases)
        return text(f"SELECT rowid / 2 AS id FROM {TABLE} WHERE {TABLE} MATCH :query {tail}").bindparams(query=query)
    query = " & ".join(f"'{phrase[0]}':*" if len(phrase) == 1 else _phrase(phrase[:-1]) for phrase in phrases)
    return text(f"SELECT id / 2 AS id FROM {TABLE} WHERE tokens @@ CAST(:query AS tsquery) {tail}").bindparams(query=query)


def _phrase(tokens: list[str]) -> str:
    return "(" + " <-> ".join(f"'{token}'" for token in tokens) + ")"


def _application_document(application: Any, package: Any) -> list[str]:
    own = [getattr(application, name) for name in _APPLICATION if name != "package_id"]
    return _document(own + [getattr(package, name) for name in _PACKAGE if name != "reference"] if package is not None else own)


def _write(connection: Connection, number: int, tokens: list[str]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DELETE FROM {TABLE} WHERE rowid = :number"), {"number": number})
        connection.execute(
            text(f"INSERT INTO {TABLE} (rowid, tokens) VALUES (:number, :tokens)"), {"number": number, "tokens": " ".join(tokens)}
        )
        return
    vector = " ".join(f"'{token}':{place}" for place, token in enumerate(tokens, 1))
    connection.execute(
        text(
            f"INSERT INTO {TABLE} (id, tokens) VALUES (:number, CAST(:vector AS tsvector)) "
            "ON CONFLICT (id) DO UPDATE SET tokens = EXCLUDED.tokens"
        ),
        {"number": number, "vector": vector},
    )


def _changed(target: Any, names: tuple[str, ...]) -> bool:
    state = inspect(target)
    return any(state.attrs[name].history.has_changes() for name in names)


def _index_application(mapper: Any, connection: Connection, target: Application) -> None:
    package = connection.execute(select(*(P[name] for name in _PACKAGE)).where(P.id == target.package_id)).one_or_none()
    _write(connection, case_number(application=target.id), _application_document(target, package))


def _reindex_application(mapper: Any, connection: Connection, target: Application) -> None:
    if _changed(target, _APPLICATION):
        _index_application(mapper, connection, target)


def _index_package(mapper: Any, connection: Connection, target: Package) -> None:
    if target.reference:
        _write(connection, case_number(package=target.id), _document(getattr(target, name) for name in _PACKAGE))


def _reindex_package(mapper: Any, connection: Connection, target: Package) -> None:
    if not _changed(target, _PACKAGE):
        return
    _index_package(mapper, connection, target)
    for row in connection.execute(select(*(A[name] for name in ("id", *_APPLICATION))).where(A.package_id == target.id)).fetchall():
        _write(connection, case_number(application=row.id), _application_document(row, target))


def _listen() -> None:
    event.listen(Application, "after_insert", _index_application)
    event.listen(Application, "after_update", _reindex_application)
    event.listen(Package, "after_insert", _index_package)
    event.listen(Package, "after_update", _reindex_package)
    event.listen(SQLModel.metadata, "after_create", lambda target, connection, **_: create_search(connection))


_listen()
