"""Something of every kind, as the consumer writes it."""

from typing import Any

from backoffice.notifications.kinds import Kind

_EVSE = {"station_id": "BER-003", "evse": 1}
_SESSION = {"session_id": "s-1", **_EVSE}
_MONEY = {"session_id": "s-1", "invoice_id": "i-1", "amount": "4.62", "currency": "EUR"}
_RESERVATION = {
    "reservation_id": "r-1",
    "places": [_EVSE, {"bay_id": "B1"}],
    "begins_at": "2026-11-02T12:00:00Z",
    "ends_at": "2026-11-02T13:00:00Z",
}

DATA: dict[Kind, dict[str, Any]] = {
    Kind.SESSION_STARTED: _SESSION,
    Kind.SESSION_COMPLETED: {**_SESSION, "energy_wh": "12345", "amount": "4.62", "currency": "EUR"},
    Kind.RECEIPT: _MONEY,
    Kind.PAYMENT_FAILED: {**_MONEY, "reason": "card_declined"},
    Kind.IDLE_WARNING: {**_SESSION, "since": "2026-11-02T12:00:00+00:00"},
    Kind.RESERVATION_CREATED: _RESERVATION,
    Kind.RESERVATION_SOON: _RESERVATION,
    Kind.RESERVATION_ENDANGERED: {**_RESERVATION, "others": []},
    Kind.RESERVATION_CANCELLED: {**_RESERVATION, "cancelled_by": "closure", "reason": "works"},
    Kind.RESERVATION_EXPIRED: _RESERVATION,
    Kind.FAULT: {**_EVSE, "location_id": "yard"},
    Kind.STATION_OFFLINE: {"station_id": "BER-003", "evse": None, "location_id": "yard"},
    Kind.ALARM: {"alarm_id": "a-1", "alarm": "dead_letters", "about": "billing", "detail": "3 events wait."},
    Kind.MAINTENANCE: {
        "closure_id": "c-1",
        "location_id": "yard",
        "places": [_EVSE],
        "since": "2026-11-02T12:00:00Z",
        "until": None,
        "reason": "",
    },
    Kind.REPORT: {"report_id": "r-9", "title": "Energy", "first_day": "2026-10-01", "last_day": "2026-10-31"},
    Kind.EMAIL_VERIFICATION: {"id": "v-1", "code": "246810"},
    Kind.PASSWORD_RESET: {"id": "v-2", "code": "135790"},
    Kind.INVITATION: {"id": "v-3", "code": "975310"},
}
