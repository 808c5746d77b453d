"""How long a worker of several is believed to be alive without a sign of life."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leases:
    """Seconds, all of them shares of one: within `takeover` all that a dead worker had in hand is taken over by others."""

    takeover: float

    @property
    def held(self) -> float:
        """So long a reading that a worker shows to hold is left to it."""
        return self.takeover

    @property
    def show_again(self) -> float:
        """So often a worker says that it still holds its readings."""
        return self.takeover / 3

    @property
    def stalled(self) -> float:
        """A worker that gave no heartbeat for so long is dead. Far above the heartbeat; a step's length does not matter to it."""
        return self.takeover * 5 / 12

    @property
    def heartbeat(self) -> float:
        return self.takeover / 12

    @property
    def sweep(self) -> float:
        """So often each worker looks for mails in nobody's hands."""
        return self.takeover / 6
