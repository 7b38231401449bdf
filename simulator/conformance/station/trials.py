"""Every case for a station, ready to run against the one that connects."""

from collections.abc import Iterator, Mapping

from protocol.domain.version import OcppVersion
from simulator.conformance.hands.hand import Hand, StationNeed
from simulator.conformance.judging import Trial
from simulator.conformance.log import WireLog
from simulator.conformance.station import cases_16, cases_201
from simulator.conformance.station.case import StationBench, StationBlock, StationCase
from simulator.conformance.station.yard import Yard

CASES: Mapping[OcppVersion, tuple[StationBlock, ...]] = {
    OcppVersion.V16: cases_16.BLOCKS,
    OcppVersion.V201: cases_201.BLOCKS,
}
REFUSED = "JUDGEBAD0001"
_QUIET_S = 0.2


def trials_of(
    yard: Yard,
    hand: Hand,
    *,
    token: str,
    bad_token: str = REFUSED,
    follow_s: float = 30.0,
    lacks: frozenset[StationNeed] = frozenset(),
) -> Iterator[Trial]:
    """Every case of the version, in an order that leaves resets to the end; see StationBench for the rest."""
    bench = StationBench(yard, hand, token, bad_token, follow_s)
    missing = lacks if hand.is_there else lacks | {StationNeed.HAND}
    for block, cases in CASES[yard.version]:
        for case in cases:
            yield _trial(case, block, bench, case.needs & missing)


def _trial(case: StationCase, block: str, bench: StationBench, missing: frozenset[StationNeed]) -> Trial:
    async def run(log: WireLog) -> None:
        yard = bench.yard
        yard.begin(log)
        try:
            await case.script(bench)
            wire = await yard.station()
            await wire.quiet(_QUIET_S)
            wire.check()
        finally:
            yard.replies.refused.clear()
            yard.end(log)

    reason = f"There is no {', '.join(sorted(missing))}." if missing else ""
    return Trial(case.id, bench.yard.version.value, block, case.title, run, reason)
