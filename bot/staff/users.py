"""Staff who log in to the console: argon2 passwords, sessions, lock-out after failures. Everything is written into history."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DbSession

from bot.errors import ShenbaoError
from bot.store.columns import columns_of
from bot.store.models import Event, Session, User
from bot.store.store import Store

ROLES = ("staff", "admin")
LEAST_PASSWORD = 10
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
_SEEN_EVERY = timedelta(minutes=5)
_NAME = re.compile(r"[\w.@-]{2,64}")
_S = columns_of(Session)


class UserError(ShenbaoError):
    """A user can't be made or changed: the name, the role or the password is not in order. `words`: the same for staff."""

    def __init__(self, what: str, words: str) -> None:
        super().__init__(what)
        self.words = words


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is logged in. `csrf` stands in every form of theirs."""

    id: int
    name: str
    role: str
    csrf: str

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    @property
    def actor(self) -> str:
        """As history names them."""
        return f"staff:{self.name}"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A log-in that worked; `token` goes into the cookie and is kept nowhere."""

    token: str
    visitor: Visitor


@dataclass(frozen=True, slots=True)
class LogInRefused:
    """A log-in that did not work. `locked_until` is None unless the account is locked."""

    locked_until: datetime | None = None


def add_user(store: Store, name: str, password: str, role: str = "staff", *, now: datetime, actor: str = "system") -> None:
    """Add a member of staff. Raises UserError: the name is taken or odd, the role unknown, the password too short."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise UserError(f"not a user's name: {name!r} (2 to 64 letters, digits, . _ - @)", "用户名须为2至64个字母、数字或 . _ - @。")
    _check_role(role)
    _check_password(password)
    hashed = _hasher().hash(password)
    with store.transaction() as session:
        if _user(session, name) is not None:
            raise UserError(f"there is a user {name!r} already", f"已有用户“{name}”。")
        session.add(User(name=name, password=hashed, role=role, created_at=now))
        _record(session, now, actor, "user-added", user=name, role=role)


def set_password(store: Store, name: str, password: str, *, now: datetime, actor: str = "system") -> None:
    """Give a user another password; all their sessions end. Raises UserError."""
    _check_password(password)
    hashed = _hasher().hash(password)
    with store.transaction() as session:
        user = _existing(session, name)
        user.password, user.failures, user.locked_until = hashed, 0, None
        session.execute(delete(Session).where(_S.user_id == user.id))
        _record(session, now, actor, "user-password", user=name)


def change_user(store: Store, name: str, *, role: str | None = None, disabled: bool | None = None, now: datetime, actor: str) -> None:
    """Change a user's role, or shut them out or in again. Raises UserError; the last admin can't be taken away."""
    with store.transaction() as session:
        user = _existing(session, name)
        if role is not None:
            _check_role(role)
            user.role = role
        if disabled is not None:
            user.disabled = disabled
            user.failures, user.locked_until = 0, None
        session.flush()
        if not any(u.role == "admin" and not u.disabled for u in session.scalars(select(User))):
            raise UserError("at least one admin must remain", "至少要保留一名管理员。")
        if disabled:
            session.execute(delete(Session).where(_S.user_id == user.id))
        _record(session, now, actor, "user-changed", user=name, role=user.role, disabled=user.disabled)


def users(store: Store) -> list[User]:
    """All users by name."""
    with store.reading() as session:
        return sorted(session.scalars(select(User)), key=lambda user: user.name)


def log_in(store: Store, name: str, password: str, *, now: datetime) -> LoggedIn | LogInRefused:
    """Check a name and a password and open a session. An unknown name takes as long as a wrong password."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with store.reading() as session:
        user = _user(session, name.strip())
        hashed = user.password if user else _decoy()
        locked = user.locked_until if user and user.locked_until and user.locked_until > now else None
    try:
        right = _hasher().verify(hashed, password[:1024])
    except (VerificationError, InvalidHashError):  # a wrong password; a hash that somebody wrote by hand
        right = False
    with store.transaction() as session:
        user = _user(session, name.strip())
        if user is None or user.id is None:
            _record(session, now, "system", "log-in-failed", user=name.strip()[:64])
            return LogInRefused()
        if locked is not None:
            return LogInRefused(locked)
        if not right or user.disabled:
            return _failed(session, user, now)
        user.failures, user.locked_until = 0, None
        if _hasher().check_needs_rehash(user.password):
            user.password = _hasher().hash(password)
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        session.execute(delete(Session).where((_S.last_seen < now - IDLE) | (_S.created_at < now - LONGEST)))
        session.add(Session(token=_digest(token), user_id=user.id, csrf=csrf, created_at=now, last_seen=now))
        _record(session, now, f"staff:{user.name}", "log-in")
        return LoggedIn(token, Visitor(user.id, user.name, user.role, csrf))


def _failed(session: DbSession, user: User, now: datetime) -> LogInRefused:
    user.failures += 1
    if user.failures >= FAILURES:
        user.failures, user.locked_until = 0, now + LOCKED_FOR
        _record(session, now, "system", "user-locked", user=user.name)
        return LogInRefused(user.locked_until)
    _record(session, now, "system", "log-in-failed", user=user.name)
    return LogInRefused()


def find_visitor(store: Store, token: str, *, now: datetime) -> Visitor | None:
    """Who holds this cookie; None where the session is unknown, over, or its user shut out."""
    if not token:
        return None
    key = _digest(token)
    with store.reading() as session:
        held = session.get(Session, key)
        if held is None or held.last_seen < now - IDLE or held.created_at < now - LONGEST:
            return None
        user = session.get(User, held.user_id)
        if user is None or user.disabled or user.id is None:
            return None
        visitor, seen = Visitor(user.id, user.name, user.role, held.csrf), held.last_seen
    if now - seen > _SEEN_EVERY:
        with store.transaction() as session:
            held = session.get(Session, key)
            if held is not None:
                held.last_seen = now
    return visitor


def log_out(store: Store, token: str, *, now: datetime) -> None:
    """End a session."""
    with store.transaction() as session:
        held = session.get(Session, _digest(token))
        if held is not None:
            user = session.get(User, held.user_id)
            session.delete(held)
            _record(session, now, f"staff:{user.name}" if user else "system", "log-out")


def csrf_matches(visitor: Visitor, given: str) -> bool:
    """Whether a form carries this visitor's token."""
    return hmac.compare_digest(visitor.csrf.encode(), given.encode())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _user(session: DbSession, name: str) -> User | None:
    return session.scalars(select(User).where(columns_of(User).name == name)).one_or_none()


def _existing(session: DbSession, name: str) -> User:
    user = _user(session, name)
    if user is None:
        raise UserError(f"there is no user {name!r}", f"没有用户“{name}”。")
    return user


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise UserError(f"no such role: {role!r} (allowed: {', '.join(ROLES)})", "没有这种角色。")


def _check_password(password: str) -> None:
    if not LEAST_PASSWORD <= len(password) <= 1024:
        raise UserError(f"a password needs at least {LEAST_PASSWORD} characters", f"密码至少{LEAST_PASSWORD}个字符，最多1024个。")


def _record(session: DbSession, now: datetime, actor: str, action: str, **details: Any) -> None:
    session.add(Event(at=now, actor=actor, action=action, details=details))


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _decoy() -> str:
    """A hash that no password matches, verified in place of an unknown user's."""
    return str(_hasher().hash(secrets.token_urlsafe(16)))
