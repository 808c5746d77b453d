"""Indexes behind the console's lists: cases by decision and by programme, packages that are cases."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_application_decided", "application", ["decision", "opened_at"])
    op.create_index("ix_application_opened_in", "application", ["programme", "opened_at"])
    op.create_index("ix_package_decided", "package", ["decision", "opened_at"])
    numbered = sa.text("reference IS NOT NULL")
    op.create_index("ix_package_numbered", "package", ["opened_at"], sqlite_where=numbered, postgresql_where=numbered)
