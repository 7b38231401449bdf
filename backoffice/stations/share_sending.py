"""Stations are told their share of a site's power, or that they have none any more.

Invariants:
1. What a station may have taken is written down before it is sent, and stands until the station has accepted it or
   refused it. An answer that was lost, or a process that ended meanwhile, leaves it standing.
2. A station is told one thing at a time; one that does not take it is told again, at growing intervals.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import BackofficeError, Conflict, PeerFailed
from backoffice.stations import balance_repository as repository, known_repository
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import CommandNotSent, CommandNotValid
from backoffice.stations.limits import profile_of
from protocol.blocks.smart_charging.messages import ClearChargingProfile, SetChargingProfile
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
)
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import StationKey

log = structlog.get_logger(__name__)

SHARE_ID = 1_900_000_000
"""The id of the profile: far from what operators number theirs."""

_AT_ONCE = 64
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
_NONE_SUCH = "Unknown"
# It did not reach the station, or the station would not have it. A StationOffline is a Conflict.
_NOT_TAKEN = (CommandNotSent, CommandNotValid, Conflict, PeerFailed)


@dataclass(frozen=True, slots=True)
class Order:
    """What a station is to be told: W, or None that it has no share any more.

    `unanswered_w` is what it may have taken already by what it was sent before; None where it has answered that.
    """

    station: StationKey
    location_id: str
    watts: Decimal | None
    unanswered_w: int | None

    @property
    def most_w(self) -> int:
        """What the station may take at most until it has answered."""
        return max(int(self.watts or 0), self.unanswered_w or 0)


class ShareSending:
    """Who is being told what, and who is left alone for a while."""

    def __init__(self, database: Database, dispatch: Dispatch, *, clock: Clock) -> None:
        self._database = database
        self._dispatch = dispatch
        self._clock = clock
        self._telling: set[StationKey] = set()
        self._pauses: dict[StationKey, tuple[datetime, timedelta]] = {}

    @property
    def is_busy(self) -> bool:
        """Whether somebody is being told."""
        return bool(self._telling)

    def may_tell(self, station: StationKey) -> bool:
        """Whether the station is not being told something, nor left alone for a while."""
        until, _ = self._pauses.get(station, (self._clock(), None))
        return station not in self._telling and until <= self._clock()

    async def begin(self, group: asyncio.TaskGroup, order: Order) -> None:
        """A task of the group tells the station; where too many are being told, a later look finds it again."""
        if order.station in self._telling or len(self._telling) >= _AT_ONCE:
            return
        self._telling.add(order.station)
        try:
            async with self._database.transaction(order.station.tenant) as unit:
                await repository.save_sent(unit, order.station.station, order.most_w, now=self._clock())
        except BaseException:
            self._telling.discard(order.station)
            raise
        group.create_task(self._tell(order))

    async def _tell(self, order: Order) -> None:
        try:
            is_taken = await self._try_to_tell(order)
        except BackofficeError as error:
            log.info("share not set", station_id=order.station.station, watts=str(order.watts), reason=str(error))
            is_taken = False
        finally:
            self._telling.discard(order.station)
        if is_taken:
            self._pauses.pop(order.station, None)
            return
        _, length = self._pauses.get(order.station, (None, _FIRST_PAUSE / 2))
        length = min(2 * length, _LONGEST_PAUSE)
        self._pauses[order.station] = (self._clock() + length, length)

    async def _try_to_tell(self, order: Order) -> bool:
        """Whether it is as it was to be. Raises where nobody answered, or nobody knows."""
        message = _message(order, now=self._clock())
        asker = f"stations/power/{order.location_id}"
        try:
            carried = await self._dispatch.carry_out(order.station, message, by=asker)
        except _NOT_TAKEN:
            await self._take_back(order)
            raise
        reply = carried.reply
        if not isinstance(reply, CommandReply):
            return False
        if reply.is_accepted or (order.watts is None and reply.status == _NONE_SUCH):
            async with self._database.transaction(order.station.tenant) as unit:
                return await self._settle(unit, order)
        await self._take_back(order)
        return False

    async def _settle(self, unit: Unit, order: Order) -> bool:
        """What was sent is what the station has. A limit that did not get into the books is sent again."""
        station_id = order.station.station
        if order.watts is None:
            await known_repository.delete_limits(unit, station_id, profile_id=SHARE_ID)
        else:
            known = await repository.list_shares(unit, [station_id], profile_id=SHARE_ID)
            if [profile_of(one).schedule.periods[0].limit for one in known] != [order.watts]:
                return False
        await repository.delete_sent(unit, station_id)
        return True

    async def _take_back(self, order: Order) -> None:
        """The station has what it had before; what it had not answered then it has not answered yet."""
        async with self._database.transaction(order.station.tenant) as unit:
            if order.unanswered_w is None:
                await repository.delete_sent(unit, order.station.station)
            else:
                await repository.save_sent(unit, order.station.station, order.unanswered_w, now=self._clock())


def _message(order: Order, *, now: datetime) -> msgspec.Struct:
    if order.watts is None:
        return ClearChargingProfile(profile_id=SHARE_ID)
    return SetChargingProfile(
        ChargingProfile(
            profile_id=SHARE_ID,
            stack_level=0,
            purpose=ProfilePurpose.STATION_MAX,
            kind=ProfileKind.ABSOLUTE,
            schedule=ChargingSchedule(RateUnit.WATTS, (ChargingPeriod(0, order.watts),), starts_at=now),
        ),
        evse=None,
    )
