"""`smoke`: everything in a temporary folder, until sessions of each OCPP version are paid and add up; exit 0 or 1.

What the simulator delivered is compared with what was billed: energy by the fleet's own ledger, money by the tariff's
price for that energy, worked out here by hand and not by the platform's pricing.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from chargeyard.app_drivers import AppDrivers
from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.world import TARIFFS, DemoStation, World, demo_drivers, make_world, provision
from protocol.domain.version import OcppVersion
from simulator.fleet import Fleet
from simulator.ledger import LedgerEntry
from simulator.plan import Settings

STATIONS = 12
WANTED_EACH = 3
_DEADLINE_S = 60.0
_POLL_S = 0.5
_CENT, _FOUR_PLACES = Decimal("0.01"), Decimal("0.0001")

_EPILOG = """example:
  python3 dev.py smoke
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A session as it was delivered and as it was billed."""

    station: DemoStation
    entry: LedgerEntry
    session: dict[str, Any]  # Any: JSON of REST
    invoice: dict[str, Any]  # Any: JSON of REST

    @property
    def is_paid(self) -> bool:
        """Whether the receipt stands."""
        return bool(self.invoice["state"] == "paid")

    def problems(self) -> list[str]:
        """Where delivered and billed differ."""
        found = []
        billed_wh = Decimal(self.session["energy_wh"])
        if billed_wh != self.entry.energy_wh:
            found.append(f"delivered {self.entry.energy_wh} Wh, billed {billed_wh} Wh")
        expected = expected_total(self.station.tariff_id, Decimal(self.entry.energy_wh or 0))
        total = Decimal(self.invoice["total_incl_vat"])
        if total != expected:
            found.append(f"{self.entry.energy_wh} Wh cost {expected}, billed {total}")
        if self.is_paid and Decimal(self.invoice["paid"]) != total:
            found.append(f"paid {self.invoice['paid']} of {total}")
        return found


def main(argv: Sequence[str]) -> int:
    """0 where enough sessions of each version are paid and every session adds up, else 1."""
    parser = argparse.ArgumentParser(
        prog="chargeyard smoke",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="chargeyard-smoke-") as folder:
        return asyncio.run(_smoke(Path(folder)))


def expected_total(tariff_id: str, energy_wh: Decimal) -> Decimal:
    """The price incl. VAT of so much energy, from the tariff's own numbers."""
    total = Decimal(0)
    for component in TARIFFS[tariff_id]["elements"][0]["price_components"]:
        quantity = energy_wh / 1000 if component["type"] == "ENERGY" else Decimal(1)
        if energy_wh or component["type"] != "ENERGY":
            with_vat = Decimal(str(component["price"])) * quantity * (1 + Decimal(str(component["vat"])) / 100)
            total += with_vat.quantize(_FOUR_PLACES, ROUND_HALF_UP)
    return total.quantize(_CENT, ROUND_HALF_UP)


