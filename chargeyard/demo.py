"""`up`: the whole platform on this machine, with a demo fleet of stations and drivers, until Ctrl-C."""

import argparse
import asyncio
import hashlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

from chargeyard import web_build
from chargeyard.app_drivers import AppDrivers
from chargeyard.car_park import demo_parkers
from chargeyard.elsewhere import Reachable
from chargeyard.lan import lan_address
from chargeyard.platform import Platform
from chargeyard.reset import DATA_DIR
from chargeyard.rest import RestClient
from chargeyard.shapes import add_shape_options, shape_of
from chargeyard.summary import Summary, follow
from chargeyard.web_build import BuildFailed
from chargeyard.world import World, demo_drivers, make_world, provision
from simulator.control.address import LOOPBACK, Address
from simulator.control.attached import Control
from simulator.fleet import Fleet
from simulator.parking.rest import Account, RestSpeaker
from simulator.plan import Settings

OPERATOR = "operator@example.com"
REST_PORT, STATION_PORT = 8000, 9000
_MARKER = "demo.json"
_SAMPLE_S = 10
_SESSION_S = (15.0, 240.0)
_ARRIVAL_S = 45.0
_APP_SHARE = 0.4
_LINGER_S = (0.0, 45.0)
_STAY_S = (20.0, 200.0)
_PARKING_ARRIVAL_S = 30.0
_PARKERS = 16
_REDRAW_S = 1.0
_PLAIN_REDRAW_S = 10.0
_CLEAR_LINE = "\r\x1b[K"

_EPILOG = """examples:
  python3 dev.py up                     everything, with 40 stations
  python3 dev.py up --no-fleet          the platform alone
  python3 dev.py up --no-fleet --split  for a load test: both of two cores work
  python3 dev.py up --gateways 2        two gateway nodes: kill one, and its stations come back at the other
  python3 dev.py up --apart             as in a cluster: every service in a process of its own, behind one address
  python3 dev.py up --lan --no-fleet    for a real station in this network
  python3 dev.py up --port 8080 --station-port 9090
"""


def main(argv: Sequence[str]) -> int:
    """0 after Ctrl-C or SIGTERM; ChargeyardError with what to do where something cannot start or ended by itself."""
    parser = argparse.ArgumentParser(
        prog="chargeyard up", description=__doc__, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=REST_PORT, help="REST (default: %(default)s)")
    parser.add_argument("--station-port", type=_port, default=STATION_PORT, help="stations (default: %(default)s)")
    parser.add_argument(
        "--stations", type=_station_count, default=40, metavar="N", help="size of the demo fleet (default: %(default)s)"
    )
    parser.add_argument("--no-fleet", action="store_true", help="no demo fleet, only the platform")
    add_shape_options(parser)
    parser.add_argument("--lan", action="store_true", help="listen on the network, for a real station")
    parser.add_argument("--seed", type=int, default=7, help="of the fleet's chances (default: %(default)s)")
    options = parser.parse_args(argv)
    if options.port == options.station_port:
        parser.error("--port and --station-port must differ")
    _log_above_the_summary()
    try:
        asyncio.run(_up(options))
    except asyncio.CancelledError:
        _say("stopped before it was ready")
    return 0


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"{text} is no port: 1 to 65535")
    return int(text)


def _station_count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text} is no number of stations: 1 or more, or --no-fleet for none")
    return int(text)


async def _up(options: argparse.Namespace) -> None:
    began = time.monotonic()
    control = None if options.no_fleet else Control(Address(LOOPBACK, 0))
    stop, ready, starting = asyncio.Event(), asyncio.Event(), asyncio.current_task()
    assert starting is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _ask_to_stop, stop, ready, starting)
    # Said here and not by the thread: after Ctrl-C nothing goes on.
    if failure := await asyncio.to_thread(_build_web):
        _say(f"going on without the web apps: {failure}")
    host = lan_address() if options.lan else "127.0.0.1"
    platform = Platform(
        options.data,
        report=_say,
        host="0.0.0.0" if options.lan else "127.0.0.1",  # noqa: S104 # that is what --lan asks for
        rest_port=options.port,
        station_port=options.station_port,
        shape=shape_of(options.shape, gateways=options.gateways),
        keeps_traces=not options.no_fleet,
        backoffice_settings={
            "IDENTITY_FIRST_OPERATOR_EMAIL": OPERATOR,
            **_public_addresses(f"http://{host}:{options.port}"),
            # A webhook on this machine is what somebody tries first; in a network, anybody could make us ask it.
            "NOTIFICATIONS_ALLOW_PRIVATE_ADDRESSES": str(not options.lan),
            "ADMIN_SIMULATOR_URL": control.url if control else "",
        },
    )
    async with platform, asyncio.TaskGroup() as tasks, RestClient(platform.rest_url) as operator:
        watching = tasks.create_task(platform.watch())
        await operator.log_in(OPERATOR, platform.secrets.operator_password, role="operator")
        world = make_world(options.stations, secret=platform.secrets.token_key, settings=_settings())
        await _provision_once(world, platform, operator)
        summary, following = Summary(), asyncio.Event()
        await summary.begin(operator)
        counting = tasks.create_task(follow(platform.servers.nats_url, summary, ready=following))
        await following.wait()
        ready.set()
        _print_banner(platform, world, is_lan=options.lan, seconds=time.monotonic() - began)
        drawing = tasks.create_task(_draw(summary))
        if control is None:
            await stop.wait()
        else:
            await _run_fleet(world, platform, control, stop=stop, seed=options.seed)
        for task in (drawing, counting, watching):
            task.cancel()
    _say(f"stopped; data stays in {platform.servers.data_dir}")


