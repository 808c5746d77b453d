"""The schema's history (Alembic), shipped with the code and run when a store is opened."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from sqlalchemy.engine import Connection, Engine

from bot.errors import StoreError

HEAD = "0008"
"""The newest revision. Kept here so that opening a store that is up to date need not import Alembic."""

_LOCK = 0x5368656E  # "Shen": workers that start together migrate one after the other


def current(connection: Connection) -> str:
    """The revision that a database is at; "" for a new one."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar() or ""


def known() -> tuple[str, ...]:
    """All revisions, oldest first: a revision's file begins with its number."""
    return tuple(sorted(path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")))


def migrate(engine: Engine) -> None:
    """Bring a database to the newest schema, in one transaction. Raises StoreError where it is of a newer version."""
    with engine.connect() as connection:
        at = current(connection)
    if at == HEAD:
        return
    if at and at not in known():
        raise StoreError(f"the database is of a newer version (schema {at}, this program knows {HEAD}): use the newer program")
    with engine.execution_options(shenbao_writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sqlalchemy.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        upgrade(connection, "head")


def upgrade(connection: Connection, revision: str) -> None:
    """Run the migrations up to a revision on an open connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
