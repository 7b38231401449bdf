"""A fleet with parking bays, live against the platform: its ledger is what is booked, and a planted loss is named."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from chargeyard.car_park import demo_parkers
from chargeyard.demo import parker_names, sensors
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.smoke import reconcile_with_platform
from chargeyard.world import World, demo_drivers, make_world, provision
from simulator.differences import Difference, Kind
from simulator.fleet import Fleet
from simulator.ledger import Ledger, read_ledger
from simulator.parking.plan import BayQuirk, Device
from simulator.plan import FleetPlan, Settings
from tests.acceptance.network import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.timeout(300)]

STATIONS = 6
SETTINGS = Settings(sample_interval_s=2, retry_min_s=0.5, retry_random_s=0.5)
TABLES = ("sessions.parking_sessions", "billing.invoices", "billing.payments")
PAID_STAY = """
    SELECT s.id FROM sessions.parking_sessions s JOIN billing.invoices i ON i.session_id = s.id
    WHERE i.state = 'paid' AND i.paid > 0 AND s.state = 'completed' AND s.station_id IS NULL
    ORDER BY s.started_at, s.id LIMIT 1
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(platform: Platform, operator: RestClient) -> World:
    made = make_world(STATIONS, secret=platform.secrets.token_key, settings=SETTINGS)
    await provision(
        made,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=lambda _line: None,
    )
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ledger(platform: Platform, world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """What a fleet lived in which every second plate reader forgets, and sensors repeat and are late."""
    path, stop = tmp_path_factory.mktemp("ledger") / "ledger.jsonl", asyncio.Event()
    drivers = demo_drivers(world, session_s=(2.0, 5.0), arrival_s=2.0, app_share=0.0, linger_s=(0.0, 2.0))
    parkers = replace(demo_parkers(parker_names(world), stay_s=(5.0, 8.0), arrival_s=2.0), reserved_share=0.1)
    with Ledger(path) as book:
        async with sensors(platform, world) as speaker:
            fleet = Fleet(
                with_quirks(world.fleet_plan(drivers, parkers)),
                url=platform.station_url,
                seed=7,
                ledger=book,
                speaker=speaker,
            )
            running = asyncio.create_task(fleet.run(stop, goodbye_s=30.0))
            await eventually(lambda: has_parked(fleet), what="a fleet that has parked")
            stop.set()
            await running
    yield path


def with_quirks(plan: FleetPlan) -> FleetPlan:
    """Only a reader of plates forgets: what a sensor forgets makes one stay of two vehicles', of two drivers maybe."""
    quirks = {BayQuirk.REPEATS: 0.3, BayQuirk.LATE: 0.2}
    bays = (
        replace(bay, quirks=quirks | ({BayQuirk.FORGETS_VACATED: 0.3} if bay.device is Device.PLATE else {}))
        for bay in plan.bays
    )
    return replace(plan, bays=tuple(bays))


async def has_parked(fleet: Fleet) -> bool:
    return fleet.lot.summary().stays_ended >= 50 and fleet.lot.summary().checked_in >= 15


async def differences(platform: Platform, world: World, ledger: Path) -> list[Difference]:
    found = await reconcile_with_platform(ledger, platform, world.prices)
    assert len(found.stays) >= 40
    assert sum(one.session is not None and one.invoice is not None for one in found.stays) >= 15
    assert not found.unpriced
    return found.differences


async def test_what_was_parked_is_booked_once_and_billed_by_its_time(
    platform: Platform, world: World, ledger: Path
) -> None:
    assert await differences(platform, world, ledger) == []

    stays = read_ledger(ledger).stays
    assert all(stay.is_arrival_acknowledged and not stay.unheard for stay in stays)
    assert any(not stay.is_departure_said for stay in stays)
    assert any(stay.station_id is not None for stay in stays)
    assert any(stay.is_reserved for stay in stays)


@dataclass(frozen=True, slots=True)
class Loss:
    """What is done to the database, and what it is called. `$1` is a stay that is paid."""

    name: str
    kind: Kind
    statements: Sequence[str]


OF_STAY = "session_id = $1"
OF_INVOICE = f"invoice_id IN (SELECT id FROM billing.invoices WHERE {OF_STAY})"
NO_INVOICE = (f"DELETE FROM billing.payments WHERE {OF_INVOICE}", f"DELETE FROM billing.invoices WHERE {OF_STAY}")
STAY = "sessions.parking_sessions"
NOBODYS = f"""
    INSERT INTO {STAY} SELECT (jsonb_populate_record(t, '{{"id": "nobody", "driver_id": null, "bay_id": "BER-001-1",
        "started_at": "STARTED", "ended_at": "STARTED"}}'::jsonb)).*
    FROM {STAY} t WHERE id = $1
"""
LOSSES = (
    Loss("a missing stay", Kind.MISSING_STAY, (*NO_INVOICE, f"DELETE FROM {STAY} WHERE id = $1")),
    Loss("a stay that nobody lived", Kind.UNKNOWN_STAY, (NOBODYS,)),
    Loss(
        "a lost departure",
        Kind.STAY_NOT_ENDED,
        (*NO_INVOICE, f"UPDATE {STAY} SET state = 'parked', ended_at = NULL WHERE id = $1"),
    ),
    Loss(
        "an arrival that moved",
        Kind.WRONG_ARRIVAL,
        (f"UPDATE {STAY} SET started_at = started_at + interval '2 seconds' WHERE id = $1",),
    ),
    Loss(
        "a departure that moved",
        Kind.WRONG_DEPARTURE,
        (f"UPDATE {STAY} SET ended_at = ended_at + interval '1 millisecond' WHERE id = $1",),
    ),
    Loss("a wrong price", Kind.WRONG_STAY_COST, (f"UPDATE {STAY} SET cost_incl_vat = 3.33 WHERE id = $1",)),
    Loss("a wrong tariff", Kind.WRONG_TARIFF, (f"UPDATE {STAY} SET tariff_id = 'city-charging-bay' WHERE id = $1",)),
    Loss("a missing invoice", Kind.MISSING_INVOICE, NO_INVOICE),
    Loss(
        "another driver's invoice",
        Kind.WRONG_PAYER,
        (f"UPDATE billing.invoices SET driver_id = 'another' WHERE {OF_STAY}",),
    ),
    Loss(
        "another driver's stay",
        Kind.WRONG_PARKER,
        (
            f"UPDATE {STAY} SET driver_id = 'another' WHERE id = $1",
            f"UPDATE billing.invoices SET driver_id = 'another' WHERE {OF_STAY}",
        ),
    ),
)


@asynccontextmanager
async def damaged(platform: Platform, loss: Loss) -> AsyncIterator[None]:
    """The loss is there within the context, and nothing of it after."""
    database = await platform.servers.postgres.connect()
    try:
        # What was paid may not vanish by the database's own rules; here it is to.
        await database.execute("SET session_replication_role = replica")
        stay_id = await database.fetchval(PAID_STAY)
        began = await database.fetchval(f"SELECT min(started_at) + interval '0.1 second' FROM {STAY}")
        for table in TABLES:
            await database.execute(f"CREATE TEMPORARY TABLE {kept(table)} AS TABLE {table}")
        try:
            for statement in loss.statements:
                done = await database.execute(statement.replace("STARTED", began.isoformat()), stay_id)
                assert done.endswith(" 1"), f"{done}: {statement}"
            yield
        finally:
            for table in TABLES:
                await database.execute(f"DELETE FROM {table}")
                await database.execute(f"INSERT INTO {table} TABLE {kept(table)}")
    finally:
        await database.close()


def kept(table: str) -> str:
    return "kept_" + table.replace(".", "_")


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name.replace(" ", "-"))
async def test_a_planted_loss_is_found_and_named(platform: Platform, world: World, ledger: Path, loss: Loss) -> None:
    async with damaged(platform, loss):
        found = await find_at_once(platform, world, ledger)

    assert {difference.kind for difference in found} == {loss.kind}, [str(one) for one in found]
    assert await find_at_once(platform, world, ledger) == []


async def find_at_once(platform: Platform, world: World, ledger: Path) -> list[Difference]:
    found = await reconcile_with_platform(ledger, platform, world.prices, patience_s=0.0)
    return found.differences
