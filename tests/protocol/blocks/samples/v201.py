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
COMPONENT = {"name": "OCPPCommCtrlr", "evse": {"id": 1}}


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
        {"evseId": 1, "idToken": TOKEN_201, "remoteStartId": 5, "groupIdToken": TOKEN_201},
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
}
