"""OCPP 2.1, by action: the samples of 2.0.1, which 2.1 must read and write alike, and what it adds or has otherwise."""

from typing import Any

from tests.protocol.blocks.samples import v201
from tests.protocol.blocks.samples.moment import T

PACE = {"interval": 2, "values": 10}
STREAM = {"id": 3, "params": PACE, "variableMonitoringId": 7}
TOKEN = {"idToken": "04A2B3", "type": "ISO14443"}
COMPANY = {
    "name": "Volt GmbH",
    "address1": "Ring 1",
    "address2": "Hof",
    "city": "Berlin",
    "postalCode": "10115",
    "country": "DE",
}
GRADIENT = {
    "id": "g1",
    "gradient": {"priority": 1, "gradient": 10.0, "softGradient": 5.0},
}

OWN: dict[str, tuple[Any, Any]] = {
    "OpenPeriodicEventStream": ({"constantStreamData": STREAM}, {"status": "Accepted"}),
    "ClosePeriodicEventStream": ({"id": 3}, {}),
    "NotifyPeriodicEventStream": (
        {"id": 3, "pending": 1, "basetime": T, "data": [{"t": 0.0, "v": "230.1"}, {"t": 1.5, "v": "229.8"}]},
        {},
    ),
    "AdjustPeriodicEventStream": (
        {"id": 3, "params": PACE},
        {"status": "Rejected", "statusInfo": {"reasonCode": "UnknownStream"}},
    ),
    "GetPeriodicEventStream": ({}, {"constantStreamData": [STREAM]}),
    "NotifyDERAlarm": (
        {"controlType": "FreqDroop", "gridEventFault": "OverFrequency", "alarmEnded": True, "timestamp": T},
        {},
    ),
    "NotifyDERStartStop": ({"controlId": "g1", "started": True, "timestamp": T, "supersededIds": ["g0"]}, {}),
    "ReportDERControl": ({"requestId": 5, "gradient": [GRADIENT], "tbc": True}, {}),
    "BatterySwap": (
        {
            "batteryData": [{"evseId": 1, "serialNumber": "B1", "soC": 80.5, "soH": 99.0, "vendorInfo": "x"}],
            "eventType": "BatteryIn",
            "idToken": TOKEN,
            "requestId": 4,
        },
        {},
    ),
    "NotifySettlement": (
        {
            "transactionId": "abc",
            "pspRef": "psp-1",
            "status": "Settled",
            "settlementAmount": 12.34,
            "settlementTime": T,
            "vatNumber": "DE123456789",
        },
        {"receiptId": "r1", "receiptUrl": "https://pay.example/r1"},
    ),
    "VatNumberValidation": (
        {"vatNumber": "DE123456789", "evseId": 1},
        {"vatNumber": "DE123456789", "evseId": 1, "status": "Accepted", "company": COMPANY},
    ),
    "NotifyWebPaymentStarted": ({"evseId": 1, "timeout": 60}, {}),
}

SAMPLES = v201.SAMPLES | OWN
