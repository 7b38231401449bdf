"""A day of a city's charging, lived in a few minutes: everything is booked, at the prices of its time."""

import json
import time
from pathlib import Path

import pytest

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform
from chargeyard.rest import RestClient
from chargeyard.world import make_world
from simulator.books import OperatorsView
from simulator.ledger import read_ledger
from simulator.plan import Settings
from simulator.settling import reconcile_when_settled
from tests.acceptance.conftest import report
from tests.acceptance.played import MIDNIGHT, play, provision_for_the_day

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(1500)]

STATIONS = 60
DAY_S = 24 * 3600


async def test_a_day_of_sixty_stations_is_booked_without_a_difference(
    platform: Platform,
    operator: RestClient,
    tmp_path: Path,
) -> None:
    world = make_world(STATIONS, secret=platform.secrets.token_key, settings=Settings(sample_interval_s=300))
    await provision_for_the_day(platform, operator, world)

    began = time.monotonic()
    fleet = await play(platform, world, tmp_path / "day.jsonl", begin=MIDNIGHT, hours=24)
    played_s = time.monotonic() - began
    book = read_ledger(tmp_path / "day.jsonl")
    async with OperatorsView(platform.rest_url) as view:
        await view.log_in(OPERATOR, platform.secrets.operator_password)
        prices = await view.read_prices()
        found = await reconcile_when_settled(book, view, prices, patience_s=600, report=report)
    settled_s = time.monotonic() - began

    figures = {
        "sessions": len(book.entries),
        "readings": len(book.readings),
        "played_s": round(played_s, 1),
        "settled_s": round(settled_s, 1),
        "speed_up": round(DAY_S / played_s),
    }
    print(json.dumps(figures))
    assert [str(difference) for difference in found.differences] == []
    assert {entry.version for entry in book.entries} == {"1.6", "2.0.1"}
    assert {entry.started_at.date() for entry in book.entries} == {MIDNIGHT.date()}
    assert fleet.summary().sessions_acknowledged == len(book.entries) > 300
    assert found.readings == len(book.readings) > 2000
    assert figures["speed_up"] > 100
