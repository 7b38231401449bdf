"""Starts by app: a token, a hold, a command, each asked once, each step a row before the next.

1. The command is sent by whoever moved the intent to PAYMENT_HELD, and by nobody else: a request that is repeated
   meanwhile sends none, and a time-out leaves the intent commanded, for a transaction to claim.
2. Whatever fails or expires owes its hold back until billing has heard so.
"""

import secrets
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec
import structlog

from backoffice.contracts.admin import SETTINGS, STARTS_BY_APP, AskSettings
from backoffice.contracts.billing import HOLD_PAYMENT, RELEASE_HOLD, HoldPayment, HoldStatus, ReleaseHold
from backoffice.contracts.identity import ISSUE_VIRTUAL_TOKEN, IssueVirtualToken, VirtualToken
from backoffice.contracts.sessions import AdHocStart, StartAdHoc
from backoffice.contracts.stations import (
    DESCRIBE_EVSE,
    START_ON_EVSE,
    CommandStatus,
    DescribeEvse,
    StartOnEvse,
)
from backoffice.contracts.tariffs import TARIFF_IN_FORCE, TariffInForce
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import Failure
from backoffice.kit.remembered import RememberedAnswers
from backoffice.sessions import repository
from backoffice.sessions.cost import currency_of, is_free
from backoffice.sessions.domain import INTENT, IntentState, IntentTrigger
from backoffice.sessions.errors import EvseNotFound, EvseReserved, IntentNotFound, StartsByAppOff, StationOffline
from backoffice.sessions.holders import Holders
from backoffice.sessions.limits import write_limit
from backoffice.sessions.models import IntentRow
from backoffice.sessions.settings import SessionsSettings
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import DriverId, IdToken, IdTokenType, StationId, TenantId
from protocol.domain.transaction_limit import TransactionLimit

log = structlog.get_logger(__name__)

_TOKEN_OUTLIVES_INTENT = timedelta(minutes=30)
_COMMAND_TIMEOUT_S = 35.0
_INTENTS_AT_ONCE = 100
_LARGEST_START_ID = 2**31 - 1


class Move(NamedTuple):
    """An intent as it stands, and whether it was we who moved it there."""

    intent: IntentRow
    is_ours: bool


class _Held(NamedTuple):
    """What became of a hold: why there is none, or what the provider calls it."""

    refusal: str = ""
    reference: str = ""


