"""Services on real servers, for tests: started in this process, spoken to over HTTP and NATS."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from backoffice.kit.auth import Principal, Role, TokenSigner, new_secrets
from backoffice.kit.bus import Bus
from backoffice.kit.clock import utc_now
from backoffice.kit.edge import EdgeSettings
from backoffice.kit.runtime import listen, run
from backoffice.kit.service import Service
from backoffice.kit.settings import PlatformSettings, read_settings
from protocol.bus.catalogue import Catalogue
from protocol.bus.envelope import Envelope, encode_envelope, unique_event_id
from protocol.bus.subjects import Kind, domain_subject, station_prefix
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey, TenantId

ResultT = TypeVar("ResultT")

SECRETS = new_secrets()
DEADLINE_S = 30.0


@dataclass(slots=True)
class Place:
    """Where services run: the URL of their HTTP side, a bus, and the clock that they go by."""

    bus: Bus
    catalogue: Catalogue
    url: str
    clock: "MovableClock"

    def driver_headers(self, driver_id: str = "driver-1", *, tenant: TenantId = DEFAULT_TENANT) -> dict[str, str]:
        """What a driver's request carries."""
        return bearer(Principal(driver_id, tenant, Role.DRIVER))

    def operator_headers(self, operator_id: str = "operator-1", *, tenant: TenantId = DEFAULT_TENANT) -> dict[str, str]:
        """What an operator's request carries."""
        return bearer(Principal(operator_id, tenant, Role.OPERATOR))

    def headers_of(
        self,
        role: Role,
        *,
        subject: str = "somebody-1",
        tenant: TenantId = DEFAULT_TENANT,
        sites: frozenset[str] | None = None,
    ) -> dict[str, str]:
        """What a request of somebody of this role carries."""
        return bearer(Principal(subject, tenant, role, sites=sites))

    async def publish_fact(
        self,
        fact: msgspec.Struct,
        *,
        station: StationId,
        tenant: TenantId = DEFAULT_TENANT,
        event_id: str | None = None,
        digest: str = "",
        epoch: int = 0,
        received_at: datetime | None = None,
        occurred_at: datetime | None = None,
    ) -> Envelope[msgspec.Struct]:
        """The fact is on its stream, as the gateway would publish it. Returns its envelope."""
        return await publish_fact(
            self.bus,
            self.catalogue,
            fact,
            subject=station,
            tenant=tenant,
            event_id=event_id,
            digest=digest,
            epoch=epoch,
            received_at=received_at,
            occurred_at=occurred_at,
        )

    async def publish_domain(
        self, event: msgspec.Struct, *, key: str, tenant: TenantId = DEFAULT_TENANT
    ) -> Envelope[msgspec.Struct]:
        """The event is on DOMAIN, as the relay of its service would publish it."""
        return await publish_fact(self.bus, self.catalogue, event, subject=key, tenant=tenant)


class MovableClock:
    """A clock that runs, and that a test moves ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self._ahead

    def advance(self, by: timedelta) -> None:
        """It is `by` later now."""
        self._ahead += by


@asynccontextmanager
async def running(
    services: Sequence[Service],
    *,
    catalogue: Catalogue,
    database_url: str,
    nats_url: str,
    redis_url: str = "",
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[Place]:
    """The services run until the context ends, and have ended cleanly then."""
    variables = {
        "DATABASE_URL": database_url,
        "NATS_URL": nats_url,
        "REDIS_URL": redis_url,
        **SECRETS,
        **(environ or {}),
    }
    settings = read_settings([PlatformSettings, EdgeSettings, *(service.settings for service in services)], variables)
    ready, stop = asyncio.Event(), asyncio.Event()
    listener = listen("127.0.0.1", 0)
    clock = MovableClock()
    async with asyncio.TaskGroup() as group:
        work = run(settings, services, catalogue=catalogue, listener=listener, ready=ready, stop=stop, clock=clock)
        running_task = group.create_task(work)
        await first_of(ready.wait(), running_task)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with Bus.connected(nats_url, name="test") as bus:
            try:
                yield Place(bus=bus, catalogue=catalogue, url=url, clock=clock)
            finally:
                stop.set()


async def publish_fact(
    bus: Bus,
    catalogue: Catalogue,
    event: msgspec.Struct,
    *,
    subject: str,
    tenant: TenantId = DEFAULT_TENANT,
    event_id: str | None = None,
    digest: str = "",
    epoch: int = 0,
    received_at: datetime | None = None,
    occurred_at: datetime | None = None,
) -> Envelope[msgspec.Struct]:
    """The event is on the stream that its catalogue row names."""
    row = catalogue.row_of(type(event))
    now = received_at or utc_now()
    envelope = Envelope(
        id=event_id or unique_event_id(now),
        source="/test",
        type=row.type,
        time=now,
        tenant=tenant,
        subject=subject,
        data=event,
        digest=digest,
        epoch=epoch,
        occurredat=occurred_at,
    )
    if row.kind is Kind.DOMAIN:
        nats_subject = domain_subject(tenant, key=subject, service=row.owner, event=row.name)
    else:
        nats_subject = station_prefix(StationKey(tenant, StationId(subject)), row.kind) + row.suffix
    await bus.publish(nats_subject, encode_envelope(envelope), message_id=unique_event_id(now))
    return envelope


async def eventually(
    condition: Callable[[], Awaitable[ResultT]], *, within_s: float = DEADLINE_S, what: str = "the condition"
) -> ResultT:
    """The first truthy result of `condition`; fails the test where none comes in time."""
    deadline = time.monotonic() + within_s
    while not (result := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not become true within {within_s} s; last seen: {result!r}")
        await asyncio.sleep(0.01)
    return result


def bearer(principal: Principal) -> dict[str, str]:
    """The Authorization header of someone with a fresh token."""
    token = TokenSigner(SECRETS["AUTH_PRIVATE_KEY"]).sign(principal, now=utc_now(), lifetime=timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


async def first_of(waited: Awaitable[object], task: "asyncio.Task[None]") -> None:
    """Returns when `waited` is done; raises what `task` raised where that ended first."""
    waiting = asyncio.ensure_future(waited)
    await asyncio.wait((waiting, task), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        task.result()
