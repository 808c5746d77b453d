"""Letters: names as every client writes them, text, inner mails, inline pictures, dates, identities, and what is salvaged."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest

from parsers.letter.letter import parse_letter
from parsers.values import Address, Letter
from tests.hostile import mails
from tests.hostile.mails import attachment, mail, rfc2231, text, word

NAME = "附件2 申报表（盖章）.pdf"
GBK, UTF8 = NAME.encode("gbk"), NAME.encode()
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 3
CHINA = timezone(timedelta(hours=8))


def notes(letter: Letter) -> list[str]:
    return [note.code for note in letter.notes]


def filename(value: bytes) -> bytes:
    return b'attachment; filename="' + value + b'"'


NAMINGS: list[tuple[str, bytes, bytes]] = [
    *((f"word-{charset}", filename(word(NAME, charset)), b"") for charset in ("gb2312", "GBK", "gb18030", "utf-8", "UTF-8", "x-gbk")),
    *((f"word-split-{charset}", filename(word(NAME, charset, size=7)), b"") for charset in ("gb2312", "gbk", "gb18030", "utf-8")),
    ("word-q", filename(word(NAME, "gb2312", encoding="Q")), b""),
    ("word-q-split", filename(word(NAME, "utf-8", encoding="Q", size=5)), b""),
    ("word-unquoted", b"attachment; filename=" + word(NAME, "gbk"), b""),
    ("word-in-name-only", b"attachment", b'application/pdf; name="' + word(NAME, "gb2312") + b'"'),
    ("rfc2231-utf8", b"attachment; " + rfc2231("filename", NAME, "utf-8"), b""),
    ("rfc2231-gbk", b"attachment; " + rfc2231("filename", NAME, "GBK"), b""),
    ("rfc2231-gb2312-split", b"attachment;\r\n\t" + rfc2231("filename", NAME, "gb2312", size=9), b""),
    ("rfc2231-utf8-split", b"attachment;\r\n\t" + rfc2231("filename", NAME, "utf-8", size=10), b""),
    ("rfc2231-name", b"attachment", b"application/pdf;\r\n " + rfc2231("name", NAME, "gb18030", size=11)),
    ("rfc2231-and-plain", b'attachment; filename="??2 ???.pdf";\r\n ' + rfc2231("filename", NAME, "utf-8"), b""),
    ("rfc2231-beside-word", filename(word(NAME, "utf-8")) + b"; " + rfc2231("filename", NAME, "utf-8"), b""),
    ("raw-gbk", filename(GBK), b""),
    ("raw-utf8", filename(UTF8), b""),
    ("raw-gbk-unquoted", b"attachment; filename=" + GBK, b""),
    ("raw-gbk-missing-quote", b'attachment; filename="' + GBK, b""),
    ("raw-gbk-in-name", b"attachment", b'application/octet-stream; name="' + GBK + b'"'),
    (
        "percent-encoded",
        b'attachment; filename="%E9%99%84%E4%BB%B62%20%E7%94%B3%E6%8A%A5%E8%A1%A8%EF%BC%88%E7%9B%96%E7%AB%A0%EF%BC%89.pdf"',
        b"",
    ),
    ("whole-path", filename(b"C:\\\\Users\\\\li\\\\" + UTF8), b""),
    (
        "continued-words",
        b'attachment; filename*0="' + word(NAME, "utf-8")[:30] + b'";\r\n filename*1="' + word(NAME, "utf-8")[30:] + b'"',
        b"",
    ),
]


@pytest.mark.parametrize(("disposition", "kind"), [case[1:] for case in NAMINGS], ids=[case[0] for case in NAMINGS])
def test_an_attachment_has_the_name_its_client_gave_it(disposition: bytes, kind: bytes) -> None:
    letter = parse_letter(mail(text("您好"), attachment(PDF, disposition=disposition, kind=kind or b"application/octet-stream")))
    assert [(item.name, item.data, item.inline) for item in letter.attachments] == [(NAME, PDF, False)]
    assert letter.text == "您好"


def test_a_gbk_character_that_ends_in_a_backslash_survives() -> None:
    name = "琝班.pdf"  # a GBK trail byte of 0x5C
    assert b"\\" in name.encode("gbk")
    letter = parse_letter(mail(attachment(PDF, disposition=filename(name.encode("gbk")))))
    assert letter.attachments[0].name == name


SUBJECTS: list[tuple[str, bytes]] = [
    *((charset, word("质量信得过班组典型经验申报", charset)) for charset in ("gb2312", "gbk", "gb18030", "utf-8")),
    *((f"{charset}-split", word("质量信得过班组典型经验申报", charset, size=5)) for charset in ("gb2312", "gb18030", "utf-8")),
    ("raw-gbk", "质量信得过班组典型经验申报".encode("gbk")),
    ("raw-utf8", "质量信得过班组典型经验申报".encode()),
    ("unknown-charset", b"=?x-unknown?B?" + base64.b64encode("质量信得过班组典型经验申报".encode("gbk")) + b"?="),
    ("mislabelled", b"=?gb2312?B?" + base64.b64encode("质量信得过班组典型经验申报".encode()) + b"?="),
    ("latin-1-label", b"=?iso-8859-1?B?" + base64.b64encode("质量信得过班组典型经验申报".encode("gbk")) + b"?="),
    ("unpadded", b"=?utf-8?B?" + base64.b64encode("质量信得过班组典型经验申报".encode()).rstrip(b"=") + b"?="),
]


@pytest.mark.parametrize("subject", [case[1] for case in SUBJECTS], ids=[case[0] for case in SUBJECTS])
def test_subjects(subject: bytes) -> None:
    raw = b"From: " + "李四".encode("gbk") + b" <Li@Example.cn>\r\nSubject: " + subject + b"\r\n\r\nx"
    letter = parse_letter(raw)
    assert letter.subject == "质量信得过班组典型经验申报"
    assert letter.sender == Address("李四", "li@example.cn")


def test_characters_beyond_gb2312_under_its_label() -> None:
    letter = parse_letter(mail(text("镕金班", "gb18030", label="gb2312"), head=b"Subject: " + word("镕金班", "gb2312") + b"\r\n"))
    assert (letter.subject, letter.text) == ("镕金班", "镕金班")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b'"Li, Si" <a@b.cn>, c@d.cn', [("Li, Si", "a@b.cn"), ("", "c@d.cn")]),
        (b"a@b.cn (Wang)", [("Wang", "a@b.cn")]),
        (b"undisclosed-recipients:;", []),
        (b"Group: a@b.cn, c@d.cn;", [("", "a@b.cn"), ("", "c@d.cn")]),
        (word("省质协，秘书处", "gbk") + b" <a@b.cn>; <c@d.cn>", [("省质协，秘书处", "a@b.cn"), ("", "c@d.cn")]),
        (b"=?utf-8?B?" + base64.b64encode("李四 <a@b.cn>".encode()) + b"?=", [("李四", "a@b.cn")]),
        (b"<", []),
        (b'"a@b.cn" <a@b.cn>', [("a@b.cn", "a@b.cn")]),
        (b"a@b.cn <a@b.cn", [("", "a@b.cn")]),
        (b"n" * 600 + b" <" + b"a" * 200 + b"@" + b"b" * 200 + b".cn>", [("n" * 500, "a" * 200 + "@" + "b" * 119)]),
    ],
)
def test_addresses(field: bytes, expected: list[tuple[str, str]]) -> None:
    assert [(item.name, item.address) for item in parse_letter(b"To: " + field + b"\r\n\r\nx").to] == expected


# --- text ---------------------------------------------------------------------------------------------------------


def test_of_alternatives_the_plain_one_is_read() -> None:
    letter = parse_letter(mail(text("您好"), text("<p>您好！</p>", kind="html"), kind=b"multipart/alternative"))
    assert letter.text == "您好"
    assert letter.html == "<p>您好！</p>"


def test_html_alone_gives_text_without_scripts_and_styles() -> None:
    html = (
        "<html><head><style>p{color:red}</style><title>x</title></head><body><script>alert(1)</script>"
        "<p>您好&nbsp;老师：</p><div>材料见附件<br>谢谢</div><!-- 注 --><table><tr><td>联系人</td><td>李四</td></tr></table></body></html>"
    )
    letter = parse_letter(mail(text(html, "gbk", kind="html", label="gb2312")))
    assert letter.text == "您好 老师：\n\n材料见附件\n谢谢\n\n联系人\t李四"


def test_a_blank_plain_part_gives_way_to_the_html() -> None:
    letter = parse_letter(mail(text(" \r\n"), text("<p>请问截止日期？</p>", kind="html"), kind=b"multipart/alternative"))
    assert letter.text == "请问截止日期？"


def test_html_charset_from_its_meta() -> None:
    part = b"Content-Type: text/html\r\n\r\n" + '<meta charset="gbk"><p>江苏</p>'.encode("gbk")
    assert parse_letter(mail(part)).text == "江苏"


@pytest.mark.parametrize(
    ("charset", "label"),
    [("gbk", "gb2312"), ("gbk", ""), ("utf-8", "gb2312"), ("gbk", "utf-8"), ("gbk", "iso-8859-1"), ("gb18030", "x-gbk")],
)
def test_bodies_under_wrong_labels(charset: str, label: str) -> None:
    body = "尊敬的江苏省质量管理协会：现报送我单位材料，请查收。"
    assert parse_letter(mail(text(body, charset, label=label))).text == body


# --- what stands inside -------------------------------------------------------------------------------------------


INNER = mail(
    text("原文"), attachment(PDF, disposition=filename(GBK)), head=b"From: a@b.cn\r\nSubject: " + word("材料", "gbk") + b"\r\n"
).replace(b"bnd", b"inner")


@pytest.mark.parametrize(
    "part",
    [
        b"Content-Type: message/rfc822\r\n\r\n" + INNER,
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(INNER),
        attachment(INNER, disposition=b'attachment; filename="fwd.eml"'),
        b"Content-Type: message/rfc822; name=fwd.eml\r\nContent-Disposition: attachment; filename=fwd.eml\r\n\r\n" + INNER,
    ],
    ids=["plain", "base64", "eml-file", "attached"],
)
def test_a_forwarded_mail_gives_its_text_and_files(part: bytes) -> None:
    letter = parse_letter(mail(text("请看转发"), part))
    assert [(item.name, item.data) for item in letter.attachments] == [(NAME, PDF)]
    assert letter.text == "请看转发\n\n材料\n\n原文"
    assert "forwarded-message" in notes(letter)


def test_winmail_dat_is_opened() -> None:
    data = mails.tnef([("申报表.doc".encode("gbk"), PDF), (b"2.txt", b"hello")])
    letter = parse_letter(
        mail(text("您好"), attachment(data, disposition=b"attachment; filename=winmail.dat", kind=b"application/ms-tnef"))
    )
    assert [(item.name, item.data) for item in letter.attachments] == [("申报表.doc", PDF), ("2.txt", b"hello")]


def test_a_damaged_winmail_dat_is_kept_as_it_is() -> None:
    data = mails.tnef([(b"a.doc", PDF)])[:60]
    letter = parse_letter(
        mail(text("您好"), attachment(data, disposition=b"attachment; filename=winmail.dat", kind=b"application/ms-tnef"))
    )
    assert letter.text == "您好"
    assert [item.name for item in letter.attachments] == ["winmail.dat"]
    assert "tnef-unreadable" in notes(letter)


PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


def test_pictures_that_the_html_shows_are_inline_and_photographs_are_not() -> None:
    related = mail(
        text('<p>签名 <img src="cid:logo@x"></p>', kind="html"),
        attachment(PNG, disposition=b"", kind=b"image/png; name=logo.png", more=b"Content-ID: <logo@x>\r\n"),
        attachment(PNG, disposition=b'inline; filename="IMG_0001.png"', kind=b"image/png", more=b"Content-ID: <other@x>\r\n"),
        attachment(PNG, disposition=b'attachment; filename="scan.png"', kind=b"image/png"),
        kind=b"multipart/related",
    )
    assert [(item.name, item.inline) for item in parse_letter(related).attachments] == [
        ("logo.png", True),
        ("IMG_0001.png", False),
        ("scan.png", False),
    ]


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        (b"application/pdf", PDF, "附件1.pdf"),
        (b"application/octet-stream", PNG, "附件1.png"),
        (b"image/jpeg", b"\xff\xd8\xff\xe0" + bytes(30), "附件1.jpg"),
        (b"application/octet-stream", b"\x01\x02\x03", "附件1.bin"),
    ],
)
def test_a_nameless_attachment_gets_the_same_name_every_time(kind: bytes, data: bytes, expected: str) -> None:
    raw = mail(text("x"), attachment(data, kind=kind))
    assert [item.name for item in parse_letter(raw).attachments] == [expected]
    assert parse_letter(raw) == parse_letter(raw)


def test_a_signature_is_no_attachment() -> None:
    letter = parse_letter(
        mail(text("x"), attachment(b"sig", kind=b"application/pkcs7-signature", disposition=b"attachment; filename=smime.p7s"))
    )
    assert letter.attachments == ()


def test_a_uuencoded_file_in_the_text() -> None:
    import binascii

    block = "begin 644 a.pdf\n" + "".join(binascii.b2a_uu(PDF[i : i + 45]).decode() for i in range(0, len(PDF), 45)) + "`\nend\n"
    letter = parse_letter(b"Subject: uu\r\n\r\nhello\n" + block.encode())
    assert [(item.name, item.data) for item in letter.attachments] == [("a.pdf", PDF)]
    assert letter.text == "hello"


# --- identity and dates -------------------------------------------------------------------------------------------


def test_identities_have_no_brackets() -> None:
    raw = b"Message-ID: <a@b>\r\nX-OQ-MSGID: <orig@c>\r\nIn-Reply-To: <c@d>\r\nReferences: <e@f>\r\n <c@d>\r\n\r\nx"
    letter = parse_letter(raw)
    assert (letter.message_id, letter.in_reply_to, letter.references) == ("a@b", ("c@d",), ("e@f", "c@d"))
    assert letter.header("X-OQ-MSGID") == "<orig@c>"


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (b"Tue, 10 Jun 2025 10:05:00 +0800", datetime(2025, 6, 10, 10, 5, tzinfo=CHINA)),
        (b"Tue, 10 Jun 2025 10:05:00 +0800 (CST)", datetime(2025, 6, 10, 10, 5, tzinfo=CHINA)),
        (b"10 Jun 2025 02:05:00 GMT", datetime(2025, 6, 10, 2, 5, tzinfo=UTC)),
        (b"Tue, 10 Jun 2025 10:05:00", datetime(2025, 6, 10, 10, 5, tzinfo=CHINA)),
        (b"Tue, 10 Jun 2025 10:05:00 CST", datetime(2025, 6, 10, 10, 5, tzinfo=CHINA)),
        (b"2025-06-10 10:05:00", datetime(2025, 6, 10, 10, 5, tzinfo=CHINA)),
        (b"2025-06-10T02:05:00Z", datetime(2025, 6, 10, 2, 5, tzinfo=UTC)),
        ("2025年6月10日 10:05".encode(), datetime(2025, 6, 10, 10, 5, tzinfo=CHINA)),
        (b"yesterday", None),
        (b"Tue, 31 Feb 2025 10:05:00 +0800", None),
        (b"Tue, 10 Jun 2025 25:61:00 +9999", None),
    ],
)
def test_dates(date: bytes, expected: datetime | None) -> None:
    letter = parse_letter(b"Date: " + date + b"\r\n\r\nx")
    assert letter.date == expected
    assert letter.date is None or letter.date.tzinfo is not None


def test_received_is_the_topmost_with_a_date() -> None:
    raw = (
        b"Received: from a by mx.126.com with ESMTP id 1;\r\n\tTue, 10 Jun 2025 10:32:00 +0800 (CST)\r\n"
        b"Received: from b by a; Mon, 9 Jun 2025 01:00:00 +0000\r\n\r\nx"
    )
    assert parse_letter(raw).received_at == datetime(2025, 6, 10, 10, 32, tzinfo=CHINA)


# --- broken and hostile -------------------------------------------------------------------------------------------


def test_missing_fields_are_noted_and_the_rest_is_kept() -> None:
    letter = parse_letter(mail(text("您好"), attachment(PDF, disposition=filename(UTF8)), head=b"To: a@b.cn\r\n"))
    assert {"no-message-id", "no-subject", "no-date", "no-from"} <= set(notes(letter))
    assert (letter.message_id, letter.subject, letter.sender, letter.date) == ("", "", None, None)
    assert [item.name for item in letter.attachments] == [NAME]


def test_message_id_of_one_bracket() -> None:
    letter = parse_letter(b"Message-ID: <\r\nSubject: x\r\n\r\nhello")
    assert (letter.message_id, letter.subject, letter.text) == ("", "x", "hello")
    assert "message-id-unreadable" in notes(letter)


def test_three_thousand_nested_parts_still_give_the_file() -> None:
    letter = parse_letter(mails.nested_multiparts(3000))
    assert [(item.name, item.data) for item in letter.attachments] == [("a.pdf", b"%PDF-1.4 hello")]
    assert (letter.subject, "flat-structure" in notes(letter)) == ("deep", True)


def test_messages_in_messages_without_end() -> None:
    letter = parse_letter(mails.nested_messages(3000))
    assert letter.subject == "outer"
    assert {"too-deep", "flat-structure"} & set(notes(letter))


@pytest.mark.parametrize(
    "field", [b", ".join(b"u%d@example.cn" % i for i in range(8000)), b"(" * 140_000, b"<a@" * 46_000, b'"' * 139_999, b"a" * 140_000]
)
@pytest.mark.timeout(30)
def test_a_to_field_of_140_kilobytes_is_read_in_one_pass(field: bytes) -> None:
    letter = parse_letter(b"From: li@example.cn\r\nTo: " + field + b"\r\nSubject: x\r\n\r\nhello")
    assert letter.sender == Address("", "li@example.cn")
    assert letter.text == "hello"


def test_a_broken_attachment_does_not_cost_its_neighbours() -> None:
    broken = b"Content-Type: application/pdf; name=broken.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD*&^%\r\nRA"
    letter = parse_letter(mail(text("您好"), broken, attachment(PDF, disposition=filename(UTF8))))
    assert letter.text == "您好"
    assert [item.name for item in letter.attachments] == ["broken.pdf", NAME]
    assert letter.attachments[1].data == PDF


def test_a_mail_cut_off_in_its_attachment_keeps_what_came() -> None:
    whole = mail(text("您好"), attachment(PDF * 20, disposition=filename(UTF8)))
    letter = parse_letter(whole[: len(whole) - 500])
    assert letter.attachments[0].name == NAME
    assert (PDF * 20).startswith(letter.attachments[0].data)
    assert len(letter.attachments[0].data) > 10_000


def test_a_boundary_that_is_not_the_declared_one() -> None:
    raw = mail(text("您好"), attachment(PDF, disposition=filename(UTF8))).replace(b'boundary="bnd"', b'boundary="other"')
    letter = parse_letter(raw)
    assert (letter.text, [item.name for item in letter.attachments]) == ("您好", [NAME])


def test_lines_in_the_header_that_are_no_fields() -> None:
    raw = b"Received by someone\r\nFrom : li@example.cn\r\nnonsense here\r\nSubject: x\r\n\r\nhello"
    letter = parse_letter(raw)
    assert (letter.sender, letter.subject, letter.text) == (Address("", "li@example.cn"), "x", "hello")
    assert "header-mended" in notes(letter)


def test_control_characters_do_not_reach_text_or_subject() -> None:
    letter = parse_letter(b"Subject: =?utf-8?B?" + base64.b64encode(b"a\x00b\x1bc") + b"?=\r\n\r\nhe\x00llo\x07")
    assert (letter.subject, letter.text) == ("abc", "hello")


def test_a_name_that_turns_its_extension_round() -> None:
    letter = parse_letter(mail(attachment(PDF, disposition=filename("申报表\u202efdp.exe".encode()))))
    assert letter.attachments[0].name == "申报表fdp.exe"


@pytest.mark.parametrize(
    "raw", [b"", b"\x00" * 50, b"\r\n\r\n", b"From: a@b.cn", bytes(range(256)) * 20, b"PK\x03\x04" + bytes(100), b"--\r\n" * 50]
)
def test_no_mail_at_all_is_still_a_letter(raw: bytes) -> None:
    letter = parse_letter(raw)
    assert "no-subject" in notes(letter)


def test_text_that_exchange_put_after_an_attachment_is_text() -> None:
    after = b"Content-Type: text/plain; charset=gb2312; name=ATT00001.txt\r\nContent-Disposition: attachment; filename=ATT00001.txt\r\n\r\n"
    letter = parse_letter(mail(text("您好"), attachment(PDF, disposition=filename(UTF8)), after + "敬礼".encode("gbk")))
    assert (letter.text, [item.name for item in letter.attachments]) == ("您好\n\n敬礼", [NAME])


def test_a_macs_resource_fork_is_no_attachment() -> None:
    double = (
        b"Content-Type: multipart/appledouble; boundary=ad\r\n\r\n--ad\r\n"
        + attachment(b"fork", kind=b"application/applefile", disposition=filename(UTF8))
        + b"\r\n--ad\r\n"
        + attachment(PDF, disposition=filename(UTF8))
        + b"\r\n--ad--"
    )
    assert [(item.name, item.data) for item in parse_letter(mail(text("x"), double)).attachments] == [(NAME, PDF)]


def test_a_text_without_end_is_cut_and_noted() -> None:
    line = "请查收。".encode() * 10 + b"\r\n"
    letter = parse_letter(
        mail(b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + line * 50_000, attachment(PDF, disposition=filename(UTF8)))
    )
    assert 1_000_000 < len(letter.text) < 4 << 20
    assert "\ufffd" not in letter.text
    assert "text-cut" in notes(letter)
    assert letter.attachments[0].data == PDF
