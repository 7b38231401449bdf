"""`smoke`: everything in a temporary folder, until sessions of each OCPP version and stays are paid and add up.

What the fleet's ledger says was delivered is reconciled with what the platform has booked: every session and reading,
every stay in a parking bay, and the money by the tariffs, worked out by the simulator and not by the platform. Exit 0
or 1. A platform that runs elsewhere is left with the demo's stations, drivers and sessions.
"""

import argparse
import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any, cast

from chargeyard.app_drivers import AppDrivers
from chargeyard.car_park import demo_parkers
from chargeyard.demo import OPERATOR, parker_names, sensors
from chargeyard.elsewhere import PASSWORD_VARIABLE, DerivedPasswords, PlatformElsewhere, Reachable
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.shapes import Shape, add_shape_options, shape_of
from chargeyard.world import World, demo_drivers, make_world, provision
from protocol.domain.version import OcppVersion
from simulator.books import OperatorsView
from simulator.expected_price import PriceList
from simulator.fleet import Fleet
from simulator.ledger import Ledger, read_ledger
from simulator.plan import Settings
from simulator.reconciliation import Reconciliation
from simulator.settling import reconcile_when_settled

STATIONS = 12
WANTED_EACH = 3
WANTED_STAYS = 3
# For a machine that is ten times slower than a desk: it is over as soon as all are paid.
_DEADLINE_S = 180.0
_SETTLES_WITHIN_S = 90.0
_POLL_S = 0.5

_EPILOG = """examples:
  python3 dev.py smoke
  python3 dev.py smoke --apart    two gateways, and every service in a process of its own, as in a cluster
  CHARGEYARD_OPERATOR_PASSWORD=… python3 dev.py smoke --rest https://app.example.com --stations wss://ocpp.example.com/ocpp
"""


