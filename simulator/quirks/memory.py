"""What the quirks of one station remember from frame to frame."""

from typing import Any


class Memory:
    """Of one station, over all its sockets.

    `bases_wh` are the registers, by EVSE, that such a station calls 0; `places` the EVSEs of transactions that the CSMS
    has numbered, `starting` that of one that it has not. `readings` are the last ones of each transaction. A socket
    `is_fresh` until a CALL was written on it; `boot` and `status` are the payloads of the last boot and state, and
    `order` is what the CSMS last asked for. A station `is_accepted` from the answer to its boot to the next boot;
    `commanded_at` are the times of the last commands, in the station's seconds.
    """

    __slots__ = (
        "_counts",
        "_extra_ids",
        "_ids",
        "bases_wh",
        "boot",
        "commanded_at",
        "is_accepted",
        "is_fresh",
        "order",
        "places",
        "readings",
        "starting",
        "status",
    )

    def __init__(self) -> None:
        self.bases_wh: dict[object, float] = {}
        self.places: dict[object, object] = {}
        self.starting: object = None
        self.readings: dict[object, dict[str, Any]] = {}
        self.boot: dict[str, Any] | None = None
        self.status: dict[str, Any] | None = None
        self.order = ""
        self.is_fresh = True
        self.is_accepted = False
        self.commanded_at: list[float] = []
        self._counts: dict[str, int] = {}
        self._ids: dict[str, str] = {}
        self._extra_ids: set[str] = set()

    def count(self, what: str) -> int:
        """How often it was, this time included."""
        self._counts[what] = self._counts.get(what, 0) + 1
        return self._counts[what]

    def begin_call(self) -> None:
        """The station makes a CALL: it has one in flight, so that earlier names are done with."""
        self._ids.clear()

    def rename(self, message_id: str, said: str) -> None:
        """The CSMS will answer to another id than the CALL's own."""
        self._ids.setdefault(said, message_id)

    def add_id(self) -> str:
        """The id of a CALL that the station itself knows nothing of."""
        message_id = f"extra-{self.count('extra')}"
        self._extra_ids.add(message_id)
        return message_id

    def own_id(self, said: str) -> str | None:
        """The station's own id of the CALL that is answered; None for one that it knows nothing of."""
        own_id = self._ids.get(said, said)
        if own_id not in self._extra_ids:
            return own_id
        self._extra_ids.discard(own_id)
        return None

    def place_of(self, payload: dict[str, Any]) -> object:
        """The EVSE that a payload is about; a stop in 1.6 names only its transaction."""
        evse = payload.get("evse")
        if isinstance(evse, dict):
            return evse["id"]
        if "meterStop" in payload:
            return self.places.get(payload.get("transactionId"), 0)
        return payload.get("connectorId", payload.get("evseId", 0))