class Intents:
    """Makes intents, drives them, gives up those that nobody claims."""

    def __init__(self, database: Database, bus: Bus, *, settings: SessionsSettings, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._settings = settings
        self._clock = clock
        self._holders = Holders(bus)
        self._remembered = RememberedAnswers(bus)

    async def check_place(self, tenant: TenantId, station_id: StationId, evse: int, *, driver_id: str) -> None:
        """Raises EvseNotFound, StationOffline, StartsByAppOff or EvseReserved."""
        place = await self._bus.ask(DESCRIBE_EVSE, DescribeEvse(tenant, station_id, evse))
        if not place.is_known:
            raise EvseNotFound(station_id, evse)
        if not place.is_online:
            raise StationOffline(station_id)
        if not await self._starts_by_app(tenant, place.location_id):
            raise StartsByAppOff(place.location_id)
        if await self._holders.is_anothers(tenant, station_id, evse, driver_id=driver_id, at=self._clock()):
            raise EvseReserved(station_id, evse)

    async def request(
        self,
        unit: Unit,
        driver_id: str,
        station_id: StationId,
        evse: int,
        *,
        limit: TransactionLimit | None = None,
        ad_hoc_id: str | None = None,
    ) -> IntentRow:
        """The intent is there; `drive` makes something of it once this is committed.

        With an `ad_hoc_id` it is called so, and nobody that we know pays.
        """
        now = self._clock()
        row = IntentRow(
            tenant_id=unit.tenant,
            id=ad_hoc_id or unique_event_id(now),
            driver_id=driver_id,
            station_id=station_id,
            evse=evse,
            state=IntentState.REQUESTED,
            detail="",
            remote_start_id=1 + secrets.randbelow(_LARGEST_START_ID),
            token_ref=None,
            unspecified_ref=None,
            session_id=None,
            owes_release=False,
            created_at=now,
            expires_at=now + timedelta(seconds=self._settings.intent_expires_s),
            limit_wanted=write_limit(limit),
            is_ad_hoc=ad_hoc_id is not None,
        )
        await repository.insert_intent(unit, row)
        return row

    async def drive(self, tenant: TenantId, intent_id: str) -> IntentRow:
        """Hold the payment and send the start, as far as that was not done; return how the intent stands then.

        Raises Failure where a service is silent: the intent expires by itself then.
        """
        async with self._database.transaction(tenant) as unit:
            intent = await self._find(unit, intent_id)
        if intent.state != IntentState.REQUESTED:
            return intent
        token = None if intent.is_ad_hoc else (await self._issue_token(tenant, intent)).id_token
        hold = await self._hold(tenant, intent)
        if hold.refusal:
            return (await self._move(tenant, intent_id, IntentTrigger.REFUSED, detail=hold.refusal)).intent
        token = token or IdToken(hold.reference or intent.id, IdTokenType.DIRECT_PAYMENT)
        held = await self._move(tenant, intent_id, IntentTrigger.HELD)
        return await self._command(tenant, held.intent, token) if held.is_ours else held.intent

    async def start_ad_hoc(self, question: StartAdHoc) -> AdHocStart:
        """Somebody without an account starts: the token is the payment's own reference (OCPP 2.1 C25).

        Raises Failure where a service is silent: the intent expires by itself then.
        """
        async with self._database.transaction(question.tenant) as unit:
            if await repository.find_intent(unit, question.payment_id) is None:
                await self.request(
                    unit, question.payment_id, question.station_id, question.evse, ad_hoc_id=question.payment_id
                )
        intent = await self.drive(question.tenant, question.payment_id)
        return AdHocStart(intent.state, intent.detail)

    async def read(self, unit: Unit, intent_id: str, *, driver_id: str | None) -> IntentRow:
        """The intent. Raises IntentNotFound, also where it is another driver's."""
        intent = await repository.read_intent(unit, intent_id)
        if intent is None or driver_id not in (None, intent.driver_id):
            raise IntentNotFound(intent_id)
        return intent

    async def give_up_late(self) -> None:
        """Intents that nobody claimed in time have expired, and what was held for any that failed is given back."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            late = await repository.select_late_intents(unit, self._clock(), limit=_INTENTS_AT_ONCE)
        for intent in late:
            await self._move(TenantId(intent.tenant_id), intent.id, IntentTrigger.LATE, detail="nobody came")
        async with self._database.transaction(ALL_TENANTS) as unit:
            owing = await repository.select_owing_intents(unit, limit=_INTENTS_AT_ONCE)
        for intent in owing:
            await self._release(TenantId(intent.tenant_id), intent.id)

    async def _starts_by_app(self, tenant: TenantId, location_id: str) -> bool:
        """Whether the operator lets drivers start by app there; they do where nobody can be asked."""
        question = AskSettings(tenant, (STARTS_BY_APP,), location_id)
        answer = await self._remembered.ask(SETTINGS, question)
        return answer is None or msgspec.json.decode(answer.values[STARTS_BY_APP], type=bool)

    async def _issue_token(self, tenant: TenantId, intent: IntentRow) -> VirtualToken:
        reservation_id = await self._holders.reservation_of(
            tenant, StationId(intent.station_id), intent.evse, driver_id=intent.driver_id, at=self._clock()
        )
        question = IssueVirtualToken(
            tenant=tenant,
            driver_id=DriverId(intent.driver_id),
            purpose=reservation_id or f"intent:{intent.id}",
            expires_at=intent.expires_at + _TOKEN_OUTLIVES_INTENT,
        )
        token = await self._bus.ask(ISSUE_VIRTUAL_TOKEN, question)
        async with self._database.transaction(tenant) as unit:
            row = await self._find(unit, intent.id)
            row.token_ref, row.unspecified_ref = token.ref, token.unspecified_ref
        return token

    async def _hold(self, tenant: TenantId, intent: IntentRow) -> "_Held":
        """Why nothing is held; empty where it is, or where charging here is free."""
        station_id = StationId(intent.station_id)
        driver_id = DriverId(intent.payer) if intent.payer else None
        place = await self._bus.ask(DESCRIBE_EVSE, DescribeEvse(tenant, station_id, intent.evse))
        in_force = TariffInForce(
            tenant, station_id, intent.evse, self._clock(), driver_id, location_id=place.location_id or None
        )
        tariff = await self._bus.ask(TARIFF_IN_FORCE, in_force)
        if is_free(bytes(tariff.tariff)):
            return _Held()
        question = HoldPayment(
            tenant=tenant,
            driver_id=DriverId(intent.driver_id),
            intent_id=intent.id,
            amount=Decimal(self._settings.hold_amount),
            currency=currency_of(bytes(tariff.tariff)),
        )
        result = await self._bus.ask(HOLD_PAYMENT, question, timeout_s=15.0)
        if result.status is HoldStatus.HELD:
            return _Held(reference=result.reference)
        return _Held(refusal=f"{result.status}: {result.detail}".rstrip(": "))

    async def _command(self, tenant: TenantId, intent: IntentRow, token: IdToken) -> IntentRow:
        question = StartOnEvse(
            tenant=tenant,
            station_id=StationId(intent.station_id),
            evse=intent.evse,
            id_token=token,
            remote_start_id=intent.remote_start_id,
        )
        try:
            result = await self._bus.ask(START_ON_EVSE, question, timeout_s=_COMMAND_TIMEOUT_S)
        except Failure as error:
            # It may have been sent: whoever starts within the time claims the intent.
            return (await self._move(tenant, intent.id, IntentTrigger.SENT, detail=f"unknown: {error}")).intent
        if result.status in (CommandStatus.ACCEPTED, CommandStatus.UNKNOWN):
            return (await self._move(tenant, intent.id, IntentTrigger.SENT, detail=result.detail)).intent
        detail = f"{result.status}: {result.detail}".rstrip(": ")
        return (await self._move(tenant, intent.id, IntentTrigger.REFUSED, detail=detail)).intent

    async def _move(self, tenant: TenantId, intent_id: str, trigger: IntentTrigger, *, detail: str = "") -> Move:
        """The intent after `trigger`, unless a transaction, the clock or a repeated request was faster."""
        async with self._database.transaction(tenant) as unit:
            intent = await self._find(unit, intent_id)
            state = IntentState(intent.state)
            is_ours = trigger in INTENT.transitions[state]
            if is_ours:
                intent.state, intent.detail = INTENT.advance(state, trigger), detail or intent.detail
            # What is held for one that had ended meanwhile is given back too: the release before has found nothing.
            if (is_ours or trigger is IntentTrigger.HELD) and intent.state in (IntentState.FAILED, IntentState.EXPIRED):
                intent.owes_release = True
            return Move(intent, is_ours)

    async def _release(self, tenant: TenantId, intent_id: str) -> None:
        try:
            await self._bus.ask(RELEASE_HOLD, ReleaseHold(tenant, intent_id))
        except Failure as error:
            log.info("hold not given back yet", intent_id=intent_id, reason=str(error))
            return
        async with self._database.transaction(tenant) as unit:
            (await self._find(unit, intent_id)).owes_release = False

    async def _find(self, unit: Unit, intent_id: str) -> IntentRow:
        intent = await repository.find_intent(unit, intent_id)
        if intent is None:
            raise IntentNotFound(intent_id)
        return intent
