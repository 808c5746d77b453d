"""Work counted instead of timed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event

from bot.store.store import Store


class Meter:
    """Counts the steps of SQLite's machine in all connections of a store."""

    def __init__(self, store: Store) -> None:
        self.steps = 0
        event.listen(store.engine, "connect", lambda connection, _: connection.set_progress_handler(self._step, 1))
        store.engine.dispose()  # connections made before are not counted

    def _step(self) -> int:
        self.steps += 1
        return 0

    def of(self, act: Callable[[], object]) -> int:
        """The steps that an act takes."""
        before = self.steps
        act()
        return self.steps - before
