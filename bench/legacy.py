"""Seconds to turn .doc files into .docx: one LibreOffice call a file, one call for all, and a warm service (unoserver).

    python bench/legacy.py [--files N] [--unoserver PYTHON]

The calls are those of `parsers.documents.legacy`, fence and throw-away profile included. unoserver needs LibreOffice's own Python
(`python3-uno`): name an interpreter that has both with --unoserver, else the warm row is left out. Wall and processor seconds;
the processor time of a fenced call is not seen from outside bubblewrap, so the same is measured without it too.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def old_forms(count: int) -> list[bytes]:
    """Filled forms as .doc, made by LibreOffice."""
    from parsers.documents import legacy
    from tests.office import JSAQ, VALUES, docx, form_table, par

    program = legacy.soffice()
    if program is None:
        raise SystemExit("LibreOffice (soffice) is not installed")
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(count):
            path = Path(folder, f"{number}.docx")
            path.write_bytes(docx(par(f"第{number}份申报表"), form_table(JSAQ, VALUES), par("完")))
            paths.append(str(path))
        command = [
            program,
            "--headless",
            f"-env:UserInstallation=file://{folder}/p",
            "--convert-to",
            "doc:MS Word 97",
            "--outdir",
            folder,
            *paths,
        ]
        subprocess.run(command, check=True, capture_output=True)
        return [Path(folder, f"{number}.doc").read_bytes() for number in range(count)]


def timed(name: str, files: int, work: Callable[[], object]) -> None:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name:34s} {wall / files:6.2f} s wall a file, {processor / files:6.2f} s processor a file ({files} files, {wall:.2f} s)")


def warm(python: str, forms: list[bytes]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [python, "-m", "unoserver.server", "--port", str(port), "--user-installation", f"{folder}/p"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with socket.socket() as trial:
                    if trial.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.2)
            source, target = Path(folder, "a.doc"), Path(folder, "a.docx")

            def convert(data: bytes) -> None:
                source.write_bytes(data)
                script = (
                    "import sys; from unoserver.client import UnoClient; c = UnoClient(port=sys.argv[1]); "
                    "[c.convert(inpath=sys.argv[2], outpath=sys.argv[3]) for _ in range(int(sys.argv[4]))]"
                )
                subprocess.run([python, "-c", script, str(port), str(source), str(target), str(len(forms))], check=True)

            timed("warm service (unoserver)", len(forms), lambda: convert(forms[0]))
        finally:
            os.killpg(server.pid, 9)
            server.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=6)
    parser.add_argument("--unoserver", default="python3", metavar="PYTHON", help="an interpreter with uno and unoserver")
    options = parser.parse_args()
    from parsers.documents import legacy
    from parsers.values import Refusal

    forms = old_forms(options.files)

    def checked(files: list[tuple[str, bytes]]) -> None:
        results = legacy.convert_many(files)
        assert not any(isinstance(result, Refusal) for result in results), results

    for fence in (", fenced", ""):
        if not fence:
            legacy._bubblewrap_works = lambda: False  # type: ignore[assignment]
        timed(f"a call a file{fence}", len(forms), lambda: [checked([("doc", form)]) for form in forms])
        timed(f"one call for all{fence}", len(forms), lambda: checked([("doc", form) for form in forms]))
    if subprocess.run([options.unoserver, "-c", "import uno, unoserver"], capture_output=True, check=False).returncode:
        print(f"warm service: {options.unoserver} has no uno and unoserver; left out")
    else:
        warm(options.unoserver, forms)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
