"""Does a sender belong to a case? Same address, the same organisation's own domain, or the case's contact."""

from __future__ import annotations

from collections.abc import Iterable

PUBLIC_PROVIDERS = frozenset(
    [
        "qq.com",
        "vip.qq.com",
        "foxmail.com",
        "163.com",
        "vip.163.com",
        "126.com",
        "vip.126.com",
        "yeah.net",
        "188.com",
        "sina.com",
        "sina.cn",
        "vip.sina.com",
        "sohu.com",
        "vip.sohu.com",
        "139.com",
        "189.cn",
        "21cn.com",
        "aliyun.com",
        "wo.cn",
        "tom.com",
        "263.net",
        "gmail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "live.cn",
        "msn.com",
        "yahoo.com",
        "yahoo.com.cn",
        "icloud.com",
        "me.com",
        "msn.cn",
        "chinaren.com",
        "eyou.com",
        "2980.com",
        # RFC 2606: set aside for examples, so nobody's.
        "example.com",
        "example.net",
        "example.org",
        "example.cn",
        "example.com.cn",
    ]
)
"""Domains whose addresses belong to anybody, so that sharing one says nothing."""


def domain(address: str) -> str:
    """The domain of an address, lower-cased."""
    return address.rpartition("@")[2].lower()


def belongs(sender: str, owner: str, contacts: Iterable[str] = ()) -> bool:
    """Whether `sender` may speak for a case that `owner` opened and that names these contact addresses."""
    sender, owner = sender.lower(), owner.lower()
    if not sender:
        return False
    if sender == owner or sender in {contact.strip().lower() for contact in contacts}:
        return True
    return domain(sender) == domain(owner) and domain(sender) not in PUBLIC_PROVIDERS
