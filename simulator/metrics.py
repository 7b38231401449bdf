"""A fleet's figures for Prometheus, read from its counters when they are asked for: counting costs nothing more.

| Metric | Labels | What |
|---|---|---|
| fleet_stations | site, state | stations, online and offline |
| fleet_evses_charging | site | EVSEs on which energy flows |
| fleet_sessions_total | state | sessions that ended, and of which the CSMS has confirmed the end |
| fleet_bays_occupied | | parking bays that a vehicle is in |
| fleet_stays_total | state | stays in parking bays that ended, and of which the platform has confirmed all |
| fleet_energy_wh_total | | what ended sessions delivered |
| fleet_frames_total | action, direction, outcome | CALLs that ended, of the fleet and of the CSMS |
| fleet_call_seconds | action | histogram of how long answers took |
| fleet_faults_total | fault | faults that struck |
| fleet_wake_up_late_seconds | quantile | how late the simulator itself was |
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from simulator.control.address import Address
from simulator.errors import InvalidPlan
from simulator.figures import Observer, measure_sites
from simulator.fleet import Fleet
from simulator.traffic import Latencies

_EDGES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class FleetCollector(Collector):
    """The metrics of the table above. They are read in another thread than they are counted in: each is a copy."""

    def __init__(self, fleet: Fleet, observer: Observer) -> None:
        self._fleet = fleet
        self._observer = observer

    def collect(self) -> Iterable[Metric]:
        """The metrics now."""
        yield from self._collect_stations()
        yield from self._collect_traffic()

    def _collect_stations(self) -> Iterator[Metric]:
        stations = GaugeMetricFamily("fleet_stations", "Stations", labels=("site", "state"))
        charging = GaugeMetricFamily("fleet_evses_charging", "EVSEs on which energy flows", labels=("site",))
        for one in measure_sites(self._fleet, self._observer):
            stations.add_metric((one.site, "online"), one.online)
            stations.add_metric((one.site, "offline"), one.stations - one.online)
            charging.add_metric((one.site,), one.charging)
        yield stations
        yield charging
        summary = self._fleet.summary()
        sessions = CounterMetricFamily("fleet_sessions", "Sessions", labels=("state",))
        sessions.add_metric(("ended",), summary.sessions_ended)
        sessions.add_metric(("acknowledged",), summary.sessions_acknowledged)
        yield sessions
        stays = CounterMetricFamily("fleet_stays", "Stays in parking bays", labels=("state",))
        stays.add_metric(("ended",), summary.stays_ended)
        stays.add_metric(("acknowledged",), summary.stays_acknowledged)
        yield stays
        yield GaugeMetricFamily("fleet_bays_occupied", "Parking bays that a vehicle is in", value=summary.parked)
        yield CounterMetricFamily("fleet_energy_wh", "Energy of ended sessions in Wh", value=summary.energy_wh)

    def _collect_traffic(self) -> Iterator[Metric]:
        traffic = self._fleet.traffic
        frames = CounterMetricFamily("fleet_frames", "CALLs that ended", labels=("action", "direction", "outcome"))
        latencies = HistogramMetricFamily("fleet_call_seconds", "Time until the answer to a CALL", labels=("action",))
        for action, answered in traffic.answered.copy().items():
            frames.add_metric((action, "to_csms", "answered"), answered.count)
            latencies.add_metric((action,), _cumulate(answered), sum_value=answered.sum_s)
        for outcome, counts in (("refused", traffic.refused), ("silent", traffic.silent)):
            for action, count in counts.copy().items():
                frames.add_metric((action, "to_csms", outcome), count)
        for action, count in traffic.commands.copy().items():
            frames.add_metric((action, "from_csms", "received"), count)
        yield frames
        yield latencies
        faults = CounterMetricFamily("fleet_faults", "Faults that struck", labels=("fault",))
        for kind, count in traffic.faults.copy().items():
            faults.add_metric((str(kind),), count)
        yield faults
        late = GaugeMetricFamily("fleet_wake_up_late_seconds", "How late wake-ups came", labels=("quantile",))
        for quantile in (0.5, 0.99):
            late.add_metric((str(quantile),), traffic.lateness.quantile_s(quantile))
        yield late


@contextmanager
def served_metrics(address: Address, fleet: Fleet, observer: Observer) -> Iterator[int]:
    """Prometheus can read the metrics at `/metrics`; yields the port. Raises InvalidPlan where nothing can listen."""
    registry = CollectorRegistry()
    registry.register(FleetCollector(fleet, observer))
    try:
        server, thread = start_http_server(address.port, addr=address.host, registry=registry)
    except OSError as error:
        raise InvalidPlan(f"no metrics at {address.host}:{address.port}: {error.strerror}") from error
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _cumulate(latencies: Latencies) -> list[tuple[str, float]]:
    """How many kept to each of Prometheus' edges; a bucket of ours counts where its upper edge does."""
    ours = list(latencies.buckets())
    rows = [(str(edge_s), float(sum(count for upper_s, count in ours if upper_s <= edge_s))) for edge_s in _EDGES_S]
    return [*rows, ("+Inf", float(sum(count for _, count in ours)))]
