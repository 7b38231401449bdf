"""A fleet as its control sees it, wherever its stations live."""

from typing import Protocol

from protocol.domain.identifiers import StationKey
from simulator.control.errors import NotThere
from simulator.control.orders import Order, StationQuestion
from simulator.control.schemas import StationPage, StationView, SummaryView


class Controlled(Protocol):
    """What the routes need. Whatever waits for another process raises Away where that is gone, or silent."""

    @property
    def size(self) -> int:
        """How many stations there are."""

    def find(self, tenant: str, station_id: str) -> StationKey:
        """Raises NotThere."""

    async def accepted(self, wanted: int) -> int:
        """How many stations were online and accepted by the CSMS, at the best time at which this was asked.

        `wanted` are waited for: what bears on them alone is an error.
        """

    async def summary(self) -> SummaryView:
        """The fleet in numbers."""

    async def stations(self, question: StationQuestion) -> StationPage:
        """A page of stations in the plan's order. Raises NotThere where nobody is what `after` names."""

    async def carry_out(self, key: StationKey, order: Order) -> StationView:
        """It is done, and this is the station afterwards. Raises NotThere, Invalid, Refused."""


def no_station(tenant: str, station_id: str) -> NotThere:
    """There is none of that name."""
    return NotThere(f"this fleet has no station {station_id!r} of tenant {tenant!r}", advice="GET /stations lists them")


def no_page(after: str) -> NotThere:
    """No page ends with that station."""
    return NotThere(f"no station is {after!r}", advice="`after` is the `next_after` of the page before, or is left out")
