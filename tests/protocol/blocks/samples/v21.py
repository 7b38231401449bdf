"""OCPP 2.1, by action: the samples of 2.0.1, which 2.1 must read and write alike, and what it adds or has otherwise."""

from typing import Any

from tests.protocol.blocks.samples import v201
from tests.protocol.blocks.samples.moment import T

TARIFF = {
    "tariffId": "T1",
    "currency": "EUR",
    "energy": {"prices": [{"priceKwh": 0.25}], "taxRates": [{"type": "VAT", "tax": 19.0}]},
}
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

PERIOD_21 = {
    "startPeriod": 0,
    "numberPhases": 3,
    "operationMode": "CentralSetpoint",
    "setpoint": -2000.0,
    "dischargeLimit": -5000.0,
}
SCHEDULE_21 = v201.SCHEDULE_201 | {
    "randomizedDelay": 30,
    "limitAtSoC": {"soc": 80, "limit": 6.0},
    "chargingSchedulePeriod": [PERIOD_21, {"startPeriod": 60, "limit": 8.0}],
}
PROFILE_21 = {
    "id": 6,
    "stackLevel": 0,
    "chargingProfilePurpose": "PriorityCharging",
    "chargingProfileKind": "Dynamic",
    "maxOfflineDuration": 600,
    "invalidAfterOfflineDuration": True,
    "dynUpdateInterval": 300,
    "dynUpdateTime": T,
    "chargingSchedule": [SCHEDULE_21],
}
UPDATE_21 = {"limit": 11000.0, "setpoint": -500.5, "dischargeLimit": -3000.0}
OWN: dict[str, tuple[Any, Any]] = {
    "TransactionEvent": (
        {
            "eventType": "Started",
            "timestamp": T,
            "triggerReason": "RemoteStart",
            "seqNo": 0,
            "transactionInfo": {
                "transactionId": "abc",
                "remoteStartId": 5,
                "transactionLimit": {"maxCost": 20.5, "maxEnergy": 30000.0, "maxTime": 3600, "maxSoC": 80},
            },
        },
        {"idTokenInfo": {"status": "Accepted"}, "transactionLimit": {"maxEnergy": 30000.0}},
    ),
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
    "SetChargingProfile": ({"evseId": 0, "chargingProfile": PROFILE_21}, {"status": "Accepted"}),
    "GetChargingProfiles": (
        {
            "requestId": 7,
            "chargingProfile": {
                "chargingProfilePurpose": "LocalGeneration",
                "chargingLimitSource": ["EMS", "LocalSolar"],
            },
        },
        {"status": "NoProfiles", "statusInfo": {"reasonCode": "None"}},
    ),
    "ReportChargingProfiles": (
        {"requestId": 7, "chargingLimitSource": "LocalSolar", "chargingProfile": [PROFILE_21], "evseId": 1},
        {},
    ),
    "NotifyChargingLimit": (
        {"chargingSchedule": [SCHEDULE_21], "chargingLimit": {"chargingLimitSource": "LocalSolar"}},
        {},
    ),
    "NotifyEVChargingNeeds": (
        {
            "evseId": 1,
            "chargingNeeds": {
                "requestedEnergyTransfer": "DC_BPT",
                "departureTime": T,
                "controlMode": "DynamicControl",
                "dcChargingParameters": {"evMaxCurrent": 200.5, "evMaxVoltage": 500.0, "stateOfCharge": 30},
                "v2xChargingParameters": {
                    "maxChargePower": 90000.0,
                    "maxDischargePower": 20000.0,
                    "evTargetEnergyRequest": 30000.0,
                },
            },
        },
        {"status": "NoChargingProfile"},
    ),
    "UpdateDynamicSchedule": (
        {"chargingProfileId": 6, "scheduleUpdate": UPDATE_21},
        {"status": "Rejected", "statusInfo": {"reasonCode": "NotDynamic"}},
    ),
    "PullDynamicScheduleUpdate": (
        {"chargingProfileId": 6},
        {"status": "Accepted", "scheduleUpdate": UPDATE_21},
    ),
    "UsePriorityCharging": ({"transactionId": "abc", "activate": True}, {"status": "NoProfile"}),
    "NotifyPriorityCharging": ({"transactionId": "abc", "activated": False}, {}),
    "NotifyAllowedEnergyTransfer": (
        {"transactionId": "abc", "allowedEnergyTransfer": ["AC_BPT", "AC_three_phase"]},
        {"status": "Accepted"},
    ),
    "InstallCertificate": ({"certificateType": "OEMRootCertificate", "certificate": "PEM"}, {"status": "Accepted"}),
    "SignCertificate": ({"csr": "PEM", "certificateType": "V2G20Certificate", "requestId": 4}, {"status": "Accepted"}),
    "CertificateSigned": (
        {"certificateChain": "PEM", "certificateType": "V2G20Certificate", "requestId": 4},
        {"status": "Accepted"},
    ),
    "GetCertificateChainStatus": (
        {
            "certificateStatusRequests": [
                {
                    "certificateHashData": v201.HASH_201,
                    "source": "OCSP",
                    "urls": ["http://a.example", "http://b.example"],
                },
                {"certificateHashData": v201.HASH_201, "source": "CRL", "urls": ["http://c.example/root.crl"]},
            ]
        },
        {
            "certificateStatus": [
                {"certificateHashData": v201.HASH_201, "source": "OCSP", "status": "Good", "nextUpdate": T},
                {"certificateHashData": v201.HASH_201, "source": "CRL", "status": "Failed", "nextUpdate": T},
            ]
        },
    ),
    "SetDefaultTariff": ({"evseId": 0, "tariff": TARIFF}, {"status": "DuplicateTariffId"}),
    "GetTariffs": (
        {"evseId": 2},
        {
            "status": "Accepted",
            "tariffAssignments": [
                {"tariffId": "T1", "tariffKind": "DefaultTariff", "validFrom": T, "evseIds": [1, 2]},
                {"tariffId": "T2", "tariffKind": "DriverTariff", "idTokens": ["04A2B3"]},
            ],
        },
    ),
    "ClearTariffs": (
        {"tariffIds": ["T1", "T9"], "evseId": 1},
        {"clearTariffsResult": [{"tariffId": "T1", "status": "Accepted"}, {"tariffId": "T9", "status": "NoTariff"}]},
    ),
    "ChangeTransactionTariff": ({"transactionId": "abc", "tariff": TARIFF}, {"status": "NoCurrencyChange"}),
}

SAMPLES = v201.SAMPLES | OWN