def _build_web() -> BuildFailed | None:
    """The web apps are built, or it is returned why they are not: everything else works without them."""
    if web_build.is_checkout():
        try:
            web_build.build(_say)
        except BuildFailed as failure:
            return failure
    return None


def _public_addresses(url: str) -> dict[str, str]:
    """What QR codes, mails and links to receipts lead to is served here too, unless the environment says otherwise."""
    addresses = {
        "STATIONS_PLACE_URL": url,
        "NOTIFICATIONS_APP_URL": url,
        "BILLING_PUBLIC_URL": f"{url}/api/v1",
    }
    return {name: os.environ.get(name, address) for name, address in addresses.items()}


async def _provision_once(world: World, platform: Platform, operator: RestClient) -> None:
    """The demo's stations and drivers are there; a marker tells that they were made by an earlier `up`."""
    marker = platform.servers.data_dir / _MARKER
    digest = hashlib.sha256(repr(world).encode()).hexdigest()
    if marker.exists() and json.loads(marker.read_text()).get("world") == digest:
        return
    await provision(
        world,
        operator,
        rest_url=platform.rest_url,
        driver_password=platform.secrets.driver_password,
        report=_say,
    )
    marker.write_text(json.dumps({"world": digest}))


async def _run_fleet(world: World, platform: Platform, control: Control, *, stop: asyncio.Event, seed: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        phones = AppDrivers(
            platform.rest_url, world.drivers, password=platform.secrets.driver_password, tasks=tasks, seed=seed
        )
        drivers = demo_drivers(
            world, session_s=_SESSION_S, arrival_s=_ARRIVAL_S, app_share=_APP_SHARE, linger_s=_LINGER_S
        )
        parkers = demo_parkers(parker_names(world), stay_s=_STAY_S, arrival_s=_PARKING_ARRIVAL_S)
        async with sensors(platform, world) as speaker:
            # Another seed each time, or every `up` would deliver what the last one did.
            fleet = Fleet(
                world.fleet_plan(drivers, parkers),
                url=platform.station_url,
                seed=f"{seed} {time.time_ns()}",
                on_event=phones.on_event,
                speaker=speaker,
            )
            async with control.attached(fleet):
                await fleet.run(stop)
        await phones.close()


def parker_names(world: World) -> Sequence[str]:
    """As whom drivers check in who only park: a few, for each has to log in."""
    return [driver.email for driver in world.drivers[:_PARKERS]]


def sensors(platform: Reachable, world: World) -> RestSpeaker:
    """What the demo's bays and those who park in them say to the platform."""
    operator = Account(OPERATOR, platform.secrets.operator_password, "operator")
    passwords = dict.fromkeys(parker_names(world), platform.secrets.driver_password)
    return RestSpeaker(platform.rest_url, operator, passwords=passwords)


def _settings() -> Settings:
    return Settings(heartbeat_interval_s=60, sample_interval_s=_SAMPLE_S)


def _print_banner(platform: Platform, world: World, *, is_lan: bool, seconds: float) -> None:
    host = lan_address() if is_lan else "127.0.0.1"
    password = platform.secrets.driver_password
    lines = (
        "",
        f"ready after {seconds:.1f} s",
        "",
        f"  driver's app    http://{host}:{platform.rest_port}/",
        f"  operator's app  http://{host}:{platform.rest_port}/operator",
        f"  REST            http://{host}:{platform.rest_port}/api/docs",
        f"  stations        ws://{host}:{platform.station_port}/ocpp/{{station id}}",
        f"  demo driver     {world.drivers[0].email}    {password}",
        f"  demo operator   {OPERATOR}    {platform.secrets.operator_password}",
        f"  mails           {_mails(platform)}",
        f"  data and logs   {platform.servers.data_dir}    (python3 dev.py reset clears them)",
        "",
        "Ctrl-C ends it.",
        "",
    )
    print("\n".join(lines), flush=True)


def _mails(platform: Platform) -> str:
    """Where what people are told by mail goes."""
    server = os.environ.get("NOTIFICATIONS_SMTP_HOST")
    return f"by {server}" if server else f"{platform.mail_folder}/*.eml    (NOTIFICATIONS_SMTP_HOST sends them)"


async def _draw(summary: Summary) -> None:
    """The summary: rewritten in place on a terminal, a line now and then elsewhere."""
    is_terminal = sys.stdout.isatty()
    while True:
        if is_terminal:
            print(f"{_CLEAR_LINE}{summary}", end="", flush=True)
        else:
            print(summary, flush=True)
        await asyncio.sleep(_REDRAW_S if is_terminal else _PLAIN_REDRAW_S)


def _ask_to_stop(stop: asyncio.Event, ready: asyncio.Event, starting: asyncio.Task[None]) -> None:
    """The first signal ends in order, or gives up a start; the second ends at once."""
    if stop.is_set():
        raise KeyboardInterrupt
    stop.set()
    if ready.is_set():
        _say("\nstopping: cars are unplugged and stations say goodbye; Ctrl-C again quits at once")
    else:
        _say("\nstopping the start; Ctrl-C again quits at once")
        starting.cancel()


def _say(line: str) -> None:
    print(_above_the_summary(line), flush=True)


def _above_the_summary(text: str) -> str:
    """What takes the summary's place on a terminal, where the next one is drawn below it."""
    return f"{_CLEAR_LINE}{text}" if sys.stdout.isatty() else text


def _log_above_the_summary() -> None:
    def put(_logger: object, _method: str, rendered: Any) -> str:  # Any: the processor before makes a line of it
        return _above_the_summary(rendered)

    structlog.configure(processors=[*structlog.get_config()["processors"], put])
