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
REVOCATION_201 = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "aa",
    "issuerKeyHash": "bb",
    "serialNumber": "01",
    "responderURL": "http://ocsp.example",
}
COMPONENT = {"name": "OCPPCommCtrlr", "instance": "Main", "evse": {"id": 1, "connectorId": 2}}
VARIABLE = {"name": "HeartbeatInterval", "instance": "Idle"}
COMPONENT_VARIABLES = [{"component": COMPONENT, "variable": VARIABLE}, {"component": {"name": "TxCtrlr"}}]
REFUSED = {"status": "Rejected", "statusInfo": {"reasonCode": "Busy"}}
MESSAGE_201 = {
    "display": {"name": "Display", "evse": {"id": 1}},
    "id": 4,
    "priority": "InFront",
    "state": "Charging",
    "startDateTime": T,
    "endDateTime": T,
    "transactionId": "abc",
    "message": {"format": "UTF8", "language": "de", "content": "Hallo"},
}
MONITOR_201 = {"id": 3, "transaction": True, "value": 60.5, "type": "UpperThreshold", "severity": 4}
EVENT_201 = {
    "eventId": 8,
    "timestamp": T,
    "trigger": "Alerting",
    "cause": 7,
    "actualValue": "61",
    "techCode": "E7",
    "techInfo": "fan",
    "cleared": True,
    "transactionId": "abc",
    "component": COMPONENT,
    "variableMonitoringId": 3,
    "eventNotificationType": "CustomMonitor",
    "variable": VARIABLE,
}
CUSTOMER_201 = {
    "customerCertificate": {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": "aa",
        "issuerKeyHash": "bb",
        "serialNumber": "01",
    },
    "idToken": TOKEN_201,
    "requestId": 9,
    "report": True,
    "clear": False,
    "customerIdentifier": "C-1",
}
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
        {"getVariableData": [{"attributeType": "Target", "component": COMPONENT, "variable": VARIABLE}]},
        {
            "getVariableResult": [
                {
                    "attributeStatus": "Accepted",
                    "attributeStatusInfo": {"reasonCode": "Cached"},
                    "attributeType": "Target",
                    "attributeValue": "300",
                    "component": COMPONENT,
                    "variable": VARIABLE,
                }
            ]
        },
    ),
    "SetVariables": (
        {
            "setVariableData": [
                {"attributeType": "MaxSet", "attributeValue": "300", "component": COMPONENT, "variable": VARIABLE},
                {"attributeValue": "1", "component": {"name": "TxCtrlr"}, "variable": {"name": "EVConnectionTimeOut"}},
            ]
        },
        {
            "setVariableResult": [
                {
                    "attributeType": "MaxSet",
                    "attributeStatus": "Rejected",
                    "attributeStatusInfo": {"reasonCode": "OutOfRange"},
                    "component": COMPONENT,
                    "variable": VARIABLE,
                }
            ]
        },
    ),
    "GetBaseReport": ({"requestId": 1, "reportBase": "FullInventory"}, REFUSED),
    "GetReport": (
        {
            "requestId": 1,
            "componentCriteria": ["Active", "Problem"],
            "componentVariable": COMPONENT_VARIABLES,
        },
        {"status": "EmptyResultSet"},
    ),
    "NotifyReport": (
        {
            "requestId": 1,
            "generatedAt": T,
            "tbc": True,
            "seqNo": 0,
            "reportData": [
                {
                    "component": COMPONENT,
                    "variable": VARIABLE,
                    "variableAttribute": [
                        {"value": "60", "mutability": "ReadWrite", "persistent": True, "constant": False},
                        {"type": "MaxSet", "mutability": "WriteOnly"},
                    ],
                    "variableCharacteristics": {
                        "unit": "s",
                        "dataType": "integer",
                        "minLimit": 1.0,
                        "maxLimit": 99.5,
                        "valuesList": "1,2",
                        "supportsMonitoring": True,
                    },
                },
                {"component": {"name": "TxCtrlr"}, "variable": {"name": "A"}, "variableAttribute": [{}]},
            ],
        },
        {},
    ),
    "SetNetworkProfile": (
        {
            "configurationSlot": 1,
            "connectionData": {
                "apn": {
                    "apn": "internet",
                    "apnUserName": "u",
                    "apnPassword": "p",
                    "simPin": 1234,
                    "preferredNetwork": "26201",
                    "useOnlyPreferredNetwork": True,
                    "apnAuthentication": "CHAP",
                },
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": "wss://csms.example/ocpp",
                "messageTimeout": 30,
                "securityProfile": 2,
                "ocppInterface": "Wireless0",
                "vpn": {
                    "server": "vpn.example",
                    "user": "u",
                    "group": "g",
                    "password": "p",
                    "key": "k",
                    "type": "IKEv2",
                },
            },
        },
        {"status": "Failed", "statusInfo": {"reasonCode": "InternalError"}},
    ),
    "GetLog": (
        {
            "log": {"remoteLocation": "https://files.example/x", "oldestTimestamp": T, "latestTimestamp": T},
            "logType": "SecurityLog",
            "requestId": 2,
            "retries": 3,
            "retryInterval": 10,
        },
        {"status": "AcceptedCanceled", "statusInfo": {"reasonCode": "Newer"}, "filename": "s.log"},
    ),
    "LogStatusNotification": ({"status": "AcceptedCanceled", "requestId": 2}, {}),
    "CustomerInformation": (CUSTOMER_201, {"status": "Invalid", "statusInfo": {"reasonCode": "NoCustomer"}}),
    "NotifyCustomerInformation": (
        {"data": "Jane", "tbc": True, "seqNo": 0, "generatedAt": T, "requestId": 9},
        {},
    ),
    "SetMonitoringBase": ({"monitoringBase": "FactoryDefault"}, {"status": "NotSupported"}),
    "SetMonitoringLevel": ({"severity": 5}, REFUSED),
    "SetVariableMonitoring": (
        {
            "setMonitoringData": [
                {
                    "id": 3,
                    "transaction": True,
                    "value": 60.5,
                    "type": "Delta",
                    "severity": 4,
                    "component": COMPONENT,
                    "variable": VARIABLE,
                }
            ]
        },
        {
            "setMonitoringResult": [
                {
                    "id": 3,
                    "statusInfo": {"reasonCode": "Twice"},
                    "status": "Duplicate",
                    "type": "Delta",
                    "component": COMPONENT,
                    "variable": VARIABLE,
                    "severity": 4,
                }
            ]
        },
    ),
    "ClearVariableMonitoring": (
        {"id": [3, 4]},
        {"clearMonitoringResult": [{"status": "NotFound", "id": 3, "statusInfo": {"reasonCode": "Gone"}}]},
    ),
    "GetMonitoringReport": (
        {
            "requestId": 5,
            "monitoringCriteria": ["ThresholdMonitoring"],
            "componentVariable": COMPONENT_VARIABLES,
        },
        {"status": "Accepted"},
    ),
    "NotifyMonitoringReport": (
        {
            "monitor": [{"component": COMPONENT, "variable": VARIABLE, "variableMonitoring": [MONITOR_201]}],
            "requestId": 5,
            "tbc": True,
            "seqNo": 1,
            "generatedAt": T,
        },
        {},
    ),
    "NotifyEvent": ({"generatedAt": T, "tbc": True, "seqNo": 0, "eventData": [EVENT_201]}, {}),
    "SetDisplayMessage": ({"message": MESSAGE_201}, {"status": "NotSupportedState"}),
    "GetDisplayMessages": (
        {"id": [4], "requestId": 6, "priority": "InFront", "state": "Idle"},
        {"status": "Unknown", "statusInfo": {"reasonCode": "None"}},
    ),
    "ClearDisplayMessage": ({"id": 4}, {"status": "Unknown"}),
    "NotifyDisplayMessages": ({"messageInfo": [MESSAGE_201], "requestId": 6, "tbc": True}, {}),
    "Heartbeat": ({}, {"currentTime": T}),
    "StatusNotification": ({"timestamp": T, "connectorStatus": "Occupied", "evseId": 1, "connectorId": 2}, {}),
    "Authorize": (
        {"idToken": TOKEN_201, "certificate": "PEM", "iso15118CertificateHashData": [REVOCATION_201]},
        {"idTokenInfo": INFO_201, "certificateStatus": "CertificateRevoked"},
    ),
    "ClearCache": ({}, {"status": "Rejected", "statusInfo": {"reasonCode": "NoCache"}}),
    "GetLocalListVersion": ({}, {"versionNumber": 3}),
    "SendLocalList": (
        {
            "versionNumber": 3,
            "updateType": "Differential",
            "localAuthorizationList": [
                {"idToken": TOKEN_201, "idTokenInfo": INFO_201},
                {"idToken": {"idToken": "B", "type": "KeyCode"}},
            ],
        },
        {"status": "VersionMismatch"},
    ),
    "ChangeAvailability": (
        {"evse": {"id": 1, "connectorId": 2}, "operationalStatus": "Inoperative"},
        {"status": "Scheduled", "statusInfo": {"reasonCode": "TxInProgress"}},
    ),
    "UnlockConnector": ({"evseId": 1, "connectorId": 2}, {"status": "OngoingAuthorizedTransaction"}),
    "ReserveNow": (
        {
            "id": 9,
            "expiryDateTime": T,
            "connectorType": "cCCS2",
            "idToken": TOKEN_201,
            "evseId": 1,
            "groupIdToken": {"idToken": "FAMILY", "type": "Central"},
        },
        {"status": "Occupied"},
    ),
    "CancelReservation": ({"reservationId": 9}, {"status": "Rejected"}),
    "ReservationStatusUpdate": ({"reservationId": 9, "reservationUpdateStatus": "Expired"}, {}),
    "GetTransactionStatus": ({"transactionId": "abc"}, {"ongoingIndicator": True, "messagesInQueue": False}),
    "CostUpdated": ({"totalCost": 12.34, "transactionId": "abc"}, {}),
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
        {"totalCost": 7.5, "idTokenInfo": INFO_201},
    ),
    "MeterValues": ({"evseId": 1, "meterValue": METER_201}, {}),
    "RequestStartTransaction": (
        {
            "evseId": 1,
            "idToken": TOKEN_201,
            "remoteStartId": 5,
            "groupIdToken": TOKEN_201,
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
