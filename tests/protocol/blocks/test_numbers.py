"""Whole numbers, which JSON does not bound: what is decoded has room in the columns, or the message is refused."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from protocol.domain.version import OcppVersion
from protocol.errors import OcppError
from protocol.versions import route_of_action
from protocol.wire import codec
from tests.protocol.blocks.samples import v16, v21, v201

SAMPLES: dict[OcppVersion, dict[str, Any]] = {
    OcppVersion.V16: v16.SAMPLES,
    OcppVersion.V201: v201.SAMPLES,
    OcppVersion.V21: v21.SAMPLES,
}
CASES = [(version, action) for version, samples in SAMPLES.items() for action in samples]
EDGES = (31, 32, 40, 62, 63, 64, 70)
LARGE = [sign * ((1 << bits) + offset) for bits in EDGES for offset in (-1, 0, 1) for sign in (1, -1)]
IN_32_BITS = {"evse", "connector", "stack_level"}


def places(payload: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the payload has a whole number."""
    if isinstance(payload, int) and not isinstance(payload, bool):
        yield path
    inner = payload.items() if isinstance(payload, dict) else enumerate(payload) if isinstance(payload, list) else ()
    for step, value in inner:
        yield from places(value, (*path, step))


def changed(payload: Any, path: tuple[str | int, ...], number: int) -> bytes:
    copied = holder = copy.deepcopy({"root": payload})
    *inner, last = ("root", *path)
    for step in inner:
        holder = holder[step]
    holder[last] = number
    return json.dumps(copied["root"]).encode()


def too_large(value: Any, name: str = "") -> Iterator[tuple[str, int]]:
    """The numbers of a message that no column of theirs holds."""
    bits = 32 if name in IN_32_BITS else 64
    if isinstance(value, int) and not -(1 << bits - 1) <= value < 1 << bits - 1:
        yield name, value
    if isinstance(value, dict):
        for field, inner in value.items():
            yield from too_large(inner, field)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from too_large(inner, name)


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize(("version", "action"), CASES)
def test_every_number_of_a_message_has_room(version: OcppVersion, action: str, side: str) -> None:
    route, sample = route_of_action(version, action), SAMPLES[version][action][0 if side == "request" else 1]
    struct, decode = (
        (route.request, route.decode_request) if side == "request" else (route.response, route.decode_response)
    )
    for path in places(sample):
        for number in LARGE:
            try:
                message = decode(codec.decode(changed(sample, path, number), struct))
            except OcppError:
                continue
            found = list(too_large(json.loads(msgspec.json.encode(message))))
            assert not found, f"{path} of {number}: {found}"


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**70])
@pytest.mark.parametrize("version", [OcppVersion.V16, OcppVersion.V201, OcppVersion.V21])
def test_number_beyond_64_bits_is_refused_on_the_wire(version: OcppVersion, number: int) -> None:
    action, field = ("BootNotification", "interval")
    route, sample = route_of_action(version, action), SAMPLES[version][action][1]

    with pytest.raises(OcppError):
        codec.decode(changed(sample, (field,), number), route.response)


def test_event_of_a_transaction_with_ordinary_numbers_is_heard_however_odd_its_others_are() -> None:
    route, sample = route_of_action(OcppVersion.V201, "TransactionEvent"), v201.SAMPLES["TransactionEvent"][0]

    message = route.decode_request(codec.decode(changed(sample, ("seqNo",), 2**40), route.request))

    assert message.seq_no == 2**40
