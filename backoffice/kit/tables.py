"""The tables that every service has beside its own, in its own schema.

A connection's search path names the schema (see `database.py`), so no table here does.
"""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, MetaData, Table, Text, text

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
