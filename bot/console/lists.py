"""Pages that list: today, cases, mails, letters of ours, health, programmes. People's names and numbers are masked here."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.console.site import Ask, sorry
from bot.programme.programme import Programme
from bot.store.models import ReplyState
from bot.store.staff.cases import CaseFilter, find_cases
from bot.store.staff.counts import case_counts
from bot.store.staff.health import mailbox_lines
from bot.store.staff.needs import find_mails, replies_in, stuck_mails
from bot.views.health import health_words
from bot.views.needs import STUCK_AFTER, find_needs
from bot.views.standing import expected_recommenders, silent_recommenders, standing_of
from bot.views.words import CHANNELS, CODES, COMPARISONS, DECISIONS, KINDS, MAIL_STATES, REPLY_STATES, SHANGHAI, local

PAGE = 50


def today(ask: Ask) -> Response:
    """What needs somebody, and how each programme stands."""
    day = local(ask.now).date()
    with ask.site.store.reading() as session:
        needs = find_needs(session, ask.site.config, ask.now)
        counts = case_counts(session)
        cards = [
            standing_of(session, programme, counts.get(programme.id, {}), day)
            for programme in ask.site.programmes.values()
            if counts.get(programme.id) or programme.opens <= day <= programme.deadline
        ]
    return ask.page("today.html", needs=needs, cards=cards, day=day)


def cases(ask: Ask) -> Response:
    """The list of cases, searched and filtered."""
    wanted = CaseFilter(*(ask.query(key) for key in ("q", "programme", "decision", "channel", "code", "recommender")))
    offset = ask.offset()
    with ask.site.store.reading() as session:
        found, more = find_cases(session, wanted, limit=PAGE, offset=offset)
    values: dict[str, Any] = {"cases": found, "more": more, "offset": offset, "wanted": wanted, "page": PAGE}
    if ask.partial:
        return ask.page("_cases.html", **values)
    return ask.page("cases.html", decisions=DECISIONS, channels=CHANNELS, codes=CODES, **values)


def mails(ask: Ask) -> Response:
    """The list of mails."""
    state = ask.query("state") if ask.query("state") in MAIL_STATES else ""
    kind = ask.query("kind") if ask.query("kind") in KINDS else ""
    offset = ask.offset()
    with ask.site.store.reading() as session:
        found, more = find_mails(session, words=ask.query("q"), kind=kind, state=state, limit=PAGE, offset=offset)
    values: dict[str, Any] = {
        "mails": found,
        "more": more,
        "offset": offset,
        "page": PAGE,
        "words": ask.query("q"),
        "kind": kind,
        "state": state,
    }
    if ask.partial:
        return ask.page("_mails.html", **values)
    return ask.page("mails.html", kinds=KINDS, states=MAIL_STATES, **values)


def replies(ask: Ask) -> Response:
    """Letters of ours in a state."""
    state = ask.query("state") if ask.query("state") in [str(s) for s in ReplyState] else "ambiguous"
    with ask.site.store.reading() as session:
        found = replies_in(session, [ReplyState(state)])
    states = {str(s): REPLY_STATES[str(s)] for s in ReplyState if s not in (ReplyState.DATA, ReplyState.SENT)}
    return ask.page("replies.html", replies=found, state=state, states=states)


def health(ask: Ask) -> Response:
    """Mailboxes, comparison with the servers, quotas, disk."""
    names = [mailbox.name for mailbox in ask.site.config.mailboxes]
    with ask.site.store.reading() as session:
        lines = mailbox_lines(session, names, ask.now, SHANGHAI)
        stuck = stuck_mails(session, ask.now - STUCK_AFTER)
    boxes = [(line, ask.site.config.mailbox(line.name)) for line in lines]
    words = health_words(lines, ask.site.config, ask.now)
    return ask.page("health.html", boxes=boxes, words=words, stuck=stuck)


def programmes(ask: Ask) -> Response:
    """The notices."""
    return ask.page("programmes.html", all=list(ask.site.programmes.values()), day=local(ask.now).date())


def programme(ask: Ask) -> Response:
    """One notice: what it asks, and every rule in words."""
    wanted = ask.site.programmes.get(ask.path("programme"))
    if wanted is None:
        return sorry(ask, 404, "没有这个项目", "请从项目列表进入。")
    with ask.site.store.reading() as session:
        standing = standing_of(session, wanted, case_counts(session).get(wanted.id, {}), local(ask.now).date())
        silent = silent_recommenders(session, wanted, ask.site.config)
    expected = expected_recommenders(wanted, ask.site.config)
    return ask.page(
        "programme.html", programme=wanted, rules=rules_in_words(wanted), standing=standing, silent=silent, expected=len(expected)
    )


def rules_in_words(programme: Programme) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """The rules in force, then what comes of earlier cases: (id, what it catches, how, its codes with their severity here)."""
    from bot.rules.registry import RULES, options_of

    pages = []
    for rule in RULES:
        if not options_of(rule, programme).enabled:
            continue
        codes = [(code, str(programme.severity_of(code))) for code in rule.codes]
        pages.append((rule.id, rule.summary, rule.guide, codes))
    for summary, guide, known in COMPARISONS:
        pages.append(("", summary, guide, [(code, str(programme.severity_of(code))) for code in known]))
    return pages
