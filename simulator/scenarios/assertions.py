"""What must hold of a fleet in the end: each assertion judges the figures, and says them.

Adding one takes a class, its place in `Assertion` and a case in the tests.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from simulator.figures import ActionFigures, Figures
from simulator.scenarios.quantities import Duration, Share, by_default

_PROMPT = Duration(60.0)


class Verdict(msgspec.Struct, frozen=True):
    """What an assertion found: its `name` with what it asked for, and the figures."""

    name: str
    has_held: bool
    figures: str


class _Assertion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="check"):
    """A row of `assert`. `check` says which."""


class AllOnline(_Assertion, frozen=True, tag="all_online"):
    """Every station was accepted by the CSMS within so long."""

    within: Duration = by_default(_PROMPT)

    def judge(self, figures: Figures) -> Verdict:
        took_s = figures.all_booted_s
        return Verdict(
            f"all_online within {self.within.seconds:g} s",
            took_s is not None and took_s <= self.within.seconds,
            f"{figures.booted} of {figures.stations} stations were accepted"
            + ("" if took_s is None else f", the last after {took_s:.1f} s"),
        )


class OnlineAtEnd(_Assertion, frozen=True, tag="online_at_end"):
    """At least this share of the stations is online when the fleet is told to stop."""

    share: Share = by_default(Share(1.0))

    def judge(self, figures: Figures) -> Verdict:
        is_so = figures.online >= self.share.fraction * figures.stations - 1e-9
        return Verdict(
            f"online_at_end {self.share.fraction:.1%}", is_so, f"{figures.online} of {figures.stations} stations"
        )


class NoFailedCalls(_Assertion, frozen=True, tag="no_failed_calls"):
    """No CALL got a CALLERROR, or an answer that could not be read; of these actions, or of all."""

    actions: tuple[str, ...] = ()

    def judge(self, figures: Figures) -> Verdict:
        refused = {one.action: one.refused for one in _chosen(figures, self.actions) if one.refused}
        return Verdict(f"no_failed_calls{_of(self.actions)}", not refused, _counts(refused, "refused"))


class NoSilentCalls(_Assertion, frozen=True, tag="no_silent_calls"):
    """No CALL waited for its answer in vain; of these actions, or of all."""

    actions: tuple[str, ...] = ()

    def judge(self, figures: Figures) -> Verdict:
        silent = {one.action: one.silent for one in _chosen(figures, self.actions) if one.silent}
        return Verdict(f"no_silent_calls{_of(self.actions)}", not silent, _counts(silent, "without an answer"))


class LatencyUnder(_Assertion, frozen=True, tag="latency"):
    """This quantile of the answers to an action came in less; an action that was never answered fails."""

    action: str
    under: Duration
    quantile: Annotated[float, Meta(gt=0, le=1)] = 0.99

    def judge(self, figures: Figures) -> Verdict:
        name = f"latency p{self.quantile * 100:g} of {self.action} under {self.under.seconds * 1000:g} ms"
        found = figures.find_action(self.action)
        if found is None or not found.answered:
            return Verdict(name, False, f"no {self.action} was answered")
        took_s = found.quantile_s(self.quantile)
        return Verdict(name, took_s < self.under.seconds, f"{took_s * 1000:.1f} ms, {found.answered} answers")


class SessionsAtLeast(_Assertion, frozen=True, tag="sessions_at_least"):
    """So many sessions have ended."""

    count: Annotated[int, Meta(ge=1)]

    def judge(self, figures: Figures) -> Verdict:
        ended = figures.sessions_ended
        return Verdict(f"sessions_at_least {self.count}", ended >= self.count, f"{ended} sessions ended")


class AllAcknowledged(_Assertion, frozen=True, tag="all_acknowledged"):
    """The CSMS has confirmed the end of every session."""

    def judge(self, figures: Figures) -> Verdict:
        ended, confirmed = figures.sessions_ended, figures.sessions_acknowledged
        return Verdict("all_acknowledged", confirmed >= ended, f"{confirmed} of {ended} ends were confirmed")


class NoLostFrames(_Assertion, frozen=True, tag="no_lost_frames"):
    """No station has given up anything that bears on a bill."""

    def judge(self, figures: Figures) -> Verdict:
        return Verdict("no_lost_frames", not figures.given_up, _counts(figures.given_up, "given up"))


class ReadingsAcknowledged(_Assertion, frozen=True, tag="readings_acknowledged"):
    """At least this share of the readings was confirmed."""

    share: Share = by_default(Share(1.0))

    def judge(self, figures: Figures) -> Verdict:
        said, confirmed = figures.readings_said, figures.readings_acknowledged
        return Verdict(
            f"readings_acknowledged {self.share.fraction:.1%}",
            confirmed >= self.share.fraction * said - 1e-9,
            f"{confirmed} of {said} readings were confirmed",
        )


class EnergyAtLeast(_Assertion, frozen=True, tag="energy_at_least"):
    """The ended sessions delivered so much."""

    kwh: Annotated[float, Meta(gt=0)]

    def judge(self, figures: Figures) -> Verdict:
        kwh = figures.energy_wh / 1000
        return Verdict(f"energy_at_least {self.kwh:g} kWh", kwh >= self.kwh, f"{kwh:.3f} kWh delivered")


class StaysAtLeast(_Assertion, frozen=True, tag="stays_at_least"):
    """So many stays in parking bays have ended, and so many drivers have checked in or had reserved."""

    count: Annotated[int, Meta(ge=1)]
    checked_in: Annotated[int, Meta(ge=0)] = 0

    def judge(self, figures: Figures) -> Verdict:
        ended, known = figures.stays_ended, figures.stays_checked_in
        return Verdict(
            f"stays_at_least {self.count}" + (f", {self.checked_in} checked in" if self.checked_in else ""),
            ended >= self.count and known >= self.checked_in,
            f"{ended} stays ended, {known} of drivers who checked in or had reserved",
        )


class StaysAcknowledged(_Assertion, frozen=True, tag="stays_acknowledged"):
    """Of at least this share of the stays the platform has confirmed all that was said."""

    share: Share = by_default(Share(1.0))

    def judge(self, figures: Figures) -> Verdict:
        ended, confirmed = figures.stays_ended, figures.stays_acknowledged
        return Verdict(
            f"stays_acknowledged {self.share.fraction:.1%}",
            confirmed >= self.share.fraction * ended - 1e-9,
            f"{confirmed} of {ended} stays were confirmed",
        )


class FaultsAtLeast(_Assertion, frozen=True, tag="faults_at_least"):
    """The fault struck so often: a scenario whose fault never comes shows nothing."""

    fault: str
    count: Annotated[int, Meta(ge=1)] = 1

    def judge(self, figures: Figures) -> Verdict:
        struck = figures.faults.get(self.fault, 0)
        return Verdict(f"faults_at_least {self.count} {self.fault}", struck >= self.count, f"struck {struck} times")


class TokensRefusedAtMost(_Assertion, frozen=True, tag="tokens_refused_at_most"):
    """No more drivers were turned away."""

    count: Annotated[int, Meta(ge=0)] = 0

    def judge(self, figures: Figures) -> Verdict:
        refused = figures.tokens_refused
        return Verdict(f"tokens_refused_at_most {self.count}", refused <= self.count, f"{refused} tokens refused")


class PunctualAtLeast(_Assertion, frozen=True, tag="wake_ups_within"):
    """The simulator itself kept up: 99 % of its wake-ups were no later. Where this fails, latencies are its own."""

    late: Duration = by_default(Duration(0.25))

    def judge(self, figures: Figures) -> Verdict:
        late_s = figures.lateness_p99_s
        return Verdict(
            f"wake_ups_within {self.late.seconds * 1000:g} ms",
            late_s <= self.late.seconds,
            f"{late_s * 1000:.1f} ms late",
        )


Assertion = (
    AllOnline
    | OnlineAtEnd
    | NoFailedCalls
    | NoSilentCalls
    | LatencyUnder
    | SessionsAtLeast
    | AllAcknowledged
    | NoLostFrames
    | ReadingsAcknowledged
    | EnergyAtLeast
    | StaysAtLeast
    | StaysAcknowledged
    | FaultsAtLeast
    | TokensRefusedAtMost
    | PunctualAtLeast
)


def _chosen(figures: Figures, actions: tuple[str, ...]) -> list[ActionFigures]:
    return [one for one in figures.actions if not actions or one.action in actions]


def _of(actions: tuple[str, ...]) -> str:
    return f" of {', '.join(actions)}" if actions else ""


def _counts(counts: dict[str, int], what: str) -> str:
    if not counts:
        return f"none {what}"
    return f"{what}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
