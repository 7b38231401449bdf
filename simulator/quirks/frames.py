"""Quirks of frames: what goes out in place of one CALL or of one answer, and of their texts."""

import re
from collections.abc import Sequence
from typing import Any

from simulator.quirks.memory import Memory

Frame = list[Any]  # Any: JSON; [type, id, action, payload] of a CALL, [type, id, payload] of an answer

_ID, _ACTION, _PAYLOAD = 1, 2, 3
_NO_TYPE = 9
_BEFORE_THE_ID = 4  # [2,"
_STATUS_WORDS = frozenset(("status",))


def numeric_message_id(frame: Frame, memory: Memory) -> Sequence[Frame]:
    number = 1000 + memory.count("numeric id")
    memory.rename(frame[_ID], str(number))
    return ([frame[0], number, *frame[2:]],)


def empty_message_id(frame: Frame, memory: Memory) -> Sequence[Frame]:
    memory.rename(frame[_ID], "")
    return ([frame[0], "", *frame[2:]],)


def reused_message_id(frame: Frame, memory: Memory) -> Sequence[Frame]:
    memory.rename(frame[_ID], "1")
    return ([frame[0], "1", *frame[2:]],)


def null_payload(frame: Frame, _memory: Memory) -> Sequence[Frame]:
    return ([*frame[:_PAYLOAD], frame[_PAYLOAD] or None],)


def calls_twice(frame: Frame, _memory: Memory) -> Sequence[Frame]:
    return (frame, frame)


def status_with_boot(frame: Frame, memory: Memory) -> Sequence[Frame]:
    """A state follows the boot without waiting for its answer; the station says it again by the book."""
    if frame[_ACTION] != "BootNotification" or "chargePointVendor" not in frame[_PAYLOAD]:
        return (frame,)
    status = {"connectorId": 0, "errorCode": "NoError", "status": "Available"}
    return frame, [2, memory.add_id(), "StatusNotification", status]


def boots_on_every_socket(frame: Frame, memory: Memory) -> Sequence[Frame]:
    """A lost socket is followed by a boot, although nothing was switched off."""
    if frame[_ACTION] == "BootNotification":
        memory.boot = frame[_PAYLOAD]
    elif memory.is_fresh and memory.boot is not None:
        return [2, memory.add_id(), "BootNotification", memory.boot], frame
    return (frame,)


def remember_boot(frame: Frame, memory: Memory) -> Sequence[Frame]:
    if frame[_ACTION] == "BootNotification":
        memory.boot = frame[_PAYLOAD]
    return (frame,)


def remember_status(frame: Frame, memory: Memory) -> Sequence[Frame]:
    if frame[_ACTION] == "StatusNotification":
        memory.status = frame[_PAYLOAD]
    return (frame,)


def unknown_message_type(frame: Frame, memory: Memory) -> Sequence[Frame]:
    if frame[_ACTION] != "BootNotification":
        return (frame,)
    return frame, [_NO_TYPE, memory.add_id(), "VendorHello", {}]


def event_after_end(frame: Frame, memory: Memory) -> Sequence[Frame]:
    """The last update of a transaction is said once more when it has ended, as its next event."""
    payload = frame[_PAYLOAD]
    if frame[_ACTION] != "TransactionEvent":
        return (frame,)
    name = payload["transactionInfo"]["transactionId"]
    if payload["eventType"] == "Updated":
        memory.readings[name] = payload
    late = memory.readings.pop(name, None) if payload["eventType"] == "Ended" else None
    if late is None:
        return (frame,)
    return frame, [2, memory.add_id(), "TransactionEvent", {**late, "seqNo": payload["seqNo"] + 1}]


def readings_after_stop(frame: Frame, memory: Memory) -> Sequence[Frame]:
    """Readings of a transaction are said once more when it has stopped."""
    payload = frame[_PAYLOAD]
    if frame[_ACTION] == "MeterValues" and "transactionId" in payload:
        memory.readings[payload["transactionId"]] = payload
    late = memory.readings.pop(payload.get("transactionId"), None) if frame[_ACTION] == "StopTransaction" else None
    return (frame,) if late is None else (frame, [2, memory.add_id(), "MeterValues", late])


def status_before_answer(frame: Frame, memory: Memory) -> Sequence[Frame]:
    """What the station last said of its state is said again, while the CSMS waits for the answer."""
    if memory.status is None:
        return (frame,)
    return [2, memory.add_id(), "StatusNotification", memory.status], frame


def boots_after_reset(frame: Frame, memory: Memory) -> Sequence[Frame]:
    """It is said that it has booted, at once; then the station resets by the book."""
    is_reset = memory.order == "Reset" and frame[2].get("status") == "Accepted"
    if not is_reset or memory.boot is None:
        return (frame,)
    again = {**memory.boot, "reason": "RemoteReset"} if "reason" in memory.boot else memory.boot
    return frame, [2, memory.add_id(), "BootNotification", again]


def answers_in_lower_case(frame: Frame, _memory: Memory) -> Sequence[Frame]:
    _, _, payload = frame
    return ([*frame[:2], {name: _lower(name, value) for name, value in payload.items()}],)


def answers_with_unknown_fields(frame: Frame, _memory: Memory) -> Sequence[Frame]:
    return ([*frame[:2], {**frame[2], "vendorExtra": True}],)


def refuses_commands(frame: Frame, _memory: Memory) -> Sequence[Frame]:
    return ([4, frame[_ID], "NotImplemented", "", {}],)


def silent_to_commands(_frame: Frame, _memory: Memory) -> Sequence[Frame]:
    return ()


def answers_twice(frame: Frame, _memory: Memory) -> Sequence[Frame]:
    return (frame, frame)


def byte_order_mark(text: bytes) -> bytes:
    return b"\xef\xbb\xbf" + text


def trailing_nul(text: bytes) -> bytes:
    return text + b"\0"


def trailing_bytes(text: bytes) -> bytes:
    return text + b"xyz"


def truncated_heartbeats(text: bytes) -> bytes:
    return text[:_BEFORE_THE_ID] if b'"Heartbeat"' in text else text


def stray_comma(text: bytes) -> bytes:
    return text.replace(b'"meterValue":[{', b'"meterValue":[,{')


def member_without_value(text: bytes) -> bytes:
    """The transaction's number is missing behind its name, in readings."""
    return re.sub(rb'"transactionId":[0-9]+,', b'"transactionId":,', text) if b'"MeterValues"' in text else text


def broken_utf8(text: bytes) -> bytes:
    """The firmware's version has bytes that are no text, and is a number besides: it cannot be read as it is."""
    return re.sub(rb'"firmwareVersion":"[^"]*"', b'"firmwareVersion":"1.0\xff\xfe"', text)


def _lower(name: str, value: Any) -> Any:
    return value.lower() if name in _STATUS_WORDS and isinstance(value, str) else value
