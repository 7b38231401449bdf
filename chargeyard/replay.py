"""`chargeyard replay SERVICE`: rows that were lost come again from the streams.

Only for services whose handlers ask nobody, and no clock but the one that they are given. Stations is refused, with the
reason; the others own what they hold.
"""

import argparse
import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from backoffice.contracts import CATALOGUE
from backoffice.kit.bus import Bus
from backoffice.kit.clock import utc_now
from backoffice.kit.consumer import BatchConsumer
from backoffice.kit.database import Database
from backoffice.kit.errors import Unavailable
from backoffice.kit.migrations import migrate
from backoffice.kit.rebuilding import EventClock, ServiceRuns, rebuild
from backoffice.kit.replaying import replay
from backoffice.kit.service import Context, Service
from backoffice.kit.settings import read_settings
from backoffice.kit.stream_reader import ReaderBroken
from backoffice.reporting.app import SERVICE as REPORTING
from backoffice.sessions.app import SERVICE as SESSIONS
from backoffice.telemetry.app import SERVICE as TELEMETRY
from chargeyard.backup.save import addresses_of
from chargeyard.embedded import locate_data_dir
from chargeyard.embedded.running import Addresses
from chargeyard.errors import ChargeyardError
from chargeyard.reset import DATA_DIR

REPLAYABLE: Sequence[Service] = (TELEMETRY, REPORTING, SESSIONS)
REFUSED = {
    "stations": (
        "its rows hold what people entered beside what stations said, and a fact that comes again can send commands"
    ),
}
"""Projections that cannot be made again of streams alone, and why."""


def main(argv: Sequence[str]) -> int:
    """0 once the rows are there again. Raises a ChargeyardError otherwise."""
    parser = argparse.ArgumentParser(
        prog="chargeyard replay",
        description="Apply again what the streams hold: what a service lost is there again, and nothing twice.",
        epilog="Streams forget: facts after 90 days, readings after 7, frames after 3.",
    )
    parser.add_argument("service", choices=[*(each.name for each in REPLAYABLE), *REFUSED], help="whose rows")
    parser.add_argument("--from", dest="since", type=_moment, help="what was received then or later, as 2026-11-20")
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder of `up` (default: %(default)s)")
    options = parser.parse_args(argv)
    if options.service in REFUSED:
        raise NotReplayable(options.service, REFUSED[options.service])
    service = next(one for one in REPLAYABLE if one.name == options.service)
    asyncio.run(_replay_at(options.data, service, since=options.since))
    return 0


async def replay_service(
    addresses: Addresses, service: Service, *, since: datetime | None, report: Callable[[str], None]
) -> int:
    """What the streams hold is in the service's rows; returns how many messages were applied again.

    Raises NotInPart, NotAlone, ReplayStopped.
    """
    await migrate(addresses.database_url, [service])
    database = Database(addresses.database_url, service=service.name, catalogue=CATALOGUE)
    settings = read_settings([service.settings], os.environ).of(service.settings)
    clock = EventClock(utc_now())
    try:
        async with Bus.connected(addresses.nats_url, name="replay") as bus:
            parts = service.build(Context(settings, database, bus, clock))
            for prepare in parts.prepares:
                await prepare()
            if parts.projection is not None:
                if parts.projection.kept and since is not None:
                    raise NotInPart(service.name)
                return await rebuild(
                    parts.projection,
                    database=database,
                    bus=bus,
                    catalogue=CATALOGUE,
                    clock=clock,
                    since=since,
                    report=report,
                )
            applied = 0
            for consumer in parts.consumers:
                assert isinstance(consumer, BatchConsumer), "a service with other consumers has a projection"
                applied += await replay(
                    consumer,
                    database=database,
                    bus=bus,
                    catalogue=CATALOGUE,
                    clock=utc_now,
                    since=since,
                    report=report,
                )
            return applied
    except (Unavailable, ReaderBroken) as error:
        raise ReplayStopped(service.name, str(error)) from error
    except ServiceRuns as error:
        raise NotAlone(service.name) from error
    finally:
        await database.close()


async def _replay_at(data: Path, service: Service, *, since: datetime | None) -> None:
    async with addresses_of(locate_data_dir(data, report=print), environ=os.environ) as addresses:
        await replay_service(addresses, service, since=since, report=print)


def _moment(text: str) -> datetime:
    """A date or a time; UTC where it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class NotReplayable(ChargeyardError):
    """The service's rows are more than its streams hold."""

    def __init__(self, service: str, reason: str) -> None:
        self.service = service
        super().__init__(
            f"{service} cannot be made again from the streams: {reason}. Restore a backup: `chargeyard restore`; the "
            "services then apply by themselves what the streams hold beyond it."
        )


class NotAlone(ChargeyardError):
    """The service runs, and would change the rows meanwhile."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"{service} runs: stop the platform, replay, and start it again.")


class NotInPart(ChargeyardError):
    """Its rows are made of many events each, and the first of them counts."""

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"{service} are made of many events each, from the first on: say it without --from.")


class ReplayStopped(ChargeyardError):
    """A server fell silent meanwhile."""

    def __init__(self, service: str, reason: str) -> None:
        self.service = service
        super().__init__(
            f"the replay of {service} stopped. {reason.rstrip('.')}. Say it again: nothing is there twice."
        )
