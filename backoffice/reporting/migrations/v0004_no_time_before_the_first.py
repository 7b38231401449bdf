"""A place that was first heard of after the last refresh has not been there yet: for no time, and not for less."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("""
        CREATE OR REPLACE VIEW utilisation WITH (security_barrier) AS
        SELECT places.tenant_id, places.location_id, coalesce(places.station_id, '') AS station_id,
               coalesce(places.evse, 0)::int AS evse, coalesce(places.bay_id, '') AS bay_id, day_begin::date AS day,
               greatest(0, extract(epoch FROM
                   least(refreshed_at, gone_at, (day_begin + interval '1 day') AT TIME ZONE timezone_of)
                   - greatest(first_at, day_begin AT TIME ZONE timezone_of))) AS available_s,
               coalesce(occupied_s, 0) AS occupied_s, coalesce(charging_s, 0) AS charging_s
        FROM places
        JOIN refreshes ON refreshes.name = 'views'
        LEFT JOIN sites ON sites.tenant_id = places.tenant_id AND sites.location_id = places.location_id
        CROSS JOIN LATERAL (SELECT coalesce(sites.timezone, 'UTC')) AS zone (timezone_of)
        CROSS JOIN LATERAL generate_series(date_trunc('day', first_at AT TIME ZONE timezone_of),
            least(refreshed_at, gone_at) AT TIME ZONE timezone_of, interval '1 day') AS day_begin
        LEFT JOIN use_by_day ON use_by_day.tenant_id = places.tenant_id AND use_by_day.place = places.place
             AND use_by_day.day = day_begin::date
        WHERE places.tenant_id = current_setting('app.tenant', true) OR current_setting('app.tenant', true) = '*'""")
