"""Money, time and state tables."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

import pytest
from hypothesis import given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from protocol.blocks.availability.machine import CONNECTOR
from protocol.blocks.transactions.machine import TRANSACTION, TransactionState, Trigger, charging_state_of
from protocol.domain.money import Money
from protocol.domain.state_table import StateTable
from protocol.domain.status import ConnectorStatus
from protocol.domain.time import format_timestamp, parse_timestamp
from protocol.errors import IllegalTransition

amounts = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)


@given(amounts, amounts)
def test_money_adds_and_subtracts_exactly(one: Decimal, other: Decimal) -> None:
    a, b = Money(one, "EUR"), Money(other, "EUR")

    assert (a + b) - b == a


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_come_back(units: int, currency: str) -> None:
    assert Money.from_minor_units(units, currency).minor_units() == units


def test_totals_round_half_up() -> None:
    assert Money(Decimal("0.125"), "EUR").rounded().amount == Decimal("0.13")


def test_currencies_do_not_mix_and_nan_is_no_money() -> None:
    with pytest.raises(ValueError, match="USD"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"), "EUR")


@pytest.mark.parametrize(
    "text", ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T04:04:05+01:00", "2026-01-02T03:04:05.000Z"]
)
def test_timestamps_are_read_as_utc(text: str) -> None:
    assert parse_timestamp(text) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_timestamp_outside_of_the_calendar_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="calendar"):
        parse_timestamp(text)


def test_timestamp_is_written_with_z() -> None:
    at = datetime(2026, 1, 2, 4, 4, 5, tzinfo=timezone(timedelta(hours=1)))

    assert format_timestamp(at) == "2026-01-02T03:04:05.000Z"


@pytest.mark.parametrize("state", TransactionState)
@pytest.mark.parametrize("trigger", Trigger)
def test_transaction_table_moves_or_refuses(state: TransactionState, trigger: Trigger) -> None:
    following = TRANSACTION.transitions[state].get(trigger)

    if following is None:
        with pytest.raises(IllegalTransition):
            TRANSACTION.advance(state, trigger)
    else:
        assert TRANSACTION.advance(state, trigger) is following


def test_only_ended_is_terminal_and_every_state_has_a_charging_state() -> None:
    assert [state for state in TransactionState if TRANSACTION.is_terminal(state)] == [TransactionState.ENDED]
    assert all(charging_state_of(state) for state in TransactionState)


def test_observed_report_stands_and_surprise_is_flagged() -> None:
    expected = CONNECTOR.observe(ConnectorStatus.AVAILABLE, ConnectorStatus.OCCUPIED)
    surprise = CONNECTOR.observe(ConnectorStatus.OCCUPIED, ConnectorStatus.RESERVED)
    first = CONNECTOR.observe(None, ConnectorStatus.FAULTED)

    assert (expected.state, expected.is_surprise) == (ConnectorStatus.OCCUPIED, False)
    assert (surprise.state, surprise.is_surprise) == (ConnectorStatus.RESERVED, True)
    assert not first.is_surprise


def test_table_with_a_target_that_is_no_state_is_refused() -> None:
    class Light(Enum):
        RED = "red"
        GREEN = "green"

    with pytest.raises(ValueError, match="GREEN"):
        StateTable("light", {Light.RED: {"go": Light.GREEN}})


def test_table_draws_itself() -> None:
    assert "Charging --> SuspendedEV: EV stops drawing" in TRANSACTION.mermaid()


class TransactionWalk(RuleBasedStateMachine):
    """Whatever happens, an ended transaction stays ended."""

    def __init__(self) -> None:
        super().__init__()
        self.state = TransactionState.IDLE
        self.has_ended = False

    @rule(trigger=st.sampled_from(Trigger))
    def happen(self, trigger: Trigger) -> None:
        try:
            self.state = TRANSACTION.advance(self.state, trigger)
        except IllegalTransition:
            pass
        else:
            assert not self.has_ended
        self.has_ended = self.state is TransactionState.ENDED


TestTransactionWalk = TransactionWalk.TestCase
