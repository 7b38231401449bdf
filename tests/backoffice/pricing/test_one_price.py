"""The same session has the same price wherever it is priced: estimate, running cost, CDR, invoice."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import msgspec
from hypothesis import given, strategies as st

from backoffice.contracts.sessions import ChargingSessionCompleted, PriceLine
from backoffice.pricing.calculation import Price, price
from backoffice.pricing.cdr import periods_of as periods_of_cdr, read_cdr
from backoffice.pricing.tariff import Tariff
from backoffice.sessions.cost import cost_of
from backoffice.sessions.energy import PauseChange, RegisterPoint, SessionShape
from backoffice.tariffs.estimate import Plan, estimate
from protocol.domain.identifiers import DriverId, StationId, TransactionId
from tests.backoffice.pricing.test_pricing_properties import AMSTERDAM, BEGIN, tariffs
from tests.vectors.examples import Stretch, cdr, parked

ZERO = Decimal(0)
METER_WH = Decimal(1_000)


class Told(NamedTuple):
    """What somebody is told that it costs."""

    lines: tuple[PriceLine, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal


def told(result: Price | ChargingSessionCompleted) -> Told:
    return Told(result.lines, result.total_excl_vat, result.total_incl_vat)


# Thirds of the time and of the energy come out even, and so do hours: what differs then is no rounding of the test's.
plans = st.builds(
    lambda after_min, charging_min, parking_min, energy_wh: Plan(
        begins_at=BEGIN + timedelta(minutes=after_min),
        charging=timedelta(minutes=3 * charging_min),
        parking=timedelta(minutes=3 * parking_min),
        energy_wh=Decimal(3 * energy_wh),
    ),
    st.integers(0, 300),
    st.integers(1, 100),
    st.integers(0, 60),
    st.integers(0, 10_000),
)


def shape_of(plan: Plan) -> SessionShape:
    """The session as facts and readings tell it: two registers, one reading in between, a pause once it is full."""
    full_at = plan.begins_at + plan.charging
    return SessionShape(
        started_at=plan.begins_at,
        ended_at=full_at + plan.parking,
        start_wh=METER_WH,
        end_wh=METER_WH + plan.energy_wh,
        readings=[
            RegisterPoint(plan.begins_at + plan.charging / 3, METER_WH + plan.energy_wh / 3),
            RegisterPoint(full_at, METER_WH + plan.energy_wh),
        ],
        pauses=[PauseChange(full_at, is_paused=True)] if plan.parking else [],
    )


def cdr_of(plan: Plan) -> bytes:
    minutes = [int(part / timedelta(minutes=1)) for part in (plan.charging, plan.parking)]
    stretches = [Stretch(minutes[0], str(plan.energy_wh / 1000)), *([parked(minutes[1])] if minutes[1] else [])]
    return json.dumps(cdr(plan.begins_at.replace(tzinfo=None).isoformat(), *stretches)).encode()


def invoiced(cost: Price, plan: Plan) -> Told:
    """What an invoice has of the session: its lines over the bus and through JSONB, its totals as they were said."""
    completed = ChargingSessionCompleted(
        session_id="s",
        station_id=StationId("CP001"),
        evse=1,
        transaction_id=TransactionId("1"),
        driver_id=DriverId("d"),
        started_at=plan.begins_at,
        intent_id=None,
        ended_at=plan.begins_at + plan.charging + plan.parking,
        energy_wh=plan.energy_wh,
        tariff_id=cost.tariff_id,
        tariff_version=1,
        currency=cost.currency,
        lines=cost.lines,
        total_excl_vat=cost.total_excl_vat,
        total_incl_vat=cost.total_incl_vat,
        stopped_reason="",
    )
    heard = msgspec.json.decode(msgspec.json.encode(completed), type=ChargingSessionCompleted)
    stored = json.loads(json.dumps(msgspec.to_builtins(heard.lines)))
    return Told(msgspec.convert(stored, tuple[PriceLine, ...]), heard.total_excl_vat, heard.total_incl_vat)


@given(tariffs(), plans)
def test_estimate_running_cost_cdr_and_invoice_are_one_price(tariff: Tariff, plan: Plan) -> None:
    json_tariff = msgspec.json.encode(tariff)

    estimated = estimate(tariff, plan, timezone=AMSTERDAM)
    settled = cost_of(json_tariff, shape_of(plan), timezone=str(AMSTERDAM))
    exchanged = price(tariff, periods_of_cdr(read_cdr(cdr_of(plan))), timezone=AMSTERDAM)

    assert told(settled) == told(estimated)
    assert told(exchanged) == told(estimated)
    assert invoiced(settled, plan) == told(estimated)


@given(tariffs(), plans, st.integers(0, 2))
def test_running_cost_is_the_estimate_of_what_was_charged_so_far(tariff: Tariff, plan: Plan, thirds: int) -> None:
    part = replace(
        plan, charging=plan.charging * thirds / 3, energy_wh=plan.energy_wh * thirds / 3, parking=timedelta()
    )
    so_far = SessionShape(
        started_at=part.begins_at,
        ended_at=part.begins_at + part.charging,
        start_wh=METER_WH,
        end_wh=METER_WH + part.energy_wh,
    )

    running = cost_of(msgspec.json.encode(tariff), so_far, timezone=str(AMSTERDAM))

    assert told(running) == told(estimate(tariff, part, timezone=AMSTERDAM))


@given(tariffs(), plans)
def test_sum_of_the_periods_is_the_total_before_limits(tariff: Tariff, plan: Plan) -> None:
    unlimited = Tariff(tariff.id, tariff.currency, tariff.elements)

    result = estimate(unlimited, plan, timezone=AMSTERDAM)

    parts = [part for each in result.periods for part in each.parts]
    for total, amounts in (
        (result.total_excl_vat, [part.amount_excl_vat for part in parts]),
        (result.total_incl_vat, [part.amount_incl_vat for part in parts]),
    ):
        # Each line has rounded its parts to four decimals once.
        slack = Decimal("0.00005") * len(result.lines) + Decimal("0.005")
        assert abs(total - sum(amounts, ZERO)) <= slack
    assert result.total_excl_vat == sum((line.amount_excl_vat for line in result.lines), ZERO).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
