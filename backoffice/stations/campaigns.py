"""Campaigns: firmware or a configuration for many stations, a wave after the other, and no further where too many fail.

Invariants:
1. A station is marked before anything is sent to it: after a crash nothing is sent twice: a report or the
   time decides.
2. A wave begins when the one before is over. More failures than are allowed pause the campaign; what was sent goes on.
3. One process works at a time (it is a worker); reports change stations that were sent something, under
   their row's lock.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import BackofficeError
from backoffice.kit.workers import try_each
from backoffice.stations import campaign_repository, known_repository
from backoffice.stations.campaign_models import Campaign, CampaignMember
from backoffice.stations.campaign_sending import CampaignSender, Outcome
from backoffice.stations.campaign_states import (
    CAMPAIGN,
    MEMBER,
    CampaignKind,
    CampaignState,
    CampaignTrigger,
    MemberState,
    MemberTrigger,
)
from backoffice.stations.errors import (
    CampaignHasNoStations,
    CampaignNotFound,
    CampaignOver,
    StationNotFound,
    TemplateNotFound,
)
from protocol.blocks.firmware.events import FirmwareStatusReported
from protocol.blocks.firmware.messages import FirmwareStatus
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import StationId, StationKey, TenantId
from protocol.errors import IllegalTransition

log = structlog.get_logger(__name__)

GO_ON_EVERY_S = 2.0
_AT_ONCE = 8
_LARGEST_REQUEST = 2**31 - 1

_VERDICTS = {
    FirmwareStatus.INSTALLED: MemberTrigger.SUCCEEDED,
    FirmwareStatus.DOWNLOAD_FAILED: MemberTrigger.FAILED,
    FirmwareStatus.INVALID_SIGNATURE: MemberTrigger.FAILED,
    FirmwareStatus.INSTALL_VERIFICATION_FAILED: MemberTrigger.FAILED,
    FirmwareStatus.INSTALLATION_FAILED: MemberTrigger.FAILED,
}
"""The reports that end an update (OCPP 2.0.1 L01); the others say how far it has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPlan:
    """What a campaign is to be. Stations are named, or are all that are of the location, vendor and model given."""

    name: str
    kind: CampaignKind
    firmware: dict[str, Any] | None  # Any: JSON, as `campaign_sending.firmware_order` reads it
    template: str | None
    station_ids: Sequence[str] | None
    location_id: str | None
    vendor: str | None
    model: str | None
    wave_size: int
    failures_allowed: int
    patience: timedelta


