"""What scripts of every version say: times, and what must be true of an answer."""

from datetime import UTC, datetime, timedelta

from simulator.conformance.checks import require
from simulator.conformance.rules import Json
from simulator.conformance.wire import Wire

CLOCK_S = 60.0
"""How far the CSMS's clock may be from ours."""

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


def now(*, ago: timedelta = timedelta()) -> str:
    """A time as the wire has it."""
    return (datetime.now(UTC) - ago).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(**length: float) -> str:
    """A time in the future, in whole seconds."""
    return (datetime.now(UTC) + timedelta(**length)).isoformat(timespec="seconds").replace("+00:00", "Z")


def require_status(answer: Json, word: str, what: str) -> None:
    """The answer's status is this."""
    require(answer["status"] == word, f"{what} was answered {answer['status']}; {word} is due.")


def require_clock(answer: Json, what: str) -> None:
    """The CSMS's time is about ours."""
    apart_s = abs((datetime.fromisoformat(answer["currentTime"]) - datetime.now(UTC)).total_seconds())
    require(apart_s <= CLOCK_S, f"{what} was answered with a currentTime that is {apart_s:.0f} s from ours.")


def require_future(text: str, what: str) -> None:
    """The time has not come yet."""
    require(datetime.fromisoformat(text) > datetime.now(UTC), f"{what} lies in the past: {text}.")


async def still_there(wire: Wire) -> None:
    """Whatever was said before, the CSMS goes on serving the station."""
    require_clock(await wire.call("Heartbeat"), "Heartbeat")
