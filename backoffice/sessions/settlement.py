"""What a session needs from others, and its end.

1. A session asks for the tariff in force at its start, for its driver, and again once another pays. The answer for a
   past time never changes.
2. A verdict that identity was too silent to give is asked again; a refusal owes the transaction its stop (`stops.py`).
3. A session whose facts and answers are all there is settled: its CDR is frozen and said, in one transaction.
4. Where readings decide (a register is missing, or the tariff has conditions) they are waited for: they come on another
   stream than the end, to which nobody gave an order.
5. Events whose numbers are missing are waited for too, for as long as the setting says: a pause or a card that is told
   after the end changes who pays what. A session that has ended and of whose start nobody heard waits longer, and then
   begins with the first that was heard of it.
"""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import structlog

from backoffice.contracts.identity import AUTHORIZE_TOKEN
from backoffice.contracts.sessions import ChargingSessionCompleted
from backoffice.contracts.stations import DESCRIBE_EVSE, DescribeEvse, EvseDescription
from backoffice.contracts.tariffs import TARIFF_IN_FORCE, TariffInForce, TariffVersion
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import Failure
from backoffice.kit.tracing import KEY, traced
from backoffice.kit.workers import try_each
from backoffice.sessions import repository
from backoffice.sessions.cdrs import freeze
from backoffice.sessions.cost import cost_of, has_conditions
from backoffice.sessions.domain import SESSION, SessionState, SessionTrigger
from backoffice.sessions.energy import SessionShape, measure, periods_of
from backoffice.sessions.facts import announce, begin_without_start, follow_pauses
from backoffice.sessions.models import SessionRow
from backoffice.sessions.payer import asked_token, prepaid_account_of, take_verdict
from backoffice.sessions.precedence import Presented
from backoffice.sessions.settings import SessionsSettings
from protocol.blocks.authorization.queries import AuthorizeToken, TokenVerdict
from protocol.bus.envelope import event_id
from protocol.domain.identifiers import DriverId, StationId, TenantId, TransactionId

log = structlog.get_logger(__name__)

_SESSIONS_A_ROUND = 100
# Of the pool's five connections, so that consumers and requests have some.
_SESSIONS_AT_ONCE = 3
# The gateway publishes readings before, or with, the end. What is still on its way is with us long before this.
_READINGS_COME_WITHIN = timedelta(seconds=2)


