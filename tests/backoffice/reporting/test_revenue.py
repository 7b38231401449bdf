"""Revenue is the ledger's: sessions through billing itself, with credits and refunds, against plain sums of both."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import pytest_asyncio
from sqlalchemy.engine import make_url

from backoffice.billing.app import SERVICE as BILLING
from backoffice.contracts.billing import InvoiceIssued
from backoffice.contracts.sessions import SessionCredited
from backoffice.kit.database import driver_dsn
from backoffice.kit.testing import eventually
from tests.backoffice.reporting.harness import SITE_OF, Desk, charged, open_desk

NOW = datetime.now(UTC).replace(microsecond=0)
DAYS = {"from": f"{NOW - timedelta(days=2):%Y-%m-%d}", "to": f"{NOW + timedelta(days=3):%Y-%m-%d}"}
MONEY = ("net", "vat", "gross", "credited_gross")
_LEDGER = """
    SELECT account, sum(amount) AS balance FROM billing.ledger_entries WHERE account ~ '^(revenue|vat)' GROUP BY account
"""


@pytest_asyncio.fixture
async def desk(database_url: str, nats_url: str) -> AsyncIterator[Desk]:
    async with open_desk(database_url, nats_url, services=[BILLING]) as opened:
        yield opened


async def post(desk: Desk, path: str, body: Any, **headers: str) -> Any:
    answer = await desk.place.http.post(f"/api/v1/billing{path}", json=body, headers=headers)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def totals(desk: Desk, **query: Any) -> dict[str, Decimal]:
    lines = await desk.read("revenue", by=["site", "tariff"], **DAYS, **query)
    assert {line["currency"] for line in lines} <= {"EUR"}
    return {name: sum((Decimal(line[name]) for line in lines), Decimal(0)) for name in MONEY}


async def ledger(database_url: str) -> dict[str, Decimal]:
    """What the ledger itself has earned, without VAT, and the VAT; what is earned is below zero there."""
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(_LEDGER)
    finally:
        await connection.close()
    vat = -sum((row["balance"] for row in rows if row["account"].startswith("vat")), Decimal(0))
    net = -sum((row["balance"] for row in rows if row["account"].startswith("revenue")), Decimal(0))
    return {"net": net, "vat": vat, "gross": net + vat}


async def test_revenue_is_what_the_ledger_earned_with_credits_and_refunds_below_zero(
    desk: Desk, database_url: str
) -> None:
    dsn = driver_dsn(make_url(database_url))
    rng = random.Random(7)
    await desk.open_ports(at=NOW - timedelta(days=1))
    driver, operator = desk.place.driver_headers("driver-1"), desk.place.operator_headers()
    await post(desk, "/payment-methods", {"card_number": "4242 4242 4242 4242"}, **driver)
    sessions = [
        charged(
            f"s{number}",
            station=rng.choice(sorted(SITE_OF)),
            began_at=NOW - timedelta(hours=2),
            net=f"{rng.randint(0, 4_000) / 100}",
            tariff=rng.choice(["day", "night"]),
            wh=rng.randint(0, 50_000),
        )
        for number in range(12)
    ]
    for session in sessions:
        await desk.say(session, key=session.session_id, at=NOW)
    gross = sum(session.total_incl_vat for session in sessions)

    async def is_booked() -> bool:
        return (await totals(desk))["gross"] == gross

    await eventually(is_booked)
    assert (await totals(desk))["net"] == sum(session.total_excl_vat for session in sessions)

    dear = sorted(sessions, key=lambda session: session.total_incl_vat)[-2:]
    await desk.say(credit_of(dear[0]), key=dear[0].session_id, at=NOW)
    receipt = await eventually(lambda: paid(desk, dear[1].session_id))
    refund = {"amount": "3.57", "reason": "The cable was wet."}
    key = {"Idempotency-Key": "refund-key-1"}
    await post(desk, f"/invoices/{receipt['invoice']['id']}/refunds", refund, **operator, **key)
    expected_credits = -(dear[0].total_incl_vat + Decimal("3.57"))

    async def is_credited() -> bool:
        return (await totals(desk))["credited_gross"] == expected_credits

    await eventually(is_credited)
    shown = await totals(desk)
    assert shown["gross"] == gross + expected_credits
    assert {name: shown[name] for name in ("net", "vat", "gross")} == await ledger(dsn)
    lines = await desk.read("revenue", by=["site", "tariff"], **DAYS)
    sold = {(SITE_OF[session.station_id], session.tariff_id) for session in sessions}
    assert {(line["site"], line["tariff"]) for line in lines} == sold
    one = next(line for line in lines if line["site"] == SITE_OF[dear[1].station_id])
    alone = await totals(desk, site=one["site"])
    assert alone["gross"] == sum(Decimal(line["gross"]) for line in lines if line["site"] == one["site"])


async def test_same_invoice_said_again_is_booked_once(desk: Desk) -> None:
    issued = InvoiceIssued(
        session_id="s1",
        invoice_id="i1",
        kind="parking",
        currency="EUR",
        total_excl_vat=Decimal("1.00"),
        total_incl_vat=Decimal("1.19"),
        at=NOW,
    )
    for _ in range(2):
        await desk.say(issued, key="s1", at=NOW)
    await desk.say(charged("s2", began_at=NOW - timedelta(hours=1)), key="s2", at=NOW)

    await desk.shows(
        "revenue",
        [("charging", 1, Decimal("5.00")), ("parking", 1, Decimal("1.19"))],
        by=["kind"],
        figures="invoices gross",
        **DAYS,
    )


async def paid(desk: Desk, session_id: str) -> Any:
    answer = await desk.place.http.get(f"/api/v1/billing/receipts/{session_id}", headers=desk.place.operator_headers())
    return answer.json() if answer.status_code == 200 and answer.json()["invoice"]["state"] == "paid" else None


def credit_of(session: Any) -> SessionCredited:
    return SessionCredited(
        session_id=session.session_id,
        station_id=session.station_id,
        evse=session.evse,
        transaction_id=session.transaction_id,
        driver_id=session.driver_id,
        started_at=session.started_at,
        credit_id="c1",
        reason="The meter was wrong.",
        currency=session.currency,
        lines=session.lines,
        total_excl_vat=session.total_excl_vat,
        total_incl_vat=session.total_incl_vat,
    )
