"""Reports that come by themselves, once each, in their own time zone; and the report of uptime."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, strategies as st

from backoffice.contracts.reporting import ReportReady
from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from backoffice.reporting.domain import Every, days_of, due_after, first_due
from backoffice.telemetry.app import SERVICE as TELEMETRY
from protocol.bus.envelope import decode_envelope
from protocol.domain.identifiers import TenantId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.reporting.harness import Desk, charged, host_of, open_desk

BODY = {
    "title": "Energy by site",
    "kind": "energy",
    "by": ["site"],
    "every": "week",
    "timezone": "Europe/Berlin",
    "recipients": ["operator-7"],
}


async def add(desk: Desk, *, headers: Any = None, **fields: Any) -> Any:
    return await desk.place.http.post(
        "/api/v1/reports/schedules", json=BODY | fields, headers=headers or desk.place.operator_headers()
    )


async def said(desk: Desk) -> list[ReportReady]:
    """Every report that was said to be ready."""
    subscription = await desk.place.bus.jetstream.subscribe(
        "ev.v1.*.domain.*.*.*.reporting.report_ready", ordered_consumer=True
    )
    pending = (await subscription.consumer_info()).num_pending
    messages = [await subscription.next_msg(timeout=5) for _ in range(pending)]
    await subscription.unsubscribe()
    return [desk.place.catalogue.decode(decode_envelope(message.data)) for message in messages]


async def test_report_comes_when_its_week_is_over_once_and_is_read_as_a_file(desk: Desk) -> None:
    await desk.open_ports(at=datetime.now(UTC) - timedelta(days=30))
    added = await add(desk)
    assert added.status_code == 201, added.text
    due = datetime.fromisoformat(added.json()["next_at"])
    begin, end = days_of(due, Every.WEEK, "Europe/Berlin")
    began_at = datetime(begin.year, begin.month, begin.day, 12, tzinfo=UTC)
    for number, began in enumerate((began_at, began_at + timedelta(days=7))):
        event = charged(f"s{number}", began_at=began, wh=1_000 + number)
        await desk.say(event, key=event.session_id, at=began)
    week = {"from": f"{begin}", "to": f"{end}"}
    await desk.shows("energy", [("berlin", 1_000)], by=["site"], figures="energy_wh", **week)
    assert await said(desk) == []

    desk.place.clock.advance(due - datetime.now(UTC) + timedelta(minutes=1))

    (ready,) = await eventually(lambda: said(desk))
    assert (ready.kind, ready.begin, ready.end, ready.recipients) == ("energy", begin, end, ("operator-7",))
    headers = desk.place.operator_headers()
    answer = await desk.place.http.get(f"/api/v1/reports/made/{ready.report_id}", headers=headers)
    assert list(csv.DictReader(io.StringIO(answer.text))) == [{"site": "berlin", "energy_wh": "1000", "sessions": "1"}]
    listed = await desk.place.http.get("/api/v1/reports/schedules", headers=headers)
    assert [datetime.fromisoformat(one["next_at"]) for one in listed.json()["items"]] == [
        due_after(due, Every.WEEK, "Europe/Berlin")
    ]
    desk.place.clock.advance(timedelta(days=7))
    following = await eventually(lambda: two(desk))
    assert [one.begin for one in following] == [begin, end]


async def two(desk: Desk) -> list[ReportReady]:
    reports = await said(desk)
    return reports if len(reports) == 2 else []


async def test_schedule_that_was_removed_makes_nothing(desk: Desk) -> None:
    added = (await add(desk)).json()
    headers = desk.place.operator_headers()
    gone = await desk.place.http.delete(f"/api/v1/reports/schedules/{added['id']}", headers=headers)
    again = await desk.place.http.delete(f"/api/v1/reports/schedules/{added['id']}", headers=headers)

    assert (gone.status_code, again.status_code) == (204, 404)
    assert (await desk.place.http.get("/api/v1/reports/schedules", headers=headers)).json()["items"] == []


async def test_site_host_schedules_their_own_sites_and_reads_what_is_theirs(desk: Desk) -> None:
    host, other = host_of(desk.place, "berlin"), host_of(desk.place, "york", subject="host-2")
    refused = await add(desk, headers=host, sites=["york"])
    added = (await add(desk, headers=host)).json()
    listed = await desk.place.http.get("/api/v1/reports/schedules", headers=other)
    desk.place.clock.advance(timedelta(days=8))
    (ready,) = await eventually(lambda: said(desk))

    url = f"/api/v1/reports/made/{ready.report_id}"
    operator_elsewhere = desk.place.operator_headers(tenant=TenantId("b"))
    moved, more = host_of(desk.place, "york"), host_of(desk.place, "berlin", "york")
    answers = [
        (await desk.place.http.get(url, headers=headers)).status_code
        for headers in (host, more, other, operator_elsewhere, moved)
    ]

    assert (refused.status_code, added["sites"], listed.json()["items"]) == (403, ["berlin"], [])
    assert answers == [200, 200, 404, 404, 404]


async def test_site_host_is_told_of_no_other_sites_whoever_wants_them_to_be(desk: Desk) -> None:
    host = host_of(desk.place, "berlin")
    await add(desk, recipients=["host-1"])
    desk.place.clock.advance(timedelta(days=8))
    (ready,) = await eventually(lambda: said(desk))

    answer = await desk.place.http.get(f"/api/v1/reports/made/{ready.report_id}", headers=host)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"timezone": "Mars/Phobos"}, {"by": ["hour"]}, {"recipients": []}, {"every": "day"}, {"sites": []}]
)
async def test_schedule_that_cannot_be_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    assert (await add(desk, **wrong)).status_code == 422


async def test_who_only_reads_schedules_nothing(desk: Desk) -> None:
    assert (await add(desk, headers=desk.place.headers_of(Role.READ_ONLY))).status_code == 403


@given(
    st.timedeltas(timedelta(), timedelta(days=2_000)),
    st.sampled_from(Every),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland"]),
)
def test_scheduled_days_follow_each_other_without_a_gap(later: timedelta, every: Every, zone: str) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC) + later
    due = first_due(now, every, zone)
    begin, end = days_of(due, every, zone)

    assert now < due
    assert days_of(due_after(due, every, zone), every, zone)[0] == end
    assert (end - begin).days == 7 if every is Every.WEEK else begin.day == end.day == 1


def test_month_ends_where_its_zone_says() -> None:
    now = datetime(2026, 5, 31, 23, tzinfo=UTC)

    assert days_of(first_due(now, Every.MONTH, "UTC"), Every.MONTH, "UTC") == (date(2026, 5, 1), date(2026, 6, 1))
    berlin = first_due(now, Every.MONTH, "Europe/Berlin")
    assert days_of(berlin, Every.MONTH, "Europe/Berlin") == (date(2026, 6, 1), date(2026, 7, 1))


@pytest_asyncio.fixture
async def measured(database_url: str, nats_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url, nats_url, services=[TELEMETRY]) as opened:
        yield opened


async def test_uptime_is_what_telemetry_measures_by_site_and_month(measured: Desk) -> None:
    """Half of the last day of May is down at one of two stations in Berlin, and all of June's first day."""
    await measured.open_ports(at=datetime(2026, 5, 31, tzinfo=UTC))
    await measured.status("BER-2", ConnectorStatus.FAULTED, at=datetime(2026, 5, 31, 12, tzinfo=UTC))

    await measured.shows(
        "uptime",
        [
            ("berlin", "2026-05", 172_800, 43_200, Decimal("75.000")),
            ("berlin", "2026-06", 172_800, 86_400, Decimal("50.000")),
            ("york", "2026-05", 86_400, 0, Decimal("100.000")),
            ("york", "2026-06", 86_400, 0, Decimal("100.000")),
        ],
        by=["site", "month"],
        figures="total_s outage_s uptime_percent",
        **{"from": "2026-05-01", "to": "2026-06-02"},
    )


async def test_uptime_that_nobody_measures_is_no_report(desk: Desk) -> None:
    answer = await desk.place.http.get("/api/v1/reports/uptime", headers=desk.place.operator_headers())

    assert answer.status_code == 503
