"""Milliseconds from one .docx form to its fields, beside what MarkItDown and kreuzberg take to turn the same file into text.

    python bench/forms.py [--runs N] [--peers PYTHON]

The peers are no dependencies: put them into a throw-away environment (`pip install "markitdown[docx]" kreuzberg`) and name
its interpreter with --peers, or install them beside this package. All take turns on the same bytes in the same minutes, each
in a warm process; the figure is the median. Goals: no slower than kreuzberg; a hundredth of MarkItDown.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ("markitdown", "kreuzberg")


def a_form() -> bytes:
    """The filled Jiangsu form as Word saves it: styles, themes and fonts around one page."""
    import docx

    sys.path.insert(0, str(ROOT))
    from tests.office import JSAQ, VALUES

    document = docx.Document()
    document.add_paragraph("2025年江苏省质量信得过班组建设典型经验申报表")
    document.add_paragraph("推荐地市、行业质协  常州市质量协会  (盖章)")
    table = document.add_table(rows=len(JSAQ), cols=6, style="Table Grid")
    for row, pairs in zip(table.rows, JSAQ):
        column = 0
        for label, key, label_span, value_span in pairs:
            for text, span in ((label, label_span), (VALUES[key], value_span)):
                row.cells[column].merge(row.cells[column + span - 1]).text = text
                column += span
    document.add_paragraph("注：填写内容简明扼要，准确无误。")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def ours() -> Callable[[bytes], object]:
    from bot.programme.load import load_programmes
    from parsers.documents.word import read_docx
    from parsers.forms.forms import Label, find_fields
    from parsers.values import Content

    labels = [Label(spec.key, spec.labels, spec.after, spec.line) for spec in load_programmes()["jsaq-2025"].fields]

    def run(data: bytes) -> object:
        content = read_docx(data)
        assert isinstance(content, Content)
        fields = find_fields(content.blocks, labels).fields
        assert len(fields) == 25, fields
        return fields

    return run


def markitdown() -> Callable[[bytes], object]:
    from markitdown import MarkItDown

    converter = MarkItDown()
    return lambda data: converter.convert_stream(BytesIO(data), file_extension=".docx").text_content


def kreuzberg() -> Callable[[bytes], object]:
    from kreuzberg import ExtractionConfig, extract_bytes_sync

    media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    config = ExtractionConfig(use_cache=False)  # its cache would answer the same bytes from memory
    return lambda data: extract_bytes_sync(data, media, config=config).content


WAYS: dict[str, Callable[[], Callable[[bytes], object]]] = {"shenbao": ours, "markitdown": markitdown, "kreuzberg": kreuzberg}


def serve(name: str) -> None:
    """A warm process: reads a path, answers with the milliseconds of one run on its bytes."""
    run = WAYS[name]()
    for line in sys.stdin:
        data = Path(line.strip()).read_bytes()
        started = time.perf_counter()
        run(data)
        print(json.dumps((time.perf_counter() - started) * 1000), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON", help="the interpreter that has the peers")
    parser.add_argument("--serve", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return 0
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name, "form.docx")
    path.write_bytes(a_form())
    processes: dict[str, subprocess.Popen[str]] = {}
    for name in WAYS:
        python = options.peers if name in PEERS else sys.executable
        here = importlib.util.find_spec(name) is not None
        if name in PEERS and not here and subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode:
            print(f"{name}: not installed in {python}; left out")
            continue
        command = [python, __file__, "--serve", name]
        processes[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, stderr=subprocess.DEVNULL
        )
    times: dict[str, list[float]] = {name: [] for name in processes}
    for turn in range(options.runs + 3):
        for name, process in processes.items():
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{path}\n")
            process.stdin.flush()
            took = float(process.stdout.readline() or "nan")
            if turn >= 3:
                times[name].append(took)
    for process in processes.values():
        process.communicate()
    folder.cleanup()
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        what = "fields" if name == "shenbao" else "text"
        ratio = median / medians["shenbao"]
        print(f"{name:12s} {median:9.2f} ms a form to {what}   ({ratio:.1f} times ours, least {min(times[name]):.2f} ms)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