def main(argv: Sequence[str]) -> int:
    """0 where enough sessions of each version and stays are paid and everything adds up, else 1."""
    parser = argparse.ArgumentParser(
        prog="chargeyard smoke",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_shape_options(parser)
    parser.add_argument("--rest", metavar="URL", help="of a platform that runs, up to /api: nothing is started then")
    parser.add_argument("--stations", metavar="URL", help="what a station's id is added to there")
    options = parser.parse_args(argv)
    if (options.rest is None) != (options.stations is None):
        parser.error("--rest and --stations belong together")
    # A pipeline that is cancelled ends as after Ctrl-C: nothing runs on, and the folder goes.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="chargeyard-smoke-") as folder:
        if options.rest is None:
            return asyncio.run(
                _smoke(
                    _platform_here(Path(folder), shape_of(options.shape, gateways=options.gateways)),
                    Path(folder),
                    seed="7",
                )
            )
        password = os.environ.get(PASSWORD_VARIABLE)
        if not password:
            parser.error(f"{PASSWORD_VARIABLE} has to hold the password of {OPERATOR}")
        there = PlatformElsewhere(options.rest.rstrip("/"), options.stations.rstrip("/"), DerivedPasswords(password))
        # Another seed each time, or it would deliver what the last one did.
        return asyncio.run(_smoke(there, Path(folder), seed=str(time.time_ns())))


def _platform_here(folder: Path, shape: Shape) -> Platform:
    return Platform(
        folder,
        report=_say,
        shape=shape,
        durable=False,
        environ={},
        backoffice_settings={"IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR},
    )


async def _smoke(platform: Platform | PlatformElsewhere, folder: Path, *, seed: str) -> int:
    began = time.monotonic()
    settings = Settings(heartbeat_interval_s=30, sample_interval_s=2, retry_min_s=0.5, retry_random_s=0.5)
    async with platform, asyncio.TaskGroup() as tasks, RestClient(platform.rest_url) as operator:
        watching = tasks.create_task(platform.watch())
        await operator.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        world = make_world(STATIONS, secret=platform.secrets.token_key, settings=settings)
        password = platform.secrets.driver_password
        await provision(world, operator, rest_url=platform.rest_url, driver_password=password, report=_say)
        _say(f"waiting for {WANTED_EACH} paid sessions of each OCPP version and {WANTED_STAYS} paid stays")
        before = {one["id"] for one in await _paid_invoices(operator)}
        stop = asyncio.Event()
        phones = AppDrivers(platform.rest_url, world.drivers, password=password, tasks=tasks, seed=7)
        drivers = demo_drivers(world, session_s=(4.0, 8.0), arrival_s=2.0, app_share=0.4, linger_s=(0.0, 2.0))
        parkers = demo_parkers(parker_names(world), stay_s=(4.0, 9.0), arrival_s=10.0)
        ledger = Ledger(folder / "ledger.jsonl")
        plan = world.fleet_plan(drivers, parkers)
        async with sensors(platform, world) as speaker:
            fleet = Fleet(
                plan, url=platform.station_url, seed=seed, ledger=ledger, on_event=phones.on_event, speaker=speaker
            )
            running = tasks.create_task(fleet.run(stop))
            is_enough = await _wait_for_paid(operator, world, before=before)
            stop.set()
            await running
        found = await reconcile_with_platform(folder / "ledger.jsonl", platform, world.prices)
        await phones.close()
        watching.cancel()
    return _judge(found, world, is_enough=is_enough, seconds=time.monotonic() - began)


async def _wait_for_paid(operator: RestClient, world: World, *, before: Container[str]) -> bool:
    """Whether enough sessions of each version, and enough stays, were paid in time, without those `before`."""
    deadline = time.monotonic() + _DEADLINE_S
    version_of = {station.plan.station_id: station.plan.version for station in world.stations}
    while time.monotonic() < deadline:
        paid = [one for one in await _paid_invoices(operator) if one["id"] not in before]
        versions = [version_of[one["station_id"]] for one in paid if one["kind"] == "charging"]
        stays = sum(one["kind"] == "parking" and one["total_incl_vat"] != "0.00" for one in paid)
        are_charged = all(versions.count(version) >= WANTED_EACH for version in (OcppVersion.V16, OcppVersion.V201))
        if are_charged and stays >= WANTED_STAYS:
            return True
        await asyncio.sleep(_POLL_S)
    return False


async def _paid_invoices(operator: RestClient) -> Sequence[dict[str, Any]]:  # Any: JSON
    """The newest of them."""
    page = await operator.get("/billing/invoices", state="paid", limit=500)
    return cast("Sequence[dict[str, Any]]", page["items"])


async def reconcile_with_platform(
    ledger: Path, platform: Reachable, prices: PriceList, *, patience_s: float = _SETTLES_WITHIN_S
) -> Reconciliation:
    """What the platform has booked of a ledger, once it is settled or has had its time."""
    async with OperatorsView(platform.rest_url) as view:
        await view.log_in(OPERATOR, platform.secrets.operator_password)
        return await reconcile_when_settled(read_ledger(ledger), view, prices, patience_s=patience_s)


def _judge(found: Reconciliation, world: World, *, is_enough: bool, seconds: float) -> int:
    version_of = {station.plan.station_id: station.plan.version for station in world.stations}
    _say(f"\n{'station':<9} {'version':<8} {'driver':<38} {'Wh':>7} {'price':>11}  payment")
    billed = [(one.delivered, one.session, one.invoice) for one in found.matches if one.session and one.invoice]
    for delivered, session, invoice in sorted(
        billed, key=lambda row: (version_of[row[0].station_id], row[0].started_at)
    ):
        price = f"{invoice.total_incl_vat} {invoice.currency}"
        payment = invoice.state + (f" ({invoice.reason})" if invoice.reason else "")
        _say(
            f"{delivered.station_id:<9} {version_of[delivered.station_id]:<8} {session.driver_id or '?':<38} "
            f"{session.energy_wh:>7} {price:>11}  {payment}"
        )
    stays = _say_stays(found)
    for difference in found.differences:
        _say(f"FAILED: {difference}")
    if not is_enough:
        _say(
            f"FAILED: fewer than {WANTED_EACH} sessions of each version, or {WANTED_STAYS} stays, "
            f"were paid within {_DEADLINE_S:.0f} s"
        )
    is_good = is_enough and bool(billed) and bool(stays) and found.is_clean
    paid = sum(invoice.state == "paid" for _, _, invoice in billed)
    verdict = "energy, time and money add up" if is_good else "FAILED"
    _say(f"\n{len(billed)} sessions delivered and billed, {paid} paid; {stays}; {verdict}; {seconds:.1f} s")
    return 0 if is_good else 1


def _say_stays(found: Reconciliation) -> str:
    """Every stay that was billed, one a line; returns all of them in numbers, or nothing where none was billed."""
    billed = [(one.expected, one.session, one.invoice) for one in found.stays if one.session and one.invoice]
    _say(f"\n{'bay':<24} {'driver':<38} {'s':>7} {'price':>11}  payment")
    for expected, session, invoice in billed:
        lasted_s = (session.ended_at - session.started_at).total_seconds() if session.ended_at else 0.0
        price = f"{invoice.total_incl_vat} {invoice.currency}"
        _say(f"{expected.bay_id:<24} {session.driver_id or '?':<38} {lasted_s:>7.1f} {price:>11}  {invoice.state}")
    paid = sum(invoice.state == "paid" for _, _, invoice in billed)
    nobodys = sum(one.session is not None and one.session.driver_id is None for one in found.stays)
    if not billed:
        return ""
    return f"{len(found.stays)} stays parked, {len(billed)} billed, {paid} paid, {nobodys} of nobody known"


def _say(line: str) -> None:
    print(line, flush=True)
