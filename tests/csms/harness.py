"""A gateway without NATS: the real one over ports in memory, on a real socket."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

from csms.adapters.contracts import SandboxContractCertificates
from csms.adapters.memory import (
    MemoryAuthority,
    MemoryCosts,
    MemoryNumbers,
    MemoryPayments,
    MemoryPresence,
    MemoryPublisher,
    MemoryRegistry,
)
from csms.app import _hand_over
from csms.gateway import Gateway
from csms.ports import NO_VENDORS, EvCertificates, NoContractCertificates, NoEvCertificates, Ports, VendorPlugIn
from csms.settings import CsmsSettings, read_settings
from csms.transport.head import HeadListener
from csms.transport.tls import ServerTls
from protocol.bus.commands import RegistryEntry
from protocol.domain.identifiers import StationId, StationKey, TenantId, tenant_token_key
from protocol.domain.version import OcppVersion

TOKEN_KEY = "token-key-of-the-tests"
ENVIRONMENT = {
    "NATS_URL": "nats://unused",
    "TOKEN_KEY": TOKEN_KEY,
    "CREDENTIAL_PEPPER": "pepper-of-the-tests",
    "CSMS_PORT": "0",
    "CSMS_ADMIN_PORT": "0",
    "CSMS_DRAIN_S": "0.3",
}


async def until(condition: Callable[[], bool], *, deadline_s: float = 5.0) -> None:
    """Wait for the condition; AssertionError at the deadline."""
    end = asyncio.get_running_loop().time() + deadline_s
    while not condition():
        assert asyncio.get_running_loop().time() < end, "the condition did not come true in time"
        await asyncio.sleep(0.01)


def station_key(station: str = "CP001", tenant: str = "default") -> StationKey:
    return StationKey(TenantId(tenant), StationId(station))


class GatewayInMemory:
    """What a test needs to see of it."""

    def __init__(
        self,
        settings: CsmsSettings,
        tasks: asyncio.TaskGroup,
        presence: MemoryPresence,
        *,
        vendors: Mapping[str, VendorPlugIn] = NO_VENDORS,
        ev_certificates: EvCertificates | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.publisher = MemoryPublisher()
        self.authority = MemoryAuthority()
        self.costs = MemoryCosts()
        self.numbers = MemoryNumbers()
        self.registry = MemoryRegistry({station_key(): RegistryEntry()})
        self.presence = presence
        self.port = 0
        self.tls_port = 0
        self.tls: ServerTls | None = None
        self.gateway = Gateway(
            settings,
            ports=Ports(
                publisher=self.publisher,
                authority=self.authority,
                numbers=self.numbers,
                registry=self.registry,
                payments=MemoryPayments(),
                now=now,
                token_key_of=partial(tenant_token_key, TOKEN_KEY.encode()),
                vendors=vendors,
                vendor_timeout_s=settings.vendor_timeout_s,
                contracts=SandboxContractCertificates(now=now)
                if settings.contract_provider == "sandbox"
                else NoContractCertificates(),
                costs=self.costs,
                ev_certificates=ev_certificates or NoEvCertificates(),
                ev_certificate_timeout_s=settings.ev_certificate_timeout_s,
                ocsp_max_age=timedelta(seconds=settings.ocsp_max_age_s),
            ),
            presence=self.presence,
            tasks=tasks,
            rng=random.Random(7),
        )
        self.gateway.is_ready = True

    def url(self, station: str = "CP001") -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp/{station}"

    @property
    def facts(self) -> list[str]:
        """The last part of each published subject."""
        return [event.subject.rsplit(".", 1)[1] for event in self.publisher.published]


@asynccontextmanager
async def gateway_in_memory(
    presence: MemoryPresence | None = None,
    *,
    vendors: Mapping[str, VendorPlugIn] = NO_VENDORS,
    ev_certificates: EvCertificates | None = None,
    **environment: str,
) -> AsyncIterator[GatewayInMemory]:
    settings = read_settings(ENVIRONMENT | environment)
    async with asyncio.TaskGroup() as tasks:
        memory = GatewayInMemory(
            settings, tasks, presence or MemoryPresence(), vendors=vendors, ev_certificates=ev_certificates
        )
        listener = HeadListener(
            decide=memory.gateway.admit,
            hand_over=_hand_over(settings, memory.gateway),
            timeout_s=settings.handshake_timeout_s,
            at_once=settings.handshakes_at_once,
            on_refused=memory.gateway.refusals.note,
        )
        memory.port = await listener.start("127.0.0.1", 0)
        if settings.tls_port is not None:
            memory.tls = ServerTls(settings)
            memory.tls_port = await listener.start("127.0.0.1", 0, tls=memory.tls)
        try:
            yield memory
        finally:
            await memory.gateway.drain()
            await listener.close()


async def station(
    csms: GatewayInMemory, name: str = "CP001", *, version: OcppVersion = OcppVersion.V16, **options: Any
) -> ClientConnection:
    return await connect(csms.url(name), subprotocols=[websockets.Subprotocol(version.subprotocol)], **options)


async def exchange(socket: ClientConnection, text: str) -> Any:
    await socket.send(text)
    return json.loads(await asyncio.wait_for(socket.recv(), 5))


async def call(socket: ClientConnection, action: str, payload: object, message_id: str = "1") -> Any:
    return await exchange(socket, json.dumps([2, message_id, action, payload]))
