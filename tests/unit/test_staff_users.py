"""Users of the console: passwords, sessions, lock-out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.staff import users
from bot.staff.users import LoggedIn, LogInRefused, UserError
from bot.store.models import Event, Session, User
from bot.store.store import Store
from tests.staff_data import DAY
from tests.staff_site import ADMIN, STAFF, filled_store


@pytest.fixture
def store() -> Iterator[Store]:
    with filled_store() as store:
        yield store


def enter(store: Store, minutes: float = 0, name: str = STAFF[0], password: str = STAFF[1]) -> LoggedIn | LogInRefused:
    return users.log_in(store, name, password, now=DAY + timedelta(minutes=minutes))


def token(store: Store, minutes: float = 0) -> str:
    outcome = enter(store, minutes)
    assert isinstance(outcome, LoggedIn)
    return outcome.token


def test_a_password_is_kept_as_an_argon2_hash_and_a_token_not_at_all(store: Store) -> None:
    cookie = token(store)
    with store.reading() as session:
        hashed = session.exec(select(User.password).where(User.name == STAFF[0])).one()
        kept = session.exec(select(Session.token)).all()
    assert hashed.startswith("$argon2id$")
    assert cookie not in kept


@pytest.mark.parametrize(("name", "password"), [(STAFF[0], "wrong password"), ("nobody", STAFF[1]), ("", ""), (STAFF[0], "x" * 100_000)])
def test_what_is_wrong_does_not_enter(store: Store, name: str, password: str) -> None:
    assert enter(store, 0, name, password) == LogInRefused()


def test_five_failures_lock_for_a_quarter_of_an_hour(store: Store) -> None:
    for _ in range(4):
        assert enter(store, 0, STAFF[0], "wrong") == LogInRefused()
    until = DAY + timedelta(minutes=15)
    assert enter(store, 0, STAFF[0], "wrong") == LogInRefused(until)
    assert enter(store, 14.9) == LogInRefused(until)
    assert isinstance(enter(store, 15.1), LoggedIn)
    assert isinstance(enter(store, 0, *ADMIN), LoggedIn)


def test_a_success_forgets_the_failures(store: Store) -> None:
    for _ in range(3):
        for _ in range(4):
            enter(store, 0, STAFF[0], "wrong")
        assert isinstance(enter(store), LoggedIn)


@pytest.mark.parametrize(("hours", "there"), [(7.9, True), (8.1, False)])
def test_a_session_ends_after_hours_of_idleness(store: Store, hours: float, there: bool) -> None:
    cookie = token(store)
    assert (users.find_visitor(store, cookie, now=DAY + timedelta(hours=hours)) is not None) is there


def test_a_session_that_is_used_lives_but_not_for_ever(store: Store) -> None:
    cookie = token(store)
    for hour in range(0, 168, 6):
        assert users.find_visitor(store, cookie, now=DAY + timedelta(hours=hour)) is not None
    assert users.find_visitor(store, cookie, now=DAY + timedelta(days=7, minutes=1)) is None


@pytest.mark.parametrize("wrong", ["", "x", "' OR 1=1 --"])
def test_a_made_up_cookie_is_nobody(store: Store, wrong: str) -> None:
    assert users.find_visitor(store, wrong, now=DAY) is None


def test_leaving_ends_the_session(store: Store) -> None:
    cookie = token(store)
    users.log_out(store, cookie, now=DAY)
    assert users.find_visitor(store, cookie, now=DAY) is None


def test_a_new_password_or_a_shut_account_ends_all_sessions(store: Store) -> None:
    first = token(store)
    users.set_password(store, STAFF[0], "another password", now=DAY)
    assert users.find_visitor(store, first, now=DAY) is None
    second = users.log_in(store, STAFF[0], "another password", now=DAY)
    assert isinstance(second, LoggedIn)
    users.change_user(store, STAFF[0], disabled=True, now=DAY, actor="staff:guanli")
    assert users.find_visitor(store, second.token, now=DAY) is None
    assert users.log_in(store, STAFF[0], "another password", now=DAY) == LogInRefused()


def test_the_last_admin_stays(store: Store) -> None:
    with pytest.raises(UserError, match="admin"):
        users.change_user(store, ADMIN[0], role="staff", now=DAY, actor="x")
    with pytest.raises(UserError, match="admin"):
        users.change_user(store, ADMIN[0], disabled=True, now=DAY, actor="x")
    assert isinstance(enter(store, 0, *ADMIN), LoggedIn)


@pytest.mark.parametrize(
    ("name", "password", "role", "what"),
    [
        ("a", "long enough 1", "staff", "not a user's name"),
        ("<script>", "long enough 1", "staff", "not a user's name"),
        ("zhang", "short", "staff", "at least 10"),
        ("zhang", "long enough 1", "root", "no such role"),
        (STAFF[0], "long enough 1", "staff", "already"),
    ],
)
def test_a_user_that_can_not_be_is_refused(store: Store, name: str, password: str, role: str, what: str) -> None:
    with pytest.raises(UserError, match=what):
        users.add_user(store, name, password, role, now=DAY)


def test_everything_is_in_the_log(store: Store) -> None:
    enter(store, 0, STAFF[0], "wrong")
    users.log_out(store, token(store), now=DAY)
    with store.reading() as session:
        actions = [event.action for event in session.exec(select(Event).where(Event.id > 0)) if event.action.startswith(("log-", "user-"))]  # type: ignore[operator]
    assert actions == ["user-added", "user-added", "log-in-failed", "log-in", "log-out"]
