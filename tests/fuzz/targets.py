"""What is fuzzed: for each parser its seeds, the call, and what may come of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache, partial

from bot.judging.before.cases import NoCases
from bot.judging.read import ReadMail, read_mail
from parsers.limits import Limits
from parsers.values import Block, Cell, Content, Grid, Letter, Paragraph, Reading, Refusal, Scan, Unpacked
from tests.fuzz import seeds
from tests.fuzz.mutate import mutated
from tests.world import ENTRY, START, World, whole

LIMITS = Limits(unpacked_mb=20, archive_files=50)
LABELS = {key: (key,) for key in ("组织名称", "班组名称", "统一社会信用代码", "手机", "邮编", "企业名称", "序号", "推荐地市")}


@dataclass(frozen=True, slots=True)
class Target:
    """`seeds` are made when first needed; `run` takes the mutated bytes and raises AssertionError for an outcome without name."""

    name: str
    seeds: Callable[[], Sequence[bytes]]
    run: Callable[[bytes], None]
    seconds: float = 5.0
    """Of processor time that one input may take: inputs are small, and the bound says that none blows up."""

    def make(self, seed: int, number: int) -> bytes:
        """The input of that number: the seeds themselves first, then their mutations."""
        known = self.seeds()
        if number < len(known):
            return known[number]
        return mutated(known, random.Random(f"{self.name}:{seed}:{number}"))


def _letter(data: bytes) -> None:
    from parsers.letter.letter import parse_letter

    assert type(parse_letter(data)) is Letter


def _judging(data: bytes) -> None:
    """A letter of that text, with a form that says it wherever a name or a number belongs."""
    text = data.decode("utf-8", "replace")
    world = _world()
    _judged(world.read("a@b.cn", (), text=text, subject=text[:1000]))
    _judged(world.read("a@b.cn", whole(dict.fromkeys(ENTRY, text))))


def _mail(data: bytes) -> None:
    """A mail to one of the notices whose files all hold that text: classified, read into facts, related and judged."""
    from bot.engine.keys import keys_of
    from bot.intake.intake import Read
    from parsers.reader import DirectReader

    world = _world()
    programme = random.Random(data).choice(list(world.programmes.values()))
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = "a@b.cn", programme.mailbox, "申报材料", "<1@b.cn>"
    letter.set_content("请查收。")
    for kind in programme.documents:
        for ending, subtype in ((".txt", "plain"), (".csv", "csv")):
            letter.add_attachment(data, "text", subtype, filename=f"{kind.titles[0] if kind.titles else kind.kind}{ending}")
    read = read_mail(DirectReader(LIMITS), letter.as_bytes(), world.programmes, None, ())
    assert read.programme == programme.id
    assert all(type(key) is str for key in keys_of(world.intake, Read(1, read)))
    _judged(read)


def _judged(read: ReadMail) -> None:
    from bot.judging.judge import judge
    from bot.judging.outcome import Outcome

    outcome = judge(read, _world().programmes, START, NoCases(), lambda: "JSAQ2025-0001")
    assert type(outcome) is Outcome
    verdicts = [*outcome.verdicts, *(verdict for application in outcome.applications for verdict in application.verdicts)]
    assert not [verdict.facts for verdict in verdicts if verdict.code == "internal-error"]


@cache
def _world() -> World:
    return World()


def _salvage(data: bytes) -> None:
    from parsers.letter.salvage import salvage_letter
    from parsers.values import Note

    assert type(salvage_letter(data, Note("parser-died"))) is Letter


def _tnef(data: bytes) -> None:
    from parsers.letter.tnef import is_tnef, open_tnef

    if is_tnef(data):
        attachments, text, html, _ = open_tnef(data)
        assert all(type(attachment.data) is bytes for attachment in attachments)
        assert type(text) is type(html) is str


def _links(data: bytes) -> None:
    from parsers.letter.links import find_links

    text = data.decode("utf-8", "surrogateescape")
    assert all(link.expires is None or link.expires.tzinfo is not None for link in find_links(text, "") + find_links("", text))


def _unpack(data: bytes) -> None:
    from parsers.archives.archives import unpack

    unpacked = unpack([("材料.zip", data)], LIMITS)
    assert type(unpacked) is Unpacked
    assert sum(len(member.data) for member in unpacked.members) <= (LIMITS.unpacked_mb << 20) + len(data)
    for member in unpacked.members:
        assert member.path
        assert ".." not in member.path.split("/")
        assert not member.path.startswith("/")


def _formats(data: bytes) -> None:
    from parsers.magic import identify
    from parsers.safety.inspect import inspect

    for name in ("a.doc", "b"):
        format = identify(name, data)
        refusal, notes = inspect(format, data)
        assert refusal is None or type(refusal) is Refusal
        assert type(notes) is tuple


def _reading(reader: str, data: bytes) -> None:
    """Through `formats`, as documents really come, and then straight: what the boundary would have to catch is a fault too."""
    import importlib

    from parsers.formats import read_many
    from parsers.magic import identify
    from parsers.safety.inspect import inspect

    outcome: Reading = read_many([("a", data)], LIMITS)[0]
    assert type(outcome) in (Content, Refusal)
    module, _, function = reader.partition(":")
    if inspect(identify("a", data), data)[0] is None:
        straight = getattr(importlib.import_module(module), function)(data)
        assert type(straight) in (Content, Refusal)


def _scan(data: bytes) -> None:
    from parsers.scan.scan import scan

    assert type(scan("a", data, text=False)) in (Scan, Refusal)


def _blocks(data: bytes) -> tuple[Block, ...]:
    """Any blocks: cells wherever they like, overlapping, with any span; the bytes' text between known labels."""
    chance = random.Random(data)
    text = data.decode("utf-8", "replace")
    words = [text[place : place + chance.randrange(1, 40)] for place in (chance.randrange(len(text) + 1) for _ in range(12))]
    words += [*LABELS, "联系人：", "", "\n", "组织名称\n某公司", "手机: 13800138000"]
    blocks: list[Block] = []
    for _ in range(chance.randrange(4)):
        if chance.random() < 0.5:
            blocks.append(Paragraph(text[:2000] if chance.random() < 0.3 else chance.choice(words), chance.randrange(4)))
            continue
        cells = [
            Cell(
                chance.randrange(8),
                chance.randrange(6),
                chance.choice(words),
                chance.choice((1, 1, 1, 2, 9)),
                chance.choice((1, 1, 2, 4, 1000)),
            )
            for _ in range(chance.randrange(30))
        ]
        blocks.append(Grid(tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))), chance.choice(("", "表"))))
    return tuple(blocks)


