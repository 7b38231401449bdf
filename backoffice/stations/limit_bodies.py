"""Bodies of commands about charging limits, and of a start, which may bring one (see `command_bodies.py`)."""

import secrets
from decimal import Decimal
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.stations.command_bodies import LARGEST_ID, EvseNumber, TokenBody, some_id
from backoffice.stations.errors import ProfileIdReserved
from protocol.blocks.remote_control.messages import RequestStart
from protocol.blocks.smart_charging.messages import ClearChargingProfile, GetCompositeSchedule, SetChargingProfile
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    LimitAtSoc,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    Recurrency,
)
from protocol.domain.identifiers import IdToken, TransactionId

OperationMode = Literal[
    "Idle",
    "ChargingOnly",
    "CentralSetpoint",
    "ExternalSetpoint",
    "ExternalLimits",
    "CentralFrequency",
    "LocalFrequency",
    "LocalLoadBalancing",
]


class PeriodBody(Body):
    """From `start_s` seconds after the beginning the limit holds; modes, setpoints and giving back are 2.1's."""

    start_s: int = Field(default=0, ge=0)
    limit: Decimal | None = Field(default=None, ge=0, decimal_places=1)
    phases: int | None = Field(default=None, ge=1, le=3)
    mode: OperationMode | None = None
    setpoint: Decimal | None = Field(default=None, decimal_places=1)
    discharge_limit: Decimal | None = Field(default=None, le=0, decimal_places=1)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.limit is None and self.mode is None and self.setpoint is None:
            raise ValueError("a period has a limit, a setpoint or an operation mode")
        return self


class LimitAtSocBody(Body):
    """The limit once the battery has this state of charge, in per cent."""

    soc: int = Field(ge=0, le=100)
    limit: Decimal = Field(ge=0, decimal_places=1)

    def limit_at_soc(self) -> LimitAtSoc:
        """The limit."""
        return LimitAtSoc(self.soc, self.limit)


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
    """Start a transaction for this token. Without an EVSE the station chooses. The `group` may stop it (2.x)."""

    evse: EvseNumber | None = None
    group: str | None = Field(default=None, min_length=1, max_length=36)
    remote_start_id: int | None = Field(default=None, ge=0, lt=2**31)
    limit: FirstLimitBody | None = None

    def message(self) -> RequestStart:
        """Without a remote start id it has a random one."""
        remote_start_id = secrets.randbelow(2**31) if self.remote_start_id is None else self.remote_start_id
        profile = None if self.limit is None else self.limit.profile()
        group = IdToken(self.group) if self.group else None
        return RequestStart(self.id_token(), remote_start_id, evse=self.evse, charging_profile=profile, group=group)


class LimitBody(Body):
    """A limit in A a phase or in W: for the station, an EVSE, or a running transaction. A later one replaces it.

    With `transaction_id` it ends with the transaction; without, it holds for `duration_s`, or until it is cleared.
    `purpose` where that is not to follow from these, as TxDefaultProfile for every EVSE. `recurrency`: it begins again
    every day or week, first at `starts_at`. What stands after it is 2.1's: see ChargingProfile.
    """

    unit: RateUnit
    periods: list[PeriodBody] = Field(min_length=1, max_length=1024)
    evse: EvseNumber | None = None
    transaction_id: str | None = Field(default=None, min_length=1, max_length=36)
    duration_s: int | None = Field(default=None, gt=0)
    starts_at: AwareDatetime | None = None
    stack_level: int = Field(default=0, ge=0)
    profile_id: int | None = Field(default=None, ge=0, le=LARGEST_ID)
    valid_from: AwareDatetime | None = None
    valid_to: AwareDatetime | None = None
    purpose: ProfilePurpose | None = None
    recurrency: Recurrency | None = None
    is_dynamic: bool = False
    update_interval_s: int | None = Field(default=None, gt=0)
    max_offline_s: int | None = Field(default=None, gt=0)
    ends_after_offline: bool | None = None
    random_delay_s: int | None = Field(default=None, ge=0)
    limit_at_soc: LimitAtSocBody | None = None

    @model_validator(mode="after")
    def _recurs_from_somewhen(self) -> Self:
        if self.recurrency is not None and self.starts_at is None:
            raise ValueError("a limit that recurs says when it first begins: starts_at")
        return self

    def message(self, *, above: int = 0) -> SetChargingProfile:
        """The command: a TxProfile, a TxDefaultProfile of an EVSE, or the station's maximum.

        Without an id it has a random one. Raises ProfileIdReserved for one that is not `above` those of others.
        """
        if self.profile_id is not None and self.profile_id <= above and above:
            raise ProfileIdReserved(self.profile_id, up_to=above)
        profile_id = above + 1 + secrets.randbelow(LARGEST_ID - above) if self.profile_id is None else self.profile_id
        purpose = self.purpose or self._purpose()
        schedule = ChargingSchedule(
            unit=self.unit,
            periods=_periods(self.periods),
            duration_s=self.duration_s,
            starts_at=self.starts_at,
            random_delay_s=self.random_delay_s,
            limit_at_soc=None if self.limit_at_soc is None else self.limit_at_soc.limit_at_soc(),
        )
        profile = ChargingProfile(
            profile_id=profile_id,
            stack_level=self.stack_level,
            purpose=purpose,
            kind=self._kind(purpose),
            schedule=schedule,
            recurrency=self.recurrency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            transaction_id=TransactionId(self.transaction_id) if self.transaction_id else None,
            max_offline_s=self.max_offline_s,
            ends_after_offline=self.ends_after_offline,
            update_interval_s=self.update_interval_s,
        )
        return SetChargingProfile(profile, evse=self.evse)

    def _purpose(self) -> ProfilePurpose:
        if self.transaction_id is not None:
            return ProfilePurpose.TX
        return ProfilePurpose.STATION_MAX if self.evse is None else ProfilePurpose.TX_DEFAULT

    def _kind(self, purpose: ProfilePurpose) -> ProfileKind:
        if self.is_dynamic:
            return ProfileKind.DYNAMIC
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
    return tuple(
        ChargingPeriod(
            one.start_s,
            one.limit,
            one.phases,
            mode=one.mode,
            setpoint=one.setpoint,
            discharge_limit=one.discharge_limit,
        )
        for one in bodies
    )
