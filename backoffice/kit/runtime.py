"""Services run in one process: started in order, and stopped in order.

Start: NATS and its streams, schemas, parts, consumers and workers, and the HTTP server last; then `ready` is set.
Stop: no new request, streams of events end, requests end, queries that began are answered; then consumers, workers and
relays are cancelled (a batch cut short is rolled back and read again), then pools and the bus close.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
import uvicorn

from backoffice.kit.audit import prune_audit
from backoffice.kit.auth import TokenVerifier
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock, utc_now
from backoffice.kit.consumer_runner import ConsumerRunner
from backoffice.kit.database import Database
from backoffice.kit.departed import Departed
from backoffice.kit.edge import EdgeSettings
from backoffice.kit.errors import BusUnavailable, DatabaseUnavailable, SchemasBehind
from backoffice.kit.forever import forever
from backoffice.kit.http import make_app
from backoffice.kit.idempotency import prune_keys
from backoffice.kit.inbox import prune_inbox
from backoffice.kit.leadership import lead
from backoffice.kit.migrations import migrate
from backoffice.kit.outbox import OutboxRelay
from backoffice.kit.oversight import Oversight
from backoffice.kit.service import Context, Parts, Service, Worker
from backoffice.kit.settings import PlatformSettings, SettingsOfProgram
from backoffice.kit.share import Share
from backoffice.kit.workers import Bell, repeat
from protocol.bus.catalogue import Catalogue

log = structlog.get_logger(__name__)

HOUR_S = 3_600.0
DATABASE_RETRY_S = 1.0
BUS_RETRY_S = 1.0
REQUESTS_END_WITHIN_S = 10


@dataclass(frozen=True, slots=True)
class RunningService:
    """A service with what it consists of now."""

    service: Service
    database: Database
    parts: Parts
    runners: Sequence[ConsumerRunner]
    bell: Bell


async def run(
    settings: SettingsOfProgram,
    services: Sequence[Service],
    *,
    catalogue: Catalogue,
    listener: socket.socket,
    ready: asyncio.Event,
    stop: asyncio.Event,
    share: Share = Share.ALL,
    clock: Clock = utc_now,
) -> None:
    """Runs `services` behind `listener` until `stop` is set. `ready` is set once every part runs.

    A share without requests has probes and metrics behind its listener, and nothing else.
    """
    platform = settings.of(PlatformSettings)
    async with AsyncExitStack() as resources:
        bus = await resources.enter_async_context(Bus.connected(platform.nats_url, name="backoffice"))
        await bus.ensure_streams(replicas=platform.stream_replicas)
        await migrate_when_possible(platform.database_url, services)
        running = [
            await resources.enter_async_context(_built(service, settings, bus, catalogue, clock))
            for service in services
        ]
        for one in running:
            for prepare in one.parts.prepares:
                await prepare()
        stopping = asyncio.Event()
        verifier = TokenVerifier(platform.auth_public_key)
        app = make_app(
            [one.parts for one in running if share.has_requests],
            databases=[one.database for one in running],
            bus=bus,
            verifier=verifier,
            stopping=stopping,
            catalogue=catalogue,
            edge=settings.of(EdgeSettings),
        )
        server = _HttpServer(
            uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=REQUESTS_END_WITHIN_S)
        )
        works = _works_of(running, bus, clock, platform=platform, share=share)
        queries = (*_queries_of(running, bus, clock), Departed(bus, verifier).keep_up) if share.has_requests else ()
        async with _background(works), _background(queries):
            await _serve(server, listener, ready=ready, stop=stop, stopping=stopping)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket for `run`; port 0 is any free one. Raises OSError."""
    # asyncio turns Nagle's algorithm off only where the protocol is named: else a small answer waits 40 ms for an ACK.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


async def migrate_when_possible(url: str, services: Sequence[Service]) -> None:
    """Like `migrate`, and waits for a database that is away, or for whoever migrates it."""
    while True:
        try:
            return await migrate(url, services)
        except (DatabaseUnavailable, SchemasBehind) as error:
            log.warning("waiting for the database", reason=str(error))
            await asyncio.sleep(DATABASE_RETRY_S)