def _forms(data: bytes) -> None:
    from parsers.forms.forms import Label, find_fields

    blocks = _blocks(data)
    labels = [Label(key, texts, line=key == "推荐地市", hints=("（盖章）",)) for key, texts in LABELS.items()]
    for fuzzy in (False, True):
        form = find_fields(blocks, labels, fuzzy=fuzzy)
        assert set(form.fields) <= set(LABELS)
        assert all(value for value in form.fields.values())


def _statistics(data: bytes) -> None:
    from parsers.forms.statistics import StatisticLabel, find_statistics

    specs = [StatisticLabel("enterprises", (("企业", "数"),)), StatisticLabel("contact", (("联系人",),), type="text", line=True)]
    specs += [StatisticLabel(key, ((key,),), excludes=("某",), type="text") for key in LABELS]
    for fuzzy in (False, True):
        assert set(find_statistics(_blocks(data), specs, fuzzy=fuzzy)) <= {spec.key for spec in specs}


def _lists(data: bytes) -> None:
    from parsers.forms.lists import find_heading, find_rows

    blocks = _blocks(data)
    assert all(set(row) <= set(LABELS) for row in find_rows(blocks, LABELS))
    assert type(find_heading(blocks)) is str


def _prose(data: bytes) -> None:
    from parsers.forms.prose import count_characters, find_sections, find_title

    text = data.decode("utf-8", "surrogateescape")
    blocks = (*(Paragraph(line, index % 3) for index, line in enumerate(text.splitlines())), *_blocks(data))
    assert 0 <= count_characters(text) <= len(text)
    headings = {"overview": ("班组概况",), "background": ("实施背景",), "process": ("实施过程",), "effect": ("实施效果",)}
    assert {section.key for section in find_sections(blocks, headings)} <= set(headings)
    assert type(find_title(blocks)) is str


