"""OCPP 2.0.1, by action: a request with its response."""

from tests.protocol.blocks.samples.moment import T

METER_201 = [
    {
        "timestamp": T,
        "sampledValue": [
            {
                "value": 1234.5,
                "context": "Transaction.Begin",
                "measurand": "Energy.Active.Import.Register",
                "location": "Outlet",
                "unitOfMeasure": {"unit": "Wh"},
            }
        ],
    }
]
TOKEN_201 = {"idToken": "04A2B3", "type": "ISO14443"}
INFO_201 = {"status": "Accepted", "cacheExpiryDateTime": T, "groupIdToken": TOKEN_201}
COMPONENT = {"name": "OCPPCommCtrlr", "evse": {"id": 1}}
TARIFF_201 = {
    "id": 1,
    "salesTariffDescription": "night",
    "numEPriceLevels": 2,
    "salesTariffEntry": [
        {
            "relativeTimeInterval": {"start": 0, "duration": 600},
            "ePriceLevel": 1,
            "consumptionCost": [
                {
                    "startValue": 0.5,
                    "cost": [{"costKind": "RelativePricePercentage", "amount": 7, "amountMultiplier": 1}],
                }
            ],
        }
    ],
}
SCHEDULE_201 = {
    "id": 3,
    "startSchedule": T,
    "duration": 3600,
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [
        {"startPeriod": 0, "limit": 16.1, "numberPhases": 1, "phaseToUse": 2},
        {"startPeriod": 60, "limit": 8.0},
    ],
    "minChargingRate": 6.5,
    "salesTariff": TARIFF_201,
}
PROFILE_201 = {
    "id": 5,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Weekly",
    "validFrom": T,
    "validTo": T,
    "chargingSchedule": [SCHEDULE_201, SCHEDULE_201 | {"id": 4}],
    "transactionId": "abc",
}
MAX_PROFILE_201 = {
    "id": -1,
    "stackLevel": 0,
    "chargingProfilePurpose": "ChargingStationExternalConstraints",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [SCHEDULE_201],
}
HASH_201 = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "1f"}
REFUSED = {"status": "Rejected", "statusInfo": {"reasonCode": "Busy"}}


