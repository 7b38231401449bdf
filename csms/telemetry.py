"""What the gateway counts. No label holds a station id."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry(auto_describe=True)

CONNECTIONS = Gauge("csms_connections", "Open station connections", ["version"], registry=REGISTRY)
HANDSHAKES = Counter("csms_handshakes", "Upgrade requests by what they were answered", ["status"], registry=REGISTRY)
REFUSALS = Counter("csms_refusals", "Connections refused, by cause", ["cause"], registry=REGISTRY)
UNRECORDED_REFUSALS = Counter("csms_refusals_unrecorded", "Refusals beyond those told as facts", registry=REGISTRY)
CALLS = Counter(
    "csms_calls", "Calls of stations by action and result", ["version", "action", "result"], registry=REGISTRY
)
CALL_SECONDS = Histogram(
    "csms_call_seconds",
    "Time from a call's arrival to its answer",
    ["version", "action"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
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
PUBLISH_FAILURES = Counter("csms_publish_failures", "Facts that did not become durable in time", registry=REGISTRY)
IN_FLIGHT = Gauge("csms_publishes_in_flight", "Events sent to JetStream and not acknowledged yet", registry=REGISTRY)
HELD_LATEST = Gauge("csms_latest_events_held", "Last values held until NATS is back", registry=REGISTRY)
LATEST_PUSHED_OUT = Counter(
    "csms_latest_events_pushed_out", "Last values that made room for newer ones of their station", registry=REGISTRY
)
