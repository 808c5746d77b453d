"""How things stand, in words: mailboxes, comparison with the servers, quotas, disk. For the digest and the console."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Config
from bot.store.staff.health import MailboxLine
from bot.views.troubles import trouble_words
from bot.views.words import moment_words, since_words, size_words

SILENT_AFTER = timedelta(hours=1)
RECONCILED_WITHIN = timedelta(hours=36)
LEAST_DISK = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Health:
    """One line about how things stand; `well` is False where somebody should look."""

    text: str
    well: bool = True


def health_words(lines: Sequence[MailboxLine], config: Config, now: datetime) -> Iterable[Health]:
    """How mailboxes, comparison with the servers, quotas and disk stand, a line each."""
    for line in lines:
        box = config.mailbox(line.name)
        name = box.address if box else line.name
        if line.stopped:
            yield Health(f"{name}：已停止收信（{trouble_words(line.last_error) or '登录被拒绝'}）", False)
        elif line.last_contact is None:
            yield Health(f"{name}：还没有连接过" + (f"（{trouble_words(line.last_error)}）" if line.last_error else ""), False)
        else:
            silent = now - line.last_contact > SILENT_AFTER
            remark = f"，最近的错误：{trouble_words(line.last_error)}" if line.last_error else ""
            yield Health(
                f"{name}：最近一次连接 {moment_words(line.last_contact)}（{since_words(line.last_contact, now)}）{remark}", not silent
            )
        compared = line.reconciled_at
        late = compared is None or now - compared > RECONCILED_WITHIN
        yield Health(f"{name}：{f'最近一次与服务器逐封核对 {moment_words(compared)}' if compared else '尚未与服务器逐封核对'}", not late)
        if line.sending_stopped:
            yield Health(f"{name}：已停止发信（{trouble_words(line.sending_error) or '登录被拒绝'}）", False)
        if box is not None:
            limit = box.smtp.daily_limit
            waiting = f"，待发{line.queued}封" if line.queued else ""
            yield Health(f"{name}：今日已发{line.sent_today}封，上限{limit}封{waiting}", line.sent_today + line.queued <= limit)
    yield from _disk(config)


def _disk(config: Config) -> Iterable[Health]:
    places = [str(config.store.database_file.parent)] if config.store.embedded else []
    places += [config.store.blobs] if "://" not in config.store.blobs else []
    seen = set()
    for place in map(Path, places):
        try:
            while not place.exists() and place != place.parent:
                place = place.parent
            device, free = place.stat().st_dev, shutil.disk_usage(place).free
        except OSError:  # the disk is gone, no permission
            yield Health(f"磁盘 {place}：无法读取", False)
            continue
        if device not in seen:
            seen.add(device)
            yield Health(f"磁盘剩余空间 {size_words(free)}", free >= LEAST_DISK)
