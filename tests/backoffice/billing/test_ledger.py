"""The ledger on real servers: whatever money does, it is in balance; and the database refuses what is not."""

import dataclasses
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from backoffice.billing.app import SERVICE
from backoffice.kit.database import driver_dsn
from backoffice.kit.migrations import migrate
from backoffice.kit.testing import eventually
from protocol.blocks.payment.messages import SettlementStatus
from protocol.domain.identifiers import TenantId
from tests.backoffice.billing.test_billing import DECLINED, Bench, bench as bench, completed
from tests.backoffice.billing.test_prepaid import complete as complete_prepaid, top_up
from tests.backoffice.billing.test_settlements import become, complete as complete_anonymous, settle, settled

LEDGER = "/api/v1/billing/ledger"


async def balances(bench: Bench, **params: str) -> dict[str, Decimal]:
    """By account; of one currency, and zero in all."""
    answer = await bench.place.http.get(f"{LEDGER}/balance", params=params, headers=bench.place.operator_headers())
    body = answer.json()
    if not params:
        assert all(Decimal(total) == 0 for total in body["totals"].values())
    return {one["account"]: Decimal(one["balance"]) for one in body["accounts"]}


async def entries(bench: Bench, **params: str | int) -> Any:
    answer = await bench.place.http.get(LEDGER, params=params, headers=bench.place.operator_headers())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_paid_session_is_revenue_in_the_providers_hands(bench: Bench) -> None:
    await bench.add_card()
    await bench.complete(completed(total="8.40"))

    assert await balances(bench) == {
        "cash:sandbox": Decimal("8.40"),
        "receivable:driver-1": Decimal(0),
        "revenue:charging": Decimal("-8.40"),
    }


async def test_declined_card_leaves_its_driver_owing(bench: Bench) -> None:
    await bench.add_card(DECLINED)
    await bench.complete(completed(total="8.40"))

    assert await balances(bench, account="receivable:") == {"receivable:driver-1": Decimal("8.40")}


async def test_prepaid_and_terminal_money_is_booked_where_it_is(bench: Bench) -> None:
    await top_up(bench, "5")
    await complete_prepaid(bench, 1, "8.40")
    await become(bench, 1, "open", "5.00")
    await complete_anonymous(bench, 2)
    await settle(bench, settled(2, SettlementStatus.SETTLED))
    await become(bench, 2, "paid", "8.40")

    assert await balances(bench) == {
        "cash:terminal": Decimal("8.40"),
        "cash:till": Decimal(5),
        "prepaid:card-1": Decimal(0),
        "receivable:anonymous": Decimal("3.40"),
        "revenue:charging": Decimal("-16.80"),
    }


async def test_entries_come_in_pages_and_by_account_subject_and_time(bench: Bench) -> None:
    await bench.add_card()
    receipt = await bench.complete(completed("s1"))
    await bench.complete(completed("s2"))

    first = await entries(bench, limit=3)
    rest = await entries(bench, limit=500, cursor=first["next_cursor"])
    of_invoice = await entries(bench, subject=receipt["invoice"]["id"])
    tomorrow = {"from": "2999-01-01T00:00:00Z"}

    listed = [*first["items"], *rest["items"]]
    assert len(first["items"]) == 3
    assert len({(one["transaction_id"], one["line"]) for one in listed}) == len(listed) == 8
    assert {one["about"] for one in of_invoice["items"]} == {"invoice"}
    assert len((await entries(bench, about="payment", account="cash:"))["items"]) == 2
    assert (await entries(bench, **tomorrow))["items"] == []


async def test_ledger_is_the_operators_and_each_tenants_own(bench: Bench) -> None:
    await bench.add_card()
    await bench.complete(completed())
    get, place = bench.place.http.get, bench.place

    as_driver = await get(LEDGER, headers=place.driver_headers())
    elsewhere = await get(f"{LEDGER}/balance", headers=place.operator_headers(tenant=TenantId("other")))

    assert as_driver.status_code == 403
    assert elsewhere.json() == {"accounts": [], "totals": {}}


@asynccontextmanager
async def as_billing(url: str, tenant: str = "*") -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_dsn(make_url(url)))
    try:
        await connection.execute("SET ROLE chargeyard_billing; SET search_path TO billing")
        await connection.execute("SELECT set_config('app.tenant', $1, false)", tenant)
        yield connection
    finally:
        await connection.close()


async def insert(connection: asyncpg.Connection, tenant: str, transaction: str, *amounts: str) -> None:
    for line, amount in enumerate(amounts):
        await connection.execute(
            "INSERT INTO ledger_entries VALUES ($1, $2, $3, 'a', $4, 'EUR', now(), 'payment', 's')",
            tenant, transaction, line, Decimal(amount),
        )  # fmt: skip


