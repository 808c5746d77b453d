"""Documents inside a Word document (w:altChunk): web and office systems write a form as HTML with a .docx around it.

Word shows such a part as text of its own once it is opened; the file itself has nothing but a reference.
"""

from __future__ import annotations

from collections.abc import Callable

from parsers.values import Reading, Reason, Refusal


def read_chunk(name: str, data: bytes, read_word: Callable[[bytes], Reading]) -> Reading:
    """The contents of such a part: HTML (also packed as MHTML), text, or another Word document, which `read_word` reads.

    Refused for anything else (RTF): staff open it in Word.
    """
    from parsers.magic import identify

    format = identify(name, data)
    if format == "mht":
        from parsers.documents.legacy import page_of_archive

        format, data = "html", page_of_archive(data)
    if format == "html":
        from parsers.documents.plain import read_html

        return read_html(data)
    if format == "txt":
        from parsers.documents.plain import read_txt

        return read_txt(data)
    if format == "docx":
        return read_word(data)
    return Refusal(Reason.NO_CONVERTER, f"a part of a Word document in {format}")
