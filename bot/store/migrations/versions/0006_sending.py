"""The index behind the sending limits: an account's letters by when they began to go out."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("ix_reply_begun", "reply", ["mailbox", "data_at"])
