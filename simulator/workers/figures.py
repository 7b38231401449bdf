"""The figures of a fleet's parts as those of the whole."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from simulator.figures import QUANTILES, ActionFigures, Figures, SiteFigures


def add_up_figures(parts: Sequence[Figures]) -> Figures:
    """The whole fleet's. Its stations were all booted when the last part's were; it was as late as the latest part."""
    first, began_at = parts[0], min(one.began_at for one in parts)
    later_s = [(one.began_at - began_at).total_seconds() for one in parts]
    booted_s = [
        late_s + one.all_booted_s for one, late_s in zip(parts, later_s, strict=True) if one.all_booted_s is not None
    ]
    return Figures(
        scenario=first.scenario,
        seed=first.seed,
        url=first.url,
        began_at=began_at,
        elapsed_s=max(late_s + one.elapsed_s for one, late_s in zip(parts, later_s, strict=True)),
        stations=sum(one.stations for one in parts),
        online=sum(one.online for one in parts),
        booted=sum(one.booted for one in parts),
        all_booted_s=max(booted_s) if len(booted_s) == len(parts) else None,
        sockets_lost=sum(one.sockets_lost for one in parts),
        sessions_started=sum(one.sessions_started for one in parts),
        sessions_ended=sum(one.sessions_ended for one in parts),
        sessions_acknowledged=sum(one.sessions_acknowledged for one in parts),
        tokens_refused=sum(one.tokens_refused for one in parts),
        energy_wh=sum(one.energy_wh for one in parts),
        readings_said=sum(one.readings_said for one in parts),
        readings_acknowledged=sum(one.readings_acknowledged for one in parts),
        given_up=_count(one.given_up for one in parts),
        lateness_p99_s=max(one.lateness_p99_s for one in parts),
        actions=_add_up_actions([action for one in parts for action in one.actions]),
        commands=_count(one.commands for one in parts),
        faults=_count(one.faults for one in parts),
        sites=_add_up_sites([site for one in parts for site in one.sites]),
        stays_ended=sum(one.stays_ended for one in parts),
        stays_acknowledged=sum(one.stays_acknowledged for one in parts),
        stays_checked_in=sum(one.stays_checked_in for one in parts),
        costs_shown=sum(one.costs_shown for one in parts),
    )


def _count(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)


def _add_up_sites(sites: Sequence[SiteFigures]) -> tuple[SiteFigures, ...]:
    """In the order in which they are first told of, which is the plan's."""
    names = dict.fromkeys(one.site for one in sites)
    return tuple(_add_up_site(name, [one for one in sites if one.site == name]) for name in names)


def _add_up_site(name: str, parts: Sequence[SiteFigures]) -> SiteFigures:
    return SiteFigures(
        site=name,
        stations=sum(one.stations for one in parts),
        online=sum(one.online for one in parts),
        charging=sum(one.charging for one in parts),
        sessions_ended=sum(one.sessions_ended for one in parts),
        energy_wh=sum(one.energy_wh for one in parts),
    )


def _add_up_actions(actions: Sequence[ActionFigures]) -> tuple[ActionFigures, ...]:
    names = sorted({one.action for one in actions})
    return tuple(_add_up_action(name, [one for one in actions if one.action == name]) for name in names)


def _add_up_action(name: str, parts: Sequence[ActionFigures]) -> ActionFigures:
    buckets: Counter[float] = Counter()
    for one in parts:
        buckets.update(dict(one.buckets))
    answered = sum(one.answered for one in parts)
    sum_s = sum(one.mean_s * one.answered for one in parts)
    whole = ActionFigures(
        action=name,
        answered=answered,
        refused=sum(one.refused for one in parts),
        silent=sum(one.silent for one in parts),
        mean_s=sum_s / answered if answered else 0.0,
        p50_s=0.0,
        p90_s=0.0,
        p99_s=0.0,
        longest_s=max(one.longest_s for one in parts),
        buckets=tuple(sorted(buckets.items())),
    )
    p50_s, p90_s, p99_s = (whole.quantile_s(fraction) for fraction in QUANTILES)
    return msgspec.structs.replace(whole, p50_s=p50_s, p90_s=p90_s, p99_s=p99_s)
