"""OCPP 2.1 charging profiles: those of 2.0.1, with operation modes, setpoints and what depends on the connection.

Not carried: limits of single phases, reactive power, curves of V2X, and the price schedules of ISO 15118-20.
"""

from decimal import ROUND_FLOOR, Decimal

from msgspec import UNSET, UnsetType, structs

from protocol.dialects import v201_charging
from protocol.dialects.words import (
    given,
    read_optional_rate,
    read_optional_timestamp,
    read_rate,
    sent,
    spelled,
    write_optional_timestamp,
    write_rate,
)
from protocol.domain.charging_profile import ChargingPeriod, ChargingProfile, ChargingSchedule, LimitAtSoc
from protocol.wire import v21

_TENTH = Decimal("0.1")


def read_profile(profile: v21.ChargingProfile) -> ChargingProfile:
    """Source: OCPP 2.1 §2 ChargingProfileType."""
    older = v201_charging.read_profile(profile)  # type: ignore[arg-type]  # 2.1 has the same attributes, and more
    schedule, *alternatives = (read_schedule(one) for one in profile.charging_schedule)
    return structs.replace(
        older,
        schedule=schedule,
        alternatives=tuple(alternatives),
        max_offline_s=given(profile.max_offline_duration),
        ends_after_offline=given(profile.invalid_after_offline_duration),
        update_interval_s=given(profile.dyn_update_interval),
        updated_at=read_optional_timestamp(profile.dyn_update_time, "$.dynUpdateTime"),
    )


def write_profile(profile: ChargingProfile) -> v21.ChargingProfile:
    """Source: OCPP 2.1 §2 ChargingProfileType."""
    return v21.ChargingProfile(
        id=profile.profile_id,
        stack_level=profile.stack_level,
        charging_profile_purpose=spelled(profile.purpose),
        charging_profile_kind=spelled(profile.kind),
        recurrency_kind=UNSET if profile.recurrency is None else spelled(profile.recurrency),
        valid_from=write_optional_timestamp(profile.valid_from),
        valid_to=write_optional_timestamp(profile.valid_to),
        charging_schedule=tuple(write_schedule(schedule) for schedule in profile.schedules),
        transaction_id=UNSET if profile.transaction_id is None else profile.transaction_id,
        max_offline_duration=sent(profile.max_offline_s),
        invalid_after_offline_duration=sent(profile.ends_after_offline),
        dyn_update_interval=sent(profile.update_interval_s),
        dyn_update_time=write_optional_timestamp(profile.updated_at),
    )


def read_schedule(schedule: v21.ChargingSchedule) -> ChargingSchedule:
    """Source: OCPP 2.1 §2 ChargingScheduleType."""
    older = v201_charging.read_schedule(schedule)  # type: ignore[arg-type]  # 2.1 has the same attributes, and more
    at_soc = given(schedule.limit_at_so_c)
    return structs.replace(
        older,
        periods=tuple(read_period(period) for period in schedule.charging_schedule_period),
        random_delay_s=given(schedule.randomized_delay),
        limit_at_soc=None if at_soc is None else LimitAtSoc(at_soc.soc, read_rate(at_soc.limit)),
    )


def write_schedule(schedule: ChargingSchedule) -> v21.ChargingSchedule:
    """Limits are rounded down to tenths."""
    tariff, at_soc = schedule.sales_tariff, schedule.limit_at_soc
    return v21.ChargingSchedule(
        id=schedule.schedule_id,
        start_schedule=write_optional_timestamp(schedule.starts_at),
        duration=sent(schedule.duration_s),
        charging_rate_unit=spelled(schedule.unit),
        charging_schedule_period=tuple(write_period(period) for period in schedule.periods),
        min_charging_rate=write_optional_rate(schedule.min_rate),
        # A sales tariff has the same members in both versions.
        sales_tariff=UNSET if tariff is None else v201_charging.write_tariff(tariff),  # type: ignore[arg-type]
        randomized_delay=sent(schedule.random_delay_s),
        limit_at_so_c=UNSET if at_soc is None else v21.LimitAtSoC(soc=at_soc.soc, limit=write_rate(at_soc.limit)),
    )


def write_optional_rate(rate: Decimal | None) -> float | UnsetType:
    """The limit, rounded down to tenths, or none."""
    return UNSET if rate is None else float(rate.quantize(_TENTH, ROUND_FLOOR))


def read_period(period: v21.ChargingSchedulePeriod) -> ChargingPeriod:
    """Of single phases and of reactive power nothing is read. Source: OCPP 2.1 §2 ChargingSchedulePeriodType."""
    return ChargingPeriod(
        start_s=period.start_period,
        limit=read_optional_rate(period.limit),
        phases=given(period.number_phases),
        phase_to_use=given(period.phase_to_use),
        mode=given(period.operation_mode),
        setpoint=read_optional_rate(period.setpoint),
        discharge_limit=read_optional_rate(period.discharge_limit),
    )


def write_period(period: ChargingPeriod) -> v21.ChargingSchedulePeriod:
    """Source: OCPP 2.1 §2 ChargingSchedulePeriodType."""
    return v21.ChargingSchedulePeriod(
        start_period=period.start_s,
        limit=write_optional_rate(period.limit),
        number_phases=sent(period.phases),
        phase_to_use=sent(period.phase_to_use),
        operation_mode=UNSET if period.mode is None else spelled(period.mode),
        setpoint=write_optional_rate(period.setpoint),
        discharge_limit=write_optional_rate(period.discharge_limit),
    )
