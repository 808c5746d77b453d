"""Office files made by code: small packages with exactly the XML that a test is about."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

_NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(*blocks: str, header: str = "", styles: str = "") -> bytes:
    """A .docx of body XML; `header`: the XML of a page header, `styles`: that of w:style elements."""
    relations, section, parts = "", "", {}
    if header:
        relations += f'<Relationship Id="rId9" Type="{_REL}/header" Target="header1.xml"/>'
        section = '<w:sectPr><w:headerReference w:type="default" r:id="rId9"/></w:sectPr>'
        parts["word/header1.xml"] = f"<w:hdr {_NS}>{header}</w:hdr>"
    if styles:
        relations += f'<Relationship Id="rId8" Type="{_REL}/styles" Target="styles.xml"/>'
        parts["word/styles.xml"] = f"<w:styles {_NS}>{styles}</w:styles>"
    package_relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {_NS}><w:body>{"".join(blocks)}{section}</w:body></w:document>'
    )
    return package({
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package_relations}">'
        f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": main,
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package_relations}">{relations}</Relationships>',
        **parts,
    })  # fmt: skip


def run(text: str, properties: str = "") -> str:
    """A w:r; line breaks and tabs as w:br and w:tab."""
    pieces = escape(text).replace("\n", "</w:t><w:br/><w:t xml:space='preserve'>").replace("\t", "</w:t><w:tab/><w:t xml:space='preserve'>")
    rpr = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:r>{rpr}<w:t xml:space='preserve'>{pieces}</w:t></w:r>"


def par(*content: str, properties: str = "") -> str:
    """A w:p of inline XML; text that is no XML becomes a run."""
    inner = "".join(c if c.startswith("<") else run(c) for c in content if c)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def cell(*content: str, span: int = 1, merge: str = "") -> str:
    """A w:tc: blocks (w:p, w:tbl), or inline content that becomes one paragraph. `merge`: restart or continue."""
    blocks = (
        "".join(content)
        if content and content[0].startswith(("<w:p>", "<w:tbl>", "<w:p ", "<w:sdt><w:sdtPr/><w:sdtContent><w:p>"))
        else par(*content)
    )
    properties = (
        f'<w:tcW w:w="{1440 * span}" w:type="dxa"/>'
        + (f'<w:gridSpan w:val="{span}"/>' if span > 1 else "")
        + (f'<w:vMerge w:val="{merge}"/>' if merge else "")
    )
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{blocks}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    columns = max((row.count("<w:tc>") + sum(int(n) - 1 for n in re.findall(r'gridSpan w:val="(\d+)"', row)) for row in rows), default=0)
    sides = "".join(f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = "<w:tblGrid>" + '<w:gridCol w:w="1440"/>' * columns + "</w:tblGrid>"
    return f"<w:tbl><w:tblPr><w:tblBorders>{sides}</w:tblBorders></w:tblPr>{grid}{''.join(rows)}</w:tbl>"


def control(content: str, properties: str = "") -> str:
    """A content control around inline content, paragraphs, cells, rows or tables."""
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def plain_control(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def inserted(content: str) -> str:
    return f'<w:ins w:id="1" w:author="a">{content}</w:ins>'


def deleted(text: str) -> str:
    return f'<w:del w:id="2" w:author="a"><w:r><w:delText>{escape(text)}</w:delText></w:r></w:del>'


def text_box(*blocks: str) -> str:
    """A run with a text box, as Word writes it: once as DrawingML and once more as VML."""
    inner = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent>"
        '<mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic><a:graphicData>'
        f"<wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{inner}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )


Writer = Callable[[str, str, int, int], list[str]]
"""(label, value, label's span, value's span) -> the cells of that pair."""


def pair(label: str, value: str, label_span: int = 1, value_span: int = 1) -> list[str]:
    """The plain way: a cell for the label, one for the value."""
    return [cell(label, span=label_span), cell(value, span=value_span)]


Form = Sequence[Sequence[tuple[str, str, int, int]]]
"""Rows of (label, key, label's span, value's span); a row of one tuple with value span 0 is one cell for both."""

JSAQ: Form = (
    (("组织名称", "organisation", 2, 4),),
    (("班组名称", "team", 2, 4),),
    (("经验名称", "title", 2, 4),),
    (("统一社会信用代码", "uscc", 1, 2), ("组织类型", "organisation_type", 1, 2)),
    (("所属行业", "industry", 1, 2), ("组织规模", "organisation_size", 1, 2)),
    (("是否属于央企", "is_central_soe", 1, 2), ("所属央企集团全称", "central_soe_group", 1, 2)),
    (("详细通讯地址", "address", 1, 3), ("邮 编", "postcode", 1, 1)),
    (("主管部门", "department", 1, 1), ("直接联系人", "contact", 1, 1), ("手 机", "contact_mobile", 1, 1)),
    (("座 机", "telephone", 1, 1), ("班组长姓名", "leader", 1, 1), ("班组人数", "headcount", 1, 1)),
    (("产品/服务满意度 (%)", "satisfaction_rate", 1, 2), ("产品/服务合格率 (%)", "pass_rate", 1, 2)),
    (
        ("质量考核合格率 (%)", "assessment_pass_rate", 1, 1),
        ("质量改进活动参与率 (%)", "improvement_participation_rate", 1, 1),
        ("质量成本 (万元/年)", "quality_cost", 1, 1),
    ),
    (
        ("培训参与人数 (人次)", "training_attendance", 1, 1),
        ("顾客投诉数 (个)", "complaints", 1, 1),
        ("质量、安全事故数 (个)", "accidents", 1, 1),
    ),
)

CMEA: Form = (
    (("质量信得过班组名称", "team", 2, 4),),
    (("企业名称", "organisation", 2, 4),),
    (("企业市政工程相关资质", "qualification", 2, 4),),
    (("通讯地址", "address", 1, 3), ("邮编", "postcode", 1, 1)),
    (("直接联系人", "contact", 1, 1), ("手机", "contact_mobile", 1, 1), ("联系邮箱", "contact_email", 1, 1)),
    (("班组长", "leader", 1, 1), ("手机", "leader_mobile", 1, 1), ("班组人数", "headcount", 1, 1)),
)

CAQ: Form = (
    (("质量信得过班组名称", "team", 2, 4),),
    (("企业名称（公章为准）", "organisation", 2, 4),),
    (("详细通讯地址", "address", 1, 3), ("邮编", "postcode", 1, 1)),
    (("主管部门", "department", 1, 1), ("直接联系人", "contact", 1, 1), ("手机", "contact_mobile", 1, 1)),
    (("电 话", "telephone", 1, 1), ("班组长", "leader", 1, 1), ("班组人数", "headcount", 1, 1)),
    (
        ("班组工作完成率%", "work_completion_rate", 1, 1),
        ("质量考核合格率%", "assessment_pass_rate", 1, 1),
        ("产品/服务不合格率%", "defect_rate", 1, 1),
    ),
    (("年质量、安全事故数", "accidents", 1, 1), ("年顾客投诉数", "complaints", 1, 1), ("产品/服务一次合格率", "first_pass_rate", 1, 1)),
    (
        ("年培训人数/时数", "training", 1, 1),
        ("成员参与改进活动率%", "improvement_participation_rate", 1, 1),
        ("质量成本（万元/年）", "quality_cost", 1, 1),
    ),
)

VALUES = {
    "organisation": "常州市明远精密（集团）有限公司",
    "team": "数控铣削二班",
    "title": "运用防错法降低装配错漏率的实践",
    "uscc": "91320411MA1XK7Q93B",
    "organisation_type": "民营企业",
    "industry": "制造业",
    "organisation_size": "中型",
    "is_central_soe": "否",
    "central_soe_group": "",
    "address": "江苏省常州市武进区长虹路18号B座",
    "postcode": "213161",
    "department": "质量管理部",
    "contact": "丁一鸣",
    "contact_mobile": "13912345678",
    "telephone": "0519-86301234",
    "leader": "欧阳文",
    "leader_mobile": "18812340000",
    "headcount": "26",
    "satisfaction_rate": "98.6",
    "pass_rate": "99.2%",
    "assessment_pass_rate": "100",
    "improvement_participation_rate": "96.5",
    "quality_cost": "31.20",
    "training_attendance": "312",
    "complaints": "0",
    "accidents": "0",
    "qualification": "市政公用工程施工总承包壹级",
    "contact_email": "ding_ym@mingyuan.example.cn",
    "work_completion_rate": "100",
    "defect_rate": "0.8",
    "first_pass_rate": "99.1",
    "training": "86/1204",
}


def form_table(form: Form, values: Mapping[str, str], write: Writer = pair, *, label: Callable[[str], str] = str) -> str:
    """A form's table: each pair written by `write`, each label as `label` spells it."""
    return table(*(row(*(c for text, key, a, b in pairs for c in write(label(text), values.get(key, ""), a, b))) for pairs in form))


def expected(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """The fields that a form so filled states."""
    return {key: values[key] for pairs in form for _, key, _, _ in pairs if values.get(key)}
