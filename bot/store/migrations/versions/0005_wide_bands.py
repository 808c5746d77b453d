"""A band of a MinHash has 63 bits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("similarity") as table:
        table.alter_column("band", existing_type=sa.Integer(), type_=sa.BigInteger(), existing_nullable=False)
