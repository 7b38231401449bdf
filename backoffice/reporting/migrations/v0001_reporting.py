"""What reports are made of, the views that they read, and those that are made every week or month."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from backoffice.kit.alembic.operations import create_kit_tables, fence_by_tenant

revision = "0001"
down_revision = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kit_tables()
    _create_facts()
    _create_schedules()
    op.execute(_PLACED)
    for name, key, query in _VIEWS:
        _create_view(name, key, query)
    op.execute(_UTILISATION)


def _create_facts() -> None:
    op.create_table(
        "sold",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("station_id", sa.Text),
        sa.Column("evse", sa.SmallInteger),
        sa.Column("bay_id", sa.Text),
        sa.Column("location_id", sa.Text),
        sa.Column("tariff_id", sa.Text, nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=False),
        sa.Column("energy_wh", sa.Numeric, nullable=False),
        sa.Column("paused_s", sa.Numeric, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("net", sa.Numeric, nullable=False),
        sa.Column("gross", sa.Numeric, nullable=False),
    )
    op.create_table(
        "bookings",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("sold_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("booked_at", _TIME, nullable=False),
        sa.Column("is_credit", sa.Boolean, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("net", sa.Numeric, nullable=False),
        sa.Column("gross", sa.Numeric, nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text),
        sa.Column("evse", sa.SmallInteger),
        sa.Column("bay_id", sa.Text),
        sa.Column("location_id", sa.Text, nullable=False),
        sa.Column("first_at", _TIME, nullable=False),
        sa.Column("said_at", _TIME, nullable=False),
        sa.Column("gone_at", _TIME),
    )
    op.create_table(
        "port_changes",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("station_id", sa.Text, primary_key=True),
        sa.Column("at", _TIME, primary_key=True),
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("evse", sa.SmallInteger),
        sa.Column("is_faulted", sa.Boolean, nullable=False),
        sa.Column("is_online", sa.Boolean, nullable=False),
    )
    op.create_table(
        "sites",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("location_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
    )
    for table in ("sold", "bookings", "places", "port_changes", "sites"):
        fence_by_tenant(table)
    op.create_table(
        "refreshes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("refreshed_at", _TIME, nullable=False),
    )


def _create_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", ARRAY(sa.Text), nullable=False),
        sa.Column("sites", ARRAY(sa.Text)),
        sa.Column("every", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("recipients", ARRAY(sa.Text), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("next_at", _TIME, nullable=False, index=True),
    )
    op.create_table(
        "reports",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("schedule_id", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("begin_on", sa.Date, nullable=False),
        sa.Column("end_on", sa.Date, nullable=False),
        sa.Column("recipients", ARRAY(sa.Text), nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("made_at", _TIME, nullable=False, index=True),
        sa.Column("csv", sa.Text, nullable=False),
    )
    for table in ("schedules", "reports"):
        fence_by_tenant(table)


def _create_view(name: str, key: str, query: str) -> None:
    """Row-level security knows no materialised views: one is read by its view alone, which has the tenants' fence."""
    op.execute(f"CREATE MATERIALIZED VIEW {name}_made AS {query}")
    op.execute(f"CREATE UNIQUE INDEX {name}_made_key ON {name}_made ({key})")
    op.execute(
        f"CREATE VIEW {name} WITH (security_barrier) AS SELECT * FROM {name}_made WHERE"  # noqa: S608
        " tenant_id = current_setting('app.tenant', true) OR current_setting('app.tenant', true) = '*'"
    )


# What was sold, where it was and in which zone; a session's location is where its station stands. What lasts for longer
# than a month is taken for a station that forgot the end, and fills no more of the year than that.
_PLACED = """
    CREATE VIEW placed AS
    SELECT sold.tenant_id, sold.id, sold.kind, coalesce(sold.station_id, '') AS station_id,
           coalesce(sold.evse, 0)::int AS evse, coalesce(sold.bay_id, '') AS bay_id,
           coalesce(sold.location_id, places.location_id, '') AS location_id, sold.tariff_id, sold.started_at,
           sold.ended_at, sold.energy_wh, sold.paused_s, sold.currency, sold.net, sold.gross,
           coalesce(sites.timezone, 'UTC') AS timezone,
           least(sold.ended_at, sold.started_at + interval '31 days') AS left_at
    FROM sold
    LEFT JOIN places ON places.tenant_id = sold.tenant_id
         AND places.place = 'evse/' || sold.station_id || '/' || sold.evse
    LEFT JOIN sites ON sites.tenant_id = sold.tenant_id
         AND sites.location_id = coalesce(sold.location_id, places.location_id)"""

_SESSIONS = """
    SELECT tenant_id, location_id, station_id, evse, bay_id, tariff_id, kind, currency,
           (ended_at AT TIME ZONE timezone)::date AS day, count(*) AS sessions, sum(energy_wh) AS energy_wh,
           sum(extract(epoch FROM ended_at - started_at)) AS duration_s, sum(paused_s) AS paused_s, sum(net) AS net,
           sum(gross) AS gross
    FROM placed WHERE kind <> 'reservation' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9"""

_REVENUE = """
    SELECT bookings.tenant_id, coalesce(location_id, '') AS location_id, coalesce(station_id, '') AS station_id,
           coalesce(tariff_id, '') AS tariff_id, bookings.kind, bookings.currency,
           (booked_at AT TIME ZONE coalesce(timezone, 'UTC'))::date AS day,
           count(*) FILTER (WHERE NOT is_credit) AS invoices, count(*) FILTER (WHERE is_credit) AS credits,
           sum(bookings.net) AS net, sum(bookings.gross) AS gross,
           coalesce(sum(bookings.gross) FILTER (WHERE is_credit), 0) AS credited_gross
    FROM bookings LEFT JOIN placed ON placed.tenant_id = bookings.tenant_id AND placed.id = sold_id
    GROUP BY 1, 2, 3, 4, 5, 6, 7"""

