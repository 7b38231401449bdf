"""OCPP 2.0.1 charging profiles, which travel in smart charging and in remote starts."""

from collections.abc import Iterable

from msgspec import UNSET, UnsetType

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
    ConsumptionCost,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    Recurrency,
    SalesTariff,
    SalesTariffEntry,
    TariffCost,
    find_novelty,
)
from protocol.domain.identifiers import TransactionId
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201

_NEWER_PURPOSES = frozenset((ProfilePurpose.PRIORITY, ProfilePurpose.LOCAL_GENERATION))
_COST_PATH = "$.salesTariff.salesTariffEntry.consumptionCost.startValue"


def read_profile(profile: v201.ChargingProfile) -> ChargingProfile:
    """Its first schedule holds until a vehicle has chosen another. Source: OCPP 2.0.1 §2 ChargingProfileType."""
    transaction, recurrency = given(profile.transaction_id), given(profile.recurrency_kind)
    schedule, *alternatives = (read_schedule(one) for one in profile.charging_schedule)
    return ChargingProfile(
        profile_id=profile.id,
        stack_level=read_number(profile.stack_level, "$.stackLevel", bits=32),
        purpose=ProfilePurpose(profile.charging_profile_purpose),
        kind=ProfileKind(profile.charging_profile_kind),
        schedule=schedule,
        recurrency=None if recurrency is None else Recurrency(recurrency),
        valid_from=read_optional_timestamp(profile.valid_from, "$.validFrom"),
        valid_to=read_optional_timestamp(profile.valid_to, "$.validTo"),
        transaction_id=None if transaction is None else TransactionId(transaction),
        alternatives=tuple(alternatives),
    )


def write_profile(profile: ChargingProfile) -> v201.ChargingProfile:
    """Raises NotExpressible for a purpose or a kind that came with 2.1, and for more than three schedules."""
    novelty = find_novelty(profile)
    if novelty is not None:
        raise NotExpressible(OcppVersion.V201, novelty)
    if len(profile.schedules) > 3:
        raise NotExpressible(OcppVersion.V201, f"a profile of {len(profile.schedules)} schedules")
    return v201.ChargingProfile(
        id=profile.profile_id,
        stack_level=profile.stack_level,
        charging_profile_purpose=spelled(write_purpose(profile.purpose)),
        charging_profile_kind=spelled(profile.kind),
        recurrency_kind=UNSET if profile.recurrency is None else spelled(profile.recurrency),
        valid_from=write_optional_timestamp(profile.valid_from),
        valid_to=write_optional_timestamp(profile.valid_to),
        charging_schedule=tuple(write_schedule(schedule) for schedule in profile.schedules),
        transaction_id=UNSET if profile.transaction_id is None else profile.transaction_id,
    )


def write_purpose(purpose: ProfilePurpose) -> str:
    """Raises NotExpressible for a purpose that came with 2.1."""
    if purpose in _NEWER_PURPOSES:
        raise NotExpressible(OcppVersion.V201, f"a profile for {purpose}")
    return purpose


def read_schedule(schedule: v201.ChargingSchedule) -> ChargingSchedule:
    """Source: OCPP 2.0.1 §2 ChargingScheduleType."""
    tariff = given(schedule.sales_tariff)
    return ChargingSchedule(
        unit=RateUnit(schedule.charging_rate_unit),
        periods=read_periods(schedule.charging_schedule_period),
        duration_s=given(schedule.duration),
        starts_at=read_optional_timestamp(schedule.start_schedule, "$.startSchedule"),
        min_rate=read_optional_rate(schedule.min_charging_rate),
        schedule_id=schedule.id,
        sales_tariff=None if tariff is None else read_tariff(tariff),
    )


def write_schedule(schedule: ChargingSchedule) -> v201.ChargingSchedule:
    """Limits are rounded down to tenths."""
    tariff = schedule.sales_tariff
    return v201.ChargingSchedule(
        id=schedule.schedule_id,
        start_schedule=write_optional_timestamp(schedule.starts_at),
        duration=sent(schedule.duration_s),
        charging_rate_unit=spelled(schedule.unit),
        charging_schedule_period=write_periods(schedule.periods),
        min_charging_rate=UNSET if schedule.min_rate is None else write_rate(schedule.min_rate),
        sales_tariff=UNSET if tariff is None else write_tariff(tariff),
    )


def read_periods(periods: Iterable[v201.ChargingSchedulePeriod]) -> tuple[ChargingPeriod, ...]:
    """Limits; 2.1 may leave one out."""
    return tuple(
        ChargingPeriod(
            start_s=period.start_period,
            limit=read_optional_rate(period.limit),
            phases=given(period.number_phases),
            phase_to_use=given(period.phase_to_use),
        )
        for period in periods
    )


def write_periods(periods: Iterable[ChargingPeriod]) -> tuple[v201.ChargingSchedulePeriod, ...]:
    """Raises NotExpressible for a period without a limit, which came with 2.1."""
    return tuple(_write_period(period) for period in periods)


def _write_period(period: ChargingPeriod) -> v201.ChargingSchedulePeriod:
    if period.limit is None:
        raise NotExpressible(OcppVersion.V201, "a period without a limit")
    return v201.ChargingSchedulePeriod(
        start_period=period.start_s,
        limit=write_rate(period.limit),
        number_phases=sent(period.phases),
        phase_to_use=sent(period.phase_to_use),
    )


def read_tariff(tariff: v201.SalesTariff) -> SalesTariff:
    """Source: OCPP 2.0.1 §2 SalesTariffType."""
    return SalesTariff(
        tariff_id=tariff.id,
        entries=tuple(
            SalesTariffEntry(
                start_s=entry.relative_time_interval.start,
                duration_s=given(entry.relative_time_interval.duration),
                price_level=given(entry.e_price_level),
                costs=_read_costs(entry.consumption_cost),
            )
            for entry in tariff.sales_tariff_entry
        ),
        description=given(tariff.sales_tariff_description),
        price_levels=given(tariff.num_e_price_levels),
    )


def write_tariff(tariff: SalesTariff) -> v201.SalesTariff:
    """Source: OCPP 2.0.1 §2 SalesTariffType."""
    return v201.SalesTariff(
        id=tariff.tariff_id,
        sales_tariff_description=sent(tariff.description),
        num_e_price_levels=sent(tariff.price_levels),
        sales_tariff_entry=tuple(
            v201.SalesTariffEntry(
                relative_time_interval=v201.RelativeTimeInterval(start=entry.start_s, duration=sent(entry.duration_s)),
                e_price_level=sent(entry.price_level),
                consumption_cost=tuple(_write_cost(one) for one in entry.costs) or UNSET,
            )
            for entry in tariff.entries
        ),
    )


def _read_costs(costs: tuple[v201.ConsumptionCost, ...] | UnsetType) -> tuple[ConsumptionCost, ...]:
    return tuple(
        ConsumptionCost(
            start_value=read_rate(one.start_value, _COST_PATH),
            costs=tuple(TariffCost(cost.cost_kind, cost.amount, given(cost.amount_multiplier)) for cost in one.cost),
        )
        for one in given(costs) or ()
    )


def _write_cost(consumption: ConsumptionCost) -> v201.ConsumptionCost:
    return v201.ConsumptionCost(
        start_value=float(consumption.start_value),
        cost=tuple(
            v201.Cost(cost_kind=spelled(cost.kind), amount=cost.amount, amount_multiplier=sent(cost.multiplier))
            for cost in consumption.costs
        ),
    )
