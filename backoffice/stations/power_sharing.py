"""How the power of a site is shared among the stations that charge there, and in which order limits are changed.

Invariants:
1. What stations are given never adds up to more than the site's limit, nor is anybody given more than they can take.
2. Nobody is given less than they need to charge at all; where it does not suffice for all, whoever came last waits.
3. A limit is raised only by what all the limits that stations hold now leave of the site's: what is being lowered
   counts until its station has accepted that, and what was sent counts from then on until its station has refused
   it. So the sum of what may flow never passes the site's limit, once every station has accepted its first one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from itertools import groupby

_ZERO = Decimal(0)
_WATT = Decimal(1)
_SECONDS_PER_HOUR = 3600
# Below this a limit is not raised: a station is not told of every watt.
_WORTH_RAISING_W = Decimal(50)


class SharingPolicy(StrEnum):
    """EQUAL: the same for all. PRIORITY: the higher ones first. DEPARTURE: what each needs before it leaves, first."""

    EQUAL = "equal"
    PRIORITY = "priority"
    DEPARTURE = "departure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """A station that charges: W between which it can, and what decides its turn.

    `missing_wh` and `departs_at` are what its vehicle said that it wants; None where it did not.
    """

    station_id: str
    min_w: Decimal
    max_w: Decimal
    since: datetime
    priority: int = 0
    missing_wh: Decimal | None = None
    departs_at: datetime | None = None


Shares = dict[str, Decimal]


def share(limit_w: Decimal, demands: Sequence[Demand], policy: SharingPolicy, *, now: datetime) -> Shares:
    """Whole watts for each station; zero for whoever has to wait."""
    return _POLICIES[policy](limit_w, demands, now)


def changes(
    limit_w: Decimal, wanted: Mapping[str, Decimal], held: Mapping[str, Decimal], *, unsure: Collection[str] = ()
) -> Shares:
    """Which stations are to be told a limit now, those that are to take less first.

    `held` is what each may take as things stand. Of those `unsure` nobody knows which limit they have: they are told
    one in any case.
    """
    lowered = {station: watts for station, watts in wanted.items() if watts < held[station]}
    room_w = limit_w - sum(held.values(), _ZERO)
    raised: Shares = {}
    for station, watts in wanted.items():
        more_w = min(watts - held[station], max(room_w, _ZERO))
        if more_w >= _WORTH_RAISING_W:
            raised[station] = held[station] + more_w
            room_w -= more_w
    again = {station: held[station] for station in wanted if station in unsure and station not in lowered}
    return lowered | again | raised


def _share_equally(limit_w: Decimal, demands: Sequence[Demand], _now: datetime | None = None) -> Shares:
    waiting = sorted(demands, key=lambda one: one.since)
    shares = _level(limit_w, waiting)
    while waiting and any(shares[one.station_id] < one.min_w for one in waiting):
        # Whoever came last of those for whom it does not suffice.
        last = max((one for one in waiting if shares[one.station_id] < one.min_w), key=lambda one: one.since)
        waiting.remove(last)
        shares = _level(limit_w, waiting)
    return {one.station_id: shares.get(one.station_id, _ZERO) for one in demands}


def _share_by_priority(limit_w: Decimal, demands: Sequence[Demand], _now: datetime) -> Shares:
    shares: Shares = {}
    by_rank = sorted(demands, key=lambda one: -one.priority)
    for _, equals in groupby(by_rank, key=lambda one: one.priority):
        shares |= _share_equally(limit_w - sum(shares.values(), _ZERO), list(equals))
    return shares


def _share_by_departure(limit_w: Decimal, demands: Sequence[Demand], now: datetime) -> Shares:
    """First what each needs to be full when it leaves, the next to leave first; what is left equally on top."""
    first: Shares = {}
    leaving = [one for one in demands if one.departs_at is not None and one.missing_wh is not None]
    for one in sorted(leaving, key=lambda one: (one.departs_at or now, one.since)):
        rest_w = limit_w - sum(first.values(), _ZERO)
        needed_w = min(max(_needed_w(one, now), one.min_w), one.max_w)
        granted_w = min(needed_w, rest_w)
        if granted_w >= one.min_w:
            first[one.station_id] = granted_w
    rest_w = limit_w - sum(first.values(), _ZERO)
    topped = [
        Demand(
            station_id=one.station_id,
            min_w=_ZERO if one.station_id in first else one.min_w,
            max_w=one.max_w - first.get(one.station_id, _ZERO),
            since=one.since,
        )
        for one in demands
    ]
    more = _share_equally(rest_w, topped)
    return {station: first.get(station, _ZERO) + watts for station, watts in more.items()}


def _needed_w(demand: Demand, now: datetime) -> Decimal:
    assert demand.departs_at is not None
    assert demand.missing_wh is not None
    left_s = Decimal((demand.departs_at - now).total_seconds())
    if left_s <= 0:
        return demand.max_w
    return (demand.missing_wh * _SECONDS_PER_HOUR / left_s).quantize(_WATT, ROUND_FLOOR) + _WATT


def _level(limit_w: Decimal, demands: Sequence[Demand]) -> Shares:
    """The same for all, except who can take only less: their rest is the others'."""
    shares: Shares = {}
    rest_w = limit_w
    by_size = sorted(demands, key=lambda one: one.max_w)
    for place, one in enumerate(by_size):
        fair_w = (rest_w / (len(by_size) - place)).quantize(_WATT, ROUND_FLOOR)
        shares[one.station_id] = min(one.max_w, fair_w)
        rest_w -= shares[one.station_id]
    return shares


_POLICIES: Mapping[SharingPolicy, Callable[[Decimal, Sequence[Demand], datetime], Shares]] = {
    SharingPolicy.EQUAL: _share_equally,
    SharingPolicy.PRIORITY: _share_by_priority,
    SharingPolicy.DEPARTURE: _share_by_departure,
}
