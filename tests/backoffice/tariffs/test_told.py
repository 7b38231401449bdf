"""What a station is told of a tariff comes to what is billed, or nothing is told."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.pricing.tariff import read_tariff
from backoffice.tariffs.told import tariff_for_station
from protocol.blocks.authorization.messages import AuthorizeReply
from protocol.blocks.authorization.v21 import decode_authorize_reply, encode_authorize_reply
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.tariff import CostBound, PriceConditions, Prices, Tariff, TariffPrice, TaxRate

ENERGY = {"type": "ENERGY", "price": 0.4, "vat": 20, "step_size": 1}
FLAT = {"type": "FLAT", "price": 1, "step_size": 1}


def told(*elements: dict[str, Any], **fields: Any) -> Tariff | None:
    tariff = {"id": "t", "currency": "EUR", "elements": elements} | fields
    return tariff_for_station(read_tariff(msgspec.json.encode(tariff)))


def test_prices_by_hour_are_told_by_minute_and_kwh_as_wh() -> None:
    night = {"start_time": "22:00", "end_time": "06:00", "day_of_week": ["MONDAY"], "min_kwh": 1.5, "max_power": 11}
    time = {"type": "TIME", "price": 6, "step_size": 1}

    tariff = told(
        {"price_components": [ENERGY, time], "restrictions": night},
        {"price_components": [FLAT]},
        max_price={"excl_vat": 30},
    )

    conditions = PriceConditions(
        starts_at="22:00",
        ends_at="06:00",
        days=("Monday",),
        min_energy_wh=Decimal(1_500),
        max_power_w=Decimal(11_000),
    )
    assert tariff == Tariff(
        tariff_id="t",
        currency="EUR",
        energy=Prices((TariffPrice(Decimal("0.4"), conditions),), (TaxRate("VAT", Decimal(20)),)),
        charging_time=Prices((TariffPrice(Decimal("0.1"), conditions),)),
        fixed_fee=Prices((TariffPrice(Decimal(1)),)),
        max_cost=CostBound(excl_tax=Decimal(30)),
    )


@pytest.mark.parametrize(
    "elements",
    [
        [{"price_components": [ENERGY | {"step_size": 1_000}]}],
        [{"price_components": [ENERGY], "restrictions": {"max_kwh": 5}}, {"price_components": [ENERGY | {"vat": 7}]}],
        [{"price_components": [FLAT], "restrictions": {"min_duration": 60}}],
    ],
    ids=["steps", "two rates of VAT", "a fee that depends on time"],
)
def test_what_a_station_has_no_words_for_is_not_told(elements: list[dict[str, Any]]) -> None:
    assert told(*elements) is None


def test_prices_of_reservations_are_no_part_of_it() -> None:
    kept = {"price_components": [FLAT], "restrictions": {"reservation": "RESERVATION"}}

    assert told(kept, {"price_components": [ENERGY]}) == told({"price_components": [ENERGY]})


def test_tariff_survives_the_wire() -> None:
    night = {"start_time": "22:00", "start_date": "2026-01-31", "max_current": 16}
    tariff = told(
        {"price_components": [ENERGY], "restrictions": night},
        {"price_components": [FLAT]},
        min_price={"excl_vat": 1, "incl_vat": 1.2},
        start_date_time="2026-01-01T00:00:00Z",
    )
    reply = AuthorizeReply(IdTokenInfo(AuthorizationStatus.ACCEPTED), tariff=tariff)

    assert decode_authorize_reply(encode_authorize_reply(reply)) == reply
