"""What staff read for the technical remarks we keep in English: notes on reading a mail, errors, answers of mail servers.

The original may stand beside the words for whoever runs the machine; alone it stands nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NOTES: Mapping[str, str] = {
    "archive-salvaged": "压缩包有损坏，已取出其中能读的文件",
    "body-undecodable": "有一部分内容的编码有误，未能还原",
    "charset-guessed": "来信没有写明文字编码，按内容推断",
    "date-form": "来信日期的写法不规范，已按通常的意思理解",
    "date-unreadable": "来信日期无法辨认",
    "date-without-zone": "来信日期没有写明时区，按北京时间理解",
    "dropped": "压缩包中的系统附带文件已略过",
    "flat-structure": "来信的结构有损坏，已逐段读取",
    "forwarded-message": "来信附有另一封邮件，其中的文件一并读取",
    "header-mended": "邮件头有不合规范的行，已略过",
    "header-too-long": "邮件头过长，只读取前一部分",
    "mail-defect": "来信的格式有不合规范之处",
    "message-id-unreadable": "邮件标识无法辨认",
    "no-date": "来信没有日期",
    "no-from": "来信没有写明发件人",
    "no-message-id": "来信没有邮件标识",
    "no-subject": "来信没有主题",
    "parser-died": "来信无法正常读取，只读到邮件头，请查看原件",
    "signature-dropped": "电子签名附件已略过",
    "text-cut": "正文过长，只读取前一部分",
    "tnef": "附件由Outlook打包（winmail.dat），已取出其中的文件",
    "tnef-unreadable": "Outlook打包的附件（winmail.dat）有损坏，未能全部取出",
    "too-deep": "邮件中层层套有邮件，最里面的没有打开",
    "too-many-parts": "来信的部分过多，只读取前一部分",
}
"""What had to be mended or left out when a mail and its archives were read, by the note's code."""

_OTHER_NOTE = "读取时有一处异常"

_CUT = "与服务器的连接中断，程序会自动重试"
_TROUBLES: tuple[tuple[str, str], ...] = (
    # a letter of ours; an answer of the server that names its reason comes before its step
    (r"taken for spam", "对方服务器当作垃圾邮件拒收"),
    (r"the address does not exist|mailbox (not found|unavailable)", "收件地址不存在"),
    (r"sender's address", "发件地址与登录账号不符，请检查配置"),
    (r"wants a log-in", "服务器要求登录，请检查配置"),
    (r"sending too often|frequency limited", "发信过于频繁，服务器要求稍后再发"),
    (r"too many letters in 15 minutes|too many recipients or connections", "短时间内发信过多，服务器要求稍后再发"),
    (r"day's quota|day's limit", "今天的发信数量已到上限，明天继续"),
    (r"recipient's cap", "发给这一地址的数量已到上限，稍后继续"),
    (r"too many recipients in one letter", "一封信的收件人过多"),
    (r"no answer to the letter|after the final dot", "信已发出，没有收到服务器的答复"),
    (r"^found in the Sent folder", "在“已发送”中找到"),
    (r"^not in the Sent folder", "“已发送”中没有，不能断定没有发出"),
    (r"Sent folder can't be read", "“已发送”无法读取"),
    (r"the server is closing|does not take the connection", "服务器暂时不接受连接"),
    (r"\(refused for now\)$", "对方服务器暂时拒收，稍后重试"),
    (r"\((refused|an answer that no mail server should give)\)$", "对方服务器拒收"),
    # the connection
    (r"log-in of .* failed for now", "服务器暂时不接受登录，程序会自动重试"),
    (r"log-in .*(is|was) refused|refused the login|authentication failed|^53[0-9]\b", "登录被拒绝，多为授权码失效"),
    (r"there is no folder", "邮箱中没有配置所写的文件夹"),
    (r"^SELECT .* was refused", "服务器拒绝打开文件夹"),
    (r"must hold the password|password_file: can't be read", "配置中没有给出密码（授权码）"),
    (r"blob store", "原件存储暂时无法访问"),
    (r"the blob \S+ (is|can't)", "原件缺失或已损坏"),
    (r"the database|database is", "数据库暂时无法访问"),
    (r":\d+ does not answer", "服务器没有应答，程序会自动重试"),
    (r"connection (broke|failed|lost|closed)|broke off|vanished at|in the middle of the letter|no SMTP answer", _CUT),
    (r"the (SMTP )?server refused|^ID: ", "服务器拒绝了一项操作"),
    # a mail
    (r"process ended with|worker died|parser died", "读取这封信的程序意外终止"),
    (r"took longer than", "读取这封信用时过长"),
    (r"^reading: ", "读取这封信时程序出错"),
    (r"^settling: ", "登记这封信的结果时程序出错"),
    (r"^2\d\d\b", "对方服务器已接收"),
)
_OTHER_TROUBLE = "原因不明，技术信息供管理员参考"


def note_words(note: str) -> str:
    """A mail's note (`code: detail`) as a sentence."""
    return NOTES.get(note.partition(":")[0], _OTHER_NOTE) + "。"


def trouble_words(error: str | None) -> str:
    """An error or a mail server's answer as staff read it; "" where there is none."""
    if not error or not error.strip():
        return ""
    return next((words for pattern, words in _TROUBLES if re.search(pattern, error, re.IGNORECASE)), _OTHER_TROUBLE)
