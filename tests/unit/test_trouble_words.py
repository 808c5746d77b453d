"""What staff read for technical remarks: every note of a mail, every reason of a server's answer, every error we make."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.post import smtp_answers
from bot.views.troubles import NOTES, note_words, trouble_words

PARSERS = Path(__file__).parents[2] / "parsers"
MAILS = ("letter", "archives")
"""What reads a mail and its archives; the notes on a single document are not shown."""


def test_every_note_on_a_mail_has_its_sentence_and_no_other_has() -> None:
    text = "".join(path.read_text(encoding="utf-8") for room in MAILS for path in sorted((PARSERS / room).glob("*.py")))
    codes = set(re.findall(r'Note\((?:date_note or )?"([a-z-]+)"', text)) | set(re.findall(r'"(date-[a-z-]+)"', text))
    codes |= {f"no-{name}" for name in ("message-id", "subject", "date", "from")} | {"parser-died"}
    assert codes == set(NOTES)


def test_a_note_of_an_older_version_is_said_too() -> None:
    assert note_words("gone-by-now: detail") == "读取时有一处异常。"


@pytest.mark.parametrize("line", smtp_answers._TABLE, ids=lambda line: line.meaning.reason)
def test_every_reason_of_a_refusal_is_known(line: smtp_answers._Line) -> None:
    assert trouble_words(f"550 xyz ({line.meaning.reason})") != trouble_words("xyz")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("", ""),
        ("imap.126.com:993 does not answer: timed out", "服务器没有应答，程序会自动重试"),
        ("the log-in of a@126.com is refused: LOGIN Login error password error", "登录被拒绝，多为授权码失效"),
        ("the log-in of a@qq.com failed for now: system busy", "服务器暂时不接受登录，程序会自动重试"),
        ("the SMTP server refused the login: 535 Error: authentication failed", "登录被拒绝，多为授权码失效"),
        ("the connection broke: EOF occurred", "与服务器的连接中断，程序会自动重试"),
        ("environment: JSAQ_PASSWORD: is not set; it must hold the password (授权码) of a@126.com", "配置中没有给出密码（授权码）"),
        ("the database does not answer: another transaction of this program holds it", "数据库暂时无法访问"),
        ("reading: the blob 0a1b is missing", "原件缺失或已损坏"),
        ("reading: ZeroDivisionError: a mistake", "读取这封信时程序出错"),
        ("settling: KeyError: 'x'", "登记这封信的结果时程序出错"),
        ("its process ended with -9", "读取这封信的程序意外终止"),
        ("reading it took longer than 3600 s", "读取这封信用时过长"),
        ("no answer to the letter: timed out", "信已发出，没有收到服务器的答复"),
        ("not in the Sent folder, which proves nothing", "“已发送”中没有，不能断定没有发出"),
        ("250 Mail OK queued as smtp1", "对方服务器已接收"),
        ("something new", "原因不明，技术信息供管理员参考"),
    ],
)
def test_errors_in_words(error: str, words: str) -> None:
    assert trouble_words(error) == words