class Settlement:
    """The worker that asks and settles."""

    def __init__(self, database: Database, bus: Bus, *, settings: SessionsSettings, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._patience = patience_of(settings)
        self._orphan_after = timedelta(seconds=settings.orphan_after_s)
        self._helped_until: tuple[datetime, str] | None = None

    async def go_on(self) -> None:
        """Every session that asks for something was helped as far as others answer now."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            asking = await repository.select_asking(unit, after=self._helped_until, limit=_SESSIONS_A_ROUND)
            silent_since = self._clock() - self._orphan_after
            orphans = await repository.select_orphans(unit, silent_since=silent_since, limit=_SESSIONS_A_ROUND)
        is_last = len(asking) < _SESSIONS_A_ROUND
        self._helped_until = None if is_last else (asking[-1].updated_at, asking[-1].id)
        await try_each(orphans, self._begin)
        await try_each(asking, self._try_to_help, at_once=_SESSIONS_AT_ONCE)

    async def _begin(self, orphan: SessionRow) -> None:
        async with self._database.transaction(TenantId(orphan.tenant_id)) as unit:
            session = await repository.find_session(unit, orphan.id)
            if session is None or session.ended_at is None or session.started_at is not None:
                return
            known = [point.at for point in await repository.list_registers(unit, session.id)]
            known += [pause.at for pause in await repository.list_pauses(unit, session.id)]
            begin_without_start(session, at=min([*known, session.ended_at]))
            await announce(unit, session, self._clock())

    async def _try_to_help(self, session: SessionRow) -> None:
        with traced(session.traceparent, "sessions settles", {KEY: session.id}):
            try:
                await self._help(TenantId(session.tenant_id), session)
            except Failure as error:
                log.info("session waits", session_id=session.id, reason=str(error))

    async def _help(self, tenant: TenantId, session: SessionRow) -> None:
        tariff = place = verdict = None
        if session.tariff is None and not self._may_hear_its_evse(session):
            tariff, place = await self._ask_tariff(tenant, session)
        token = asked_token(session)
        if token is not None:
            verdict = await self._ask_verdict(tenant, session, token)
        async with self._database.transaction(tenant) as unit:
            current = await repository.find_session(unit, session.id)
            assert current is not None
            is_its_own = current.tariff is None and _what_decides(current) == _what_decides(session)
            if tariff is not None and place is not None and is_its_own:
                _take_tariff(current, tariff, place)
            if token is not None and verdict is not None:
                take_verdict(current, token, verdict)
                await follow_pauses(unit, current)
            await announce(unit, current, self._clock())
            await settle(unit, current, now=self._clock(), patience=self._patience)

    def _may_hear_its_evse(self, session: SessionRow) -> bool:
        is_open = session.ended_at is None or awaits_events(session, now=self._clock(), patience=self._patience)
        return session.evse is None and is_open

    async def _ask_tariff(self, tenant: TenantId, session: SessionRow) -> tuple[TariffVersion, EvseDescription]:
        assert session.started_at is not None
        station_id, evse = StationId(session.station_id), session.evse or 1
        driver_id = DriverId(session.driver_id) if session.driver_id else None
        place = await self._bus.ask(DESCRIBE_EVSE, DescribeEvse(tenant, station_id, evse))
        question = TariffInForce(
            tenant, station_id, evse, session.started_at, driver_id, location_id=place.location_id or None
        )
        return await self._bus.ask(TARIFF_IN_FORCE, question), place

    async def _ask_verdict(self, tenant: TenantId, session: SessionRow, token: Presented) -> TokenVerdict:
        station = StationId(session.station_id)
        question = AuthorizeToken(tenant, token.ref, station, session.evse, mask=token.mask, type=token.type)
        return await self._bus.ask(AUTHORIZE_TOKEN, question)


def patience_of(settings: SessionsSettings) -> timedelta:
    """How long a session that has ended waits for events whose numbers are missing."""
    return timedelta(seconds=settings.late_events_s)


def awaits_events(session: SessionRow, *, now: datetime, patience: timedelta) -> bool:
    """Whether an event before the end is missing that may still come. 1.6 numbers none and has none in between."""
    is_whole = session.end_seq_no is None or session.heard_until >= session.end_seq_no
    return not is_whole and now - session.updated_at < patience


async def settle(unit: Unit, session: SessionRow, *, now: datetime, patience: timedelta) -> None:
    """Freeze the CDR and say so, if the session has ended and nothing is missing."""
    if awaits_events(session, now=now, patience=patience):
        return
    if session.state != SessionState.ENDING or session.needs_verdict or session.tariff is None:
        return
    if _readings_decide(session, session.tariff) and now - session.updated_at < _READINGS_COME_WITHIN:
        return
    assert session.started_at is not None
    assert session.ended_at is not None
    readings = await repository.list_registers(unit, session.id)
    within = [point for point in readings if session.started_at <= point.at <= session.ended_at]
    measured, start_wh, end_wh = measure(session.start_wh, session.end_wh, within)
    shape = SessionShape(
        started_at=session.started_at,
        ended_at=session.ended_at,
        start_wh=start_wh,
        end_wh=end_wh,
        readings=within,
        pauses=await repository.list_pauses(unit, session.id),
    )
    cost = cost_of(session.tariff, shape, timezone=session.timezone)
    session.energy_wh = measured.energy_wh
    session.flags = sorted({*session.flags, *measured.flags})
    session.cost_excl_vat, session.cost_incl_vat = cost.total_excl_vat, cost.total_incl_vat
    session.currency, session.lines = cost.currency, msgspec.to_builtins(cost.lines)
    session.state = SESSION.advance(SessionState.ENDING, SessionTrigger.SETTLED)
    completed = ChargingSessionCompleted(
        session_id=session.id,
        station_id=StationId(session.station_id),
        evse=session.evse or 1,
        transaction_id=TransactionId(session.transaction_id),
        driver_id=DriverId(session.driver_id) if session.driver_id else None,
        started_at=session.started_at,
        intent_id=session.intent_id,
        ended_at=session.ended_at,
        energy_wh=session.energy_wh,
        tariff_id=session.tariff_id or "",
        tariff_version=session.tariff_version or 0,
        currency=cost.currency,
        lines=cost.lines,
        total_excl_vat=cost.total_excl_vat,
        total_incl_vat=cost.total_incl_vat,
        stopped_reason=session.stopped_reason or "",
        prepaid_account=prepaid_account_of(session),
        paused_s=sum((period.parking_s for period in periods_of(shape, is_detailed=False)), Decimal(0)),
    )
    await freeze(unit, session, completed, shape, now=now)
    await unit.publish(completed, key=session.id, now=now, event_id=event_id(unit.tenant, "completed", session.id))


def _readings_decide(session: SessionRow, tariff: bytes) -> bool:
    return session.start_wh is None or session.end_wh is None or has_conditions(tariff)


def _take_tariff(session: SessionRow, tariff: TariffVersion, place: EvseDescription) -> None:
    session.tariff, session.tariff_id, session.tariff_version = bytes(tariff.tariff), tariff.tariff_id, tariff.version
    session.timezone = place.timezone


def _what_decides(session: SessionRow) -> tuple[int | None, datetime | None, str | None]:
    return session.evse, session.started_at, session.driver_id
