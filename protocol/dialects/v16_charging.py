"""OCPP 1.6 charging profiles, which travel in smart charging and in remote starts."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from protocol.dialects.words import (
    given,
    read_number,
    read_optional_rate,
    read_optional_timestamp,
    read_rate,
    sent,
    spelled,
    write_optional_timestamp,
    write_rate,
)
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    Recurrency,
    find_novelty,
)
from protocol.domain.identifiers import TransactionId
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

PURPOSES: Mapping[ProfilePurpose, str] = {
    ProfilePurpose.STATION_MAX: "ChargePointMaxProfile",
    ProfilePurpose.TX_DEFAULT: "TxDefaultProfile",
    ProfilePurpose.TX: "TxProfile",
}
PURPOSE_OF = {word: purpose for purpose, word in PURPOSES.items()}


def read_profile(profile: v16.ChargingProfile) -> ChargingProfile:
    """Source: OCPP 1.6 §7.8."""
    transaction, recurrency = given(profile.transaction_id), given(profile.recurrency_kind)
    return ChargingProfile(
        profile_id=profile.charging_profile_id,
        stack_level=read_number(profile.stack_level, "$.stackLevel", bits=32),
        purpose=PURPOSE_OF[profile.charging_profile_purpose],
        kind=ProfileKind(profile.charging_profile_kind),
        schedule=read_schedule(profile.charging_schedule),
        recurrency=None if recurrency is None else Recurrency(recurrency),
        valid_from=read_optional_timestamp(profile.valid_from, "$.validFrom"),
        valid_to=read_optional_timestamp(profile.valid_to, "$.validTo"),
        transaction_id=None if transaction is None else TransactionId(str(transaction)),
    )


def write_profile(profile: ChargingProfile) -> v16.ChargingProfile:
    """Raises NotExpressible for a transaction id that is no whole number, and for what came with 2.x."""
    transaction = profile.transaction_id
    if profile.alternatives:
        raise NotExpressible(OcppVersion.V16, f"a profile of {len(profile.schedules)} schedules")
    novelty = find_novelty(profile)
    if novelty is not None:
        raise NotExpressible(OcppVersion.V16, novelty)
    if transaction is not None and not transaction.lstrip("-").isdecimal():
        raise NotExpressible(OcppVersion.V16, f"the transaction id {transaction!r}")
    return v16.ChargingProfile(
        charging_profile_id=profile.profile_id,
        transaction_id=UNSET if transaction is None else int(transaction),
        stack_level=profile.stack_level,
        charging_profile_purpose=write_purpose(profile.purpose),
        charging_profile_kind=spelled(profile.kind),
        recurrency_kind=UNSET if profile.recurrency is None else spelled(profile.recurrency),
        valid_from=write_optional_timestamp(profile.valid_from),
        valid_to=write_optional_timestamp(profile.valid_to),
        charging_schedule=write_schedule(profile.schedule),
    )


def write_purpose(purpose: ProfilePurpose) -> Any:  # Any: a Literal of the wire
    """Raises NotExpressible for a purpose that came later."""
    word = PURPOSES.get(purpose)
    if word is None:
        raise NotExpressible(OcppVersion.V16, f"a {purpose}")
    return word


def read_schedule(schedule: v16.ChargingSchedule) -> ChargingSchedule:
    """Source: OCPP 1.6 §7.13."""
    return ChargingSchedule(
        unit=RateUnit(schedule.charging_rate_unit),
        periods=tuple(_read_period(period) for period in schedule.charging_schedule_period),
        duration_s=given(schedule.duration),
        starts_at=read_optional_timestamp(schedule.start_schedule, "$.startSchedule"),
        min_rate=read_optional_rate(schedule.min_charging_rate),
    )


def write_schedule(schedule: ChargingSchedule) -> v16.ChargingSchedule:
    """Limits are rounded down to tenths. Its name is lost. Raises NotExpressible for what came with 2.x."""
    if schedule.sales_tariff is not None:
        raise NotExpressible(OcppVersion.V16, "a sales tariff")
    return v16.ChargingSchedule(
        duration=sent(schedule.duration_s),
        start_schedule=write_optional_timestamp(schedule.starts_at),
        charging_rate_unit=spelled(schedule.unit),
        charging_schedule_period=tuple(_write_period(period) for period in schedule.periods),
        min_charging_rate=UNSET if schedule.min_rate is None else write_rate(schedule.min_rate),
    )


def _read_period(period: v16.ChargingSchedulePeriod) -> ChargingPeriod:
    return ChargingPeriod(
        start_s=period.start_period, limit=read_rate(period.limit), phases=given(period.number_phases)
    )


def _write_period(period: ChargingPeriod) -> v16.ChargingSchedulePeriod:
    if period.limit is None or period.phase_to_use is not None:
        raise NotExpressible(OcppVersion.V16, "a period without a limit, or of one phase that is named")
    return v16.ChargingSchedulePeriod(
        start_period=period.start_s, limit=write_rate(period.limit), number_phases=sent(period.phases)
    )