async def _smoke(folder: Path) -> int:
    began = time.monotonic()
    settings = Settings(heartbeat_interval_s=30, sample_interval_s=2, retry_min_s=0.5, retry_random_s=0.5)
    platform = Platform(
        folder,
        report=_say,
        durable=False,
        environ={},
        backoffice_settings={"IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR},
    )
    async with platform, asyncio.TaskGroup() as tasks, RestClient(platform.rest_url) as operator:
        watching = tasks.create_task(platform.watch())
        await operator.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        world = make_world(STATIONS, secret=platform.secrets.token_key, settings=settings)
        password = platform.secrets.driver_password
        await provision(world, operator, rest_url=platform.rest_url, driver_password=password, report=_say)
        _say(f"waiting for {WANTED_EACH} paid sessions of each OCPP version")
        stop = asyncio.Event()
        phones = AppDrivers(platform.rest_url, world.drivers, password=password, tasks=tasks, seed=7)
        drivers = demo_drivers(world, session_s=(4.0, 8.0), arrival_s=2.0, app_share=0.4)
        fleet = Fleet(world.fleet_plan(drivers), url=platform.station_url, seed=7, on_event=phones.on_event)
        running = tasks.create_task(fleet.run(stop))
        is_enough = await _wait_for_paid(operator, world)
        stop.set()
        await running
        rows = await billed_rows(fleet.ledger.entries(), operator, world)
        await phones.close()
        watching.cancel()
    return _judge(rows, is_enough=is_enough, seconds=time.monotonic() - began)


async def _wait_for_paid(operator: RestClient, world: World) -> bool:
    """Whether enough sessions of each version were paid in time."""
    deadline = time.monotonic() + _DEADLINE_S
    version_of = {station.plan.station_id: station.plan.version for station in world.stations}
    while time.monotonic() < deadline:
        paid = (await operator.get("/billing/invoices", state="paid", limit=500))["items"]
        versions = [version_of[invoice["station_id"]] for invoice in paid]
        if all(versions.count(version) >= WANTED_EACH for version in (OcppVersion.V16, OcppVersion.V201)):
            return True
        await asyncio.sleep(_POLL_S)
    return False


async def billed_rows(entries: Sequence[LedgerEntry], operator: RestClient, world: World) -> list[Row]:
    """Every delivered session with its record and its invoice; a session that is missing is a row without them."""
    delivered = [entry for entry in entries if entry.is_end_acknowledged]
    station_of = {station.plan.station_id: station for station in world.stations}
    rows: list[Row] = []
    deadline = time.monotonic() + _DEADLINE_S / 2
    while time.monotonic() < deadline:
        sessions = (await operator.get("/sessions", limit=500))["items"]
        invoices = {i["session_id"]: i for i in (await operator.get("/billing/invoices", limit=500))["items"]}
        known = {(one["station_id"], one["transaction_id"]): one for one in sessions}
        rows = [
            Row(station_of[entry.station_id], entry, session, invoices[session["id"]])
            for entry in delivered
            if (session := known.get((entry.station_id, entry.transaction_id or ""))) and session["id"] in invoices
        ]
        if len(rows) == len(delivered) and all(row.invoice["state"] != "due" for row in rows):
            break
        await asyncio.sleep(_POLL_S)
    if len(rows) < len(delivered):
        _say(f"FAILED: {len(delivered)} sessions were delivered and acknowledged, {len(rows)} were billed")
        return []
    return rows


def _judge(rows: Sequence[Row], *, is_enough: bool, seconds: float) -> int:
    _say(f"\n{'station':<9} {'version':<8} {'driver':<38} {'Wh':>7} {'price':>11}  payment")
    for row in sorted(rows, key=lambda row: (row.entry.version, row.entry.started_at)):
        price = f"{row.invoice['total_incl_vat']} {row.invoice['currency']}"
        payment = row.invoice["state"] + (f" ({row.invoice['reason']})" if row.invoice["reason"] else "")
        _say(
            f"{row.entry.station_id:<9} {row.entry.version:<8} {row.session['driver_id'] or '?':<38} "
            f"{row.session['energy_wh']:>7} {price:>11}  {payment}"
        )
    problems = [f"{row.entry.station_id} {row.entry.transaction_id}: {text}" for row in rows for text in row.problems()]
    for problem in problems:
        _say(f"FAILED: {problem}")
    if not is_enough:
        _say(f"FAILED: fewer than {WANTED_EACH} sessions of each version were paid within {_DEADLINE_S:.0f} s")
    is_good = is_enough and bool(rows) and not problems
    paid = sum(row.is_paid for row in rows)
    verdict = "energy and money add up" if is_good else "FAILED"
    _say(f"\n{len(rows)} sessions delivered and billed, {paid} paid; {verdict}; {seconds:.1f} s")
    return 0 if is_good else 1


def _say(line: str) -> None:
    print(line, flush=True)
