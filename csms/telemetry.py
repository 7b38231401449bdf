"""What the gateway counts. No label holds a station id."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry(auto_describe=True)

CONNECTIONS = Gauge("csms_connections", "Open station connections", ["version"], registry=REGISTRY)
HANDSHAKES = Counter("csms_handshakes", "Upgrade requests by what they were answered", ["status"], registry=REGISTRY)
REFUSALS = Counter("csms_refusals", "Connections refused, by cause", ["cause"], registry=REGISTRY)
UNRECORDED_REFUSALS = Counter("csms_refusals_unrecorded", "Refusals beyond those told as facts", registry=REGISTRY)
REFUSED_CALLS = Counter(
    "csms_calls_refused", "Calls answered with a CALLERROR, by its class", ["version", "action", "error"],
    registry=REGISTRY,
)  # fmt: skip
COMMANDS = Counter("csms_commands", "Commands to stations by outcome", ["command", "outcome"], registry=REGISTRY)
PROTOCOL_VIOLATIONS = Counter("csms_protocol_violations", "Frames that are no OCPP-J", ["version"], registry=REGISTRY)
DEVIATIONS = Counter("csms_deviations", "Deviations forgiven, by rule", ["rule"], registry=REGISTRY)
QUARANTINED = Counter("csms_quarantined", "Messages that no rule could repair", ["result"], registry=REGISTRY)
FRAMES_LOGGED = Counter("csms_frames_logged", "Frames of the message log that were sent to NATS", registry=REGISTRY)
FRAMES_DROPPED = Counter(
    "csms_frames_dropped", "Frames that the message log lost: its ring was full, or NATS took none", ["reason"],
    registry=REGISTRY,
)  # fmt: skip
TAKEOVERS = Counter("csms_takeovers", "Sockets closed because a newer one came", registry=REGISTRY)
CERTIFICATE_EXPIRES = Gauge(
    "csms_tls_certificate_expires_timestamp_seconds", "When the certificate of the TLS port expires", registry=REGISTRY
)
SLOWED = Counter(
    "csms_slowed", "Times that a station sent more than its share and was read more slowly", registry=REGISTRY
)
UNANSWERED_CALLS = Counter(
    "csms_calls_unanswered", "Calls not answered since NATS did not take or say what they need, and those behind them",
    registry=REGISTRY,
)  # fmt: skip
PUBLISH_FAILURES = Counter("csms_publish_failures", "Facts that did not become durable in time", registry=REGISTRY)
IN_FLIGHT = Gauge("csms_publishes_in_flight", "Events sent to JetStream and not acknowledged yet", registry=REGISTRY)
HELD_LATEST = Gauge("csms_latest_events_held", "Last values held until NATS is back", registry=REGISTRY)
LATEST_PUSHED_OUT = Counter(
    "csms_latest_events_pushed_out", "Last values that made room for newer ones of their station", registry=REGISTRY
)


class CallTimes:
    """How long the answers of one action of one version took; a histogram that the loop alone writes needs no lock."""

    __slots__ = ("counts", "total_s")

    BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

    def __init__(self) -> None:
        self.counts = [0] * (len(self.BOUNDS_S) + 1)
        self.total_s = 0.0

    def observe(self, seconds: float) -> None:
        """One more answer."""
        self.counts[bisect_left(self.BOUNDS_S, seconds)] += 1
        self.total_s += seconds


class AnsweredCalls(Collector):
    """`csms_call_seconds`: calls that were answered, and the time from a call's arrival to its answer."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], CallTimes] = {}

    def of(self, version: str, action: str) -> CallTimes:
        """The times of one action, the same whenever it is asked for."""
        return self._times.setdefault((version, action), CallTimes())

    def describe(self) -> Iterator[HistogramMetricFamily]:
        """The name that no other metric may have."""
        yield self._family()

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """What Prometheus reads."""
        family = self._family()
        bounds = [*map(str, CallTimes.BOUNDS_S), "+Inf"]
        for labels, times in self._times.items():
            buckets = list(zip(bounds, map(float, accumulate(times.counts)), strict=True))
            family.add_metric(labels, buckets, times.total_s)
        yield family

    def _family(self) -> HistogramMetricFamily:
        help_text = "Time from a call's arrival to its answer"
        return HistogramMetricFamily("csms_call_seconds", help_text, labels=("version", "action"))


ANSWERED_CALLS = AnsweredCalls()
REGISTRY.register(ANSWERED_CALLS)
