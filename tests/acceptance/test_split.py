"""The back office in two processes: one answers, one follows the streams; nothing is missing, or done twice."""

import pytest

from chargeyard.shapes import SHAPES, Shape
from tests.acceptance.by_app import charge_by_app
from tests.acceptance.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


@pytest.fixture(scope="module")
def shape() -> Shape:
    return SHAPES["split"]


async def test_charge_by_app_is_paid(network: Network) -> None:
    receipt = await charge_by_app(network, "SPLIT-1")

    assert receipt["invoice"]["state"] == "paid"
    assert len(receipt["payments"]) == 1
