"""Layouts as .docx, written part by part so that every shape in which Word stores a value can be had."""

from __future__ import annotations

from xml.sax.saxutils import escape

from bot.samples.layout import Box, Layout, Line, Table
from bot.samples.zips import write_zip

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    '<Override PartName="/word/document.xml" ContentType="{main}"/>'
    '<Override PartName="/word/styles.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
_ROOT_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/styles" Target="styles.xml"/>{{macros}}</Relationships>'
)
_MACRO_REL = '<Relationship Id="rId2" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>'
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:styles xmlns:w="{_W}">'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    '<w:rPr><w:rFonts w:eastAsia="宋体"/><w:sz w:val="21"/></w:rPr></w:style>'
    + "".join(
        f'<w:style w:type="paragraph" w:styleId="{level}"><w:name w:val="heading {level}"/><w:basedOn w:val="Normal"/>'
        f'<w:pPr><w:outlineLvl w:val="{level - 1}"/></w:pPr><w:rPr><w:b/></w:rPr></w:style>'
        for level in (1, 2)
    )
    + '<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/>'
    f"<w:tblPr><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr></w:style>"
    "</w:styles>"
)
_WIDTH = 9000


def write_docx(layout: Layout, *, macros: bytes | None = None) -> bytes:
    """The layout as a Word file; with `macros`, as a macro-enabled one that carries these bytes as its VBA project."""
    body = "".join(_table(part) if isinstance(part, Table) else _line(part) for part in layout)
    if layout and isinstance(layout[-1], Table):
        body += "<w:p/>"  # Word never ends with a table; LibreOffice loses such a table on its way through .doc
    document = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="{_W}"><w:body>{body}{_page()}</w:body></w:document>'
    )
    parts = [
        ("[Content_Types].xml", _TYPES.format(main=_MAIN if macros is None else _MACRO_MAIN).encode()),
        ("_rels/.rels", _ROOT_RELS.encode()),
        ("word/_rels/document.xml.rels", _DOCUMENT_RELS.format(macros="" if macros is None else _MACRO_REL).encode()),
        ("word/document.xml", document.encode()),
        ("word/styles.xml", _STYLES.encode()),
    ]
    return write_zip(parts if macros is None else [*parts, ("word/vbaProject.bin", macros)])


def _page() -> str:
    return '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/></w:sectPr>'


def _run(text: str, *, deleted: bool = False) -> str:
    tag = "delText" if deleted else "t"
    parts = text.split("\n")
    return "<w:r>" + "<w:br/>".join(f'<w:{tag} xml:space="preserve">{escape(part)}</w:{tag}>' for part in parts) + "</w:r>"


def _line(line: Line) -> str:
    style = f'<w:pStyle w:val="{line.level}"/>' if line.level else ""
    centred = '<w:jc w:val="center"/>' if line.centred else ""
    return f"<w:p><w:pPr>{style}{centred}</w:pPr>{_run(line.text)}</w:p>"


def _table(table: Table) -> str:
    columns = sum(box.across for box in table.rows[0])
    grid = "".join(f'<w:gridCol w:w="{_WIDTH // columns}"/>' for _ in range(columns))
    rows = "".join("<w:tr>" + "".join(_cell(box, _WIDTH // columns) for box in row) + "</w:tr>" for row in table.rows)
    look = f'<w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="{_WIDTH}" w:type="dxa"/></w:tblPr>'
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def _cell(box: Box, width: int) -> str:
    span = f'<w:gridSpan w:val="{box.across}"/>' if box.across > 1 else ""
    cell = f'<w:tc><w:tcPr><w:tcW w:w="{width * box.across}" w:type="dxa"/>{span}</w:tcPr><w:p>{_content(box)}</w:p></w:tc>'
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{cell}</w:sdtContent></w:sdt>" if box.wrap == "cell-control" else cell


def _content(box: Box) -> str:
    run = _run(box.text)
    if box.wrap == "control":
        return f'<w:sdt><w:sdtPr><w:alias w:val="填写"/></w:sdtPr><w:sdtContent>{run}</w:sdtContent></w:sdt>'
    if box.wrap == "inserted":
        stamp = 'w:author="审核" w:date="2025-05-01T08:00:00Z"'
        return f'<w:del w:id="1" {stamp}>{_run("旧" + box.text[:3], deleted=True)}</w:del><w:ins w:id="2" {stamp}>{run}</w:ins>'
    if box.wrap == "split" and len(box.text) > 1:
        middle = len(box.text) // 2
        return _run(box.text[:middle]) + _run(box.text[middle:])
    return run
