"""Judge a stored case again: after staff changed something, or after the rules did."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import orm
from sqlmodel import Session, col, select

from bot.judging.entries import judge_again
from bot.programme.programme import Programme
from bot.store import models
from bot.store.cases import StoredCases
from bot.store.outcomes import keep_application_verdicts, keep_package_verdicts


class Rejudge:
    """Judges the package of one application anew, within the caller's transaction (see `bot.staff.records.Rejudge`)."""

    def __init__(self, programmes: Mapping[str, Programme]) -> None:
        self.programmes = programmes

    def __call__(self, session: orm.Session, application_id: int) -> None:
        """Write the findings and decisions of that application's whole package as they are now. A case whose programme is
        no longer there is left as it stands."""
        assert isinstance(session, Session)  # the store's own; staff's actions know it by its base class
        session.flush()
        application = session.get_one(models.Application, application_id)
        programme = self.programmes.get(application.programme)
        if programme is None:
            return
        last = session.exec(
            select(models.Mail.id, models.Mail.received_at)
            .where(models.Mail.package_id == application.package_id)
            .order_by(col(models.Mail.received_at).desc(), col(models.Mail.id).desc())
        ).first()
        earlier = StoredCases(session).package(application.package_id)
        mail_id, received_at = last if last else (None, earlier.opened_at)
        judged = judge_again(programme, earlier, received_at)
        for outcome in judged.applications:
            keep_application_verdicts(session, outcome, mail_id)
        package = session.get_one(models.Package, application.package_id)
        package.decision = judged.decision
        keep_package_verdicts(session, package, judged.verdicts, mail_id)
        session.add(package)
        session.flush()
