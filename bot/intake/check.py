"""`shenbao check`: judge mail files offline, in order, in a fresh store that is thrown away; send nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.errors import ConfigurationError, Problem
from bot.facts import DocumentFacts
from bot.findings import Verdict
from bot.intake.intake import Intake, find_recipient
from bot.judging.evidence import as_values
from bot.judging.outcome import ApplicationOutcome, Outcome
from bot.judging.read import ReadMail, find_received, read_mail
from bot.rules.checked import checked_programme, checked_programmes
from bot.store import models
from bot.store.outcomes import save_outcome
from bot.store.store import Store
from parsers.reader import Reader

_ZONE = ZoneInfo("Asia/Shanghai")


def check_files(
    paths: Sequence[Path],
    programme_id: str | None = None,
    received_at: datetime | None = None,
    on_progress: Callable[[str], object] = lambda what: None,
    *,
    reader: Reader | None = None,
    folder: Path | None = None,
    why: bool = False,
) -> Iterator[dict[str, Any]]:
    """The outcome of each mail file as the contract's JSON object, in the order given.

    `programme_id` may be the path of a programme's .toml; with `why` each object also holds its guesses' explanations. Files are
    read in sandboxed children unless a `reader` is given. Raises ConfigurationError for a programme that does not exist.
    """
    programmes = checked_programmes(folder)
    if programme_id is not None and programme_id.endswith(".toml"):
        own = checked_programme(Path(programme_id))
        programmes[own.id], programme_id = own, own.id
    if programme_id is not None and programme_id not in programmes:
        raise ConfigurationError("--programme", [Problem("ID", f"no programme {programme_id!r}", ", ".join(sorted(programmes)))])
    candidates = [programme_id] if programme_id else None
    addresses = frozenset(programme.mailbox.lower() for programme in programmes.values())
    with Store.temporary() as store, _reader(reader) as reader:
        intake = Intake(store, programmes, {}, reader)
        for path in paths:
            raw = path.read_bytes()
            read = read_mail(reader, raw, programmes, candidates, addresses)
            outcome = _settle(store, intake, read, raw, received_at)
            yield as_json(path.name, read, outcome) | ({"why": [as_values(one) for one in outcome.why]} if why else {})
            on_progress(path.name)


@contextmanager
def _reader(given: Reader | None) -> Iterator[Reader]:
    """The given reader, or a sandboxed one for as long as it is needed."""
    if given is not None:
        yield given
        return
    from parsers.sandbox.sandbox import SandboxReader

    sandboxed = SandboxReader()
    try:
        yield sandboxed
    finally:
        sandboxed.close()


def _settle(store: Store, intake: Intake, read: ReadMail, raw: bytes, received_at: datetime | None) -> Outcome:
    letter = read.letter
    at = find_received(letter, received_at, datetime.now(UTC))
    mail = models.Mail(
        mailbox="check",
        sha256="",
        size=len(raw),
        message_id=letter.message_id,
        received_at=at,
        stored_at=at,
        settled_at=None,
        from_address=letter.sender.address if letter.sender else "",
        from_name=letter.sender.name if letter.sender else "",
        subject=letter.subject,
    )
    with store.transaction() as session:
        session.add(mail)
        session.flush()
        outcome = intake.judge(session, read, at)
        save_outcome(session, mail, outcome, at)
    return outcome


def as_json(source: str, read: ReadMail, outcome: Outcome) -> dict[str, Any]:
    """One outcome as the contract's JSON object, schema 1."""
    letter = read.letter
    return {
        "schema": 1,
        "source": source,
        "message": {
            "message_id": letter.message_id,
            "from": letter.sender.address if letter.sender else "",
            "subject": letter.subject,
            "received_at": outcome.received_at.astimezone(_ZONE).isoformat(),
        },
        "programme": outcome.programme,
        "kind": outcome.kind.value,
        "channel": outcome.channel.value if outcome.channel else None,
        "decision": outcome.decision.value,
        "documents": [_document(document) for document in outcome.documents],
        "applications": [_application(application) for application in outcome.applications],
        "reference": outcome.reference,
        "statistics": dict(outcome.statistics) or None,
        "findings": [_verdict(verdict) for verdict in outcome.verdicts],
        "reply": {"to": [find_recipient(read)], "subject": outcome.reply.subject, "text": outcome.reply.text} if outcome.reply else None,
    }


def _document(facts: DocumentFacts) -> Mapping[str, Any]:
    seal = {"present": facts.seal.present, "texts": list(facts.seal.texts)} if facts.seal else None
    return {"path": facts.path, "format": facts.format, "kind": facts.kind, "copy": facts.copy.value, "sha256": facts.sha256, "seal": seal}


def _application(application: ApplicationOutcome) -> Mapping[str, Any]:
    return {
        "reference": application.reference,
        "decision": application.decision.value,
        "fields": dict(application.fields),
        "findings": [_verdict(verdict) for verdict in application.verdicts],
    }


def _verdict(verdict: Verdict) -> Mapping[str, Any]:
    return {
        "code": verdict.code,
        "severity": verdict.severity.value,
        "message": verdict.message,
        "field": verdict.field,
        "document": verdict.document,
    }
