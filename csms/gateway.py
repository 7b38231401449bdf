"""The gateway: who is let in, the sessions that live, what is said of their beginning and end, and how they drain.

Without I/O of its own but for its ports: `app.py` makes it listen.
"""

import asyncio
import random
import time
import uuid
from contextlib import suppress
from urllib.parse import urlsplit

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from csms.admission import Admission
from csms.deviations import DeviationBook
from csms.errors import BusUnavailable, HeldByNewer
from csms.handshake import Accept, Reject, RequestHead, decide, read_target
from csms.message_log import MessageLog
from csms.ports import (
    Ports,
    Presence,
)
from csms.presence import SessionTable
from csms.quarantine import Quarantine
from csms.refusals import RefusalLog
from csms.router import Router
from csms.session import CLOSE_INTERNAL_ERROR, CLOSE_POLICY, CLOSE_SERVICE_RESTART, StationSession, StationSocket
from csms.settings import CsmsSettings
from csms.station import Station, publish_deviations
from csms.telemetry import CONNECTIONS, HANDSHAKES, REGISTRY
from csms.tracing import CallTracer
from csms.transport.head import PlainResponse
from protocol.blocks.availability.events import StationConnected, StationDisconnected
from protocol.bus.commands import RegistryEntry
from protocol.domain.identifiers import DEFAULT_TENANT, TenantId
from protocol.domain.security import RefusalCause
from protocol.domain.status import RegistrationStatus
from protocol.ocppj.connection import OcppConnection
from protocol.tolerance.decoding import ALL_RULES, Ruleset

log = structlog.get_logger(__name__)

_WATCH_S = 5.0
_RECLAIM_S = 5.0
_RECLAIM_AT_MOST_S = 60.0
_RECLAIMS_AT_ONCE = 64
_HEARTBEAT_INTERVAL_S = 300
_DRAIN_BATCHES = 20
_FLUSH_S = 2.0


