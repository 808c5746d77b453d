"""The house as the code has it: `python -m tests.house` prints its rooms, floors and arrows; `--write` puts them into docs/architecture.md.

A room is a folder of `bot/`, or a module that lies in `bot/` itself, or a whole package beside it; `parsers/`, the largest, is shown
again from within. An arrow is an import from one room to another. A module's layer is its folder's.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "parsers", "replies", "programmes")

LAYERS = {
    "parsers": 0,
    "replies": 0,
    "programmes": 0,
    "bot": 1,
    "bot.programme": 1,
    "bot.drafting": 2,
    "bot.rules": 2,
    "bot.judging": 3,
    "bot.store": 4,
    "bot.post": 4,
    "bot.views": 5,
    "bot.staff": 5,
    "bot.intake": 5,
    "bot.export": 5,
    "bot.digest": 5,
    "bot.engine": 5,
    "bot.console": 5,
    "bot.health": 6,
    "bot.samples": 6,
    "bot.demo": 6,
    "bot.daemon": 6,
    "bot.commands": 6,
}
"""Each folder's layer; what lies deeper is of the folder around it. Imports go down only; rooms of one layer may know each other."""
DOOR = {"bot.cli": 6, "bot.__main__": 6}
"""Where a person comes in: the only modules that are not of their folder's layer."""
OPEN = {"parsers.limits", "parsers.values", "parsers.reader", "replies.times", "bot"}
"""Shared values, known to every room; `bot` itself holds the version alone."""

ARCHITECTURE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: written by `python -m tests.house --write` -->", "<!-- end of rooms -->"


@cache
def modules() -> Mapping[str, Path]:
    """Every module of the product by its dotted name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def parsed(path: Path) -> ast.Module:
    """A module's source as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(name: str) -> Iterator[str]:
    """What a module imports, wherever in it: modules of the house by their own names, others as they are written."""
    for node in ast.walk(parsed(modules()[name])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports by a relative path"
            base = node.module or ""
            yield from (f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules() else base for alias in node.names)


def layer_of(module: str) -> int:
    """The layer of a module's folder."""
    if module in DOOR:
        return DOOR[module]
    folder = module
    while folder not in LAYERS:
        folder = folder.rpartition(".")[0]
    return LAYERS[folder]


def room_of(module: str, within: str = "") -> str:
    """The room of a module; `within` a package, which of its rooms."""
    first, *rest = module.split(".")
    if within:
        return ".".join([first, *rest[:1]])
    return ".".join([first, *rest[:1]]) if first == "bot" else first


def arrows(within: str = "") -> dict[str, set[str]]:
    """For each room the rooms that it imports, of all the house or within one package."""
    found: dict[str, set[str]] = {}
    for name in modules():
        if within and not name.startswith(within + "."):
            continue
        room = room_of(name, within)
        targets = {target for target in imports_of(name) if target in modules() and target.startswith(within)}
        found.setdefault(room, set()).update(room_of(target, within) for target in targets if target not in ("bot", within))
        found[room].discard(room)
    return {room: targets for room, targets in found.items() if room != "bot"}


def upwards() -> list[tuple[str, str]]:
    """Imports from a lower layer to a higher one."""
    own = [(name, target) for name in modules() for target in imports_of(name) if target in modules() and target not in OPEN]
    return [(name, target) for name, target in own if layer_of(target) > layer_of(name)]


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The sets of rooms that import each other in a loop (strongly connected components of more than one)."""
    reached = {room: _reach(graph, room) for room in graph}
    loops = {tuple(sorted(other for other in graph if other in reached[room] and room in reached[other])) for room in graph}
    return [list(loop) for loop in sorted(loops) if len(loop) > 1]


def _reach(graph: Mapping[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for target in graph.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def floors(graph: Mapping[str, set[str]]) -> dict[str, int]:
    """Each room's floor: 1 stands on nothing, any other above all that it imports. The graph has no circle."""
    found: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in found:
            found[room] = 1 + max((floor(target) for target in graph.get(room, ())), default=0)
        return found[room]

    for room in graph:
        floor(room)
    return found


def question(room: str) -> str:
    """What a room says of itself: the first sentence of its docstring."""
    text = ast.get_docstring(parsed(modules()[room])) or ""
    return text.split("\n\n")[0].replace("\n", " ")


def table(within: str = "") -> str:
    """The rooms as a Markdown table, the highest floor first, each with its question and the rooms it knows."""
    graph = arrows(within)
    heights = floors(graph)
    lines = ["| floor | layer | room | question | knows |", "|---|---|---|---|---|"]
    for room in sorted(graph, key=lambda room: (-heights[room], room)):
        knows = ", ".join(_short(target, within) for target in sorted(graph[room]))
        name = _short(room, within) + ("/" if modules()[room].name == "__init__.py" else ".py")
        lines.append(f"| {heights[room]} | {layer_of(room)} | `{name}` | {question(room)} | {knows} |")
    return "\n".join(lines)


def _short(room: str, within: str) -> str:
    return room.removeprefix((within or "bot") + ".")


def picture() -> str:
    """What stands in docs/architecture.md."""
    whole, inner = arrows(), arrows("parsers")
    counted = [f"{len(g)} rooms, {max(floors(g).values())} floors, {sum(map(len, g.values()))} arrows" for g in (whole, inner)]
    return "\n".join(
        [
            f"The whole house: {counted[0]}, arrows upwards {len(upwards())}, circles {len(circles(whole))}.",
            "",
            table(),
            "",
            f"Within `parsers/`: {counted[1]}, circles {len(circles(inner))}.",
            "",
            table("parsers"),
        ]
    )


def sizes() -> str:
    """Median and longest file and function, in lines."""
    files = sorted((len(path.read_text(encoding="utf-8").splitlines()), name) for name, path in modules().items())
    files = [file for file in files if file[0] > 1]
    functions = sorted(
        (node.end_lineno - node.lineno + 1, f"{name}.{node.name}")
        for name, path in modules().items()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    lines = [
        f"{len(files)} files, median {statistics.median(size for size, _ in files):.0f} lines, longest {files[-1][0]} ({files[-1][1]})"
    ]
    middle = statistics.median(size for size, _ in functions)
    longest = [f"{size} ({name})" for size, name in reversed(functions[-3:])]
    lines.append(f"{len(functions)} functions, median {middle:.0f} lines, longest {', '.join(longest)}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Print the house, or write it into the docs."""
    if "--write" not in arguments:
        print(picture(), "", sizes(), sep="\n")
        return 0
    text = ARCHITECTURE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    ARCHITECTURE.write_text(f"{before}{BEGIN}\n\n{picture()}\n\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