class Campaigns:
    """The use cases of campaigns, and the worker that carries them out."""

    def __init__(self, database: Database, sender: CampaignSender, *, clock: Clock) -> None:
        self.database = database
        self._sender = sender
        self._clock = clock

    async def create(self, unit: Unit, plan: CampaignPlan, *, by: str) -> Campaign:
        """The campaign runs, and its first wave begins soon.

        Raises StationNotFound, TemplateNotFound, CampaignHasNoStations.
        """
        if plan.template is not None and await known_repository.find_template(unit, plan.template) is None:
            raise TemplateNotFound(plan.template)
        now = self._clock()
        campaign = Campaign(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            name=plan.name,
            kind=plan.kind,
            firmware=plan.firmware,
            template=plan.template,
            wave_size=plan.wave_size,
            failures_allowed=plan.failures_allowed,
            patience=plan.patience,
            state=CampaignState.RUNNING,
            created_by=by,
            created_at=now,
        )
        station_ids = await _stations_of(unit, plan)
        unit.session.add(campaign)
        await unit.session.flush()
        unit.session.add_all(
            CampaignMember(
                tenant_id=unit.tenant,
                campaign_id=campaign.id,
                station_id=station_id,
                place=place,
                state=MemberState.WAITING,
                changed_at=now,
            )
            for place, station_id in enumerate(station_ids)
        )
        await unit.session.flush()
        return campaign

    async def read(self, unit: Unit, campaign_id: str) -> Campaign:
        """The campaign. Raises CampaignNotFound."""
        campaign = await campaign_repository.find_campaign(unit, campaign_id)
        if campaign is None:
            raise CampaignNotFound(campaign_id)
        return campaign

    async def move(self, unit: Unit, campaign_id: str, trigger: CampaignTrigger) -> Campaign:
        """Somebody pauses it, lets it go on, or ends it. Raises CampaignNotFound, CampaignOver.

        What failed until it goes on again counts no more; a campaign that ends leaves out what was not sent anything.
        """
        campaign = await campaign_repository.lock_campaign(unit, campaign_id)
        if campaign is None:
            raise CampaignNotFound(campaign_id)
        try:
            _advance(campaign, trigger, detail="", now=self._clock())
        except IllegalTransition as error:
            raise CampaignOver(campaign_id, state=campaign.state) from error
        if trigger is CampaignTrigger.RESUMED:
            counts = await campaign_repository.count_members(unit, campaign_id)
            campaign.forgiven = counts.get(MemberState.FAILED, 0)
        if trigger is CampaignTrigger.CANCELLED:
            await campaign_repository.leave_out_waiting(unit, campaign_id, now=self._clock())
        return campaign

    async def go_on(self) -> None:
        """Every campaign that runs has gone as far as its stations are there now."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            running = [(TenantId(one.tenant_id), one.id) for one in await campaign_repository.select_running(unit)]
        await try_each(running, self._go_on_with)

    async def on_firmware_status(self, event: FirmwareStatusReported, delivery: Delivery, unit: Unit) -> None:
        """A station that was sent firmware has installed it, or says why not."""
        trigger = _VERDICTS.get(event.status)
        if trigger is None:
            return
        for member in await campaign_repository.lock_sent(unit, delivery.envelope.subject, event.request_id):
            _advance_member(member, trigger, detail=event.status, now=self._clock())

    async def _go_on_with(self, one: tuple[TenantId, str]) -> None:
        tenant, campaign_id = one
        async with self.database.transaction(tenant) as unit:
            campaign = await campaign_repository.lock_campaign(unit, campaign_id)
            if campaign is None or campaign.state != CampaignState.RUNNING:
                return
            await self._end_late(unit, campaign)
            await self._begin_wave_or_end(unit, campaign)
            called = await self._called_and_there(unit, campaign)
        await try_each(called, partial(self._send, campaign), at_once=_AT_ONCE)

    async def _end_late(self, unit: Unit, campaign: Campaign) -> None:
        now = self._clock()
        for member in await campaign_repository.lock_members(unit, campaign.id, campaign_repository.OPEN):
            if member.due_at is not None and member.due_at <= now:
                was_sent = member.state == MemberState.SENT
                detail = "it did not say in time how it went" if was_sent else "it was not connected in time"
                _advance_member(member, MemberTrigger.FAILED, detail=detail, now=now)
        await unit.session.flush()

    async def _begin_wave_or_end(self, unit: Unit, campaign: Campaign) -> None:
        now = self._clock()
        counts = await campaign_repository.count_members(unit, campaign.id)
        failed = counts.get(MemberState.FAILED, 0) - campaign.forgiven
        if failed > campaign.failures_allowed:
            detail = f"{failed} stations failed, and {campaign.failures_allowed} may"
            _advance(campaign, CampaignTrigger.FAILED, detail=detail, now=now)
        elif not any(counts.get(state) for state in campaign_repository.OPEN):
            wave = await campaign_repository.lock_members(
                unit, campaign.id, (MemberState.WAITING,), limit=campaign.wave_size
            )
            for member in wave:
                _advance_member(member, MemberTrigger.CALLED, detail="", now=now)
                member.due_at = now + campaign.patience
            if not wave:
                _advance(campaign, CampaignTrigger.DONE, detail="", now=now)
        await unit.session.flush()

    async def _called_and_there(self, unit: Unit, campaign: Campaign) -> list[str]:
        if campaign.state != CampaignState.RUNNING:
            return []
        called = await campaign_repository.lock_members(unit, campaign.id, (MemberState.CALLED,))
        there = await campaign_repository.online_among(unit, [member.station_id for member in called])
        return [member.station_id for member in called if member.station_id in there]

    async def _send(self, campaign: Campaign, station_id: str) -> None:
        tenant, request_id = TenantId(campaign.tenant_id), secrets.randbelow(_LARGEST_REQUEST)
        is_firmware = campaign.kind == CampaignKind.FIRMWARE

        def begin(member: CampaignMember) -> None:
            _advance_member(member, MemberTrigger.SENDING, detail="", now=self._clock())
            member.request_id = request_id if is_firmware else None

        if not await self._with_member(campaign, station_id, begin, of=MemberState.CALLED):
            return
        station = StationKey(tenant, StationId(station_id))
        try:
            if is_firmware:
                outcome = await self._sender.send_firmware(station, campaign, request_id)
            else:
                outcome = await self._sender.configure(station, campaign)
        except BackofficeError as error:
            log.info("campaign was refused", station_id=station_id, reason=str(error))
            outcome = Outcome(MemberTrigger.FAILED, str(error))
        if outcome.trigger is not None:
            conclude = partial(_advance_member, trigger=outcome.trigger, detail=outcome.detail, now=self._clock())
            await self._with_member(campaign, station_id, conclude, of=MemberState.SENT)

    async def _with_member(
        self, campaign: Campaign, station_id: str, change: Callable[[CampaignMember], None], *, of: MemberState
    ) -> bool:
        """Whether the station was in the state `of`, and is changed: a report may have come before the answer."""
        async with self.database.transaction(TenantId(campaign.tenant_id)) as unit:
            member = await campaign_repository.lock_member(unit, campaign.id, station_id)
            if member is None or member.state != of:
                return False
            change(member)
        return True


async def _stations_of(unit: Unit, plan: CampaignPlan) -> Sequence[str]:
    if plan.station_ids is None:
        found = await campaign_repository.select_stations(
            unit, location_id=plan.location_id, vendor=plan.vendor, model=plan.model
        )
        if not found:
            raise CampaignHasNoStations
        return found
    wanted = list(dict.fromkeys(plan.station_ids))
    there = await campaign_repository.which_exist(unit, wanted)
    for station_id in wanted:
        if station_id not in there:
            raise StationNotFound(station_id)
    return wanted


def _advance(campaign: Campaign, trigger: CampaignTrigger, *, detail: str, now: datetime) -> None:
    campaign.state = CAMPAIGN.advance(CampaignState(campaign.state), trigger)
    campaign.detail = detail
    if CAMPAIGN.is_terminal(CampaignState(campaign.state)):
        campaign.ended_at = now


def _advance_member(member: CampaignMember, trigger: MemberTrigger, *, detail: str, now: datetime) -> None:
    member.state = MEMBER.advance(MemberState(member.state), trigger)
    member.detail, member.changed_at = detail, now
