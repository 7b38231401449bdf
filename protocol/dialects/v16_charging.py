"""OCPP 1.6 charging profiles, which travel in smart charging and in remote starts."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

from msgspec import UNSET, UnsetType

from protocol.dialects.words import given, read_optional_timestamp, sent, spelled, write_optional_timestamp
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
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible, PropertyConstraintViolation
from protocol.wire import v16

PURPOSES: Mapping[ProfilePurpose, str] = {
    ProfilePurpose.STATION_MAX: "ChargePointMaxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TX: "TxProfile",
}
PURPOSE_OF = {word: purpose for purpose, word in PURPOSES.items()}

_LARGEST_LIMIT = 10**9  # no cable carries more, and sums of it stay exact
_TENTH = Decimal("0.1")


def read_profile(profile: v16.ChargingProfile) -> ChargingProfile:
    """Source: OCPP 1.6 §7.8."""
    transaction, recurrency = given(profile.transaction_id), given(profile.recurrency_kind)
    return ChargingProfile(
        profile_id=profile.charging_profile_id,
        stack_level=profile.stack_level,
        purpose=PURPOSE_OF[profile.charging_profile_purpose],
        kind=ProfileKind(profile.charging_profile_kind),
        schedule=read_schedule(profile.charging_schedule),
        recurrency=None if recurrency is None else Recurrency(recurrency),
        valid_from=read_optional_timestamp(profile.valid_from, "$.validFrom"),
        valid_to=read_optional_timestamp(profile.valid_to, "$.validTo"),
        transaction_id=None if transaction is None else TransactionId(str(transaction)),
    )


def write_profile(profile: ChargingProfile) -> v16.ChargingProfile:
    """Raises NotExpressible for a transaction id that is no whole number."""
    transaction = profile.transaction_id
    if transaction is not None and not transaction.lstrip("-").isdecimal():
        raise NotExpressible(OcppVersion.V16, f"the transaction id {transaction!r}")
    return v16.ChargingProfile(
        charging_profile_id=profile.profile_id,
        transaction_id=UNSET if transaction is None else int(transaction),
        stack_level=profile.stack_level,
        charging_profile_purpose=spelled(PURPOSES[profile.purpose]),
        charging_profile_kind=spelled(profile.kind),
        recurrency_kind=UNSET if profile.recurrency is None else spelled(profile.recurrency),
        valid_from=write_optional_timestamp(profile.valid_from),
        valid_to=write_optional_timestamp(profile.valid_to),
        charging_schedule=write_schedule(profile.schedule),
    )


def read_schedule(schedule: v16.ChargingSchedule) -> ChargingSchedule:
    """Source: OCPP 1.6 §7.13."""
    return ChargingSchedule(
        unit=RateUnit(schedule.charging_rate_unit),
        periods=tuple(_read_period(period) for period in schedule.charging_schedule_period),
        duration_s=given(schedule.duration),
        starts_at=read_optional_timestamp(schedule.start_schedule, "$.startSchedule"),
        min_rate=_read_optional_rate(schedule.min_charging_rate),
    )


def write_schedule(schedule: ChargingSchedule) -> v16.ChargingSchedule:
    """Limits are rounded down to tenths, the wire's step: a limit that is rounded up is exceeded."""
    return v16.ChargingSchedule(
        duration=sent(schedule.duration_s),
        start_schedule=write_optional_timestamp(schedule.starts_at),
        charging_rate_unit=spelled(schedule.unit),
        charging_schedule_period=tuple(
            v16.ChargingSchedulePeriod(
                start_period=period.start_s, limit=_write_rate(period.limit), number_phases=sent(period.phases)
            )
            for period in schedule.periods
        ),
        min_charging_rate=UNSET if schedule.min_rate is None else _write_rate(schedule.min_rate),
    )


def _read_period(period: v16.ChargingSchedulePeriod) -> ChargingPeriod:
    return ChargingPeriod(
        start_s=period.start_period, limit=_read_rate(period.limit), phases=given(period.number_phases)
    )


def _read_optional_rate(rate: float | UnsetType) -> Decimal | None:
    return None if isinstance(rate, UnsetType) else _read_rate(rate)


def _read_rate(rate: float) -> Decimal:
    if not -_LARGEST_LIMIT <= rate <= _LARGEST_LIMIT:
        raise PropertyConstraintViolation(f"{rate!r} is no limit", path="$.chargingSchedulePeriod.limit")
    return Decimal(repr(rate))


def _write_rate(rate: Decimal) -> float:
    return float(rate.quantize(_TENTH, ROUND_FLOOR))
