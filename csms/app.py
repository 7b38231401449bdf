"""The gateway, put together: what listens, what connects, and in which order it all ends.

Shut-down, in order: not ready; no upgrade is accepted; sockets close in jittered batches over the drain window; last
values are flushed; NATS is left. A gateway that dropped all its sockets at once would make a stampede of them.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from csms.adapters.contracts import SandboxContractCertificates
from csms.adapters.costs import SessionCosts
from csms.adapters.ev_certificates import BusEvCertificates
from csms.adapters.identity import IdentityAuthority
from csms.adapters.key_values import KeyValueNumbers, KeyValuePresence, WatchedRegistry
from csms.adapters.nats import NatsBus
from csms.adapters.payments import BillingPayments
from csms.adapters.publisher import JetStreamPublisher
from csms.adapters.schedules import BusSchedules
from csms.commands import CommandDesk
from csms.gateway import Gateway
from csms.ports import (
    NO_VENDORS,
    ContractCertificates,
    NoContractCertificates,
    NoCosts,
    Ports,
    VendorPlugIn,
)
from csms.settings import CsmsSettings
from csms.tracing import make_tracer
from csms.transport.head import HandOver, HeadListener
from csms.transport.tls import ServerTls
from protocol.domain.identifiers import tenant_token_key

log = structlog.get_logger(__name__)

_FLUSH_S = 2.0
_TLS_REFRESH_S = 5.0
_ADMIN_HEADS_AT_ONCE = 100


async def run_gateway(
    settings: CsmsSettings,
    *,
    stop: asyncio.Event,
    on_ready: Callable[[int, int], None] = lambda *_: None,
    vendors: Mapping[str, VendorPlugIn] = NO_VENDORS,
) -> None:
    """Serve stations until `stop` is set, then drain. `on_ready` hears the open and the admin port once all listen.

    Raises InvalidSettings where the files for TLS are not usable.
    """
    tls = ServerTls(settings) if settings.tls_port is not None else None
    master_key = settings.token_key.get_secret_value().encode()
    async with NatsBus(settings.nats_url, node=settings.node, replicas=settings.stream_replicas) as bus:
        await bus.ensure_streams()
        publisher = JetStreamPublisher(
            settings.nats_url,
            name=f"csms-{settings.node}-publisher",
            deadline_s=settings.publish_deadline_s,
            patience_s=settings.bus_patience_s,
        )
        registry = WatchedRegistry(bus)
        ports = Ports(
            publisher=publisher,
            authority=IdentityAuthority(
                bus,
                timeout_s=settings.authorize_timeout_s,
                accepts_when_silent=settings.authorize_fallback == "accept",
            ),
            numbers=KeyValueNumbers(bus),
            registry=registry,
            payments=BillingPayments(bus, timeout_s=settings.authorize_timeout_s),
            now=lambda: datetime.now(UTC),
            token_key_of=partial(tenant_token_key, master_key),
            vendors=vendors,
            vendor_timeout_s=settings.vendor_timeout_s,
            contracts=_contracts(settings),
            costs=SessionCosts(bus, timeout_s=settings.cost_timeout_s) if settings.cost_timeout_s else NoCosts(),
            ev_certificates=BusEvCertificates(bus, timeout_s=settings.ev_certificate_timeout_s),
            ev_certificate_timeout_s=settings.ev_certificate_timeout_s,
            ocsp_max_age=timedelta(seconds=settings.ocsp_max_age_s),
            schedules=BusSchedules(bus, timeout_s=settings.authorize_timeout_s),
        )
        async with asyncio.TaskGroup() as tasks:
            gateway = Gateway(
                settings,
                ports=ports,
                presence=KeyValuePresence(bus, node=settings.node),
                tasks=tasks,
                rng=random.Random(),  # noqa: S311 # jitter, no secret
                tracer=make_tracer(settings),
            )
            background = [
                tasks.create_task(work)
                for work in (
                    publisher.run(),
                    registry.run(),
                    gateway.watch_sessions(),
                    gateway.message_log.run(publisher),
                    _refresh(tls),
                )
            ]
            bus.watch_connection(on_found=gateway.reclaim_presence)
            await registry.loaded()
            await bus.serve_commands(CommandDesk(gateway.sessions.find).carry_out, tasks)
            await bus.serve_evictions(lambda station, epoch: gateway.sessions.evict(station, newer_epoch=epoch))
            listener = HeadListener(
                decide=gateway.admit,
                hand_over=_hand_over(settings, gateway),
                timeout_s=settings.handshake_timeout_s,
                at_once=settings.handshakes_at_once,
                on_refused=gateway.refusals.note,
            )
            admin = HeadListener(
                decide=gateway.answer_admin,
                hand_over=None,
                timeout_s=settings.handshake_timeout_s,
                at_once=_ADMIN_HEADS_AT_ONCE,
            )
            port = await listener.start(settings.host, settings.port)
            tls_port = None if tls is None else await listener.start(settings.host, settings.tls_port or 0, tls=tls)
            admin_port = await admin.start(settings.admin_host, settings.admin_port)
            gateway.is_ready = True
            log.info("gateway ready", node=settings.node, port=port, tls_port=tls_port, admin_port=admin_port)
            on_ready(port, admin_port)
            await stop.wait()
            await gateway.drain()
            await listener.close()
            gateway.message_log.flush(publisher)
            await publisher.flush(timeout_s=_FLUSH_S)
            await admin.close()
            for task in background:
                task.cancel()
    log.info("gateway stopped", node=settings.node)


async def _refresh(tls: ServerTls | None) -> None:
    """Certificates that change on disk, as cert-manager and certbot change them, hold without a restart."""
    while tls is not None:
        await asyncio.sleep(_TLS_REFRESH_S)
        tls.refresh()


def _contracts(settings: CsmsSettings) -> ContractCertificates:
    if settings.contract_provider == "sandbox":
        return SandboxContractCertificates(now=lambda: datetime.now(UTC))
    return NoContractCertificates()


def _hand_over(settings: CsmsSettings, gateway: Gateway) -> HandOver:
    if settings.transport == "picows":
        from csms.transport import picows_socket as library
    else:
        from csms.transport import websockets_socket as library  # type: ignore[no-redef] # the same seam
    return partial(library.take_over, open_session=gateway.open_session, max_frame_bytes=settings.max_frame_bytes)
