"""Old and foreign office formats, through LibreOffice: .doc .wps .rtf .odt -> .docx, .ppt .dps .odp -> .pptx, .et .ods -> .xlsx.

One headless call for all files of a kind, with a profile that is thrown away, macros and links off, no network (bubblewrap
where it works) and a time limit. LibreOffice is a system package of the operator's: without it the outcome is NO_CONVERTER,
which is never the submitter's fault.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from parsers.values import Reason, Refusal

TARGETS = {
    "doc": "docx", "wps": "docx", "rtf": "docx", "odt": "docx", "wpt": "docx", "dot": "docx", "mht": "docx",
    "ppt": "pptx", "dps": "pptx", "odp": "pptx", "pps": "pptx",
    "et": "xlsx", "ods": "xlsx", "xls": "xlsx", "xlsb": "xlsx",
}  # fmt: skip
"""Format -> what it becomes."""

_FILTERS = {"docx": "MS Word 2007 XML", "pptx": "Impress MS PowerPoint 2007 XML", "xlsx": "Calc MS Excel 2007 XML"}
_READ_AS = {"wps": "doc", "wpt": "doc", "dot": "doc", "dps": "ppt", "pps": "ppt", "et": "xls", "mht": "html"}
"""Kingsoft's formats are Microsoft's under another name; under that name LibreOffice takes them for Microsoft Works."""

SECONDS = 90
"""Wall clock of one call."""

_SWITCHES = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Office.Common/Misc", "UseLocking", "false"),
)
_SETTINGS = "\n".join(
    (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">',
        *(
            f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
            for path, name, value in _SWITCHES
        ),
        "</oor:items>",
    )
)


def soffice() -> str | None:
    """The path of LibreOffice, or None where it is not installed. `SHENBAO_SOFFICE` names one that is not on the PATH."""
    named = os.environ.get("SHENBAO_SOFFICE")
    if named is not None:
        return named if os.access(named, os.X_OK) else None
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert_many(files: Sequence[tuple[str, bytes]], seconds: float = SECONDS) -> list[tuple[str, bytes] | Refusal]:
    """Convert (format, data) files; the answers are in their order: (new format, data), or why not.

    The format is the real one, as an extension ("wps") or a file name with it. Refusals: NO_CONVERTER; UNSUPPORTED for a
    format that is none of TARGETS; UNREADABLE where LibreOffice made nothing of the file; CRASHED where it died or ran
    over the time. A file that breaks the call of many is found by trying each alone.
    """
    results: list[tuple[str, bytes] | Refusal] = [Refusal(Reason.UNSUPPORTED, name) for name, _ in files]
    groups: dict[str, list[int]] = {}
    for index, (name, data) in enumerate(files):
        target = TARGETS.get(_extension(name))
        if not data:
            results[index] = Refusal(Reason.EMPTY, name)
        elif target is not None:
            groups.setdefault(target, []).append(index)
    for target, indexes in groups.items():
        for index, result in zip(indexes, _convert([files[i] for i in indexes], target, seconds), strict=True):
            results[index] = result
    return results


def _convert(files: Sequence[tuple[str, bytes]], target: str, seconds: float) -> list[tuple[str, bytes] | Refusal]:
    program = soffice()
    if program is None:
        return [Refusal(Reason.NO_CONVERTER, "LibreOffice (soffice) is not installed") for _ in files]
    with tempfile.TemporaryDirectory(prefix="shenbao-office-") as folder:
        root = Path(folder)
        (root / "profile" / "user").mkdir(parents=True)
        (root / "profile" / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        (root / "in").mkdir()
        (root / "out").mkdir()
        sources: list[Path] = []
        for number, (name, data) in enumerate(files):
            extension = _extension(name)
            source = root / "in" / f"{number}.{_READ_AS.get(extension, extension)}"  # our own names: theirs may hold anything
            source.write_bytes(page_of_archive(data) if extension == "mht" else data)
            sources.append(source)
        outcome = _call(program, root, sources, target, seconds)
        results: list[tuple[str, bytes] | Refusal] = []
        for (name, _), source in zip(files, sources, strict=True):
            made = root / "out" / f"{source.stem}.{target}"
            if made.is_file() and made.stat().st_size:
                results.append((target, made.read_bytes()))
            else:
                results.append(Refusal(Reason.CRASHED if outcome else Reason.UNREADABLE, outcome or f"LibreOffice can't open {name}"))
    if outcome and len(files) > 1:  # one poisoned file: it must not cost the others
        return [r if not isinstance(r, Refusal) else _convert([file], target, seconds)[0] for file, r in zip(files, results, strict=True)]
    return results


def _call(program: str, root: Path, sources: Sequence[Path], target: str, seconds: float) -> str:
    """Run LibreOffice over the sources. "" when it ended by itself with no error, else what happened."""
    command = [
        *_fence(str(root)), program, "--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", "--nofirststartwizard",
        f"-env:UserInstallation={(root / 'profile').as_uri()}",
        "--convert-to", f"{target}:{_FILTERS[target]}", "--outdir", str(root / "out"), *(str(source) for source in sources),
    ]  # fmt: skip
    environment = {"HOME": str(root), "TMPDIR": str(root), "PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, start_new_session=True
    )
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"LibreOffice did not end within {seconds:g} s"
    finally:
        with suppress(ProcessLookupError, PermissionError):  # all gone already; or (macOS) nothing left but zombies
            os.killpg(process.pid, signal.SIGKILL)  # soffice is a shell script: its children too
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
    return "" if process.returncode == 0 else f"LibreOffice ended with {process.returncode}: {errors.decode('utf-8', 'replace')[-200:]}"


def _fence(folder: str) -> list[str]:
    """The bubblewrap command line in front: no network, all but `folder` read-only. Empty where bubblewrap does not work."""
    if not _bubblewrap_works():
        return []
    return [
        "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/run",
        "--bind", folder, folder, "--chdir", folder,
    ]  # fmt: skip


@lru_cache(maxsize=1)
def _bubblewrap_works() -> bool:
    """Whether bubblewrap is there and may make namespaces (containers and some kernels forbid it)."""
    if shutil.which("bwrap") is None:
        return False
    trial = ["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true"]
    try:
        return subprocess.run(trial, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):  # not executable; a hanging kernel
        return False


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)


def page_of_archive(data: bytes) -> bytes:
    """The page of a web archive (.mht, as Word saves one) as UTF-8 HTML: LibreOffice shows the archive's own source.

    b"" where there is no page in it.
    """
    import email

    for part in email.message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                named = _CHARSET.search(payload[:2048])
                charset = named[1].decode("ascii") if named else part.get_content_charset("utf-8")
                try:
                    text = payload.decode("gb18030" if charset.lower() in ("gb2312", "gbk") else charset, "replace")
                except LookupError:  # charset=x-unknown
                    text = payload.decode("utf-8", "replace")
                return b"\xef\xbb\xbf" + _CHARSET.sub(b"charset=utf-8", text.encode("utf-8", "replace"))
    return b""
