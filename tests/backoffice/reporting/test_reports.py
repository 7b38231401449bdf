"""Reports from events: sums, sites' own days, replays, late events, who sees what."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import asyncpg
import pytest
from prometheus_client import REGISTRY
from sqlalchemy.engine import make_url

from backoffice.contracts.stations import BayOccupied, StationRemoved
from backoffice.kit.auth import Role
from backoffice.kit.database import Unit, driver_dsn
from backoffice.kit.testing import eventually
from backoffice.reporting import repository
from backoffice.reporting.domain import ReportKind, day_after_today
from backoffice.reporting.models import PlaceRow
from protocol.domain.identifiers import StationId, TenantId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.reporting.harness import MONDAY, RANGE, ZONE_OF, Desk, charged, host_of, parked

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("kind", ReportKind)
def test_what_was_sold_just_now_is_in_the_report_wherever_its_site_is(kind: ReportKind) -> None:
    for hour in range(24):
        now = MONDAY.replace(hour=hour)
        east = (now + 14 * HOUR).date()
        end = day_after_today(now, kind)
        assert end == now.date() + timedelta(days=1) if kind is ReportKind.UPTIME else end > east


async def test_report_without_days_has_the_evening_in_berlin(desk: Desk) -> None:
    await desk.open_ports()
    evening = datetime.now(UTC).replace(hour=23, minute=10)
    desk.place.clock.advance(evening + timedelta(days=1) - desk.place.clock())
    await desk.say(charged("s1", station="BER-1", began_at=desk.place.clock() - HOUR), key="s1", at=desk.place.clock())

    async def is_told() -> bool:
        answer = await desk.place.http.get(
            "/api/v1/reports/sessions", params={"by": "site"}, headers=desk.place.operator_headers()
        )
        return bool(answer.json()["items"])

    await eventually(is_told, what="the session of this evening")


async def test_sessions_count_on_the_day_of_their_site_on_which_they_ended(desk: Desk) -> None:
    await desk.open_ports()
    await desk.say(charged("s1", station="BER-1", minutes=20), key="s1", at=MONDAY)
    await desk.say(charged("s2", station="NYC-1", minutes=20, wh=500), key="s2", at=MONDAY)
    await desk.say(charged("s3", station="BER-2", minutes=40, wh=1), key="s3", at=MONDAY)

    await desk.shows(
        "sessions",
        [("berlin", "2026-05-05", 2, 10_001, 3_600), ("york", "2026-05-04", 1, 500, 1_200)],
        by=["site", "day"],
        figures="sessions energy_wh duration_s",
    )
    await desk.shows("energy", [("2026-05-04", 10_501, 3)], by=["week"], figures="energy_wh sessions")


async def test_site_is_that_of_its_station_however_late_that_is_heard(desk: Desk) -> None:
    await desk.say(charged("s1"), key="s1", at=MONDAY)
    await desk.shows("sessions", [(None, "2026-05-04", 1)], by=["site", "day"], figures="sessions")

    await desk.open_ports(at=MONDAY + timedelta(days=3))

    await desk.shows("sessions", [("berlin", "2026-05-05", 1)], by=["site", "day"], figures="sessions")


async def test_same_events_again_in_another_order_change_nothing(desk: Desk) -> None:
    events = [charged(f"s{number}", began_at=MONDAY + number * HOUR, wh=number) for number in range(1, 4)]
    await desk.open_ports()
    for event in events:
        await desk.say(event, key=event.session_id, at=MONDAY)
    await desk.status("BER-1", ConnectorStatus.FAULTED, at=MONDAY)
    expected: list[tuple[Any, ...]] = [("BER-1", 3, 6)]
    await desk.shows("sessions", expected, by=["station"], figures="sessions energy_wh")

    for event in reversed(events):
        await desk.say(event, key=event.session_id, at=MONDAY)
    await desk.open_ports()
    await desk.say(charged("s9", station="BER-2", wh=9), key="s9", at=MONDAY)

    await desk.shows("sessions", [*expected, ("BER-2", 1, 9)], by=["station"], figures="sessions energy_wh")


async def test_what_is_sold_is_counted_once_however_often_it_has_to_be_tried(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = partial(REGISTRY.get_sample_value, "business_sold_total", {"kind": "charging"})
    before, failures, save_places = sold() or 0.0, [1, 2], repository.save_places

    async def save_at_last(unit: Unit, rows: Sequence[PlaceRow]) -> None:
        if failures:
            raise RuntimeError(f"failure {failures.pop()}")
        await save_places(unit, rows)

    monkeypatch.setattr(repository, "save_places", save_at_last)
    await desk.say(charged("s1"), key="s1", at=MONDAY)

    await desk.shows("sessions", [("BER-1", 1)], by=["station"], figures="sessions")
    assert ((sold() or 0.0) - before, failures) == (1, [])


async def test_utilisation_counts_every_day_since_a_place_was_there(desk: Desk) -> None:
    """BER-1 is there from midnight in Berlin; a session lies on two days of its zone, paused at its end."""
    midnight = datetime(2026, 5, 4, 22, tzinfo=UTC)
    await desk.status("BER-1", ConnectorStatus.AVAILABLE, at=midnight)
    event = charged("s1", began_at=midnight + timedelta(hours=23), minutes=120, paused_minutes=30)
    await desk.say(event, key="s1", at=MONDAY)
    await desk.say(parked("p1", began_at=midnight, minutes=720), key="p1", at=MONDAY)

    await desk.shows(
        "utilisation",
        [
            ("2026-05-05", None, "P1", 86_400, 43_200, 0, Decimal("0.5")),
            ("2026-05-05", "BER-1", None, 86_400, 3_600, 3_600, Decimal("0.0417")),
            ("2026-05-06", None, "P1", 86_400, 0, 0, 0),
            ("2026-05-06", "BER-1", None, 86_400, 3_600, 1_800, Decimal("0.0417")),
            ("2026-05-07", None, "P1", 86_400, 0, 0, 0),
            ("2026-05-07", "BER-1", None, 86_400, 0, 0, 0),
        ],
        by=["day", "station", "bay"],
        figures="available_s occupied_s charging_s occupied_share",
        **{"from": "2026-05-05", "to": "2026-05-08"},
    )


async def test_day_on_which_the_clock_is_put_forward_has_23_hours(desk: Desk) -> None:
    await desk.status("BER-1", ConnectorStatus.AVAILABLE, at=datetime(2026, 3, 27, tzinfo=UTC))
    began_at = datetime(2026, 3, 28, 23, tzinfo=UTC)
    await desk.say(charged("s1", began_at=began_at, minutes=24 * 60), key="s1", at=MONDAY)

    await desk.shows(
        "utilisation",
        [("2026-03-29", 23 * 3_600, 23 * 3_600), ("2026-03-30", 24 * 3_600, 3_600)],
        by=["day"],
        figures="available_s occupied_s",
        **{"from": "2026-03-29", "to": "2026-03-31"},
    )


async def test_station_that_was_removed_is_no_place_any_more(desk: Desk) -> None:
    await desk.open_ports()
    removed_at = MONDAY + timedelta(days=1)
    await desk.say(StationRemoved(StationId("BER-2"), "berlin"), key="BER-2", at=removed_at)

    # Half an hour of the third of May in Berlin is over when they are first heard of.
    whole = 17 * 86_400
    await desk.shows(
        "utilisation",
        [("BER-1", whole - 1_800), ("BER-2", 3 * 86_400), ("NYC-1", whole)],
        by=["station"],
        figures="available_s",
        **{"from": "2026-05-03", "to": "2026-05-20"},
    )


async def test_popular_times_are_hours_of_the_sites_clock(desk: Desk) -> None:
    await desk.open_ports()
    await desk.say(charged("s1", minutes=45), key="s1", at=MONDAY)
    await desk.say(charged("s2", station="NYC-1", minutes=45), key="s2", at=MONDAY)

    await desk.shows(
        "popular_times",
        [("berlin", 2, 0, 1, 1_800), ("berlin", 2, 1, 0, 900), ("york", 1, 18, 1, 1_800), ("york", 1, 19, 0, 900)],
        by=["site", "weekday", "hour"],
        figures="begun occupied_s",
    )


async def test_faults_count_once_each_and_so_do_spells_offline(desk: Desk) -> None:
    await desk.open_ports()
    faulted, fine = ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE
    for minute, status in enumerate((faulted, faulted, fine, faulted)):
        await desk.status("BER-1", status, at=MONDAY + timedelta(minutes=minute))
    for minute, is_online in enumerate((False, False, True)):
        at = MONDAY + timedelta(minutes=minute)
        await desk.status("BER-1", None, evse=None, is_online=is_online, at=at)

    await desk.shows(
        "faults",
        [("BER-1", 0, "2026-05-05", 0, 1), ("BER-1", 1, "2026-05-05", 2, 0)],
        by=["station", "evse", "day"],
        figures="faults offline_spells",
    )


async def test_csv_has_all_lines_and_is_asked_for_in_two_ways(desk: Desk) -> None:
    await desk.open_ports()
    for number in range(5):
        event = charged(f"s{number}", began_at=MONDAY + number * timedelta(days=1), tariff="=1+1")
        await desk.say(event, key=event.session_id, at=MONDAY)
    await desk.shows("sessions", [(f"2026-05-0{day}", 1) for day in range(5, 10)], by=["day"], figures="sessions")
    headers = desk.place.operator_headers()
    url, params = "/api/v1/reports/sessions", {**RANGE, "by": ["day", "tariff"]}

    by_format = await desk.place.http.get(url, params={**params, "format": "csv", "limit": 2}, headers=headers)
    by_accept = await desk.place.http.get(url, params=params, headers={**headers, "Accept": "text/csv"})

    assert by_format.text == by_accept.text
    assert by_format.headers["Content-Type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(by_format.text)))
    assert [line["day"] for line in lines] == [f"2026-05-0{day}" for day in range(5, 10)]
    assert {line["tariff"] for line in lines} == {"'=1+1"}
    assert sum(Decimal(line["energy_wh"]) for line in lines) == 50_000


async def test_site_host_sees_their_sites_and_another_tenant_sees_nothing(desk: Desk) -> None:
    await desk.open_ports()
    for number, station in enumerate(("BER-1", "NYC-1")):
        await desk.say(charged(f"s{number}", station=station), key=f"s{number}", at=MONDAY)
    await desk.say(BayOccupied("P1", "berlin", MONDAY), key="P1", at=MONDAY)
    await desk.shows("sessions", [("berlin", 1), ("york", 1)], by=["site"], figures="sessions")

    hosts = await desk.read("sessions", by=["site"], headers=host_of(desk.place, "york"))
    others = await desk.read("sessions", by=["site"], site="berlin", headers=host_of(desk.place, "york"))
    places = await desk.read("utilisation", headers=host_of(desk.place, "berlin"))
    foreign = [
        await desk.read(kind, headers=desk.place.operator_headers(tenant=TenantId("b")))
        for kind in ("sessions", "utilisation", "popular_times", "faults", "revenue", "energy")
    ]

    assert [line["site"] for line in hosts] == ["york"]
    assert others == []
    assert {line["station"] or line["bay"] for line in places} == {"BER-1", "BER-2", "P1"}
    assert foreign == [[]] * 6


@pytest.mark.parametrize(
    "query",
    [{"by": "tariff"}, {"from": "2026-05-02", "to": "2026-05-02"}, {"from": "2020-01-01"}, {"cursor": "nonsense"}],
)
async def test_what_cannot_be_told_is_refused(desk: Desk, query: dict[str, str]) -> None:
    answer = await desk.place.http.get("/api/v1/reports/faults", params=query, headers=desk.place.operator_headers())

    assert answer.status_code == 422


async def test_reports_are_not_for_drivers(desk: Desk) -> None:
    answer = await desk.place.http.get("/api/v1/reports/revenue", headers=desk.place.headers_of(Role.DRIVER))

    assert answer.status_code == 403


async def test_site_keeps_its_zone_where_its_last_place_is_not_known(desk: Desk, database_url: str) -> None:
    await desk.open_ports()
    connection = await asyncpg.connect(driver_dsn(make_url(database_url)))

    async def zones(*, asked_after: datetime) -> dict[str, str]:
        query = "SELECT location_id, timezone FROM reporting.sites WHERE asked_at > $1"
        found = {row["location_id"]: row["timezone"] for row in await connection.fetch(query, asked_after)}
        return found if len(found) == len(ZONE_OF) else {}

    try:
        assert await eventually(lambda: zones(asked_after=MONDAY)) == ZONE_OF
        await desk.status("AAA-1", ConnectorStatus.AVAILABLE, at=MONDAY, site="berlin")
        heard = "SELECT count(*) FROM reporting.places WHERE station_id = 'AAA-1'"
        assert await eventually(lambda: connection.fetchval(heard)) == 1
        before = desk.place.clock()
        desk.place.clock.advance(timedelta(days=2))

        assert await eventually(lambda: zones(asked_after=before)) == ZONE_OF
    finally:
        await connection.close()
