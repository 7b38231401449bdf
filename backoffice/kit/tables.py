"""The tables that every service has beside its own, in its own schema.

A connection's search path names the schema (see `database.py`), so no table here does.
"""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("tenant_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Index("outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
)

inbox = Table(
    "inbox",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, index=True),
)

cursors = Table(
    "cursors",
    metadata,
    Column("partition", Text, primary_key=True),
    Column("stream_seq", BigInteger, nullable=False),
    Column("stream_created_at", DateTime(timezone=True), nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("partition", Text, primary_key=True),
    Column("stream_seq", BigInteger, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)

parked_events = Table(
    "parked_events",
    metadata,
    Column("partition", Text, primary_key=True),
    Column("stream_seq", BigInteger, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Index("parked_events_of_subject", "tenant_id", "subject", "stream_seq"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_digest", Text, nullable=False),
    Column("answer", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False, index=True),
)

TENANT_TABLES = (outbox, inbox, dead_letters, parked_events, idempotency_keys)
"""Those of them that row-level security fences; a cursor belongs to all tenants."""

later_metadata = MetaData()
"""What services were given after their first revision: `create_oversight_tables` makes these."""

audit_log = Table(
    "audit_log",
    later_metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("table_name", Text, nullable=False),
    Column("row_key", Text, nullable=False),
    Column("person", Text),
    Column("action", Text, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("hidden", ARRAY(Text), nullable=False),
    Column("erased_at", DateTime(timezone=True)),
    Index("audit_log_by_time", "tenant_id", "at", "position"),
    Index("audit_log_of_row", "tenant_id", "table_name", "row_key"),
    Index("audit_log_of_person", "tenant_id", "person", postgresql_where=text("person IS NOT NULL")),
    Index("audit_log_by_age", "at"),
)

worker_failures = Table(
    "worker_failures",
    later_metadata,
    Column("worker", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("recovered_at", DateTime(timezone=True)),
)
