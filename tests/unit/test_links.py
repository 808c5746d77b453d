"""Cloud attachments: links to providers' stores and net discs, as their clients write them; and what is none."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from parsers.letter.letter import parse_letter
from parsers.letter.links import find_links, provider_of
from parsers.values import CloudLink
from tests.hostile.mails import mail, text

CHINA = timezone(timedelta(hours=8))
EXPIRY = datetime(2025, 7, 10, 10, 20, tzinfo=CHINA)

URLS: list[tuple[str, str]] = [
    ("https://wx.mail.qq.com/ftn/download?func=3&k=8a5d&key=8a5d&code=1f2e", "qq"),
    ("https://iwx.mail.qq.com/ftn/download?func=4&key=8a5d&code=1f2e", "qq"),
    ("http://mail.qq.com/cgi-bin/ftnExs_download?k=8a5d&t=exs_ftn_download&code=1f2e", "qq"),
    ("https://m.mail.qq.com/cgi-bin/ftnExs_download?k=8a5d", "qq"),
    ("http://mail.foxmail.com/cgi-bin/ftnExs_download?k=8a5d", "qq"),
    ("https://exmail.qq.com/cgi-bin/ftnExs_download?k=8a5d", "qq"),
    ("https://hwxmail.exmail.qq.com/cgi-bin/ftnExs_download?key=8a5d", "qq"),
    ("https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file=abc", "netease"),
    ("https://mail.126.com/large-attachment-download/index.html?file=abc", "netease"),
    ("https://mail.yeah.net/large-attachment-download/?file=abc", "netease"),
    ("http://fs.163.com/fs/display/?p=X-NETEASE-HUGE-ATTACHMENT&file=abc", "netease"),
    ("http://m.fs.126.com/fs/preview?file=abc", "netease"),
    ("https://fs.qiye.163.com/fs/display/?file=abc", "netease"),
    ("https://dashi.163.com/html/cloud-attachment-download/?key=abc", "netease"),
    ("https://mailh.qiye.163.com/edisk/api/biz/attachment/download?identity=abc", "netease-qiye"),
    ("https://edisk.qiye.163.com/api/biz/attachment/download?identity=abc", "netease-qiye"),
    ("http://mail.sina.com.cn/filecenter/download.php?id=abc", "sina"),
    ("https://download.cloud.189.cn/file/downloadFile.action?dt=abc", "189"),
    ("https://pan.baidu.com/s/1abcDEF?pwd=1234", "baidu"),
    ("https://www.aliyundrive.com/s/abc", "aliyun"),
    ("https://www.alipan.com/s/abc", "aliyun"),
    ("https://share.weiyun.com/abc", "weiyun"),
    ("https://www.123pan.com/s/abc-def.html", "123pan"),
    ("https://www.kdocs.cn/l/abc", "kdocs"),
    ("https://www.jianguoyun.com/p/abc", "jianguoyun"),
    ("https://docs.qq.com/doc/Dabc", "tencent-docs"),
    ("https://pan.quark.cn/s/abc", "quark"),
    # none of them
    ("https://mail.qq.com/", ""),
    ("https://mail.qq.com/cgi-bin/readmail?k=1", ""),
    ("https://wx.mail.qq.com/ftn/download?func=3", ""),
    ("https://wx.mail.qq.com.evil.example/ftn/download?k=1", ""),
    ("https://evilwx.mail.qq.com/ftn/download?k=1", ""),
    ("https://mail.163.com/js6/main.jsp?file=1", ""),
    ("https://pan.baidu.com/", ""),
    ("https://docs.qq.com/", ""),
    ("http://www.caq.org.cn/s/abc", ""),
    ("ftp://wx.mail.qq.com/ftn/download?k=1", ""),
    ("http://[", ""),
    ("mailto:a@b.cn", ""),
]


@pytest.mark.parametrize(("url", "provider"), URLS)
def test_hosts_paths_and_keys_are_matched_exactly(url: str, provider: str) -> None:
    assert provider_of(url) == provider


QQ = """<div>您好，请查收。</div><div id="QQMailBigAttach" style="margin:20px"><div>从QQ邮箱发来的超大附件</div>
<div class="qqmailbgattach" upload="1"><table><tr><td><a href="{0}" target="_blank"><img src="x.gif"></a></td><td>
<div><a href="{0}" expiretime="1752114000000">申报材料.zip</a> <span>(86.2M, 2025年7月10日 10:20 到期)</span></div>
<div><a href="{0}">进入下载页面</a></div></td></tr></table></div></div>"""
QQ_URL = "https://wx.mail.qq.com/ftn/download?func=3&amp;k=8a5d4b0f&amp;key=8a5d4b0f&amp;code=1f2e3d4c"

NETEASE = """<div id="divNeteaseBigAttach"><div>从网易邮箱发来的云附件</div><div><div>
<a href="https://mail.163.com/large-attachment-download/index.html?p=X&amp;file=one" filename="盖章扫描件.pdf">盖章扫描件.pdf</a>
<span>(35.10M, 无限期)</span></div><div>
<a href="https://mail.163.com/large-attachment-download/index.html?p=X&amp;file=two">发布.pptx</a>
<span>(1.2G, 2025年7月10日 10:20 到期)</span>
<a href="https://mail.163.com/large-attachment-download/index.html?p=X&amp;file=two&amp;title=1">下载</a></div></div></div>"""


def test_qq_gives_one_link_with_name_size_and_expiry() -> None:
    plain = "从QQ邮箱发来的超大附件\n申报材料.zip (86.2M, 2025年7月10日 10:20 到期)"
    (link,) = find_links(QQ.format(QQ_URL), plain)
    assert link == CloudLink(QQ_URL.replace("&amp;", "&"), "qq", "申报材料.zip", "86.2M", datetime.fromtimestamp(1752114000, CHINA))


def test_netease_gives_each_file_its_own_size_and_expiry() -> None:
    links = find_links(NETEASE, "")
    assert [(link.provider, link.name, link.size, link.expires) for link in links] == [
        ("netease", "盖章扫描件.pdf", "35.10M", None),
        ("netease", "发布.pptx", "1.2G", EXPIRY),
    ]


def test_the_list_of_real_attachments_that_netease_appends_is_no_cloud_attachment() -> None:
    html = (
        '<div>您好</div><div class="netease-attDown" id="divAtt"><div>附件(1个)</div>'
        '<a href="https://mail.163.com/large-attachment-download/?file=real">申报表.docx</a></div>'
    )
    assert find_links(html, "您好") == ()


@pytest.mark.parametrize(
    "block",
    [
        "从QQ邮箱发来的超大附件\n申报材料.zip (86.2M, 2025年7月10日 10:20 到期)\n进入下载页面",
        "从QQ邮箱发来的超大附件\r\n\r\n申报材料.zip\r\n(86.2M，2025年07月10日 10:20 到期)",
        "您好\n-----\n从QQ邮箱发来的超大附件 申报材料.zip (86.2M, 2025年7月10日 10:20到期)",
    ],
)
def test_a_block_in_plain_text_without_links_counts(block: str) -> None:
    (link,) = find_links("", block)
    assert link == CloudLink("", "qq", "申报材料.zip", "86.2M", EXPIRY)


def test_a_block_in_html_whose_links_were_stripped_counts() -> None:
    (link,) = find_links('<div id="QQMailBigAttach">从QQ邮箱发来的超大附件<div>申报材料.zip (86.2M, 无限期)</div></div>', "")
    assert link == CloudLink("", "qq", "申报材料.zip", "86.2M", None)


def test_a_url_in_plain_text() -> None:
    body = "材料较大，已传网盘：\n申报材料.zip\n链接: https://pan.baidu.com/s/1abcDEF?pwd=1234 提取码: 1234\n"
    (link,) = find_links("", body)
    assert (link.url, link.provider, link.name) == ("https://pan.baidu.com/s/1abcDEF?pwd=1234", "baidu", "申报材料.zip")


def test_several_files_at_the_same_disc_stay_apart() -> None:
    body = "https://pan.baidu.com/s/1aaa\nhttps://pan.baidu.com/s/1bbb，谢谢\nhttps://pan.baidu.com/s/1aaa"
    assert [link.url for link in find_links("", body)] == ["https://pan.baidu.com/s/1aaa", "https://pan.baidu.com/s/1bbb"]


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("", "请问超大附件可以吗？"),
        ("", "附件大于50M请用QQ邮箱的超大附件发送。"),
        ("<style>#QQMailBigAttach{color:red}</style><p>您好</p>", "您好"),
        ('<a href="http://www.example.cn/">公司网站</a>', "公司网站"),
        ("", "见 https://www.caq.org.cn/notice.html"),
        ('<div id="QQMailBigAttach"></div>', "您好"),
    ],
)
def test_what_is_no_cloud_attachment(html: str, body: str) -> None:
    assert find_links(html, body) == ()


@pytest.mark.parametrize(
    ("stamp", "expires"),
    [
        ("1752114000000", datetime.fromtimestamp(1752114000, CHINA)),
        ("1752114000", datetime.fromtimestamp(1752114000, CHINA)),
        ("0", None),
        ("-1", None),
        ("never", None),
    ],
)
def test_expiry_attributes(stamp: str, expires: datetime | None) -> None:
    html = f'<a class="qqmailbgattach" href="https://wx.mail.qq.com/ftn/download?k=1" expiretime="{stamp}">a.zip</a>'
    assert find_links(html, "")[0].expires == expires


def test_a_letter_brings_its_links() -> None:
    letter = parse_letter(mail(text("您好"), text(NETEASE, kind="html"), kind=b"multipart/alternative"))
    assert [link.name for link in letter.links] == ["盖章扫描件.pdf", "发布.pptx"]
