"""Cloud attachments: links to a provider's store where a file should be.

Hosts, paths and keys are matched exactly and DOM ids and classes by name, never the page's text or CSS. Nothing is fetched.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from parsers.text.html import element_text, parse_html
from parsers.values import CloudLink

CHINA = timezone(timedelta(hours=8))

_QQ_EXMAIL = re.compile(r"(?:(?:m\.)?mail\.qq\.com|mail\.foxmail\.com|(?:[a-z0-9-]+\.)*exmail\.qq\.com)")
_NETEASE_FS = re.compile(r"(?:m\.)?fs\.(?:163\.com|126\.com|qiye\.163\.com)")

# provider, host, path (a prefix), query keys of which one must be there
_STORES: tuple[tuple[str, re.Pattern[str], tuple[str, ...], tuple[str, ...]], ...] = (
    ("qq", re.compile(r"i?wx\.mail\.qq\.com"), ("/ftn/download",), ("k", "key")),
    ("qq", _QQ_EXMAIL, ("/cgi-bin/ftnExs_download",), ("k", "key")),
    ("netease", re.compile(r"mail\.(?:163|126)\.com|mail\.yeah\.net"), ("/large-attachment-download/",), ("file",)),
    ("netease", _NETEASE_FS, ("/fs/display", "/fs/preview"), ("file",)),
    ("netease", re.compile(r"dashi\.163\.com"), ("/html/cloud-attachment-download",), ("key",)),
    (
        "netease-qiye",
        re.compile(r"(?:edisk|mailh)\.qiye\.163\.com"),
        ("/edisk/api/biz/attachment/", "/api/biz/attachment/"),
        ("identity",),
    ),
    ("sina", re.compile(r"mail\.sina\.com\.cn"), ("/filecenter/download.php",), ("id",)),
    ("189", re.compile(r"download\.cloud\.189\.cn"), ("/file/downloadFile.action",), ("dt",)),
)

# share links of net discs: provider, host, path pattern
_SHARES: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    ("baidu", re.compile(r"(?:pan|yun)\.baidu\.com"), re.compile(r"/(?:s/|share/|disk/).+|/wap/init")),
    ("aliyun", re.compile(r"(?:www\.)?(?:aliyundrive|alipan)\.com"), re.compile(r"/(?:s|t)/.+")),
    ("weiyun", re.compile(r"share\.weiyun\.com"), re.compile(r"/.+")),
    ("123pan", re.compile(r"(?:www\.)?(?:[a-z0-9]+\.)?123(?:pan|684|865|912|592)\.(?:com|cn)"), re.compile(r"/s/.+")),
    ("kdocs", re.compile(r"(?:www\.|365\.)?kdocs\.cn"), re.compile(r"/(?:l|p|view|office|folder)/.+|/latest.+")),
    ("jianguoyun", re.compile(r"(?:www\.)?jianguoyun\.com"), re.compile(r"/p/.+")),
    ("tencent-docs", re.compile(r"docs\.qq\.com"), re.compile(r"/(?:doc|sheet|slide|pdf|desktop|form|s|aio|smartsheet)/.+")),
    ("189", re.compile(r"cloud\.189\.cn"), re.compile(r"/(?:t/|web/share|s/).*")),
    ("139", re.compile(r"(?:caiyun|yun)\.139\.com"), re.compile(r"/.+")),
    ("115", re.compile(r"(?:www\.)?115(?:cdn)?\.com"), re.compile(r"/s/.+")),
    ("quark", re.compile(r"pan\.quark\.cn"), re.compile(r"/s/.+")),
    ("xunlei", re.compile(r"pan\.xunlei\.com"), re.compile(r"/s/.+")),
    ("lanzou", re.compile(r"(?:[a-z0-9-]+\.)?(?:lanzou[a-z]?|woozooo)\.com"), re.compile(r"/.+")),
    ("ctfile", re.compile(r"(?:[a-z0-9-]+\.)?ctfile\.com"), re.compile(r"/(?:f|d|fs|file)/.+")),
    ("feishu", re.compile(r"[a-z0-9-]+\.feishu\.cn"), re.compile(r"/(?:file|docx|docs|drive|sheets|wiki)/.+")),
    ("dingtalk", re.compile(r"(?:alidocs|qr|space)\.dingtalk\.com"), re.compile(r"/.+")),
    ("wetransfer", re.compile(r"(?:wetransfer\.com|we\.tl)"), re.compile(r"/.+")),
    ("onedrive", re.compile(r"1drv\.ms|onedrive\.live\.com"), re.compile(r"/.+")),
    ("dropbox", re.compile(r"(?:www\.)?dropbox\.com"), re.compile(r"/(?:s|scl|sh)/.+")),
    ("google-drive", re.compile(r"(?:drive|docs)\.google\.com"), re.compile(r"/(?:file|drive|document|spreadsheets|open).*")),
)

_IDS = {
    "qqmailbigattach": "qq",
    "divneteasebigattach": "netease",
    "divneteasesiriuscloudattach": "netease-qiye",
    "foxmailclientbigattach": "qq",
}
_CLASSES = ("qqmailbgattach", "foxmail_hugeattachment", "foxmailclientbigattachentry", "bigattach-mailmaster-download")

_SIZE = re.compile(r"\d+(?:\.\d+)?\s*(?:[KMGT]i?B?|B|字节)(?![A-Za-z])", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*日?\s*(?:(\d{1,2})\s*[::时]\s*(\d{1,2}))?")
_FILE = re.compile(r"[^\\/:*?\"<>|\r\n\t]{1,200}?\.[A-Za-z0-9]{1,5}(?![A-Za-z0-9])")
_TITLE = re.compile(r"从\s*\S{1,12}?(?:邮箱|邮件|邮|大师|Foxmail)\S{0,4}\s*发来的(?:超大|云)附件", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"'，。；（）【】《》]+", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"^(?:进入下载页面|下载|预览|打开|转存|收藏|保存|查看|点击.*|立即.*|全部下载|存到.*|https?://.*|\s*)$")


def provider_of(url: str) -> str:
    """The store or net disc that a link leads to, "" for any other link."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # `http://[`
        return ""
    if parts.scheme.lower() not in ("http", "https"):
        return ""
    keys = parse_qs(parts.query.replace("&amp;", "&"), keep_blank_values=False)
    fragment_keys = parse_qs(parts.fragment.partition("?")[2])
    for provider, hosts, paths, wanted in _STORES:
        if hosts.fullmatch(host) and parts.path.startswith(paths) and any(key in keys or key in fragment_keys for key in wanted):
            return provider
    for provider, hosts, path in _SHARES:
        if hosts.fullmatch(host) and path.fullmatch(parts.path + ("?" + parts.query if parts.query else "")):
            return provider
    return ""


