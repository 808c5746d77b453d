"""Peak memory of a 60 MB mail through `parse_letter`, as a multiple of the mail's size.

Run: python bench/letter_memory.py [megabytes]. Each way of encoding runs in a process of its own; peak resident memory
is read from the system, the interpreter's and the libraries' own share is measured on a small mail and taken off.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

KINDS = ("base64", "quoted-printable", "8bit", "message/rfc822")


def make_mail(kind: str, size: int) -> bytes:
    """A mail of about `size` bytes with one attachment of incompressible data, encoded as `kind` says."""
    head = b"From: a@example.cn\r\nTo: b@example.cn\r\nSubject: big\r\nMessage-ID: <1@example.cn>\r\nMIME-Version: 1.0\r\n"
    if kind == "message/rfc822":
        inner = make_mail("base64", size)
        return (
            head
            + b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"
            + inner
            + b"\r\n--o--\r\n"
        )
    piece = os.urandom(57 * 1024)
    if kind == "base64":
        encoded = b"".join(base64.b64encode(piece[i : i + 57]) + b"\r\n" for i in range(0, len(piece), 57))
    elif kind == "quoted-printable":
        line = b"".join(b"=%02X" % byte for byte in piece[:24]) + b"=\r\n"
        encoded = line * 1024
    else:
        encoded = bytes(byte for byte in piece if byte not in (10, 13, 0)) + b"\r\n"
    body = encoded * max(1, size // len(encoded))
    return (
        head
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n"
        + b"Content-Type: application/octet-stream; name=big.bin\r\nContent-Transfer-Encoding: "
        + kind.encode()
        + b"\r\n\r\n"
        + body
        + b"\r\n--b--\r\n"
    )


def child(path: str) -> None:
    from parsers.letter.letter import parse_letter

    small = parse_letter(make_mail("base64", 100_000))
    assert len(small.attachments) == 1
    before = peak_kib()
    raw = Path(path).read_bytes()
    started = time.process_time()
    letter = parse_letter(raw)
    seconds = time.process_time() - started
    assert len(letter.attachments) == 1
    print(json.dumps({"peak_kib": peak_kib() - before, "seconds": seconds}))


def peak_kib() -> int:
    """Peak resident memory of this process: VmHWM where there is one, since ru_maxrss survives exec from a large parent."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(f"{'encoding':18} {'mail MB':>8} {'peak MB':>8} {'ratio':>6} {'cpu s':>6}")
    worst = 0.0
    for kind in KINDS:
        path = Path(os.environ.get("TMPDIR", "/tmp")) / f"letter-memory-{os.getpid()}.eml"
        try:
            path.write_bytes(make_mail(kind, megabytes * 1_000_000))
            size = path.stat().st_size
            done = subprocess.run([sys.executable, __file__, "--child", str(path)], capture_output=True, text=True, check=True)
        finally:
            path.unlink(missing_ok=True)
        result = json.loads(done.stdout)
        ratio = result["peak_kib"] * 1024 / size
        worst = max(worst, ratio)
        print(f"{kind:18} {size / 1e6:8.1f} {result['peak_kib'] * 1024 / 1e6:8.1f} {ratio:6.2f} {result['seconds']:6.2f}")
    print(f"worst ratio {worst:.2f} (bound 4)")
    return 0 if worst < 4 else 1


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--child":
        child(sys.argv[2])
    else:
        raise SystemExit(main())
