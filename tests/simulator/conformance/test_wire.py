"""A script's end of a socket: what it waits for, and what fails it meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from simulator.conformance.log import Heading, WireLog
from simulator.conformance.rules import Rules
from simulator.conformance.verdicts import CannotJudge, Failed
from simulator.conformance.wire import Refusal, Wire
from tests.simulator.conformance.doubles import MemorySocket

NOW = "2026-03-04T05:06:07Z"


@asynccontextmanager
async def wired(patience_s: float = 1.0) -> AsyncIterator[tuple[Wire, MemorySocket, WireLog]]:
    socket, log = MemorySocket(), WireLog(asyncio.get_running_loop().time)
    rules = Rules(OcppVersion.V16, listens_to=Direction.FROM_CSMS, patience_s=patience_s)
    wire = Wire(
        *(socket, rules, log), listens_to=Direction.FROM_CSMS, respond=lambda _a, _p: Refusal("NotSupported"), name="CP"
    )
    reading = asyncio.create_task(wire.read())
    try:
        yield wire, socket, log
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_call_returns_the_payload_of_its_answer_and_both_are_logged() -> None:
    async with wired() as (wire, socket, log):
        socket.hear([3, "CP-1", {"currentTime": NOW}])
        answer = await wire.call("Heartbeat")

    assert answer == {"currentTime": NOW}
    assert socket.said == [[2, "CP-1", "Heartbeat", {}]]
    assert [one.heading for one in log.records] == [Heading.TO_CSMS, Heading.TO_STATION]


async def test_silence_fails_after_the_patience() -> None:
    async with wired(patience_s=0.05) as (wire, _, _):
        with pytest.raises(Failed, match=r"Heartbeat was not answered within 0\.05 s"):
            await wire.call("Heartbeat")


async def test_callerror_fails_a_call_and_is_due_where_one_is_due() -> None:
    async with wired() as (wire, socket, _):
        socket.hear([4, "CP-1", "InternalError", "no", {}])
        with pytest.raises(Failed, match="Heartbeat was refused: InternalError no"):
            await wire.call("Heartbeat")
        socket.hear([4, "CP-2", "SecurityError", "", {}])
        assert await wire.call_refused("Heartbeat", "SecurityError") == "SecurityError"
        socket.hear([4, "CP-3", "GenericError", "", {}])
        with pytest.raises(Failed, match="refused with GenericError; SecurityError is due"):
            await wire.call_refused("Heartbeat", "SecurityError")


async def test_fault_fails_whatever_the_script_waits_for() -> None:
    async with wired() as (wire, socket, _):
        expected = wire.expect("Reset")
        socket.hear([3, "nobody", {}])
        with pytest.raises(Failed, match="is the id of no CALL"):
            await expected.within(1.0)
        with pytest.raises(Failed, match="is the id of no CALL"):
            await wire.call("Heartbeat")


async def test_call_that_fits_is_taken_and_others_are_declined_meanwhile() -> None:
    async with wired() as (wire, socket, _):
        expected = wire.expect("Reset", lambda payload: payload["type"] == "Hard")
        socket.hear([2, "a", "ClearCache", {}])
        await asyncio.sleep(0)
        socket.hear([2, "b", "Reset", {"type": "Soft"}])
        socket.hear([2, "c", "Reset", {"type": "Hard"}])
        asked = await expected.within(1.0)
        await wire.reply(asked, {"status": "Accepted"})

    assert (asked.message_id, asked.payload) == ("c", {"type": "Hard"})
    assert [frame[:3] for frame in socket.said] == [
        [4, "a", "NotSupported"],
        [4, "b", "NotSupported"],
        [3, "c", {"status": "Accepted"}],
    ]


async def test_call_that_does_not_come_fails() -> None:
    async with wired() as (wire, _, _):
        with pytest.raises(Failed, match=r"The CSMS sent no Reset that fits within 0\.05 s"):
            await wire.expect("Reset").within(0.05)


async def test_socket_that_closes_fails_unless_it_should() -> None:
    async with wired() as (wire, socket, _):
        socket.hear(None)
        with pytest.raises(Failed, match="The CSMS closed the socket: over"):
            await wire.quiet(1.0)
    async with wired() as (wire, socket, _):
        wire.is_closing = True
        socket.hear(None)
        await wire.quiet(0.05)


async def test_binary_message_fails() -> None:
    async with wired() as (wire, socket, _):
        socket.hear(b"[3]")
        with pytest.raises(Failed, match="binary message"):
            await wire.quiet(1.0)


async def test_case_that_would_break_the_schema_itself_is_no_verdict_on_the_csms() -> None:
    async with wired() as (wire, socket, _):
        with pytest.raises(CannotJudge, match="would itself break the schema of Authorize"):
            await wire.call("Authorize")

    assert socket.said == []


async def test_next_case_does_not_suffer_from_the_last() -> None:
    async with wired() as (wire, socket, _):
        socket.hear([3, "nobody", {}])
        with pytest.raises(Failed):
            await wire.quiet(1.0)
        wire.forgive()
        await wire.quiet(0.01)