def find_links(html: str, text: str) -> tuple[CloudLink, ...]:
    """The cloud attachments of a mail, each once, in order; `url` is "" where only the block's text came through."""
    found: dict[str, CloudLink] = {}
    root = parse_html(html) if "<" in html else None
    if root is not None:
        for link in _from_html(root):
            _keep(found, link)
    for match in _URL.finditer(text):
        provider = provider_of(match[0])
        if provider:
            line = _line_around(text, match.start(), match.end())
            _keep(found, CloudLink(match[0], provider, _name_in(_URL.sub(" ", line)), *_size_and_expiry(_URL.sub(" ", line))))
    for link in _from_block_text(text):
        if not any(known.name == link.name or not known.name for known in found.values()):
            found[link.name or "block"] = link
    return tuple(found.values())


def _identity(url: str) -> str:
    """What two links to one file have in common: host, path and the file's key (download page and preview differ in the rest)."""
    parts = urlsplit(url)
    keys = parse_qs(parts.query.replace("&amp;", "&"))
    own = next((keys[key][0] for key in ("k", "key", "file", "identity", "id", "dt", "surl") if key in keys), "")
    return f"{parts.hostname}{'' if own else parts.path}#{own}"


def _keep(found: dict[str, CloudLink], link: CloudLink) -> None:
    """Add a link, or fill in what an earlier one to the same file did not say."""
    key = _identity(link.url) if link.url else link.name
    known = found.get(key)
    if known is None:
        found[key] = link
        return
    found[key] = CloudLink(known.url, known.provider, known.name or link.name, known.size or link.size, known.expires or link.expires)


# --- HTML ---------------------------------------------------------------------------------------------------------


_MOST_LINKS = 200


def _from_html(root: Any) -> list[CloudLink]:
    """Every link to a store or disc with its entry's name, size and expiry, and blocks whose links did not come along."""
    from lxml import etree

    anchors: list[tuple[Any, str, str]] = []
    marked: list[tuple[Any, str]] = []
    appended = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        if "netease-attdown" in _classes(node):  # the list of real attachments that 163 and 126 append to a body
            appended += 1 if event == "start" else -1
        if event == "end" or appended:
            continue
        block = _block_provider(node)
        if block and len(marked) < _MOST_LINKS:
            marked.append((node, block))
        url = (node.get("href") or "").strip() if node.tag in ("a", "area") else ""
        provider = provider_of(url) if url else ""
        if provider and len(anchors) < _MOST_LINKS:
            anchors.append((node, url, provider))
    below: dict[Any, set[str]] = {}
    for anchor, url, _ in anchors:
        for node in (anchor, *anchor.iterancestors()):
            below.setdefault(node, set()).add(_identity(url))
    links = [_from_anchor(anchor, url, provider, _entry_of(anchor, below)) for anchor, url, provider in anchors]
    for node, block in marked:
        if node not in below:
            links.extend(CloudLink("", block, link.name, link.size, link.expires) for link in _entries(element_text(node)[:4000]))
    return links


