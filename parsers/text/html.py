"""The text of an HTML mail or page as a reader sees it: no scripts, styles, comments or markup."""

from __future__ import annotations

import re
from typing import Any

_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
        *("table", "tbody", "tfoot", "thead", "title", "tr", "ul"),
    }
)
_SILENT = frozenset({"script", "style", "head", "noscript", "template", "object", "embed", "svg"})


def parse_html(html: str) -> Any | None:
    """The lxml tree of an HTML text (its root element), None where there is no element in it."""
    from lxml import etree

    cleaned = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", html)
    if not cleaned.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return etree.fromstring(cleaned.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):  # `<!>` alone: nothing that could be a document
        return None


def element_text(root: Any) -> str:
    """The visible text below an lxml element, a line a block, blanks evened out."""
    from lxml import etree

    pieces: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            if tag in _SILENT:
                silent += 1
            if tag in _BLOCKS or tag == "br":
                pieces.append("\n")
            if not silent and node.text:
                pieces.append(re.sub(r"[ \t\r\n\xa0]+", " ", node.text))
        else:
            if tag in _SILENT:
                silent -= 1
            if tag in _BLOCKS:
                pieces.append("\n")
            elif tag in ("td", "th"):
                pieces.append("\t")
            if not silent and node is not root and node.tail:
                pieces.append(re.sub(r"[ \t\r\n\xa0]+", " ", node.tail))
    lines = [re.sub(r" *\t[ \t]*", "\t", line).strip() for line in "".join(pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def html_to_text(html: str) -> str:
    """The visible text of an HTML text; never raises."""
    root = parse_html(html)
    text = "" if root is None else element_text(root)
    if not text and "<" in html:  # nested deeper than libxml2 goes: what lies beyond is read without its tree
        bare = re.sub(r"(?is)<(script|style|head)\b.{0,100000}?</\1\s*>", " ", html[:1_000_000])
        text = " ".join(re.sub(r"<[^<>]{0,2000}>", " ", bare).split())
    return text
