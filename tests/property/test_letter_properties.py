"""Whatever bytes come: parse_letter returns a Letter whose counts are sane and whose text a database takes."""

from __future__ import annotations

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.letter.letter import parse_letter
from parsers.letter.mime_names import addresses, decode_header, file_name, parameters
from parsers.text.charsets import decode_text
from parsers.values import Letter
from tests.hostile.mails import attachment, mail, rfc2231, text, word

SEEDS = [
    mail(text("您好"), text("<p>您好</p>", kind="html"), kind=b"multipart/alternative"),
    mail(text("您好"), attachment(b"%PDF-1.4 hello", disposition=b'attachment; filename="' + "申报表.pdf".encode("gbk") + b'"')),
    mail(text("x"), attachment(b"PK\x03\x04" * 9, disposition=b"attachment; " + rfc2231("filename", "附件2 申报表.docx", "gbk", size=5))),
    mail(b"Content-Type: message/rfc822\r\n\r\n" + mail(text("inner"), attachment(b"x" * 99)).replace(b"bnd", b"inner")),
    mail(text("x"), head=b"Subject: " + word("质量信得过班组", "gb18030", size=3) + b"\r\nFrom: a@b.cn\r\n"),
]


def sane(letter: Letter, raw: bytes) -> None:
    """Nothing came out that was not in the mail, and everything can be stored as UTF-8 text without NUL."""
    texts = [
        letter.message_id,
        letter.subject,
        letter.text,
        letter.html,
        letter.content_type,
        *(name for item in letter.headers for name in item),
    ]
    texts += [item.name for item in letter.attachments] + [note.detail for note in letter.notes]
    for piece in texts:
        piece.encode("utf-8")
        assert "\x00" not in piece
    assert all(item.name for item in letter.attachments)
    assert len(letter.attachments) <= raw.count(b"\n") + 1
    assert sum(len(item.data) for item in letter.attachments) <= len(raw) + 100
    assert letter.date is None or letter.date.tzinfo is not None
    assert letter.received_at is None or letter.received_at.tzinfo is not None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes(raw: bytes) -> None:
    sane(parse_letter(raw), raw)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    raw = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(raw)))
        length = draw(st.integers(0, 40))
        patch = draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from([b"\r\n", b"--bnd", b"--bnd--", b"\r\n\r\n", b'"', b"=?gbk?B?", b"\x00", b"\xb5\xc4"]),
            )
        )
        raw[place : place + length] = patch
    return bytes(raw)


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_mutated_mails(raw: bytes) -> None:
    letter = parse_letter(raw)
    sane(letter, raw)
    assert parse_letter(raw) == letter


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(codec="gb18030", exclude_characters="\"/\\?*<>:|'%=;", exclude_categories=("C", "Z")), min_size=1, max_size=30),
    st.sampled_from(["gb18030", "utf-8"]),
    st.integers(0, 9),
)
def test_a_name_survives_every_way_of_writing_it(stem: str, charset: str, size: int) -> None:
    import unicodedata

    name = unicodedata.normalize("NFC", stem) + ".docx"
    size = 0 if size < 2 else size
    for disposition in (
        b'attachment; filename="' + word(name, charset, size=size) + b'"',
        b"attachment; " + rfc2231("filename", name, charset, size=size),
    ):
        found = file_name(disposition.decode("ascii"), "")
        assert found == name or name.strip("._ ") != name  # leading dots and blanks may fall away


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=20))
def test_decoding_never_raises(data: bytes, charset: str) -> None:
    decode_text(data, charset)[0].encode("utf-8")
    field = data.decode("ascii", "surrogateescape")
    for piece in (decode_header(field), file_name(field, field), *parameters(field).values()):
        piece.encode("utf-8")
    assert all("@" in item.address for item in addresses(field))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=6))
def test_attachments_come_back_byte_for_byte(contents: list[bytes]) -> None:
    parts = [attachment(data, disposition=b"attachment; filename=f%d.bin" % number) for number, data in enumerate(contents)]
    found = parse_letter(mail(text("x"), *parts)).attachments
    assert [item.data for item in found] == contents
    assert base64.b64encode(found[0].data) == base64.b64encode(contents[0])
