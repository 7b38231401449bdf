"""A run from the first station that is made to the last that is removed."""

import asyncio
import secrets
import shutil
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chargeyard.errors import ChargeyardError
from chargeyard.rest import RestClient, RestRefused
from loadtest.crew import Crew, Tempo, sized
from loadtest.processes import Locust
from loadtest.provisioning import find_stations, provision, remove
from loadtest.report import Run, write_report
from loadtest.thresholds import VERDICTS

STOPPED = 130


class StationUrlUnknown(ChargeyardError):
    """The platform does not say where stations go."""

    def __init__(self) -> None:
        super().__init__("the platform does not say where its stations go: give --station-url, wss://host/ocpp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked for; see cli.py."""

    rest_url: str
    station_url: str | None
    tenant: str
    operator: str
    password: str
    driver_secret: str
    users: int
    driver_share: float
    shape: str
    minutes: float
    tempo: Tempo
    thresholds: Path
    results: Path
    workers: int
    expect_workers: int
    listen: str
    master_port: int
    ui_port: int | None


async def run(order: Order) -> int:
    """0 where every threshold has held, 1 where one has not, 130 where somebody stopped it. Its stations are gone."""
    async with RestClient(order.rest_url, tenant=order.tenant) as operator:
        await operator.log_in(order.operator, order.password, role="operator")
        crew = _crew(order, await _station_url(order, operator))
        stop = asyncio.Event()
        with _stopped_by_signals(stop):
            try:
                code = await _carry_out(order, crew, operator, stop)
            finally:
                await _remove(order, crew, operator)
    return STOPPED if stop.is_set() else code


async def clean(order: Order) -> int:
    """0 once no station of any load test is left, 1 where some are online: somebody runs one."""
    async with RestClient(order.rest_url, tenant=order.tenant) as operator:
        await operator.log_in(order.operator, order.password, role="operator")
        kept = await remove(await find_stations(operator), operator, say=say)
    for station_id in kept:
        say(f"{station_id} is online and stays: a load test runs")
    return 1 if kept else 0


async def _carry_out(order: Order, crew: Crew, operator: RestClient, stop: asyncio.Event) -> int:
    if not await _unless(stop, provision(crew, operator, say=say)):
        return STOPPED
    order.results.mkdir(parents=True, exist_ok=True)
    results = order.results.resolve()
    (results / VERDICTS).unlink(missing_ok=True)  # an earlier run's, where somebody names one folder twice
    crew_file = results / "crew.json"
    crew_file.touch(0o600)  # it holds passwords
    crew_file.write_text(crew.written(), "utf-8")
    say(f"{crew.users} users for {crew.minutes:g} minutes, {crew.shape}; Ctrl-C ends it and removes the stations")
    began_at = datetime.now(UTC)
    try:
        code = await _load(order, crew_file, results, stop)
    finally:
        crew_file.unlink()
    if (results / VERDICTS).exists():
        shutil.copy(order.thresholds, results / "thresholds.toml")
        report = write_report(results, Run(crew.users, crew.shape, crew.minutes, crew.rest_url, began_at))
        say(f"the report: {report}")
    else:
        say(f"Locust ended with {code}; {results / 'locust.log'} says why")
        return 1
    return 1 if code else 0


async def _load(order: Order, crew_file: Path, results: Path, stop: asyncio.Event) -> int:
    locust = Locust()
    await locust.start(
        crew=crew_file,
        results=results,
        thresholds=order.thresholds,
        workers=order.workers,
        expect_workers=order.expect_workers,
        listen=order.listen,
        master_port=order.master_port,
        ui_port=order.ui_port,
    )
    try:
        async with asyncio.TaskGroup() as tasks:
            stopping = tasks.create_task(_stop_when_asked(locust, stop))
            code = await locust.wait()
            stopping.cancel()
    finally:
        await locust.end()
    return code


async def _stop_when_asked(locust: Locust, stop: asyncio.Event) -> None:
    await stop.wait()
    say("stopping: charges are ended and stations say goodbye")
    locust.stop()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Whether the work was done before somebody stopped it; then it is given up."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        working.result()
        return True
    working.cancel()
    await asyncio.wait((working,))
    return False


async def _remove(order: Order, crew: Crew, operator: RestClient) -> None:
    """What was made is removed, as far as the platform answers."""
    kept: list[str] = []
    try:
        # After a soak the token of the beginning is no longer good.
        await operator.log_in(order.operator, order.password, role="operator")
        kept = await remove(await find_stations(operator, run=crew.run), operator, say=say)
    except* RestRefused as refused:
        say(f"stations stay, `loadtest --clean` removes them later: {refused.exceptions[0]}")
    if kept:
        say(f"{len(kept)} stations are still held to be online and stay; `loadtest --clean` removes them later")


def _crew(order: Order, station_url: str) -> Crew:
    stations, drivers, by_app = sized(order.users, driver_share=order.driver_share)
    return Crew(
        run=secrets.token_hex(3),
        rest_url=order.rest_url,
        station_url=station_url,
        tenant=order.tenant,
        station_secret=secrets.token_hex(16),
        driver_secret=order.driver_secret,
        stations=stations,
        drivers=drivers,
        app_stations=by_app,
        shape=order.shape,
        minutes=order.minutes,
        tempo=order.tempo,
    )


async def _station_url(order: Order, operator: RestClient) -> str:
    """As somebody says, or as the platform does: for this machine by the name under which it was reached here."""
    if order.station_url is not None:
        return order.station_url.rstrip("/")
    entrance = await operator.get("/onboarding")
    told = entrance["station_url"] or entrance["tls_station_url"]
    if told is None:
        raise StationUrlUnknown
    parts = urlsplit(str(told))
    if parts.hostname in ("127.0.0.1", "localhost"):
        parts = parts._replace(netloc=f"{urlsplit(order.rest_url).hostname}:{parts.port}")
    return parts.geturl().rstrip("/")


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM sets `stop`: whoever waits for it ends in order."""
    loop, numbers = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def say(line: str) -> None:
    """A line for the person who waits."""
    print(line, flush=True)
