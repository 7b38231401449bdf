"""Postings and shares as arithmetic: nothing is lost, nothing is out of balance."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, strategies as st

from backoffice.billing import postings
from backoffice.billing.postings import About, Entry, Posting
from backoffice.billing.shares import Share, allocate, less, part_of, shares_of
from backoffice.contracts.sessions import PriceLine
from protocol.domain.identifiers import TenantId
from protocol.domain.money import Money

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "HUF"])
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "5.5", "7", "19", "19.00", "25")])
LINES = st.lists(st.tuples(st.decimals(min_value=0, max_value=500, places=4), RATES), min_size=0, max_size=6)
LIMITS = st.sampled_from([None, Decimal("-0.5"), Decimal("0.3333")])


def line(amount: Decimal, rate: Decimal, dimension: str = "ENERGY") -> PriceLine:
    incl = (amount * (1 + rate / 100)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return PriceLine(dimension, Decimal(1), "kWh", amount, amount, rate, incl, None if dimension != "ENERGY" else 0)


def totals(lines: Sequence[PriceLine], currency: str) -> tuple[Money, Money]:
    excl = Money(sum((one.amount_excl_vat for one in lines), Decimal(0)), currency).rounded()
    incl = Money(sum((one.amount_incl_vat for one in lines), Decimal(0)), currency).rounded()
    return excl, incl


def invoice_of(pairs: Sequence[tuple[Decimal, Decimal]], limit: Decimal | None, currency: str) -> tuple[Share, ...]:
    lines = [line(amount, rate) for amount, rate in pairs]
    total = sum((one.amount_excl_vat for one in lines), Decimal(0))
    if limit is not None:
        factor = max(limit, Decimal(-1))
        excl, incl = total * factor, sum((one.amount_incl_vat for one in lines), Decimal(0)) * factor
        lines.append(PriceLine("MAX_PRICE", Decimal(1), "", excl, excl, Decimal(0), incl))
    excl_total, incl_total = totals(lines, currency)
    shares = shares_of(lines, total_excl_vat=excl_total, total_incl_vat=incl_total)
    assert sum((share.excl_vat for share in shares), Decimal(0)) == excl_total.amount
    assert sum((share.incl_vat for share in shares), Decimal(0)) == incl_total.amount
    return shares


@given(units=st.integers(0, 10**7), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_allocation_loses_nothing_and_is_fair_to_a_unit(units: int, weights: list[int]) -> None:
    parts = allocate(units, weights)

    assert sum(parts) == units
    if sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Decimal(units) * weight / sum(weights)) < 1


@given(pairs=LINES, limit=LIMITS, currency=CURRENCIES)
def test_invoice_posts_revenue_and_vat_that_add_to_its_total(
    pairs: list[tuple[Decimal, Decimal]], limit: Decimal | None, currency: str
) -> None:
    shares = invoice_of(pairs, limit, currency)

    posting = postings.invoice_issued(
        "i", owed_by="receivable:d", earned_as="revenue:charging", country="DE", currency=currency, shares=shares
    )

    assert sum(entry.amount for entry in posting.entries) == 0
    assert all(entry.amount for entry in posting.entries)
    assert len({entry.account for entry in posting.entries}) == len(posting.entries)
    owed = sum((entry.amount for entry in posting.entries if entry.account == "receivable:d"), Decimal(0))
    assert owed == sum((share.incl_vat for share in shares), Decimal(0))


@given(pairs=LINES, limit=LIMITS, currency=CURRENCIES, cuts=st.lists(st.integers(1, 100), max_size=6))
def test_credits_in_parts_are_together_the_invoice_reversed(
    pairs: list[tuple[Decimal, Decimal]], limit: Decimal | None, currency: str, cuts: list[int]
) -> None:
    shares = invoice_of(pairs, limit, currency)
    left, booked = shares, []
    for cut in [*cuts, 100]:
        remaining = Money(sum((share.incl_vat for share in left), Decimal(0)), currency)
        amount = Money.from_minor_units(remaining.minor_units() * cut // 100, currency)
        taken = part_of(left, amount)
        assert sum((share.incl_vat for share in taken), Decimal(0)) == amount.amount
        left = less(left, taken)
        assert all(share.excl_vat >= 0 and share.vat >= 0 for share in left)
        booked.append(
            postings.invoice_credited("c", owed_by="r", earned_as="e", country="DE", currency=currency, shares=taken)
        )

    issued = postings.invoice_issued("i", owed_by="r", earned_as="e", country="DE", currency=currency, shares=shares)
    sums: dict[str, Decimal] = {}
    for entry in [*issued.entries, *(entry for posting in booked for entry in posting.entries)]:
        sums[entry.account] = sums.get(entry.account, Decimal(0)) + entry.amount
    assert not any(sums.values())


@given(amount=st.decimals(min_value=0, max_value=10_000, places=2), currency=CURRENCIES)
def test_every_movement_of_money_is_in_balance_without_negative_zeros(amount: Decimal, currency: str) -> None:
    money = Money(amount, currency)

    for posting in (
        postings.payment_captured("p", money, into=postings.cash("sandbox"), owed_by="receivable:d"),
        postings.prepaid_topped_up("t", money, account_id="a", into=postings.cash("till")),
        postings.payment_captured("d", money, into=postings.prepaid("a"), owed_by="receivable:d"),
        postings.refunded("r", money, out_of=postings.cash("sandbox"), owed_by="receivable:d"),
        postings.written_off("w", money, owed_by="receivable:d"),
    ):
        assert sum(entry.amount for entry in posting.entries) == 0
        assert len(posting.entries) == (2 if amount else 0)


def test_posting_out_of_balance_or_of_nothing_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="out of balance by 1"):
        Posting(About.PAYMENT, "p", "EUR", (Entry("cash:x", Decimal(3)), Entry("receivable:d", Decimal(-2))))
    with pytest.raises(ValueError, match="of nothing"):
        Posting(About.PAYMENT, "p", "EUR", (Entry("cash:x", Decimal("-0.00")),))


def test_more_than_is_left_is_no_part() -> None:
    with pytest.raises(ValueError, match="is not a part of"):
        part_of((Share(Decimal(19), Decimal("1.00"), Decimal("0.19")),), Money(Decimal("1.20"), "EUR"))


def test_limit_falls_on_the_rates_of_what_it_limits() -> None:
    lines = [line(Decimal(10), Decimal(19)), line(Decimal(10), Decimal(7))]
    cut = PriceLine("MAX_PRICE", Decimal(1), "", Decimal(-10), Decimal(-10), Decimal(0), Decimal("-11.30"))
    shares = shares_of(
        [*lines, cut], total_excl_vat=Money(Decimal(10), "EUR"), total_incl_vat=Money(Decimal("11.30"), "EUR")
    )

    assert shares == (
        Share(Decimal(19), Decimal("5.00"), Decimal("0.95")),
        Share(Decimal(7), Decimal("5.00"), Decimal("0.35")),
    )


def test_least_price_of_a_session_for_nothing_has_its_effective_rate() -> None:
    least = PriceLine("MIN_PRICE", Decimal(1), "", Decimal(1), Decimal(1), Decimal(0), Decimal("1.19"))
    shares = shares_of([least], total_excl_vat=Money(Decimal(1), "EUR"), total_incl_vat=Money(Decimal("1.19"), "EUR"))

    assert shares == (Share(Decimal("19.0"), Decimal("1.00"), Decimal("0.19")),)


def test_same_fact_has_the_same_transaction_and_rates_are_spelled_one_way() -> None:
    money = Money(Decimal(5), "EUR")
    first, again = (postings.payment_captured("p", money, into="cash:x", owed_by="r") for _ in range(2))

    assert first.transaction_id(TenantId("t")) == again.transaction_id(TenantId("t"))
    assert first.transaction_id(TenantId("t")) != first.transaction_id(TenantId("u"))
    assert {postings.vat("DE", Decimal(rate)) for rate in ("19", "19.0", "19.00")} == {"vat:DE:19"}
    assert [postings.plain_rate(Decimal(rate)) for rate in ("2E+1", "8.10", "0.0", "-0")] == ["20", "8.1", "0", "0"]
