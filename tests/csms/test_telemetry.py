"""The histogram that the loop writes is one that Prometheus reads."""

from prometheus_client import CollectorRegistry, generate_latest

from csms.telemetry import AnsweredCalls


def test_answered_calls_are_a_histogram_by_version_and_action() -> None:
    registry, answered = CollectorRegistry(auto_describe=True), AnsweredCalls()
    registry.register(answered)
    for seconds in (0.0005, 0.001, 0.3, 60.0):
        answered.of("1.6", "Heartbeat").observe(seconds)
    answered.of("2.0.1", "Heartbeat").observe(0.02)

    lines = generate_latest(registry).decode().splitlines()

    assert 'csms_call_seconds_bucket{action="Heartbeat",le="0.001",version="1.6"} 2.0' in lines
    assert 'csms_call_seconds_bucket{action="Heartbeat",le="0.5",version="1.6"} 3.0' in lines
    assert 'csms_call_seconds_bucket{action="Heartbeat",le="+Inf",version="1.6"} 4.0' in lines
    assert 'csms_call_seconds_count{action="Heartbeat",version="1.6"} 4.0' in lines
    assert 'csms_call_seconds_sum{action="Heartbeat",version="1.6"} 60.3015' in lines
    assert 'csms_call_seconds_count{action="Heartbeat",version="2.0.1"} 1.0' in lines
