"""Quirks of what follows what: numbers of events and of parts, and names of transactions, in the payload of a CALL."""

from typing import Any

from simulator.quirks.memory import Memory

Payload = dict[str, Any]  # Any: JSON

_EVERY_TRANSACTION = "TX"
_FAR_AWAY = 900_000


def seq_no_from_one(_action: str, payload: Payload, _memory: Memory) -> None:
    if "eventType" in payload:
        payload["seqNo"] += 1


def seq_no_repeated(_action: str, payload: Payload, _memory: Memory) -> None:
    """Every second event has the number of the one before."""
    if "eventType" in payload:
        payload["seqNo"] //= 2


def seq_no_with_holes(_action: str, payload: Payload, _memory: Memory) -> None:
    if "eventType" in payload:
        payload["seqNo"] *= 2


def seq_no_out_of_order(_action: str, payload: Payload, _memory: Memory) -> None:
    """Behind the start the second event of each pair comes first, by its number."""
    if payload.get("seqNo", 0) and "eventType" in payload:
        payload["seqNo"] = (payload["seqNo"] - 1 ^ 1) + 1


def ended_without_started(_action: str, payload: Payload, _memory: Memory) -> None:
    """What should be said as a start is said as an update."""
    if payload.get("eventType") == "Started":
        payload["eventType"] = "Updated"


def report_from_one(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "NotifyReport":
        payload["seqNo"] += 1


def report_with_holes(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "NotifyReport":
        payload["seqNo"] *= 2


def report_part_twice(action: str, payload: Payload, _memory: Memory) -> None:
    """Every second part has the number of the one before."""
    if action == "NotifyReport":
        payload["seqNo"] //= 2


def transaction_id_reused(_action: str, payload: Payload, _memory: Memory) -> None:
    if "transactionInfo" in payload:
        payload["transactionInfo"]["transactionId"] = _EVERY_TRANSACTION


def transaction_ids_negative(action: str, payload: Payload, _memory: Memory) -> None:
    """As if each had begun offline, and the station had named it itself."""
    if action == "MeterValues" and "transactionId" in payload:
        payload["transactionId"] = -abs(payload["transactionId"])


def unknown_transaction_in_stop(action: str, payload: Payload, _memory: Memory) -> None:
    if action == "StopTransaction":
        payload["transactionId"] += _FAR_AWAY
