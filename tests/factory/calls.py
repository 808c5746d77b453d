"""Complete submissions to an invented society's call for papers: its entries are papers, its applicants persons.

Its programme lies in `tests/data/programmes/`: judge them with `shenbao check --programme FILE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from random import Random

from bot.samples import cast, forms
from bot.samples.layout import Box, Layout, Line, label, table, value
from bot.samples.notices import CHINA
from bot.samples.package import Entry, Package, Piece
from bot.samples.paper import Stamp, write_scan
from bot.samples.sheets import write_xlsx
from bot.samples.word import write_docx

PROGRAMME = "papers-2031"
SOCIETIES = ("南京市市政工程学会", "无锡市市政工程学会", "苏州市水务学会")
_RANKS = ("高级工程师", "工程师", "助理工程师")
_SUBJECTS = ("泵站", "水质检测", "道路养护", "信号设备", "输变电线路")
_QUESTIONS = ("质量控制", "节能改进", "点检方法", "风险分析")


def papers(rng: Random, *, count: int = 1, society: str = "", folders: bool = True) -> Package:
    """One author's paper; with `society` its members' papers, a folder each, and a list of them."""
    entries = [entry(rng, society) for _ in range(count)]
    sender = cast.person(rng)
    who = society or entries[0].fields["team"]
    package = Package(
        programme=PROGRAMME,
        channel="recommender" if society else "enterprise",
        mailbox="papers@beihai.example",
        sender=(who, sender.email),
        subject=f"{who}2031年优秀论文报送",
        received=datetime(2031, 5, 20, 10, 30, tzinfo=CHINA),
        archive=f"{who}论文材料.zip",
        entries=entries,
        recommender=society,
    )
    for one in entries:
        one.folder = one.fields["team"] if society and folders else ""
        add_pieces(rng, package, one)
    if society:
        package.common["summary"] = Piece(
            "论文汇总表.xlsx", "summary_sheet", "editable", lambda: write_xlsx(_rows(package), sheet="汇总表")
        )
    return package


def entry(rng: Random, society: str = "") -> Entry:
    """A paper and its author."""
    of = cast.organisation(rng, jiangsu=True)
    author = cast.person(rng)
    title = f"{of.short}{rng.choice(_SUBJECTS)}{rng.choice(_QUESTIONS)}的实践"
    funded = rng.random() < 0.3
    fields = {
        "title": title,
        "team": author.name,
        "organisation": of.name,
        "rank": rng.choice(_RANKS),
        "contact_mobile": author.mobile,
        "contact_email": author.email,
        "postcode": of.postcode,
        "keywords": "；".join(rng.sample(_SUBJECTS + _QUESTIONS, 3)),
        "funded": "是" if funded else "否",
        "fund": f"BH{rng.randrange(10**6):06d}" if funded else "",
    }
    if society:
        fields["recommender"] = society
    return Entry(cast.Team(of, author.name, title, author, author, 1), fields, "", registration)


def registration(fields: Mapping[str, str]) -> Layout:
    """论文登记表, as the society prints it."""

    def row(*pairs: tuple[str, str, int]) -> tuple[Box, ...]:
        return tuple(box for text, key, across in pairs for box in (label(text, key), value(fields.get(key, ""), key, across)))

    return (
        Line("2031年优秀论文登记表", 1, centred=True),
        Line(f"推荐单位：{fields.get('recommender', '')}"),
        table(
            row(("论文题目", "title", 5)),
            row(("作者", "team", 1), ("职称", "rank", 1), ("邮编", "postcode", 1)),
            row(("工作单位", "organisation", 5)),
            row(("手机", "contact_mobile", 2), ("邮箱", "contact_email", 2)),
            row(("关键词", "keywords", 5)),
            row(("是否有基金资助", "funded", 2), ("基金编号", "fund", 2)),
        ),
    )


def opinion(fields: Mapping[str, str]) -> Layout:
    """单位推荐意见, which the place of work seals."""
    return (
        Line("单位推荐意见", 1, centred=True),
        table(
            (label("论文题目", "title"), value(fields["title"], "title", 3)),
            (label("作者", "team"), value(fields["team"], "team", 3)),
            (label("工作单位", "organisation"), value(fields["organisation"], "organisation", 3)),
        ),
        Line("该论文内容真实，同意推荐。"),
        Line("单位（盖章）"),
        Line("2031年5月12日"),
    )


def full_text(rng: Random, fields: Mapping[str, str], lengths: Mapping[str, int]) -> Layout:
    """论文全文: the title, whose it is, and sections of so many characters."""
    parts = [(heading, cast.prose(rng, length)) for heading, length in lengths.items()]
    head, *rest = forms.prose_layout(fields["title"], parts)
    return (head, Line(f"{fields['team']}（{fields['organisation']}）", centred=True), *rest)


LENGTHS = {"摘要": 240, "一、概述": 1200, "二、方法": 1500, "三、结论": 700, "参考文献": 200}


def add_pieces(rng: Random, package: Package, one: Entry) -> None:
    """The paper's three files, drawn from its fields when the mail is written."""
    name = one.fields["team"]
    text = rng.getrandbits(32)
    one.pieces = {
        "form": Piece(
            f"论文登记表-{name}.docx", "application_form", "editable", lambda: write_docx(package.decorate(one.layout(one.fields)))
        ),
        "text": Piece(f"论文全文-{name}.docx", "experience", "editable", lambda: write_docx(full_text(Random(text), one.fields, LENGTHS))),
        "opinion": sealed(rng, package, one, f"单位推荐意见-{name}.pdf"),
    }


def sealed(rng: Random, package: Package, one: Entry, path: str, *, seal: bool = True) -> Piece:
    """The scan of the opinion, under the seal of the place of work or none."""

    def make() -> bytes:
        stamps = [Stamp(one.fields["organisation"], x=145, y=110)] if seal else []
        return write_scan([(opinion(one.fields), stamps)], rng=rng, font=package.font)

    return Piece(path, "recommendation_form", "stamped", make)


def _rows(package: Package) -> list[tuple[str, ...]]:
    keys = ("title", "team", "organisation", "contact_mobile")
    rows = [(str(number), *(one.fields[key] for key in keys)) for number, one in enumerate(package.entries, start=1)]
    return [("论文汇总表",), ("序号", "论文题目", "作者", "工作单位", "手机"), *rows]
