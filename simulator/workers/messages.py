"""What a worker tells the process that started it: JSON lines on its standard output."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from simulator.figures import Figures
from simulator.fleet import FleetSummary

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


class Told(msgspec.Struct, frozen=True):
    """The share's summary, and the time of its stations. The last word, once everything has ended, has its figures."""

    summary: FleetSummary
    at: datetime
    figures: Figures | None = None


_DECODER = msgspec.json.Decoder(Told)


def write(told: Told) -> bytes:
    """One line."""
    return msgspec.json.encode(told) + b"\n"


def read(line: bytes) -> Told:
    """Raises msgspec.DecodeError for what no worker says."""
    return _DECODER.decode(line)


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
