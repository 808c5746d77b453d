"""The tables' columns for statements, a letter a table: SQLModel's classes tell a type checker of values, not of columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect

from bot.store.models import Application, CachedReading, Document, Event, Finding, Mail, Package, Reply, Similarity


def columns_of(table: type[Any]) -> Any:
    """The columns of a model's table, by their names."""
    return inspect(table).local_table.c


A = columns_of(Application)
C = columns_of(CachedReading)
D = columns_of(Document)
E = columns_of(Event)
F = columns_of(Finding)
M = columns_of(Mail)
P = columns_of(Package)
R = columns_of(Reply)
S = columns_of(Similarity)