class Gateway:
    """One node. `admit` and `open_session` are what a transport needs; `drain` ends it."""

    def __init__(
        self,
        settings: CsmsSettings,
        *,
        ports: Ports,
        presence: Presence,
        tasks: asyncio.TaskGroup,
        rng: random.Random,
        tracer: CallTracer | None = None,
    ) -> None:
        self.sessions: SessionTable[StationSession] = SessionTable()
        self.is_ready = False
        self._settings = settings
        self._ports = ports
        self._presence = presence
        self._tasks = tasks
        self._rng = rng
        self._router = Router(ports, tracer)
        self.message_log = MessageLog(settings.message_log)
        self.refusals = RefusalLog(
            publisher=ports.publisher,
            registry=ports.registry,
            node=settings.node,
            now=ports.now,
            per_minute=settings.refusals_per_minute,
        )
        self._admission = Admission(
            accepts_per_s=settings.accepts_per_second,
            reconnects_per_minute=settings.reconnects_per_minute,
            wrong_passwords=settings.wrong_passwords,
            clock=time.monotonic,
            rng=rng,
        )
        self._pepper = settings.credential_pepper.get_secret_value().encode()
        self._running: set[asyncio.Task[None]] = set()
        self._bus_found = asyncio.Event()
        self._reclaims = asyncio.Semaphore(_RECLAIMS_AT_ONCE)

    async def admit(self, head: RequestHead, peer: str) -> PlainResponse | Accept:
        """The decision about an upgrade request, noted where it is a refusal."""
        decision = self._decide(head, peer)
        if isinstance(decision, Accept):
            HANDSHAKES.labels("101").inc()
            if decision.is_closed_at_once:
                self.refusals.note(peer, head.target, self._no_common_version(head))
            return decision
        HANDSHAKES.labels(str(decision.status)).inc()
        self.refusals.note(peer, head.target, decision)
        return PlainResponse.of(decision)

    async def answer_admin(self, head: RequestHead, _peer: str) -> PlainResponse:
        """/livez, /readyz and /metrics."""
        path = urlsplit(head.target).path
        if path == "/livez":
            return PlainResponse(200, b"alive\n")
        if path == "/readyz":
            ready = self.is_ready and self._ports.publisher.is_patient
            return PlainResponse(200, b"ready\n") if ready else PlainResponse(503, b"not ready\n")
        if path == "/metrics":
            return PlainResponse(200, generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
        return PlainResponse(404, b"/livez, /readyz and /metrics are here\n")

    def open_session(self, socket: StationSocket, decision: Accept) -> StationSession:
        """The session of an upgraded socket, which speaks for the station from now on."""
        entry = decision.entry
        station = Station(
            key=decision.station,
            version=decision.version,
            node=self._settings.node,
            registration=RegistrationStatus(entry.registration) if entry else RegistrationStatus.PENDING,
            heartbeat_interval_s=entry.heartbeat_interval_s if entry else _HEARTBEAT_INTERVAL_S,
            security_profile=decision.security_profile,
            deviations=DeviationBook(self._ports.now()),
            rules=_rules_of(entry),
            credential=decision.credential,
            certificate_serial=decision.certificate_serial,
        )
        session = StationSession(
            station,
            OcppConnection(
                decision.version, new_message_id=lambda: str(uuid.uuid4()), repairs=station.rules.frame_repairs
            ),
            socket,
            answer=self._router.answer,
            opened_at=self._ports.now(),
            clock=asyncio.get_running_loop().time,
            frame_log=self.message_log,
            quarantine=Quarantine(station, self._ports.publisher),
            queued_calls=self._settings.queued_calls,
            queued_commands=self._settings.queued_commands,
            frames_per_s=self._settings.frames_per_second,
        )
        self.sessions.enter(station.key, session)
        task = self._tasks.create_task(self._live(session))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return session

    async def watch_sessions(self) -> None:
        """`check_sessions` now and then, until cancelled."""
        while True:
            await asyncio.sleep(_WATCH_S)
            self.check_sessions()
            self.refusals.roll()

    def check_sessions(self) -> None:
        """Silent stations are pinged, dead ones given up, and those whose certificate was revoked are cut off."""
        for session in self.sessions:
            session.check_liveness(
                ping_after_s=self._settings.ping_interval_s,
                dead_after_s=2.5 * max(self._settings.ping_interval_s, session.station.heartbeat_interval_s),
            )
            if self._is_revoked(session.station):
                session.close(CLOSE_POLICY, "the certificate of this station was revoked")
            self._say_deviations(session.station)

    def reclaim_presence(self) -> None:
        """NATS is back: sockets whose epoch is provisional register now, and not after their next wait."""
        self._bus_found.set()
        self._bus_found = asyncio.Event()

    async def drain(self) -> None:
        """Close every socket, in jittered batches over the drain window, and wait for their sessions."""
        self.is_ready = False
        sessions = list(self.sessions)
        self._rng.shuffle(sessions)
        log.info("draining", sockets=len(sessions), within_s=self._settings.drain_s)
        batches = min(_DRAIN_BATCHES, len(sessions))
        for batch in range(batches):
            for session in sessions[batch::batches]:
                session.close(CLOSE_SERVICE_RESTART, "the gateway restarts; connect again")
            await asyncio.sleep(self._settings.drain_s / batches * self._rng.uniform(0.5, 1.0))
        if self._running:
            await asyncio.wait(self._running, timeout=_FLUSH_S)

    def _decide(self, head: RequestHead, peer: str) -> Accept | Reject:
        if not self.is_ready or not self._ports.publisher.is_patient:
            return Reject(
                503,
                RefusalCause.PLATFORM_AWAY,
                "the platform cannot take stations now",
                retry_after_s=self._rng.randint(5, 30),
            )
        station = read_target(head.target)
        if station is None:
            reason = "no station in this path: it ends in /ocpp/{station} or /ocpp/{tenant}/{station}"
            return Reject(404, RefusalCause.WRONG_PATH, reason)
        refusal = self._admission.ask(station)
        if refusal is not None:
            return refusal
        decision = decide(
            head,
            self._ports.registry.find(station),
            station=station,
            served=self._settings.versions,
            pepper=self._pepper,
            lets_unknown_in=self._settings.unknown_stations == "pending" and self._is_known(station.tenant),
        )
        if isinstance(decision, Accept):
            self._admission.note_accept(station)
        elif decision.cause is RefusalCause.WRONG_PASSWORD:
            return self._admission.note_wrong_password(station, peer) or decision
        return decision

    def _is_revoked(self, station: Station) -> bool:
        if not station.certificate_serial:
            return False
        entry = self._ports.registry.find(station.key)
        return entry is not None and station.certificate_serial in entry.revoked_serials

    def _is_known(self, tenant: TenantId) -> bool:
        """A tenant's name in a path is anybody's to choose: strangers come in where somebody may look at them."""
        return tenant == DEFAULT_TENANT or self._ports.registry.has_tenant(tenant)

    def _no_common_version(self, head: RequestHead) -> Reject:
        offered = head.headers.get("sec-websocket-protocol", "")
        served = ", ".join(version.subprotocol for version in self._settings.versions)
        return Reject(101, RefusalCause.NO_COMMON_SUBPROTOCOL, f"offered: {offered[:80]}; served: {served}")

    async def _live(self, session: StationSession) -> None:
        station = session.station
        CONNECTIONS.labels(station.version).inc()
        reason = "failed"
        reclaiming: asyncio.Task[None] | None = None

        async def open_presence() -> None:
            nonlocal reclaiming
            if not await self._claim(session):
                reclaiming = self._tasks.create_task(self._reclaim(session))

        try:
            reason = await session.run(on_open=open_presence)
        except Exception:
            log.exception("session failed", station_id=station.key.station)
            session.close(CLOSE_INTERNAL_ERROR, "internal error")
        finally:
            CONNECTIONS.labels(station.version).dec()
            if reclaiming is not None:
                # A claim that outlived its socket would leave the station online for ever.
                reclaiming.cancel()
                await asyncio.wait((reclaiming,))
            is_last = self.sessions.leave(station.key, session)
            self._say_disconnected(session, reason)
            self._say_deviations(station, is_last=True)
            if is_last and session.epoch:
                await self._presence.release(station.key, session.epoch)

    async def _claim(self, session: StationSession) -> bool:
        """Whether presence is ours, or provisional (epoch 0) while NATS is away; the connection is a fact then."""
        station = session.station
        try:
            station.epoch = await self._presence.claim(station.key, opened_at=session.opened_at)
        except BusUnavailable as error:
            log.warning("presence is provisional", station_id=station.key.station, reason=str(error))
        if not session.is_closed:  # said late, it would stand for a newer socket's connection
            self._say_connected(session)
        return station.epoch != 0

    async def _reclaim(self, session: StationSession) -> None:
        """Presence is ours, whenever NATS takes it, unless a newer socket elsewhere has it: then this one ends.

        The station is answered meanwhile. Waits grow and vary, and few claim at once: what fails while NATS is there
        fails from too much.
        """
        station, wait_s = session.station, _RECLAIM_S
        while station.epoch == 0 and not session.is_closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s * self._rng.uniform(0.5, 1.0)):
                    await self._bus_found.wait()
            wait_s = min(2 * wait_s, _RECLAIM_AT_MOST_S)
            async with self._reclaims:
                try:
                    station.epoch = await self._presence.reclaim(station.key, opened_at=session.opened_at)
                except BusUnavailable as error:
                    log.info("presence stays provisional", station_id=station.key.station, reason=str(error))
                except HeldByNewer:
                    session.supersede()
                    return
        if not session.is_closed:
            self._say_connected(session)

    def _say_connected(self, session: StationSession) -> None:
        station = session.station
        connected = StationConnected(
            node=station.node,
            version=station.version,
            security_profile=station.security_profile,
            credential=station.credential,
        )
        fact = station.state(connected, received_at=self._ports.now())
        self._ports.publisher.publish_latest((station.key, "connected"), fact)
        log.info(
            "station connected", station_id=station.key.station, tenant=station.key.tenant, version=station.version
        )

    def _say_deviations(self, station: Station, *, is_last: bool = False) -> None:
        now = self._ports.now()
        publish_deviations(station, station.deviations.due(now, is_last=is_last), self._ports.publisher, now=now)

    def _say_disconnected(self, session: StationSession, reason: str) -> None:
        station = session.station
        fact = station.state(StationDisconnected(node=station.node, reason=reason), received_at=self._ports.now())
        self._ports.publisher.publish_latest((station.key, "disconnected", station.epoch), fact)
        log.info("station disconnected", station_id=station.key.station, tenant=station.key.tenant, reason=reason)


def _rules_of(entry: RegistryEntry | None) -> Ruleset:
    if entry is None or not (entry.tolerance_off or entry.pinned_rules):
        return ALL_RULES
    return Ruleset(off=entry.tolerance_off, pinned=entry.pinned_rules)
