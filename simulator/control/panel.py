"""What can be asked of a living fleet, and done at its stations; without HTTP.

Everything is done at once, as a person would at the station; what the CSMS makes of it comes as events.
"""

from collections.abc import Callable, Iterator
from itertools import dropwhile, islice
from typing import TypeVar

from protocol.domain.identifiers import IdToken
from protocol.domain.transaction_limit import TransactionLimit
from simulator.chance import Chance
from simulator.control.conditions import condition_of
from simulator.control.errors import Invalid, NotThere, Refused
from simulator.control.faults import LiveFaults
from simulator.control.orders import Car, StationQuestion
from simulator.evse import Evse
from simulator.faults.power import cut_power, restore_power
from simulator.fleet import Fleet
from simulator.running import RunningStation
from simulator.state import PowerLoss
from simulator.vehicle import VEHICLE_MODELS, Vehicle, draw_vehicle

ResultT = TypeVar("ResultT")

_MODELS = {model.name: model for model in VEHICLE_MODELS}


class Panel:
    """The fleet's switches, cables and readers."""

    def __init__(self, fleet: Fleet) -> None:
        self.faults = LiveFaults(fleet)
        self._fleet = fleet
        self._rng = Chance("control")

    def stations(self, question: StationQuestion) -> Iterator[RunningStation]:
        """The stations of the question in the plan's order, however many it wants."""
        running_stations = iter(self._fleet.stations.values())
        if question.after is not None:
            running_stations = islice(dropwhile(lambda one: one.plan.path != question.after, running_stations), 1, None)
        for running in running_stations:
            plan = running.plan
            if (
                plan.station_id.startswith(question.starts_with)
                and question.tenant in (None, plan.tenant)
                and question.site in (None, plan.site)
                and (question.condition is None or condition_of(running) is question.condition)
            ):
                yield running

    def switch_off(self, running: RunningStation) -> None:
        """Somebody turns the station off: what ran has ended, and is said when it is on again. Raises Refused."""
        if running.state.is_rebooting:
            raise Refused(
                f"station {running.plan.station_id} is dark already",
                advice="it is switched off, reboots, or has the fault power_cut",
            )
        for evse in running.state.evses:
            running.stop_locally(evse.number)
        running.lose_socket()
        cut_power(running.state, running.now, why=PowerLoss.SWITCHED_OFF)
        running.attend()

    def switch_on(self, running: RunningStation) -> None:
        """The station is turned on again: it connects, and boots, unless there is no power.

        Raises Refused where nobody has switched it off.
        """
        if PowerLoss.SWITCHED_OFF not in running.state.power_losses:
            raise Refused(
                f"station {running.plan.station_id} is not switched off",
                advice="a reboot ends by itself, and the fault power_cut when it is cleared",
            )
        restore_power(running.state, running.now, why=PowerLoss.SWITCHED_OFF)
        running.attend()

    def drop_socket(self, running: RunningStation) -> None:
        """The network fails under the station. Raises Refused where it has no socket."""
        if not running.state.is_online:
            raise Refused(
                f"station {running.plan.station_id} has no socket to lose",
                advice="wait for its `online` event; `last_failure` says why it is offline",
            )
        running.lose_socket()

    def plug_in(self, running: RunningStation, evse: int, car: Car) -> None:
        """The car's cable is in. Raises NotThere, Invalid, Refused."""
        place = self.evse(running, evse)
        vehicle = self._vehicle(place, car)
        self._try(lambda: running.plug_in(evse, vehicle), advice="unplug what is there, or name another model")

    def unplug(self, running: RunningStation, evse: int) -> None:
        """The cable is out; what ran has ended. Raises NotThere, Refused."""
        if self.evse(running, evse).vehicle is None:
            raise Refused(f"no car is at EVSE {evse} of {running.plan.station_id}", advice="plug one in first")
        running.unplug(evse)

    def present_token(self, running: RunningStation, evse: int, id_token: IdToken) -> None:
        """Somebody holds a token at the reader: it starts, or stops what it started. Raises NotThere."""
        self.evse(running, evse)
        running.present_token(evse, id_token)

    def start(self, running: RunningStation, evse: int, id_token: IdToken, car: Car) -> None:
        """A driver plugs in, where no car is, and presents the token. Raises NotThere, Invalid, Refused."""
        place = self.evse(running, evse)
        if place.transaction is not None:
            raise Refused(
                f"a transaction runs at EVSE {evse} of {running.plan.station_id} already",
                advice="stop it first, or take another EVSE",
            )
        if place.vehicle is None:
            self.plug_in(running, evse, car)
        running.present_token(evse, id_token)

    def limit(self, running: RunningStation, evse: int, limit: TransactionLimit) -> None:
        """A driver chooses at the station how far the transaction goes (OCPP 2.1 E16). Raises NotThere, Refused."""
        if self.evse(running, evse).transaction is None:
            raise Refused(f"no transaction runs at EVSE {evse} of {running.plan.station_id}", advice="start one first")
        if not running.state.traits.knows_limits:
            raise Refused(
                f"station {running.plan.station_id} speaks OCPP {running.plan.version}, which knows no limits",
                advice="take a station of 2.1",
            )
        running.limit(evse, limit)

    def stop(self, running: RunningStation, evse: int) -> None:
        """The transaction ends by the button on the station. Raises NotThere, Refused."""
        if self.evse(running, evse).transaction is None:
            raise Refused(f"no transaction runs at EVSE {evse} of {running.plan.station_id}", advice="start one first")
        running.stop_locally(evse)

    def evse(self, running: RunningStation, number: int) -> Evse:
        """Raises NotThere."""
        evse = running.state.evse(number)
        if evse is None:
            raise NotThere(
                f"station {running.plan.station_id} has no EVSE {number}",
                advice=f"it has EVSE 1 to {len(running.state.evses)}",
            )
        return evse

    def _vehicle(self, place: Evse, car: Car) -> Vehicle:
        if car.model is None:
            model = draw_vehicle(self._rng, is_dc=place.outlet.is_dc).model
        elif car.model in _MODELS:
            model = _MODELS[car.model]
        else:
            raise Invalid(f"{car.model!r} is no class of car", advice=f"one of: {', '.join(_MODELS)}")
        return Vehicle(model, soc=car.soc, target_soc=car.target_soc)

    def _try(self, act: Callable[[], ResultT], *, advice: str) -> ResultT:
        try:
            return act()
        except ValueError as error:  # the station says why it cannot be
            raise Refused(str(error), advice=advice) from error
