"""What a campaign sends to one station, and what is to be made of the answer."""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from backoffice.kit.clock import Clock
from backoffice.stations import known_repository
from backoffice.stations.campaign_models import Campaign
from backoffice.stations.campaign_states import MemberTrigger
from backoffice.stations.configuration import Comparison, Wanted, compare
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import CommandNotSent, CommandTimedOut, StationOffline, TemplateNotFound
from protocol.blocks.firmware.messages import SignedUpdateFirmware, UpdateFirmware
from protocol.blocks.provisioning.messages import (
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
)
from protocol.domain.device_model import VariableName
from protocol.domain.identifiers import StationKey

_AWAY = (StationOffline, CommandNotSent)
_TAKEN = (SetVariableStatus.ACCEPTED, SetVariableStatus.REBOOT_REQUIRED)


class Outcome(NamedTuple):
    """What the answer decides. `trigger` None: nothing yet, a report will."""

    trigger: MemberTrigger | None
    detail: str = ""


class CampaignSender:
    """Sends by the desk that everybody sends by, so that each command has its record."""

    def __init__(self, dispatch: Dispatch, *, clock: Clock) -> None:
        self._dispatch = dispatch
        self._clock = clock

    async def send_firmware(self, station: StationKey, campaign: Campaign, request_id: int) -> Outcome:
        """The station fetches the firmware now. No answer is no verdict: it may have taken it.

        Raises BackofficeError where it refuses the call.
        """
        assert campaign.firmware is not None
        message = firmware_order(campaign.firmware, request_id=request_id, now=self._clock())
        try:
            carried = await self._dispatch.carry_out(station, message, by=_name_of(campaign))
        except _AWAY:
            return Outcome(MemberTrigger.AWAY)
        except CommandTimedOut:
            return Outcome(None)
        status = str(getattr(carried.reply, "status", None) or "Accepted")
        return Outcome(None) if status.startswith("Accepted") else Outcome(MemberTrigger.FAILED, status)

    async def configure(self, station: StationKey, campaign: Campaign) -> Outcome:
        """What differs from the template, or is not known, is set, one variable after the other.

        Raises BackofficeError where the station refuses a call, and TemplateNotFound where the template went away.
        """
        needs_reboot = False
        for wanted in await self._missing(station, campaign):
            name = VariableName(wanted.variable, component=wanted.component)
            message = SetVariables((VariableAssignment(name, wanted.value),))
            try:
                carried = await self._dispatch.carry_out(station, message, by=_name_of(campaign))
            except _AWAY:
                return Outcome(MemberTrigger.AWAY)
            assert isinstance(carried.reply, SetVariablesReply)
            status = carried.reply.results[0].status
            if status not in _TAKEN:
                return Outcome(MemberTrigger.FAILED, f"{wanted.variable}: {status}")
            needs_reboot = needs_reboot or status is SetVariableStatus.REBOOT_REQUIRED
        return Outcome(MemberTrigger.SUCCEEDED, "it is to be restarted" if needs_reboot else "")

    async def _missing(self, station: StationKey, campaign: Campaign) -> list[Wanted]:
        assert campaign.template is not None
        async with self._dispatch.database.snapshot(station.tenant) as unit:
            template = await known_repository.find_template(unit, campaign.template)
            if template is None:
                raise TemplateNotFound(campaign.template)
            known = await known_repository.list_variables(unit, station.station)
        compared = compare([Wanted(**variable) for variable in template.variables], known)
        return [one.wanted for one in compared if one.verdict not in (Comparison.SAME, Comparison.READONLY)]


def firmware_order(
    firmware: dict[str, Any],  # Any: JSON
    *,
    request_id: int,
    now: datetime,
) -> UpdateFirmware | SignedUpdateFirmware:
    """The command that a campaign's `firmware` stands for: to be fetched from `now` on."""
    given = {name: value for name, value in firmware.items() if value is not None}
    order = given | {"request_id": request_id, "retrieve_at": now.isoformat()}
    if "signature" in given:
        return msgspec.convert(order, type=SignedUpdateFirmware)
    return msgspec.convert(order, type=UpdateFirmware)


def _name_of(campaign: Campaign) -> str:
    return f"campaign {campaign.id}"