def _entry_of(anchor: Any, below: dict[Any, set[str]]) -> Any:
    """The widest element around a link that holds no other file's link: its entry in the list of cloud attachments."""
    entry = anchor
    for parent in anchor.iterancestors():
        if len(below[parent]) > 1 or parent.tag in ("body", "html"):
            break
        entry = parent
        if _block_provider(parent) and parent.get("id"):
            break
    return entry


def _classes(node: Any) -> list[str]:
    return [name.lower() for name in (node.get("class") or "").split()]


def _block_provider(node: Any) -> str:
    provider = _IDS.get((node.get("id") or "").lower(), "")
    if provider:
        return provider
    if any(name.startswith(_CLASSES) for name in _classes(node)):
        return "netease" if any(name.startswith("bigattach-mailmaster") for name in _classes(node)) else "qq"
    return ""


def _from_anchor(anchor: Any, url: str, provider: str, around: Any) -> CloudLink:
    nodes = [anchor, *(node for node in around.iter() if isinstance(node.tag, str) and node is not anchor)]
    name = next((value for node in nodes for value in (node.get("filename"), node.get("download")) if value and value.strip()), "")
    text = element_text(around)[:4000]
    own = " ".join("".join(anchor.itertext()).split())
    if not name and own and not _NOT_A_NAME.match(own):
        name = _name_in(own) or own[:200]
    name = name or _name_in(text) or (anchor.get("title") or "").strip()
    size, expires = _size_and_expiry(text)
    raw_size = next((value for node in nodes for value in (node.get("filesize"), node.get("data-size")) if value), "")
    stamp = next((value for node in nodes for key in ("expiretime", "expired", "expire") if (value := node.get(key))), "")
    return CloudLink(url, provider, unquote(name) if "%" in name else name, size or raw_size, _epoch(stamp) or expires)


# --- text ---------------------------------------------------------------------------------------------------------


def _from_block_text(text: str) -> list[CloudLink]:
    """Entries under the title 从QQ邮箱发来的超大附件 in a plain text, where the links themselves did not come along."""
    links: list[CloudLink] = []
    for match in _TITLE.finditer(text):
        title = match[0]
        provider = "netease" if re.search(r"网易|163|126|大师", title) else ("qq" if re.search(r"qq|腾讯|foxmail", title, re.I) else "")
        entries = _entries(text[match.end() : match.end() + 4000])
        links.extend(CloudLink("", provider, entry.name, entry.size, entry.expires) for entry in entries)
        if not entries:
            links.append(CloudLink("", provider))
    return links


def _entries(text: str) -> list[CloudLink]:
    """`申报材料.zip (86.2M, 2025年7月10日 10:20 到期)`, name and bracket on one line or on two."""
    entries: list[CloudLink] = []
    for match in re.finditer(r"[(（]\s*(\d+(?:\.\d+)?\s*[KMGT]?i?B?)\s*[,，;；]?\s*([^()（）]{0,60})[)）]", text, re.IGNORECASE):
        before = text[max(0, match.start() - 300) : match.start()].strip().rsplit("\n", 1)[-1]
        name = _name_in(before)
        if name or "到期" in match[2] or "无限期" in match[2]:
            entries.append(CloudLink("", "", name, match[1], _size_and_expiry(match[2])[1]))
    return entries


def _line_around(text: str, start: int, end: int) -> str:
    """The line of a link and the one before it, where clients put the file's name."""
    begin = text.rfind("\n", 0, max(0, text.rfind("\n", 0, start)))
    stop = text.find("\n", end)
    return text[begin + 1 : stop if stop >= 0 else len(text)][:1000]


def _name_in(text: str) -> str:
    names = [match[0].strip(" \t:：,，;；、") for line in text.splitlines() for match in [_FILE.search(line)] if match]
    return names[-1] if names else ""


def _size_and_expiry(text: str) -> tuple[str, datetime | None]:
    size = _SIZE.search(text)
    date = _DATE.search(text) if "到期" in text or "过期" in text or "有效" in text or "失效" in text else None
    expires = None
    if date is not None:
        try:
            expires = datetime(int(date[1]), int(date[2]), int(date[3]), int(date[4] or 0), int(date[5] or 0), tzinfo=CHINA)
        except ValueError:  # 2025年13月40日
            expires = None
    return (size[0] if size else ""), expires


def _epoch(stamp: str) -> datetime | None:
    """An attribute's epoch milliseconds (seconds where there are ten digits); None for 0, -1 and anything else."""
    if not re.fullmatch(r"\d{10}|\d{13}", stamp.strip()):
        return None
    seconds = int(stamp) / (1000 if len(stamp.strip()) == 13 else 1)
    return datetime.fromtimestamp(seconds, CHINA)
