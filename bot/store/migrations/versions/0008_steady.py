"""What each mail asks costs the same however many there are: indexes on what most rows share are gone, which SQLite, without
statistics, took before better ones; what is asked for by two columns has an index on both, and so has the next letter."""

from alembic import op

revision = "0008"
down_revision = "0007"

_GONE = {
    "mail": ("mailbox", "message_id"),
    "reply": ("mailbox",),
    "document": ("current", "package_id"),
    "finding": ("current",),
    "package": ("programme", "recommender_key"),
    "application": ("programme",),
}
_NEW = (
    ("ix_mail_letter", "mail", ["message_id", "from_address"]),
    ("ix_reply_next", "reply", ["mailbox", "state", "queued_at", "not_before", "purpose"]),
    ("ix_document_of", "document", ["package_id", "application_id"]),
    ("ix_package_sender", "package", ["programme", "sender_address"]),
    ("ix_package_recommender", "package", ["programme", "recommender_key"]),
)


def upgrade() -> None:
    for name, table, columns in _NEW:
        op.create_index(name, table, columns)
    for table, single in _GONE.items():
        for column in single:
            op.drop_index(f"ix_{table}_{column}", table)
