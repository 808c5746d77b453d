"""For admins: users and the log of all that staff did."""

from __future__ import annotations

from starlette.responses import Response

from bot.console.site import Ask, to
from bot.staff import users
from bot.store.staff.case import latest_events
from bot.views.history import steps


def users_page(ask: Ask) -> Response:
    """All users."""
    return ask.page("users.html", users=users.users(ask.site.store), roles=users.ROLES, least=users.LEAST_PASSWORD)


def add_user(ask: Ask) -> Response:
    """Add a user."""
    users.add_user(ask.site.store, ask.field("name"), ask.field("password"), ask.field("role"), now=ask.now, actor=ask.visitor.actor)
    return to("/users", "user")


def set_password(ask: Ask) -> Response:
    """Give a user another password; their sessions end."""
    users.set_password(ask.site.store, ask.path("name"), ask.field("password"), now=ask.now, actor=ask.visitor.actor)
    return to("/users", "user")


def change_user(ask: Ask) -> Response:
    """Change a user's role, or shut them out or in again."""
    disabled = {"yes": True, "no": False}.get(ask.field("disabled"))
    role = ask.field("role") or None
    users.change_user(ask.site.store, ask.path("name"), role=role, disabled=disabled, now=ask.now, actor=ask.visitor.actor)
    return to("/users", "user")


def history(ask: Ask) -> Response:
    """What staff did lately."""
    with ask.site.store.reading() as session:
        events = latest_events(session, actor_prefix="staff:", limit=200)
    labels = {spec.key: spec.label for programme in ask.site.programmes.values() for spec in programme.fields}
    return ask.page("history.html", steps=steps(events, labels, masked=True))
