"""A pytest plugin: the fixture `virtual_station` starts charging stations against a CSMS under test."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from simulator.virtual_station import VirtualStation


@pytest.fixture
def virtual_station() -> "Iterator[Callable[..., VirtualStation]]":
    """Starts a station: `virtual_station(url, station_id, ocpp="1.6")`; all are gone after the test.

    What it takes else, `simulator.virtual_station.StationHost.start` says.
    """
    # Imported here: pytest loads every plugin that is installed, and most tests need no station.
    from simulator.virtual_station import StationHost

    with StationHost() as host:
        yield host.start
