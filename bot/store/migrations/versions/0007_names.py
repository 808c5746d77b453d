"""The names that entries are compared by, in the indexes by which they are found: hundreds may share an organisation or a title."""

from alembic import op

revision = "0007"
down_revision = "0006"

_INDEXES = {
    "ix_application_organisation": ["programme", "organisation_key", "title_key", "team_key"],
    "ix_application_title": ["programme", "title_key", "organisation_key", "team_key"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        op.drop_index(name, "application")
        op.create_index(name, "application", columns)
