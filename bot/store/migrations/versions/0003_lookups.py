"""How often an ambiguous letter was looked for in the Sent folder."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("reply") as table:
        table.add_column(sa.Column("lookups", sa.Integer(), nullable=False, server_default="0"))
