"""What a programme asks for and a package lacks; shared by rules, and by replies that list what is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.facts import Application, Copy, DocumentFacts, Package
from bot.names import file_name
from bot.programme.programme import Programme
from bot.programme.specs import Requirement
from parsers.values import Reason

ARCHIVES = frozenset({"zip", "rar", "7z", "tar", "gz", "tgz", "bz2", "xz", "archive"})
_PAPER = frozenset({"pdf", "jpg", "jpeg", "png", "tif", "tiff", "bmp", "webp", "heic", "heif", "ofd", "image"})
_JUNK = ("~$", "._", ".~")
_JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def is_junk(document: DocumentFacts) -> bool:
    """True for what systems leave behind: Office lock files, folder pictures."""
    name = file_name(document.path)
    return name.startswith(_JUNK) or name.lower() in _JUNK_NAMES or "__MACOSX/" in document.path


def refused(subject: Application | Package, *reasons: Reason) -> Iterator[tuple[DocumentFacts, Reason]]:
    """The files that were refused for one of these reasons: an application's, or of the whole mail those that belong to none."""
    for document in subject.documents + (subject.unassigned if isinstance(subject, Package) else ()):
        if document.refusal is not None and document.refusal.reason in reasons:
            yield document, document.refusal.reason


def admits(requirement: Requirement, document: DocumentFacts, programme: Programme) -> bool:
    """True where a document is what a requirement asks for. A refused one counts: its own finding says what is wrong. Pictures
    in a Word file are no text to edit."""
    if document.kind != requirement.document or requirement.copy_ not in (None, document.copy):
        return False
    if requirement.copy_ is Copy.EDITABLE and document.pictures_only:
        return False
    spec = programme.document(document.kind)
    wanted = spec.formats if spec is not None and requirement.copy_ is Copy.EDITABLE else ()
    named = document.path.rpartition(".")[2].lower()
    return not wanted or document.format in wanted or (document.format in _AS_WORD and named in wanted) or document.refusal is not None


_AS_WORD = frozenset({"html", "mht"})
"""What office systems save as .doc or .xls, and what Word and Excel open like their own."""


def lacking(requirements: Iterable[Requirement], documents: Iterable[DocumentFacts], programme: Programme) -> tuple[Requirement, ...]:
    """The requirements that none of the documents meets."""
    documents = tuple(documents)
    return tuple(r for r in requirements if not any(admits(r, document, programme) for document in documents))


def required(scope: str, package: Package, programme: Programme) -> tuple[Requirement, ...]:
    """The requirements of a scope. Where the channel can't be told and only one is accepted, it is that one's."""
    accepted = [channel for channel, rule in programme.channels.items() if rule.accepted]
    return programme.required(scope, package.channel or (accepted[0] if len(accepted) == 1 else None))


def lacking_of_application(application: Application, package: Package, programme: Programme) -> tuple[Requirement, ...]:
    """What an application still lacks, in the notice's order."""
    return lacking(required("application", package, programme), application.documents, programme)


def lacking_of_package(package: Package, programme: Programme) -> tuple[Requirement, ...]:
    """What the package as a whole still lacks. Parts that came one by one instead of in one PDF count for it."""
    short = lacking(required("package", package, programme), package.documents, programme)
    return tuple(r for r in short if not parts_of(r.document, package, programme))


def parts_of(kind: str, package: Package, programme: Programme) -> tuple[DocumentFacts, ...]:
    """The package's documents that belong inside the combined document of that kind."""
    spec = programme.document(kind)
    contains = spec.contains if spec is not None else ()
    return tuple(document for document in package.documents if document.kind in contains)


def lacks_anything(package: Package, programme: Programme) -> bool:
    """True where any required document of the package or of its applications is not there."""
    if lacking_of_package(package, programme):
        return True
    if not package.applications:
        return bool(required("application", package, programme))
    return any(lacking_of_application(application, package, programme) for application in package.applications)


def rejected_channel(package: Package, programme: Programme) -> bool:
    """True where the programme does not take this channel at all: what is missing then no longer matters."""
    return package.channel is not None and not programme.channels[package.channel].accepted


def unopened(package: Package) -> tuple[DocumentFacts, ...]:
    """Files of unknown kind that could not be opened: the missing ones may be in them."""
    return tuple(d for d in package.unassigned + package.documents if d.kind == "other" and d.refusal is not None and not is_junk(d))


def may_hold(document: DocumentFacts, requirement: Requirement) -> bool:
    """True where an unopened file could be, or contain, what a requirement asks for."""
    if document.format in ARCHIVES:
        return True
    if document.refusal is not None and document.refusal.reason is Reason.UNSAFE:
        return False
    return requirement.copy_ is None or (document.format in _PAPER) != (requirement.copy_ is Copy.EDITABLE)
