"""The fleet of this process, for its control or for the process that passes the control's requests on."""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import msgspec

from protocol.domain.identifiers import IdToken, StationId, StationKey, TenantId
from simulator.control import orders, views
from simulator.control.controlled import Controlled, no_page, no_station
from simulator.control.orders import Order, StationQuestion
from simulator.control.panel import Panel
from simulator.control.schemas import StationPage, StationView, SummaryView
from simulator.fleet import Fleet
from simulator.running import RunningStation

# Any: the key of the table is its type.
_DEEDS: Mapping[type[msgspec.Struct], Callable[[Panel, RunningStation, Any], None]] = {
    orders.Look: lambda _panel, _running, _order: None,
    orders.SwitchOff: lambda panel, running, _order: panel.switch_off(running),
    orders.SwitchOn: lambda panel, running, _order: panel.switch_on(running),
    orders.DropSocket: lambda panel, running, _order: panel.drop_socket(running),
    orders.Strike: lambda panel, running, order: panel.faults.strike(running, order.fault),
    orders.ClearFaults: lambda panel, running, _order: panel.faults.clear(running),
    orders.PlugIn: lambda panel, running, order: panel.plug_in(running, order.evse, order.car),
    orders.Unplug: lambda panel, running, order: panel.unplug(running, order.evse),
    orders.PresentToken: lambda panel, running, order: panel.present_token(running, order.evse, _token(order)),
    orders.Start: lambda panel, running, order: panel.start(running, order.evse, _token(order), order.car),
    orders.Limit: lambda panel, running, order: panel.limit(running, order.evse, order.limit),
    orders.Stop: lambda panel, running, order: panel.stop(running, order.evse),
}


class LocalFleet(Controlled):
    """Make it before the fleet starts, as its panel."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._panel = Panel(fleet)
        self._most_accepted = 0

    @property
    def size(self) -> int:
        return len(self._fleet.stations)

    def find(self, tenant: str, station_id: str) -> StationKey:
        """Raises NotThere."""
        key = StationKey(TenantId(tenant), StationId(station_id))
        if key not in self._fleet.stations:
            raise no_station(tenant, station_id)
        return key

    async def accepted(self, wanted: int) -> int:
        """How many stations were online and accepted by the CSMS, at the best time at which this was asked."""
        self._most_accepted = max(self._most_accepted, self.accepted_now())
        return self._most_accepted

    def accepted_now(self) -> int:
        """How many stations are online, and accepted by the CSMS."""
        states = (one.state for one in self._fleet.stations.values())
        return sum(state.is_online and state.is_accepted for state in states)

    async def summary(self) -> SummaryView:
        """The fleet in numbers."""
        return views.show_summary(self._fleet.summary())

    async def stations(self, question: StationQuestion) -> StationPage:
        """Raises NotThere where nobody is what `after` names."""
        if question.after is not None and all(one.plan.path != question.after for one in self._fleet.stations.values()):
            raise no_page(question.after)
        found = self._panel.stations(question)
        page = list(islice(found, question.limit))
        is_last = next(found, None) is None
        return StationPage(
            items=[views.show_station(one, self._panel) for one in page],
            next_after=None if is_last else page[-1].plan.path,
        )

    async def carry_out(self, key: StationKey, order: Order) -> StationView:
        """Raises NotThere, Invalid, Refused."""
        running = self._fleet.stations[key]
        _DEEDS[type(order)](self._panel, running, order)
        return views.show_station(running, self._panel)


def _token(order: orders.PresentToken | orders.Start) -> IdToken:
    return IdToken(order.token, order.token_type)
