"""Each assertion holds where it should, fails where it should not, and says the figures."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from simulator.figures import ActionFigures, Figures
from simulator.scenarios import assertions
from simulator.scenarios.assertions import Assertion
from simulator.scenarios.quantities import Duration, Share

GOOD = Figures(
    scenario="test",
    seed="1",
    url="ws://csms",
    began_at=datetime(2026, 1, 1, tzinfo=UTC),
    elapsed_s=60.0,
    stations=10,
    online=10,
    booted=10,
    all_booted_s=5.0,
    sockets_lost=0,
    sessions_started=20,
    sessions_ended=20,
    sessions_acknowledged=20,
    tokens_refused=0,
    energy_wh=12_000,
    readings_said=100,
    readings_acknowledged=100,
    given_up={},
    lateness_p99_s=0.01,
    actions=(ActionFigures("Heartbeat", 10, 0, 0, 0.01, 0.01, 0.01, 0.02, 0.02, ((0.01, 9), (0.02, 1))),),
    commands={},
    faults={"drop": 3},
    sites=(),
    stays_ended=8,
    stays_acknowledged=8,
    stays_checked_in=5,
)
REFUSED = msgspec.structs.replace(GOOD.actions[0], refused=2)
SILENT = msgspec.structs.replace(GOOD.actions[0], silent=1)


@pytest.mark.parametrize(
    ("assertion", "worse", "said"),
    [
        (assertions.AllOnline(), {"all_booted_s": None, "booted": 9}, "9 of 10 stations"),
        (assertions.AllOnline(within=Duration(5)), {"all_booted_s": 5.1}, "the last after 5.1 s"),
        (assertions.OnlineAtEnd(), {"online": 9}, "9 of 10"),
        (assertions.OnlineAtEnd(share=Share(0.9)), {"online": 8}, "8 of 10"),
        (assertions.NoFailedCalls(), {"actions": (REFUSED,)}, "refused: 2 Heartbeat"),
        (assertions.NoFailedCalls(actions=("Heartbeat",)), {"actions": (REFUSED,)}, "refused: 2 Heartbeat"),
        (assertions.NoSilentCalls(), {"actions": (SILENT,)}, "without an answer: 1 Heartbeat"),
        (assertions.LatencyUnder("Heartbeat", under=Duration(0.021)), {"actions": ()}, "no Heartbeat was answered"),
        (assertions.SessionsAtLeast(20), {"sessions_ended": 19}, "19 sessions"),
        (assertions.AllAcknowledged(), {"sessions_acknowledged": 19}, "19 of 20"),
        (assertions.NoLostFrames(), {"given_up": {"TransactionEnd": 1}}, "given up: 1 TransactionEnd"),
        (assertions.ReadingsAcknowledged(), {"readings_acknowledged": 99}, "99 of 100"),
        (assertions.EnergyAtLeast(12), {"energy_wh": 11_999}, "11.999 kWh"),
        (assertions.StaysAtLeast(8), {"stays_ended": 7}, "7 stays ended"),
        (assertions.StaysAtLeast(8, checked_in=5), {"stays_checked_in": 4}, "4 of drivers"),
        (assertions.StaysAcknowledged(), {"stays_acknowledged": 7}, "7 of 8 stays"),
        (assertions.FaultsAtLeast("drop", 3), {"faults": {"drop": 2}}, "struck 2 times"),
        (assertions.TokensRefusedAtMost(), {"tokens_refused": 1}, "1 tokens"),
        (assertions.PunctualAtLeast(), {"lateness_p99_s": 0.3}, "300.0 ms late"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, get_args(Assertion)) else "",
)
def test_assertion_holds_for_good_figures_and_fails_for_worse(
    assertion: Assertion, worse: dict[str, Any], said: str
) -> None:
    good = assertion.judge(GOOD)
    bad = assertion.judge(msgspec.structs.replace(GOOD, **worse))

    assert (good.has_held, bad.has_held) == (True, False)
    assert said in bad.figures
    assert good.name == bad.name


@pytest.mark.parametrize(("quantile", "under_s", "holds"), [(0.9, 0.011, True), (0.9, 0.01, False), (1, 0.015, False)])
def test_latency_is_judged_by_its_quantile(quantile: float, under_s: float, holds: bool) -> None:
    assertion = assertions.LatencyUnder("Heartbeat", under=Duration(under_s), quantile=quantile)

    assert assertion.judge(GOOD).has_held is holds


def test_other_actions_do_not_count_where_some_are_named() -> None:
    figures = msgspec.structs.replace(GOOD, actions=(REFUSED,))

    assert assertions.NoFailedCalls(actions=("Authorize",)).judge(figures).has_held