SAMPLES = {
    "BootNotification": (
        {
            "chargingStation": {"vendorName": "V", "model": "M", "serialNumber": "S", "firmwareVersion": "1"},
            "reason": "PowerUp",
        },
        {"status": "Rejected", "currentTime": T, "interval": 30},
    ),
    "Reset": ({"type": "OnIdle", "evseId": 1}, {"status": "Scheduled", "statusInfo": {"reasonCode": "Busy"}}),
    "GetVariables": (
        {"getVariableData": [{"component": COMPONENT, "variable": {"name": "HeartbeatInterval"}}]},
        {
            "getVariableResult": [
                {
                    "component": COMPONENT,
                    "variable": {"name": "HeartbeatInterval"},
                    "attributeStatus": "Accepted",
                    "attributeValue": "300",
                }
            ]
        },
    ),
    "Heartbeat": ({}, {"currentTime": T}),
    "StatusNotification": ({"timestamp": T, "connectorStatus": "Occupied", "evseId": 1, "connectorId": 2}, {}),
    "Authorize": ({"idToken": TOKEN_201}, {"idTokenInfo": INFO_201}),
    "TransactionEvent": (
        {
            "eventType": "Ended",
            "meterValue": METER_201,
            "timestamp": T,
            "triggerReason": "RemoteStop",
            "seqNo": 3,
            "offline": True,
            "reservationId": 7,
            "transactionInfo": {
                "transactionId": "abc",
                "chargingState": "Idle",
                "stoppedReason": "Remote",
                "remoteStartId": 5,
            },
            "evse": {"id": 1, "connectorId": 1},
            "idToken": TOKEN_201,
        },
        {"idTokenInfo": INFO_201},
    ),
    "MeterValues": ({"evseId": 1, "meterValue": METER_201}, {}),
    "RequestStartTransaction": (
        {
            "evseId": 1,
            "idToken": TOKEN_201,
            "remoteStartId": 5,
            "chargingProfile": {name: value for name, value in PROFILE_201.items() if name != "transactionId"},
        },
        {"status": "Accepted", "transactionId": "abc"},
    ),
    "RequestStopTransaction": (
        {"transactionId": "abc"},
        {"status": "Rejected", "statusInfo": {"reasonCode": "UnknownTx"}},
    ),
    "TriggerMessage": (
        {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}},
        {"status": "Accepted"},
    ),
    "SetVariables": (
        {
            "setVariableData": [
                {"attributeValue": "60", "component": COMPONENT, "variable": {"name": "HeartbeatInterval"}}
            ]
        },
        {
            "setVariableResult": [
                {
                    "attributeStatus": "RebootRequired",
                    "component": COMPONENT,
                    "variable": {"name": "HeartbeatInterval"},
                }
            ]
        },
    ),
    "DataTransfer": (
        {"messageId": "m", "data": {"a": [1]}, "vendorId": "com.example"},
        {"status": "UnknownMessageId", "data": "?"},
    ),
    "SetChargingProfile": ({"evseId": 1, "chargingProfile": PROFILE_201}, REFUSED),
    "ClearChargingProfile": (
        {
            "chargingProfileId": 5,
            "chargingProfileCriteria": {
                "evseId": 0,
                "chargingProfilePurpose": "ChargingStationMaxProfile",
                "stackLevel": 0,
            },
        },
        {"status": "Unknown"},
    ),
    "GetCompositeSchedule": (
        {"duration": 300, "chargingRateUnit": "W", "evseId": 1},
        {
            "status": "Accepted",
            "schedule": {
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.1}],
                "evseId": 1,
                "duration": 300,
                "scheduleStart": T,
                "chargingRateUnit": "W",
            },
        },
    ),
    "GetChargingProfiles": (
        {
            "requestId": 7,
            "evseId": 0,
            "chargingProfile": {
                "chargingProfilePurpose": "TxDefaultProfile",
                "stackLevel": 0,
                "chargingProfileId": [1, 2],
                "chargingLimitSource": ["EMS", "CSO"],
            },
        },
        {"status": "NoProfiles"},
    ),
    "ReportChargingProfiles": (
        {
            "requestId": 7,
            "chargingLimitSource": "SO",
            "chargingProfile": [MAX_PROFILE_201],
            "tbc": True,
            "evseId": 0,
        },
        {},
    ),
    "NotifyChargingLimit": (
        {
            "chargingSchedule": [SCHEDULE_201],
            "evseId": 1,
            "chargingLimit": {"chargingLimitSource": "EMS", "isGridCritical": False},
        },
        {},
    ),
    "ClearedChargingLimit": ({"chargingLimitSource": "SO", "evseId": 1}, {}),
    "NotifyEVChargingNeeds": (
        {
            "maxScheduleTuples": 12,
            "chargingNeeds": {
                "acChargingParameters": {
                    "energyAmount": 20000,
                    "evMinCurrent": 6,
                    "evMaxCurrent": 32,
                    "evMaxVoltage": 400,
                },
                "dcChargingParameters": {
                    "evMaxCurrent": 200,
                    "evMaxVoltage": 500,
                    "energyAmount": 20000,
                    "evMaxPower": 90000,
                    "stateOfCharge": 30,
                    "evEnergyCapacity": 60000,
                    "fullSoC": 100,
                    "bulkSoC": 80,
                },
                "requestedEnergyTransfer": "AC_three_phase",
                "departureTime": T,
            },
            "evseId": 1,
        },
        {"status": "Processing"},
    ),
    "NotifyEVChargingSchedule": (
        {"timeBase": T, "chargingSchedule": SCHEDULE_201, "evseId": 1},
        {"status": "Accepted"},
    ),
    "UpdateFirmware": (
        {
            "retries": 3,
            "retryInterval": 60,
            "requestId": 8,
            "firmware": {
                "location": "https://firmware.example/x",
                "retrieveDateTime": T,
                "installDateTime": T,
                "signingCertificate": "PEM",
                "signature": "c2ln",
            },
        },
        {"status": "RevokedCertificate", "statusInfo": {"reasonCode": "Revoked"}},
    ),
    "FirmwareStatusNotification": ({"status": "InvalidSignature", "requestId": 8}, {}),
    "PublishFirmware": (
        {
            "location": "https://firmware.example/x",
            "retries": 3,
            "checksum": "d41d8cd98f00b204e9800998ecf8427e",
            "requestId": 9,
            "retryInterval": 60,
        },
        {"status": "Accepted"},
    ),
    "UnpublishFirmware": ({"checksum": "d41d8cd98f00b204e9800998ecf8427e"}, {"status": "DownloadOngoing"}),
    "PublishFirmwareStatusNotification": (
        {"status": "Published", "location": ["http://10.0.0.1/x", "ftp://10.0.0.1/x"], "requestId": 9},
        {},
    ),
    "InstallCertificate": ({"certificateType": "V2GRootCertificate", "certificate": "PEM"}, REFUSED),
    "DeleteCertificate": ({"certificateHashData": HASH_201}, {"status": "NotFound"}),
    "GetInstalledCertificateIds": (
        {"certificateType": ["MORootCertificate", "V2GCertificateChain"]},
        {
            "status": "Accepted",
            "certificateHashDataChain": [
                {
                    "certificateHashData": HASH_201,
                    "certificateType": "V2GCertificateChain",
                    "childCertificateHashData": [HASH_201 | {"serialNumber": "20"}],
                },
                {"certificateHashData": HASH_201, "certificateType": "MORootCertificate"},
            ],
        },
    ),
    "CertificateSigned": ({"certificateChain": "PEM", "certificateType": "V2GCertificate"}, REFUSED),
    "SignCertificate": ({"csr": "PEM", "certificateType": "ChargingStationCertificate"}, {"status": "Accepted"}),
    "GetCertificateStatus": (
        {"ocspRequestData": HASH_201 | {"responderURL": "https://ocsp.example"}},
        {"status": "Accepted", "ocspResult": "MAo="},
    ),
    "Get15118EVCertificate": (
        {"iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef", "action": "Update", "exiRequest": "gAA="},
        {"status": "Failed", "statusInfo": {"reasonCode": "NoProvider"}, "exiResponse": ""},
    ),
    "SecurityEventNotification": ({"type": "InvalidMessages", "timestamp": T, "techInfo": "x"}, {}),
}
