"""packing-rule: the material is not packed as the notice asks.

Either as one archive of certain formats, or merged into one combined document. Files sent later to complete a case need
no archive.

Options: `archives`: archive formats that the notice takes, [] where it asks for none; `merged`: the kind of the combined
document that must hold what it `contains`, "" where the notice asks for none.
Fails: a .7z, or loose files, where a ZIP or RAR is asked for; 推荐函.pdf, 统计表.pdf and 名单.pdf where one PDF is.
Passes: one ZIP; one PDF.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Package
from bot.findings import Fact, Finding
from bot.names import file_name, plain_stem
from bot.rules.context import RuleContext
from bot.rules.options import ArchiveFormat, CombinedKindOrNone, RuleOptions, Several
from bot.rules.requirements import parts_of, rejected_channel
from bot.rules.units import names_unit

ID = "packing-rule"
CODES = ("packing-rule",)
SUMMARY = "材料未按通知要求打包或合并。"
GUIDE = "按通知要求打成一个指定格式的压缩包，或合并为一个文件。补正时单独发来的文件不必打包。例：要求ZIP或RAR的，发来7z或散装文件不合要求。"


class Options(RuleOptions):
    archives: Several[ArchiveFormat] = ()
    merged: CombinedKindOrNone = ""


def check_package(package: Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """A finding for the archive's format, for loose files, and for what should have been merged."""
    if rejected_channel(package, context.programme):
        return
    yield from _archives(package, context)
    yield from _merged(package, context)


def _archives(package: Package, context: RuleContext[Options]) -> Iterator[Finding]:
    formats = tuple(context.options.archives)
    if not formats:
        return
    asked = tuple(name.upper() for name in formats)
    outer = [(path, kind) for path, kind in package.archives if not any(path.startswith(f"{other}/") for other, _ in package.archives)]
    for path, kind in outer:
        if kind not in formats:
            yield Finding(ID, {"problem": "format", "file": file_name(path), "formats": asked}, path=path)
    if package.loose and package.opened_at is None:
        yield Finding(ID, {"problem": "loose", "formats": asked})


def _merged(package: Package, context: RuleContext[Options]) -> Iterator[Finding]:
    kind = context.options.merged
    combined = package.of(kind) if kind else ()
    inside = {part for document in combined for part in document.parts}
    if not kind or any(document.refusal is not None for document in combined):
        return
    apart = [document for document in parts_of(kind, package, context.programme) if document.kind not in inside]
    # One PDF under the unit's name is the merged one, whatever it lacks; missing-document says that.
    lone = len(apart) == 1 and not combined and apart[0].format == "pdf" and names_unit(plain_stem(apart[0].path), package.recommender)
    if apart and not lone:
        spec = context.programme.document(kind)
        labels = tuple(part.label for name in (spec.contains if spec else ()) if (part := context.programme.document(name)))
        facts: dict[str, Fact] = {"problem": "merged", "documents": labels, "files": tuple(file_name(document.path) for document in apart)}
        yield Finding(ID, facts, document=kind)
