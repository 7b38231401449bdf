"""A past day against the platform: tariffs that held then, and a fleet whose clock jumps."""

import asyncio
import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.world import TARIFFS, World, provision
from protocol.domain.identifiers import DEFAULT_TENANT
from simulator.fleet import Fleet
from simulator.ledger import Ledger
from simulator.plan import DriverPlan
from simulator.playing import Play

MIDNIGHT = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
NOON = MIDNIGHT + timedelta(hours=12)
_RISE = 0.10


async def provision_for_the_day(platform: Platform, operator: RestClient, world: World) -> None:
    """The world is there, its tariffs have held for a week, and were raised at noon of the day.

    Nobody may date a tariff back, so the database is told that they were published then.
    """
    await provision(
        world,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=lambda _line: None,
    )
    for name, tariff in TARIFFS.items():
        raised = copy.deepcopy(dict(tariff))
        for component in raised["elements"][0]["price_components"]:
            component["price"] = round(component["price"] + _RISE, 2)
        await operator.put(f"/tariffs/{name}", {"id": name, **raised})
    database = await platform.servers.postgres.connect()
    try:
        long_ago = MIDNIGHT - timedelta(days=7)
        await database.execute("UPDATE tariffs.assignments SET valid_from = $1", long_ago)
        await database.execute("UPDATE tariffs.tariff_versions SET valid_from = $1 WHERE version = 1", long_ago)
        await database.execute("UPDATE tariffs.tariff_versions SET valid_from = $1 WHERE version = 2", NOON)
    finally:
        await database.close()


async def play(platform: Platform, world: World, path: Path, *, begin: datetime, hours: float, seed: int = 7) -> Fleet:
    """The fleet has lived these hours, and its ledger is written."""
    stop = asyncio.Event()
    drivers = DriverPlan(tokens={DEFAULT_TENANT: world.tokens}, session_s=(900, 5400), arrival_s=7200)
    with Ledger(path) as ledger:
        fleet = Fleet(
            world.fleet_plan(drivers),
            url=platform.station_url,
            seed=seed,
            ledger=ledger,
            play=Play(begin, seconds=hours * 3600, stop=stop),
        )
        await fleet.run(stop, goodbye_s=30)
    return fleet