_USE = """
    SELECT tenant_id, CASE kind WHEN 'parking' THEN 'bay/' || bay_id ELSE 'evse/' || station_id || '/' || evse END
           AS place, day::date AS day,
           sum(extract(epoch FROM least(left_at, (day + interval '1 day') AT TIME ZONE timezone)
               - greatest(started_at, day AT TIME ZONE timezone))) AS occupied_s,
           sum(greatest(extract(epoch FROM least(left_at - make_interval(secs => paused_s::float8),
               (day + interval '1 day') AT TIME ZONE timezone) - greatest(started_at, day AT TIME ZONE timezone)), 0))
           FILTER (WHERE kind = 'charging') AS charging_s
    FROM placed, generate_series(date_trunc('day', started_at AT TIME ZONE timezone), left_at AT TIME ZONE timezone,
         interval '1 day') AS day
    WHERE kind <> 'reservation' AND left_at > greatest(started_at, day AT TIME ZONE timezone) GROUP BY 1, 2, 3"""

# By quarters of an hour in UTC: every zone lies a number of those away, on the days of its changes too.
_HOURS = """
    SELECT tenant_id, location_id, station_id, bay_id, kind, (quarter AT TIME ZONE timezone)::date AS day,
           extract(isodow FROM quarter AT TIME ZONE timezone)::int AS weekday,
           extract(hour FROM quarter AT TIME ZONE timezone)::int AS hour,
           count(*) FILTER (WHERE started_at >= quarter) AS begun,
           sum(extract(epoch FROM least(left_at, quarter + interval '15 minutes') - greatest(started_at, quarter)))
           AS occupied_s
    FROM placed, generate_series(date_bin('15 minutes', started_at, 'epoch'), left_at, interval '15 minutes') AS quarter
    WHERE kind <> 'reservation' AND left_at > greatest(started_at, quarter) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"""

_FAULTS = """
    WITH changes AS (
        SELECT port_changes.tenant_id, port_changes.station_id, coalesce(port_changes.evse, 0)::int AS evse, at,
               is_faulted AND NOT coalesce(lag(is_faulted) OVER port, false) AS has_failed,
               NOT is_online AND coalesce(lag(is_online) OVER port, true) AND port_changes.evse IS NULL AS has_left
        FROM port_changes WINDOW port AS (PARTITION BY tenant_id, station_id, evse ORDER BY at, event_id)
    ), stations AS (
        SELECT tenant_id, station_id, max(location_id) AS location_id FROM places WHERE station_id IS NOT NULL
        GROUP BY 1, 2
    )
    SELECT changes.tenant_id, coalesce(stations.location_id, '') AS location_id, changes.station_id, evse,
           (at AT TIME ZONE coalesce(timezone, 'UTC'))::date AS day, count(*) FILTER (WHERE has_failed) AS faults,
           count(*) FILTER (WHERE has_left) AS offline_spells
    FROM changes LEFT JOIN stations USING (tenant_id, station_id) LEFT JOIN sites USING (tenant_id, location_id)
    WHERE has_failed OR has_left GROUP BY 1, 2, 3, 4, 5"""

_VIEWS = (
    ("sessions_by_day", "tenant_id, location_id, station_id, evse, bay_id, tariff_id, kind, currency, day", _SESSIONS),
    ("revenue_by_day", "tenant_id, location_id, station_id, tariff_id, kind, currency, day", _REVENUE),
    ("use_by_day", "tenant_id, place, day", _USE),
    ("use_by_hour", "tenant_id, location_id, station_id, bay_id, kind, day, weekday, hour", _HOURS),
    ("faults_by_day", "tenant_id, location_id, station_id, evse, day", _FAULTS),
)

# Every place on every day since it was first heard of, until the last refresh: a day without a session is a day too.
_UTILISATION = """
    CREATE VIEW utilisation WITH (security_barrier) AS
    SELECT places.tenant_id, places.location_id, coalesce(places.station_id, '') AS station_id,
           coalesce(places.evse, 0)::int AS evse, coalesce(places.bay_id, '') AS bay_id, day_begin::date AS day,
           extract(epoch FROM least(refreshed_at, gone_at, (day_begin + interval '1 day') AT TIME ZONE timezone_of)
               - greatest(first_at, day_begin AT TIME ZONE timezone_of)) AS available_s,
           coalesce(occupied_s, 0) AS occupied_s, coalesce(charging_s, 0) AS charging_s
    FROM places
    JOIN refreshes ON refreshes.name = 'views'
    LEFT JOIN sites ON sites.tenant_id = places.tenant_id AND sites.location_id = places.location_id
    CROSS JOIN LATERAL (SELECT coalesce(sites.timezone, 'UTC')) AS zone (timezone_of)
    CROSS JOIN LATERAL generate_series(date_trunc('day', first_at AT TIME ZONE timezone_of),
        least(refreshed_at, gone_at) AT TIME ZONE timezone_of, interval '1 day') AS day_begin
    LEFT JOIN use_by_day ON use_by_day.tenant_id = places.tenant_id AND use_by_day.place = places.place
         AND use_by_day.day = day_begin::date
    WHERE places.tenant_id = current_setting('app.tenant', true) OR current_setting('app.tenant', true) = '*'"""
