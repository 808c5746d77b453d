"""seal-mismatch: a seal's text is read with confidence and is another organisation's.

For each owner that must seal: no seal is similar to its name, and every seal found was read with confidence. Faint and
half seals are read badly and say nothing. The ring may begin anywhere and hold more than the name (a department's seal).

Options: `confidence`: a text read with at least this counts, 0 to 1; `similar`: a text less similar is another name, 0 to 1;
`shared`: one that shares less of place, brand and trade with the name is another's, however alike the rest.
Fails: the form of 南京瑞安建筑安装股份有限公司 with the seal 徐州金桥港务有限公司.
Passes: the seal 南京瑞安建筑安装股份有限公司质量管理部; a faint seal read as 南一安.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.facts import Application, Package
from bot.findings import Fact, Finding
from bot.names import evened, file_name, ring_shares, ring_similarity
from bot.rules.context import RuleContext
from bot.rules.options import RuleOptions, Share
from bot.rules.seals import Sealed, sealed_of

ID = "seal-mismatch"
CODES = ("seal-mismatch",)
SUMMARY = "公章文字与申报单位（或推荐单位）名称不符，需工作人员核实。"
GUIDE = (
    "只在公章文字识别清楚、又与应盖章单位明显不同时提出，由工作人员核实。"
    "公章不清或只盖到一半的不作此判断；带有部门名称的公章视为该单位的公章。"
)


class Options(RuleOptions):
    confidence: Share = 0.8
    similar: Share = 0.6
    shared: Share = 0.62


def check(subject: Application | Package, context: RuleContext[Options]) -> Iterator[Finding]:
    """A finding for each owner whose seal is not among those read on the stamped copies of the application, or of the whole mail."""
    for sealed in sealed_of(subject, context):
        yield from _findings(sealed, context)


check_application = check_package = check


def _findings(sealed: Sealed, context: RuleContext[Options]) -> Iterator[Finding]:
    seals = [document.seal for document in sealed.documents if document.seal is not None and document.seal.present]
    read = [pair for seal in seals for pair in zip(seal.texts, seal.confidences, strict=False)]
    if not read or len(read) < len(sealed.owners) or any(len(seal.texts) != len(seal.confidences) for seal in seals):
        return
    if any(confidence < context.options.confidence or len(evened(text)) < 5 for text, confidence in read):
        return
    for _, name in sealed.owners:
        if evened(name) and all(_anothers(text, name, context) for text, _ in read):
            first = sealed.documents[0]
            facts: dict[str, Fact] = {"file": file_name(first.path), "text": read[0][0], "name": name}
            yield Finding(ID, facts, document=first.kind, path=first.path)


def _anothers(text: str, name: str, context: RuleContext[Options]) -> bool:
    return bool(ring_similarity(text, name) < context.options.similar or ring_shares(text, name) < context.options.shared)
