"""What a worker and the process that started it say to each other: JSON lines on the worker's standard streams."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from simulator.control.errors import ControlError
from simulator.control.orders import Order, StationQuestion
from simulator.figures import Figures
from simulator.fleet import FleetSummary

QUESTION_BYTES = 1024 * 1024
"""The longest line that a worker reads; most have as much as a request's URL."""

NOTHING = FleetSummary(
    stations=0,
    online=0,
    charging=0,
    sessions_ended=0,
    sessions_acknowledged=0,
    energy_wh=0,
    has_been_online=False,
    last_failure="",
)


class Do(msgspec.Struct, frozen=True, tag=True):
    """To be done at one station of the share; answered with its StationView."""

    tenant: str
    station_id: str
    order: Order


class CountAccepted(msgspec.Struct, frozen=True, tag=True):
    """How many stations of the share are online and accepted; answered with the number."""


class Summarize(msgspec.Struct, frozen=True, tag=True):
    """How the share is now; answered with a FleetSummary."""


Question = Do | CountAccepted | Summarize | StationQuestion
"""What a worker may be asked; a StationQuestion is answered with a StationPage."""


class Asked(msgspec.Struct, frozen=True, tag=True):
    """A question to a worker, which answers to its number, and does nothing of it once it is `until_s`.

    That is `time.monotonic`, which all processes of a machine share.
    """

    number: int
    question: Question
    until_s: float


class WindDown(msgspec.Struct, frozen=True, tag=True):
    """What runs at the worker's stations is to end, and then the worker."""


class Told(msgspec.Struct, frozen=True, tag=True):
    """The share's summary, and the time of its stations. The last word, once everything has ended, has its figures."""

    summary: FleetSummary
    at: datetime
    figures: Figures | None = None


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The answer to the question of that number, as JSON."""

    number: int
    body: msgspec.Raw


class Declined(msgspec.Struct, frozen=True, tag=True):
    """The question of that number is refused with the error of this name (`simulator.control.errors`)."""

    number: int
    error: str
    sentence: str
    advice: str


class Heard(msgspec.Struct, frozen=True, tag=True):
    """Something happened: an EventView, as JSON."""

    event: msgspec.Raw


Word = Told | Answered | Declined | Heard


class _Numbered(msgspec.Struct, frozen=True):
    number: int


_WORDS: msgspec.json.Decoder[Word] = msgspec.json.Decoder(Word)
_ORDERS: msgspec.json.Decoder[Asked | WindDown] = msgspec.json.Decoder(Asked | WindDown)


def write(said: Word | Asked | WindDown) -> bytes:
    """One line."""
    return msgspec.json.encode(said) + b"\n"


def read(line: bytes) -> Word:
    """What a worker says. Raises msgspec.DecodeError for what no worker says."""
    return _WORDS.decode(line)


def read_order(line: bytes) -> Asked | WindDown:
    """What a worker hears. Raises msgspec.DecodeError for what nobody says to one."""
    return _ORDERS.decode(line)


def decline(number: int, error: ControlError) -> Declined:
    """The question of that number is refused with the error."""
    return Declined(number, type(error).__name__, str(error), error.advice)


def number_of(line: bytes) -> int | None:
    """The number of a question that cannot be read otherwise; None where it has none."""
    try:
        return msgspec.json.decode(line, type=_Numbered).number
    except msgspec.DecodeError:
        return None


def add_up(summaries: Sequence[FleetSummary]) -> FleetSummary:
    """The whole fleet's summary, from those of its parts."""
    return FleetSummary(
        stations=sum(one.stations for one in summaries),
        online=sum(one.online for one in summaries),
        charging=sum(one.charging for one in summaries),
        sessions_ended=sum(one.sessions_ended for one in summaries),
        sessions_acknowledged=sum(one.sessions_acknowledged for one in summaries),
        energy_wh=sum(one.energy_wh for one in summaries),
        has_been_online=any(one.has_been_online for one in summaries),
        last_failure=next((one.last_failure for one in summaries if one.last_failure), ""),
        parked=sum(one.parked for one in summaries),
        stays_ended=sum(one.stays_ended for one in summaries),
        stays_acknowledged=sum(one.stays_acknowledged for one in summaries),
    )
