"""Bodies of commands about charging limits, and of a start, which may bring one (see `command_bodies.py`)."""

import secrets
from decimal import Decimal
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.stations.command_bodies import LARGEST_ID, EvseNumber, TokenBody, some_id
from protocol.blocks.remote_control.messages import RequestStart
from protocol.blocks.smart_charging.messages import ClearChargingProfile, GetCompositeSchedule, SetChargingProfile
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    Recurrency,
)
from protocol.domain.identifiers import TransactionId


class PeriodBody(Body):
    """From `start_s` seconds after the beginning the limit holds."""

    start_s: int = Field(default=0, ge=0)
    limit: Decimal = Field(ge=0, decimal_places=1)
    phases: int | None = Field(default=None, ge=1, le=3)


class FirstLimitBody(Body):
    """A limit for the transaction that is to begin, from its beginning on."""

    unit: RateUnit
    periods: list[PeriodBody] = Field(min_length=1, max_length=1024)
    duration_s: int | None = Field(default=None, gt=0)
    stack_level: int = Field(default=0, ge=0)
    profile_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)

    def profile(self) -> ChargingProfile:
        """A TxProfile that names no transaction."""
        return ChargingProfile(
            profile_id=self.profile_id,
            stack_level=self.stack_level,
            purpose=ProfilePurpose.TX,
            kind=ProfileKind.RELATIVE,
            schedule=ChargingSchedule(self.unit, _periods(self.periods), duration_s=self.duration_s),
        )


class StartBody(TokenBody):
    """Start a transaction for this token. Without an EVSE the station chooses."""

    evse: EvseNumber | None = None
    remote_start_id: int | None = Field(default=None, ge=0, lt=2**31)
    limit: FirstLimitBody | None = None

    def message(self) -> RequestStart:
        """Without a remote start id it has a random one."""
        remote_start_id = secrets.randbelow(2**31) if self.remote_start_id is None else self.remote_start_id
        profile = None if self.limit is None else self.limit.profile()
        return RequestStart(self.id_token(), remote_start_id, evse=self.evse, charging_profile=profile)


class LimitBody(Body):
    """A limit in A a phase or in W: for the station, an EVSE, or a running transaction. A later one replaces it.

    With `transaction_id` it ends with the transaction; without, it holds for `duration_s`, or until it is cleared.
    `purpose` where that is not to follow from these, as TxDefaultProfile for every EVSE. `recurrency`: it begins again
    every day or week, first at `starts_at`.
    """

    unit: RateUnit
    periods: list[PeriodBody] = Field(min_length=1, max_length=1024)
    evse: EvseNumber | None = None
    transaction_id: str | None = Field(default=None, min_length=1, max_length=36)
    duration_s: int | None = Field(default=None, gt=0)
    starts_at: AwareDatetime | None = None
    stack_level: int = Field(default=0, ge=0)
    profile_id: int = Field(default_factory=some_id, ge=0, le=LARGEST_ID)
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    purpose: ProfilePurpose | None = None
    recurrency: Recurrency | None = None

    @model_validator(mode="after")
    def _recurs_from_somewhen(self) -> Self:
        if self.recurrency is not None and self.starts_at is None:
            raise ValueError("a limit that recurs says when it first begins: starts_at")
        return self

    def message(self) -> SetChargingProfile:
        """The command: a TxProfile, a TxDefaultProfile of an EVSE, or the station's maximum."""
        purpose = self.purpose or self._purpose()
        schedule = ChargingSchedule(
            unit=self.unit,
            periods=_periods(self.periods),
            duration_s=self.duration_s,
            starts_at=self.starts_at,
        )
        profile = ChargingProfile(
            profile_id=self.profile_id,
            stack_level=self.stack_level,
            purpose=purpose,
            kind=self._kind(purpose),
            schedule=schedule,
            recurrency=self.recurrency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            transaction_id=TransactionId(self.transaction_id) if self.transaction_id else None,
        )
        return SetChargingProfile(profile, evse=self.evse)

    def _purpose(self) -> ProfilePurpose:
        if self.transaction_id is not None:
            return ProfilePurpose.TX
        return ProfilePurpose.STATION_MAX if self.evse is None else ProfilePurpose.TX_DEFAULT

    def _kind(self, purpose: ProfilePurpose) -> ProfileKind:
        if self.recurrency is not None:
            return ProfileKind.RECURRING
        is_relative = self.starts_at is None and purpose is not ProfilePurpose.STATION_MAX
        return ProfileKind.RELATIVE if is_relative else ProfileKind.ABSOLUTE


class ClearLimitsBody(Body):
    """Every profile that fits all that is given goes; nothing given: all. `evse` 0 is the station's own."""

    profile_id: int | None = None
    evse: int | None = Field(default=None, ge=0)
    purpose: ProfilePurpose | None = None
    stack_level: int | None = Field(default=None, ge=0)

    def message(self) -> ClearChargingProfile:
        """The command."""
        return ClearChargingProfile(
            profile_id=self.profile_id, evse=self.evse, purpose=self.purpose, stack_level=self.stack_level
        )


class CompositeScheduleBody(Body):
    """What will limit an EVSE, or the station, from now on?"""

    duration_s: int = Field(default=3600, gt=0, le=7 * 86_400)
    evse: EvseNumber | None = None
    unit: RateUnit | None = None

    def message(self) -> GetCompositeSchedule:
        """The command."""
        return GetCompositeSchedule(self.duration_s, evse=self.evse, unit=self.unit)


def _periods(bodies: list[PeriodBody]) -> tuple[ChargingPeriod, ...]:
    return tuple(ChargingPeriod(one.start_s, one.limit, one.phases) for one in bodies)
