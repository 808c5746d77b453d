"""A grid by its slots."""

from __future__ import annotations

from parsers.values import Cell, Grid


class Table:
    """A grid by its slots: a merged cell is found at each slot that it covers."""

    def __init__(self, grid: Grid) -> None:
        self.cells = grid.cells
        self._slots: dict[tuple[int, int], Cell] = {}
        self._rows: dict[int, list[Cell]] = {}
        for cell in grid.cells:
            self._rows.setdefault(cell.row, []).append(cell)
            for row in range(cell.row, cell.row + min(cell.rowspan, 200)):
                for column in range(cell.column, cell.column + min(cell.colspan, 200)):
                    self._slots.setdefault((row, column), cell)
        for cells in self._rows.values():
            cells.sort(key=lambda cell: cell.column)

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers a slot, or None outside the table."""
        return self._slots.get((row, column))

    def starting_in(self, row: int) -> list[Cell]:
        """The cells that begin in a row, left to right."""
        return self._rows.get(row, [])

    def right(self, cell: Cell) -> Cell | None:
        """The next cell to the right: that of the next slot, or (sheets, scans with gaps) the next that begins in the row."""
        found = self._slots.get((cell.row, cell.column + cell.colspan))
        if found is not None and found is not cell:
            return found
        return next((other for other in self.starting_in(cell.row) if other.column >= cell.column + cell.colspan), None)
