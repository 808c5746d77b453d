"""The search index of all cases, and the indexes behind the digest's and the console's counts."""

from alembic import op

from bot.store.search import create_search, rebuild

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_application_standing", "application", ["programme", "decision", "opened_at"])
    op.create_index("ix_mail_settled", "mail", ["settled_at", "kind"])
    create_search(op.get_bind())
    rebuild(op.get_bind())
