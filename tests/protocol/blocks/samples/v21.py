"""OCPP 2.1, by action: the samples of 2.0.1, which 2.1 must read and write alike, and what it adds or has otherwise."""

from typing import Any

from tests.protocol.blocks.samples import v201
from tests.protocol.blocks.samples.moment import T

OWN: dict[str, tuple[Any, Any]] = {
    "NotifyMonitoringReport": (
        {
            "monitor": [
                {
                    "component": v201.COMPONENT,
                    "variable": v201.VARIABLE,
                    "variableMonitoring": [v201.MONITOR_201 | {"eventNotificationType": "HardWiredMonitor"}],
                }
            ],
            "requestId": 5,
            "seqNo": 0,
            "generatedAt": T,
        },
        {},
    ),
    "NotifyEvent": (
        {
            "generatedAt": T,
            "seqNo": 0,
            "eventData": [v201.EVENT_201 | {"severity": 2}],
        },
        {},
    ),
}

SAMPLES = v201.SAMPLES | OWN
