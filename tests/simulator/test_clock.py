"""Clocks: what a station says of an instant and what the ledger keeps of it are the same."""

from protocol.domain.time import format_timestamp, parse_timestamp
from simulator.clock import SystemClock


def test_an_instant_is_as_exact_as_a_timestamp() -> None:
    clock = SystemClock()

    instant = clock.instant(1.2345678)

    assert parse_timestamp(format_timestamp(instant)) == instant
