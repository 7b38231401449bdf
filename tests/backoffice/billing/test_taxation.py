"""VAT: which rate, whose, and what becomes of the total; by arithmetic, and on invoices."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, strategies as st

from backoffice.billing.app import SERVICE
from backoffice.billing.charges import Charge
from backoffice.billing.domain import InvoiceKind
from backoffice.billing.shares import shares_of
from backoffice.billing.taxation import Party, Terms, country_of_vat_number, has_reverse_charge, taxed
from backoffice.contracts.sessions import PriceLine
from backoffice.kit.auth import Role
from backoffice.pricing.calculation import price
from backoffice.pricing.periods import ChargingPeriod
from backoffice.pricing.tariff import read_tariff
from protocol.domain.money import Money
from tests.backoffice.billing.test_billing import Bench, bench as bench, completed
from tests.backoffice.billing.test_credits import session
from tests.backoffice.billing.test_ledger import balances
from tests.factories.places import open_place

pytestmark = pytest.mark.slow

BUYER = Party("Fuhrpark Österreich GmbH", "Ring 1", "1010", "Wien", "AT", "ATU12345678")
NOW = datetime.now(UTC)


def charge(*lines: PriceLine) -> Charge:
    excl = Money(sum((line.amount_excl_vat for line in lines), Decimal(0)), "EUR").rounded().amount
    incl = Money(sum((line.amount_incl_vat for line in lines), Decimal(0)), "EUR").rounded().amount
    return Charge(
        kind=InvoiceKind.CHARGING,
        subject_id="s1",
        driver_id="d",
        started_at=NOW,
        ended_at=NOW,
        currency="EUR",
        lines=lines,
        total_excl_vat=excl,
        total_incl_vat=incl,
    )


def line(excl: str, rate: str, incl: str) -> PriceLine:
    return PriceLine("ENERGY", Decimal(1), "kWh", Decimal(excl), Decimal(excl), Decimal(rate), Decimal(incl), 0)


def test_rate_of_the_country_is_taken_out_of_a_price_that_names_none() -> None:
    plain = charge(line("11.90", "0", "11.90"))

    billed = taxed(plain, Terms("DE", Decimal(19)))

    assert (billed.total_excl_vat, billed.total_incl_vat) == (Decimal("10.00"), Decimal("11.90"))
    assert billed.lines[0].vat_percent == 19
    assert billed.lines[0].amount_excl_vat == 10


def test_tariffs_own_vat_wins() -> None:
    own = charge(line("10", "7", "10.70"))

    assert taxed(own, Terms("DE", Decimal(19))) == own
    assert taxed(own, Terms("DE")) == own


def test_tariff_that_names_no_vat_is_told_from_one_that_names_none_of_it() -> None:
    def billed(vat: str) -> Charge:
        tariff = read_tariff(
            b'{"id":"T","currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":1,"step_size":1%s}]}]}'
            % vat.encode()
        )
        energy = ChargingPeriod(started_at=NOW, ended_at=NOW, energy_wh=Decimal(10_000))
        lines = price(tariff, [energy], timezone=ZoneInfo("UTC")).lines
        # As it comes: through JSON on the bus.
        read = msgspec.json.decode(msgspec.json.encode(lines), type=tuple[PriceLine, ...])
        return taxed(charge(*read), Terms("DE", Decimal(19)))

    assert billed(',"vat":0').total_excl_vat == 10
    assert billed("").total_excl_vat == Decimal("8.40")


def test_reverse_charge_leaves_the_price_without_vat() -> None:
    billed = taxed(charge(line("10", "19", "11.90")), Terms("DE", is_reverse_charge=True))

    assert (billed.total_excl_vat, billed.total_incl_vat) == (10, 10)
    assert {one.vat_percent for one in billed.lines} == {Decimal(0)}


@given(
    amounts=st.lists(st.decimals(min_value=0, max_value=500, places=4), max_size=5),
    rate=st.sampled_from([Decimal("7"), Decimal("8.1"), Decimal("19"), Decimal("25")]),
    is_reverse_charge=st.booleans(),
    is_free=st.booleans(),
)
def test_whatever_the_terms_lines_and_shares_add_to_the_totals(
    amounts: list[Decimal], rate: Decimal, is_reverse_charge: bool, is_free: bool
) -> None:
    plain = charge(*(line(str(amount), "0", str(amount)) for amount in amounts))
    billed = taxed(plain, Terms("DE", rate, is_reverse_charge=is_reverse_charge, is_free=is_free))
    shares = shares_of(
        billed.lines,
        total_excl_vat=Money(billed.total_excl_vat, "EUR"),
        total_incl_vat=Money(billed.total_incl_vat, "EUR"),
    )

    if not is_reverse_charge and not is_free:
        assert billed.total_incl_vat == plain.total_incl_vat
    incl = sum((one.amount_incl_vat for one in billed.lines), Decimal(0))
    assert abs(incl - billed.total_incl_vat) <= Decimal("0.005") + Decimal("0.0001") * len(amounts)
    assert sum((share.incl_vat for share in shares), Decimal(0)) == billed.total_incl_vat
    assert not is_free or not billed.total_incl_vat


@pytest.mark.parametrize(
    ("seller", "buyer", "is_valid", "expected"),
    [
        ("DE", BUYER, True, True),
        ("DE", BUYER, False, False),
        ("AT", BUYER, True, False),
        ("CH", BUYER, True, False),
        ("DE", None, True, False),
    ],
)
def test_reverse_charge_is_for_valid_companies_of_another_country_of_the_eu(
    seller: str, buyer: Party | None, is_valid: bool, expected: bool
) -> None:
    assert has_reverse_charge(seller_country=seller, buyer=buyer, is_vat_number_valid=is_valid) is expected


def test_greek_numbers_begin_otherwise_than_the_country() -> None:
    assert [country_of_vat_number(number) for number in ("EL123456789", "de 123", "CHE-1")] == ["GR", "DE", "CH"]


async def put(bench: Bench, path: str, body: Any) -> Any:
    answer = await bench.place.http.put(
        f"/api/v1/billing/{path}", json=body, headers=bench.place.headers_of(Role.FINANCE)
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


SELLER = {"name": "Ladepark AG", "street": "Gasse 2", "postal_code": "8000", "city": "Zürich", "country": "CH"}


async def test_invoice_has_the_rate_of_the_sellers_country_on_its_day(bench: Bench) -> None:
    await put(bench, "seller", SELLER)
    await put(bench, "vat-rates/CH/2018-01-01", {"percent": "7.7"})
    await put(bench, "vat-rates/CH/2024-01-01", {"percent": "8.1"})
    await put(bench, "vat-rates/CH/2999-01-01", {"percent": "9"})
    await put(bench, "vat-rates/DE/2007-01-01", {"percent": "19"})
    await bench.add_card()

    invoice = (await bench.complete(completed(total="10.81")))["invoice"]

    assert (invoice["total_excl_vat"], invoice["total_incl_vat"]) == ("10.00", "10.81")
    assert [(one["vat_percent"], one["vat"]) for one in invoice["vat"]] == [("8.1", "0.81")]
    assert (await balances(bench))["vat:CH:8.1"] == Decimal("-0.81")


async def test_company_abroad_with_a_valid_number_pays_no_vat_and_one_without_does(
    database_url: str, nats_url: str, tmp_path: Path
) -> None:
    register = tmp_path / "companies.json"
    register.write_text(json.dumps({"ATU12345678": {"name": "F", "street": "R", "city": "Wien", "country": "AT"}}))
    environ = {"BILLING_VAT_REGISTER_FILE": str(register)}
    buyer = {"name": "F", "street": "R", "postal_code": "1010", "city": "Wien", "country": "AT"}
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as place:
        bench = Bench(place, database_url)
        for driver, number in (("driver-1", "ATU12345678"), ("driver-2", "ATU99999999")):
            await put(bench, f"payers/{driver}", {"kind": "card", "buyer": buyer | {"vat_number": number}})
            await bench.add_card(driver=driver)

        valid = (await bench.complete(session("s1")))["invoice"]
        unknown = (await bench.complete(session("s2", driver="driver-2")))["invoice"]

        assert (valid["is_reverse_charge"], valid["total_incl_vat"], valid["paid"]) == (True, "7.00", "7.00")
        assert (unknown["is_reverse_charge"], unknown["total_incl_vat"]) == (False, "8.09")
        assert (await balances(bench))["vat:DE:19"] == Decimal("-0.95")
