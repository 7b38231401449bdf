"""Whether a vehicle is in a parking bay, by reports that come late, twice and from several devices.

Invariants:
1. A report that is older than the newest one changes nothing, so the order of arrival does not matter.
2. A vehicle is there from the first report of it to the first that says it has left. That a sensor breaks moves nobody.
3. What was known already is no news: only who comes, who leaves, and a plate that is read for the first time.
4. Another plate is another vehicle: the first one has left unseen.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from protocol.domain.state_table import StateTable


class BayState(StrEnum):
    """What was said of the bay last. UNKNOWN: nothing yet."""

    FREE = "free"
    OCCUPIED = "occupied"
    OUT_OF_ORDER = "out_of_order"
    UNKNOWN = "unknown"


class Sighting(StrEnum):
    """What a sensor, a barrier or a reader of plates says."""

    OCCUPIED = "occupied"
    VACATED = "vacated"
    OUT_OF_ORDER = "out_of_order"


_AFTER = {
    Sighting.OCCUPIED: BayState.OCCUPIED,
    Sighting.VACATED: BayState.FREE,
    Sighting.OUT_OF_ORDER: BayState.OUT_OF_ORDER,
}

BAY: StateTable[BayState, Sighting] = StateTable("parking bay", dict.fromkeys(BayState, _AFTER))


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What is known of a bay: `at` is the time of the newest report, `occupied_since` None where nobody is there."""

    state: BayState = BayState.UNKNOWN
    at: datetime | None = None
    occupied_since: datetime | None = None
    plate_ref: str | None = None


class Verdict(StrEnum):
    """What a report was. LATE: older than what is known."""

    NEWS = "news"
    REPEATED = "repeated"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known after a report. `has_left`, `has_come`: a vehicle; both where one took the place of another."""

    occupancy: Occupancy
    verdict: Verdict
    has_left: bool = False
    has_come: bool = False
    has_shown_plate: bool = False


def observe(known: Occupancy, sighting: Sighting, *, at: datetime, plate_ref: str | None = None) -> Seen:
    """What is known once the report is believed."""
    state = BAY.advance(known.state, sighting)
    if known.at is not None and (at < known.at or (at == known.at and state is not known.state)):
        return Seen(known, Verdict.LATE)
    was_there = known.occupied_since is not None
    if sighting is Sighting.OUT_OF_ORDER:
        verdict = Verdict.REPEATED if state is known.state else Verdict.NEWS
        return Seen(replace(known, state=state, at=at), verdict)
    if sighting is Sighting.VACATED:
        verdict = Verdict.REPEATED if state is known.state else Verdict.NEWS
        return Seen(Occupancy(state, at), verdict, has_left=was_there)
    is_another = was_there and None not in (plate_ref, known.plate_ref) and plate_ref != known.plate_ref
    if is_another or not was_there:
        return Seen(Occupancy(state, at, at, plate_ref), Verdict.NEWS, has_left=is_another, has_come=True)
    has_shown_plate = plate_ref is not None and known.plate_ref is None
    is_news = has_shown_plate or state is not known.state
    return Seen(
        Occupancy(state, at, known.occupied_since, plate_ref or known.plate_ref),
        Verdict.NEWS if is_news else Verdict.REPEATED,
        has_shown_plate=has_shown_plate,
    )