async def book(connection: asyncpg.Connection, *transactions: tuple[str, ...]) -> None:
    """In one transaction of the database, for one tenant after the other."""
    async with connection.transaction():
        for tenant, *amounts in transactions:
            await connection.execute("SELECT set_config('app.tenant', $1, true)", tenant)
            await insert(connection, tenant, "tx", *amounts)


async def test_database_refuses_a_transaction_out_of_balance(database_url: str) -> None:
    await migrate(database_url, [SERVICE])
    async with as_billing(database_url) as connection:
        async with connection.transaction():
            await insert(connection, "t1", "good", "8.40", "-7", "-1.4")

        with pytest.raises(asyncpg.CheckViolationError, match=r"out of balance by 0\.01"):
            await book(connection, ("t1", "8.40", "-8.39"))
        assert await connection.fetchval("SELECT count(*) FROM ledger_entries") == 3


async def test_batch_that_ends_as_another_tenant_is_checked_as_well(database_url: str) -> None:
    await migrate(database_url, [SERVICE])
    async with as_billing(database_url) as connection:
        with pytest.raises(asyncpg.CheckViolationError, match="of t1 is out of balance"):
            await book(connection, ("t1", "1"), ("t2", "1", "-1"))


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_entries SET amount = 2", "DELETE FROM ledger_entries", "TRUNCATE ledger_entries"]
)
async def test_ledger_only_grows(database_url: str, statement: str) -> None:
    await migrate(database_url, [SERVICE])
    async with as_billing(database_url) as connection:
        async with connection.transaction():
            await insert(connection, "t1", "good", "1", "-1")

        with pytest.raises(asyncpg.CheckViolationError, match="only grows"):
            await connection.execute(statement)


LINES = """[{"dimension": "ENERGY", "quantity": "20", "unit": "kWh", "unit_price": "0.5", "amount_excl_vat": "10",
"vat_percent": "19", "amount_incl_vat": "11.90", "element": 0}]"""


def old_rows() -> Mapping[str, tuple[object, ...]]:
    """An invoice that a card, a terminal and a prepaid card paid, as rows of the revision before the ledger."""
    now = datetime.now(UTC)
    session = ("s1", None, "d1", "CP001", 1, now, now, 20000, "EUR", LINES)
    paid = ("EUR", now)
    return {
        "payment_methods": ("t1", "m1", "d1", "sandbox", "pays:1", "visa", "4242", True, now),
        "invoices": ("t1", "i1", 1, *session, 10, Decimal("11.90"), Decimal("11.90"), "paid", "", 1, "m1", now, "p1"),
        "payments card": ("t1", "x1", "i1", "m1", 5, *paid),
        "payments terminal": ("t1", "terminal:CP001:y", "i1", None, Decimal("3.90"), *paid),
        "payments prepaid": ("t1", "prepaid:s1:1", "i1", None, 3, *paid),
        "prepaid_accounts": ("t1", "p1", 7, "EUR", now),
        "prepaid_entries in": ("t1", "p1", "top-up:1", 10, now),
        "prepaid_entries out": ("t1", "p1", "prepaid:s1:1", -3, now),
    }


async def test_what_was_billed_before_is_posted_by_the_migration(empty_database_url: str, tmp_path: Path) -> None:
    before = tmp_path / "before"
    newer = shutil.ignore_patterns("v000[6-9]*", "v00[1-9]*", "__pycache__")
    shutil.copytree(SERVICE.migrations, before / "migrations", ignore=newer)
    await migrate(empty_database_url, [dataclasses.replace(SERVICE, package=before)])
    async with as_billing(empty_database_url) as connection:
        for table, values in old_rows().items():
            places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
            await connection.execute(f"INSERT INTO {table.split()[0]} VALUES ({places})", *values)

    await migrate(empty_database_url, [SERVICE])

    async with as_billing(empty_database_url) as connection:
        rows = await connection.fetch("SELECT account, sum(amount) FROM ledger_entries GROUP BY account")
    assert dict(rows) == {
        "cash:sandbox": 5,
        "cash:terminal": Decimal("3.90"),
        "cash:till": 10,
        "prepaid:p1": -7,
        "receivable:d1": 0,
        "revenue:charging": -10,
        "vat:DE:19": Decimal("-1.90"),
    }


async def test_posting_is_there_as_soon_as_its_invoice_is(bench: Bench) -> None:
    await bench.place.publish_domain(completed(), key="s1")

    async def invoiced() -> Any:
        answer = await bench.place.http.get("/api/v1/billing/invoices", headers=bench.place.operator_headers())
        return answer.json()["items"]

    (invoice,) = await eventually(invoiced)
    posted = (await entries(bench, about="invoice"))["items"]
    assert {one["subject"] for one in posted} == {invoice["id"]}