@asynccontextmanager
async def _built(
    service: Service, settings: SettingsOfProgram, bus: Bus, catalogue: Catalogue, clock: Clock
) -> AsyncIterator[RunningService]:
    url = settings.of(PlatformSettings).database_url
    database = Database(url, service=service.name, catalogue=catalogue)
    try:
        parts = service.build(Context(settings.of(service.settings), database, bus, clock))
        bell = Bell()
        make_runner = partial(
            ConsumerRunner, database=database, bus=bus, catalogue=catalogue, clock=clock, on_applied=bell.ring
        )
        runners = [make_runner(consumer, h1=h1) for consumer in parts.consumers for h1 in consumer.partitions]
        yield RunningService(service, database, parts, runners, bell)
    finally:
        await database.close()


def _works_of(
    running: Iterable[RunningService], bus: Bus, clock: Clock, *, platform: PlatformSettings, share: Share
) -> Iterator[Callable[[], Awaitable[None]]]:
    yield partial(_keep_streams, bus, platform.stream_replicas)
    for one in running:
        yield from one.parts.background
        if not share.has_events:
            continue
        yield from one.parts.senders
        relay = OutboxRelay(one.database, bus, clock=clock)
        yield relay.run
        yield from (runner.run for runner in one.runners)
        workers = (*one.parts.workers, *_housekeeping(one.database, relay, clock, platform))
        yield partial(lead, one.database, "workers", partial(_run_workers, workers, one, clock))


def _queries_of(running: Iterable[RunningService], bus: Bus, clock: Clock) -> Iterator[Callable[[], Awaitable[None]]]:
    for one in running:
        for answerer in (*one.parts.answers, *Oversight(one.database, one.runners, clock=clock).answers()):
            yield partial(bus.serve, answerer)


def _housekeeping(database: Database, relay: OutboxRelay, clock: Clock, platform: PlatformSettings) -> Iterator[Worker]:
    yield Worker("prune_outbox", relay.prune, every_s=HOUR_S)
    yield Worker("prune_inbox", lambda: prune_inbox(database, clock()), every_s=HOUR_S)
    yield Worker("prune_idempotency_keys", lambda: prune_keys(database, clock()), every_s=HOUR_S)
    kept = timedelta(days=platform.audit_keep_days)
    yield Worker("prune_audit", lambda: prune_audit(database, clock(), kept=kept), every_s=HOUR_S)


async def _keep_streams(bus: Bus, replicas: int) -> None:
    """After every reconnection the streams exist again, should the server have lost its disk."""
    async with bus.reconnections() as reconnected:
        for _ in forever():
            await reconnected.wait()
            reconnected.clear()
            try:
                await bus.ensure_streams(replicas=replicas)
            except BusUnavailable as error:
                log.warning("streams not ensured", reason=str(error))
                await asyncio.sleep(BUS_RETRY_S)
                reconnected.set()


async def _run_workers(workers: Sequence[Worker], of: RunningService, clock: Clock, _lock: asyncpg.Connection) -> None:
    """The service's workers run, each in its rhythm, while this process leads them."""
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(repeat(worker, of.database, of.bell, clock=clock))


@asynccontextmanager
async def _background(works: Iterable[Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    """The works run while the context lasts, and are cancelled at its end. One that fails ends all."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_run(work)) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()


class _HttpServer(uvicorn.Server):
    """uvicorn that says when it has started, and leaves signals to whoever runs the process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.has_started = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.has_started.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    server: _HttpServer, listener: socket.socket, *, ready: asyncio.Event, stop: asyncio.Event, stopping: asyncio.Event
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listener]))
        await server.has_started.wait()
        ready.set()
        log.info("ready", address=listener.getsockname())
        await stop.wait()
        log.info("stopping")
        stopping.set()
        server.should_exit = True
