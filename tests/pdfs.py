"""PDFs made by code: text at places, ruled lines, pictures; Chinese with a font that every reader knows by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

A4 = (595.0, 842.0)


@dataclass
class Sheet:
    """A page as it is drawn; coordinates in points from the top-left corner."""

    width: float = A4[0]
    height: float = A4[1]
    operators: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 12, mode: int = 0) -> Sheet:
        """Text whose baseline is at y; `mode` 3 is invisible."""
        encoded = text.encode("utf-16-be").hex()
        self.operators.append(f"BT {mode} Tr /F1 {size} Tf {x} {self.height - y} Td <{encoded}> Tj ET")
        return self

    def line(self, x0: float, y0: float, x1: float, y1: float) -> Sheet:
        self.operators.append(f"1 w {x0} {self.height - y0} m {x1} {self.height - y1} l S")
        return self

    def table(self, x: float, y: float, widths: Sequence[float], rows: Sequence[Sequence[str]], height: float = 24) -> Sheet:
        """A ruled table with one-line cells; None-like "<" merges a cell with the one to its left."""
        right = x + sum(widths)
        for number in range(len(rows) + 1):
            self.line(x, y + number * height, right, y + number * height)
        for number, row in enumerate(rows):
            top, left = y + number * height, x
            for width, text in zip(widths, row):
                if text != "<":
                    self.line(left, top, left, top + height)
                    self.text(left + 3, top + height * 0.65, text, 10)
                left += width
            self.line(right, top, right, top + height)
        return self

    def picture(self, x: float, y: float, width: float, height: float) -> Sheet:
        self.operators.append(f"q {width} 0 0 {height} {x} {self.height - y - height} cm /I1 Do Q")
        return self


def pdf(*sheets: Sheet) -> bytes:
    """The pages as a PDF 1.7 file."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(sheets)} /Kids [{' '.join(f'{7 + 2 * i} 0 R' for i in range(len(sheets)))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000 /W [1 [500] 2 95 500] "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 "
        "/CapHeight 880 /StemV 93 >>",
        "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
        "\nstream\n\x7f\nendstream",
    ]
    for index, sheet in enumerate(sheets):
        content = "\n".join(sheet.operators)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {sheet.width} {sheet.height}] /Contents {8 + 2 * index} 0 R "
            "/Resources << /Font << /F1 3 0 R >> /XObject << /I1 6 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    out = bytearray(b"%PDF-1.7\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def encrypted(data: bytes, user: str, owner: str = "owner") -> bytes:
    """The same file encrypted with AES-256."""
    from io import BytesIO

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
