"""OCPP 1.6, by action: a request with its response."""

from tests.protocol.blocks.samples.moment import T

METER_16 = [
    {
        "timestamp": T,
        "sampledValue": [
            {
                "value": "1234.5",
                "context": "Sample.Periodic",
                "measurand": "Energy.Active.Import.Register",
                "location": "Outlet",
                "unit": "Wh",
            },
            {
                "value": "16.02",
                "context": "Sample.Clock",
                "measurand": "Current.Import",
                "phase": "L1",
                "location": "EV",
                "unit": "A",
            },
        ],
    }
]
INFO_16 = {"status": "Accepted", "expiryDate": T, "parentIdTag": "FAMILY"}
SCHEDULE_16 = {
    "duration": 3600,
    "startSchedule": T,
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.1, "numberPhases": 3}, {"startPeriod": 60, "limit": 8.0}],
    "minChargingRate": 6.5,
}
PROFILE_16 = {
    "chargingProfileId": 5,
    "transactionId": 42,
    "stackLevel": 2,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Recurring",
    "recurrencyKind": "Weekly",
    "validFrom": T,
    "validTo": T,
    "chargingSchedule": SCHEDULE_16,
}
HASH_16 = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "1f"}
LOG_16 = {"remoteLocation": "https://log.example/x", "oldestTimestamp": T, "latestTimestamp": T}
FIRMWARE_16 = {
    "location": "https://firmware.example/x",
    "retrieveDateTime": T,
    "installDateTime": T,
    "signingCertificate": "PEM",
    "signature": "c2ln",
}

SAMPLES = {
    "BootNotification": (
        {
            "chargePointVendor": "V",
            "chargePointModel": "M",
            "chargePointSerialNumber": "S",
            "firmwareVersion": "1",
        },
        {"status": "Pending", "currentTime": T, "interval": 30},
    ),
    "Reset": ({"type": "Hard"}, {"status": "Rejected"}),
    "GetConfiguration": (
        {"key": ["A", "B"]},
        {"configurationKey": [{"key": "A", "readonly": True, "value": "1"}], "unknownKey": ["B"]},
    ),
    "Heartbeat": ({}, {"currentTime": T}),
    "StatusNotification": (
        {"connectorId": 1, "errorCode": "GroundFailure", "info": "x", "status": "Faulted", "timestamp": T},
        {},
    ),
    "Authorize": ({"idTag": "04A2B3"}, {"idTagInfo": INFO_16}),
    "StartTransaction": (
        {"connectorId": 1, "idTag": "04A2B3", "meterStart": 100, "reservationId": 7, "timestamp": T},
        {"idTagInfo": INFO_16, "transactionId": 42},
    ),
    "StopTransaction": (
        {
            "idTag": "04A2B3",
            "meterStop": 200,
            "timestamp": T,
            "transactionId": 42,
            "reason": "Remote",
            "transactionData": METER_16,
        },
        {"idTagInfo": INFO_16},
    ),
    "MeterValues": ({"connectorId": 1, "transactionId": 42, "meterValue": METER_16}, {}),
    "RemoteStartTransaction": (
        {"connectorId": 1, "idTag": "04A2B3", "chargingProfile": PROFILE_16},
        {"status": "Accepted"},
    ),
    "RemoteStopTransaction": ({"transactionId": 42}, {"status": "Rejected"}),
    "TriggerMessage": ({"requestedMessage": "StatusNotification", "connectorId": 1}, {"status": "NotImplemented"}),
    "ExtendedTriggerMessage": (
        {"requestedMessage": "SignChargePointCertificate", "connectorId": 1},
        {"status": "Accepted"},
    ),
    "UnlockConnector": ({"connectorId": 2}, {"status": "UnlockFailed"}),
    "ChangeAvailability": ({"connectorId": 0, "type": "Inoperative"}, {"status": "Scheduled"}),
    "ChangeConfiguration": ({"key": "A", "value": "1"}, {"status": "RebootRequired"}),
    "ClearCache": ({}, {"status": "Rejected"}),
    "DataTransfer": (
        {"vendorId": "com.example", "messageId": "m", "data": "{}"},
        {"status": "UnknownMessageId", "data": "?"},
    ),
    "GetLocalListVersion": ({}, {"listVersion": -1}),
    "SendLocalList": (
        {
            "listVersion": 3,
            "localAuthorizationList": [{"idTag": "A", "idTagInfo": INFO_16}, {"idTag": "B"}],
            "updateType": "Differential",
        },
        {"status": "VersionMismatch"},
    ),
    "ReserveNow": (
        {"connectorId": 1, "expiryDate": T, "idTag": "A", "parentIdTag": "FAMILY", "reservationId": 9},
        {"status": "Occupied"},
    ),
    "CancelReservation": ({"reservationId": 9}, {"status": "Accepted"}),
    "SetChargingProfile": ({"connectorId": 1, "csChargingProfiles": PROFILE_16}, {"status": "NotSupported"}),
    "ClearChargingProfile": (
        {"id": 5, "connectorId": 0, "chargingProfilePurpose": "ChargePointMaxProfile", "stackLevel": 0},
        {"status": "Unknown"},
    ),
    "GetCompositeSchedule": (
        {"connectorId": 1, "duration": 300, "chargingRateUnit": "W"},
        {"status": "Accepted", "connectorId": 1, "scheduleStart": T, "chargingSchedule": SCHEDULE_16},
    ),
    "UpdateFirmware": (
        {"location": "https://firmware.example/x", "retries": 3, "retrieveDate": T, "retryInterval": 60},
        {},
    ),
    "SignedUpdateFirmware": (
        {"retries": 3, "retryInterval": 60, "requestId": 8, "firmware": FIRMWARE_16},
        {"status": "InvalidCertificate"},
    ),
    "FirmwareStatusNotification": ({"status": "Downloading"}, {}),
    "SignedFirmwareStatusNotification": ({"status": "InvalidSignature", "requestId": 8}, {}),
    "GetLog": (
        {"log": LOG_16, "logType": "SecurityLog", "requestId": 7, "retries": 1, "retryInterval": 5},
        {"status": "AcceptedCanceled", "filename": "x.log"},
    ),
    "GetDiagnostics": (
        {"location": "ftp://x", "retries": 1, "retryInterval": 5, "startTime": T, "stopTime": T},
        {"fileName": "x.log"},
    ),
    "LogStatusNotification": ({"status": "PermissionDenied", "requestId": 7}, {}),
    "DiagnosticsStatusNotification": ({"status": "UploadFailed"}, {}),
    "InstallCertificate": (
        {"certificateType": "ManufacturerRootCertificate", "certificate": "PEM"},
        {"status": "Failed"},
    ),
    "DeleteCertificate": ({"certificateHashData": HASH_16}, {"status": "NotFound"}),
    "GetInstalledCertificateIds": (
        {"certificateType": "CentralSystemRootCertificate"},
        {"certificateHashData": [HASH_16], "status": "Accepted"},
    ),
    "CertificateSigned": ({"certificateChain": "PEM"}, {"status": "Rejected"}),
    "SignCertificate": ({"csr": "PEM"}, {"status": "Accepted"}),
    "SecurityEventNotification": ({"type": "InvalidMessages", "timestamp": T, "techInfo": "x"}, {}),
}