def _seals(data: bytes) -> None:
    import numpy as np

    from parsers.seals.seals import find_seals

    chance = random.Random(data)
    height, width = chance.choice(((1, 1), (1, 400), (90, 120), (300, 200), (700, 500)))
    noise = np.random.default_rng(chance.randrange(1 << 30))
    rgb = np.full((height, width, 3), chance.choice((0, 128, 255)), np.uint8)
    for _ in range(chance.randrange(5)):
        top, left = chance.randrange(height), chance.randrange(width)
        patch = rgb[top : top + chance.randrange(1, 300), left : left + chance.randrange(1, 300)]
        match chance.randrange(4):
            case 0:
                patch[:] = (220, chance.randrange(120), chance.randrange(120))
            case 1:
                patch[:] = noise.integers(0, 256, patch.shape, dtype=np.uint8)
            case 2:
                rows, columns = np.indices(patch.shape[:2])
                far = np.hypot(rows - patch.shape[0] / 2, columns - patch.shape[1] / 2)
                patch[abs(far - min(patch.shape[:2]) / 2.2) < 3] = (220, 30, 30)
            case 3:
                patch[:, :: chance.randrange(1, 9)] = 0
    for seal in find_seals(rgb, chance.choice((0.001, 0.05, 0.17, 0.3, 5.0)), colour=chance.random() < 0.7, sized=chance.random() < 0.7):
        assert 0 <= seal.confidence <= 1
        assert seal.box.left <= seal.box.right
        assert seal.box.top <= seal.box.bottom


def _wire(data: bytes) -> None:
    from parsers.sandbox import wire

    try:
        assert type(wire.unpack(data, (b"blob",), wire.Answer, (b"given",))) is wire.Answer
    except wire.WireError:
        return


def _frames() -> Sequence[bytes]:
    from parsers.sandbox import wire
    from tests.unit.test_sandbox_wire import VALUES

    found = []
    for value in VALUES:
        head, *blobs = wire.pack(wire.Answer(value), wire.Answer)
        found.append(head[8 + 8 * len(blobs) :])
    return found


TARGETS: tuple[Target, ...] = (
    Target("letter", seeds.letters, _letter),
    Target("judging", lambda: (*seeds.texts(), *seeds.runs()), _judging, seconds=4),
    Target("mail", lambda: (*seeds.texts(), *seeds.runs()[::2]), _mail, seconds=20),
    Target("salvage", seeds.letters, _salvage, seconds=1),
    Target("tnef", lambda: (seeds.tnef(),), _tnef),
    Target("links", seeds.html, _links),
    Target("archives", seeds.archives, _unpack, seconds=20),
    Target("formats", lambda: (seeds.docx(), seeds.xlsx(), seeds.pdf(), *seeds.pictures(), *seeds.texts(), *seeds.archives()), _formats),
    Target("word", lambda: (seeds.docx(),), partial(_reading, "parsers.documents.word:read_docx")),
    Target("sheets", lambda: (seeds.xlsx(),), partial(_reading, "parsers.documents.sheets:read_xlsx")),
    Target("slides", lambda: (seeds.pptx(),), partial(_reading, "parsers.documents.slides:read_pptx")),
    Target(
        "pdf",
        lambda: (seeds.pdf(), seeds.pdf(extra=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> ")),
        partial(_reading, "parsers.documents.pdf:read_pdf"),
        10,
    ),
    Target("images", seeds.pictures, partial(_reading, "parsers.documents.images:read_image")),
    Target("html", seeds.html, partial(_reading, "parsers.documents.plain:read_html")),
    Target("text", seeds.texts, partial(_reading, "parsers.documents.plain:read_txt")),
    Target("scan", lambda: (*seeds.pictures(), seeds.pdf()), _scan, seconds=20),
    Target("seals", seeds.texts, _seals, seconds=20),
    Target("forms", seeds.texts, _forms),
    Target("statistics", seeds.texts, _statistics),
    Target("lists", seeds.texts, _lists),
    Target("prose", lambda: (*seeds.texts(), *seeds.runs()), _prose),
    Target("wire", _frames, _wire),
)


def find_target(name: str) -> Target:
    return next(target for target in TARGETS if target.name == name)
