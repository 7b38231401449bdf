"""Figures of a fleet, made up."""

from datetime import UTC, datetime

import msgspec

from simulator.figures import ActionFigures, Figures, SiteFigures

BEGAN = datetime(2026, 11, 30, 8, tzinfo=UTC)


def figures(actions: tuple[ActionFigures, ...] = (), **others: object) -> Figures:
    whole = Figures(
        scenario="s",
        seed="7",
        url="ws://csms",
        began_at=BEGAN,
        elapsed_s=60.0,
        stations=2,
        online=2,
        booted=2,
        all_booted_s=1.5,
        sockets_lost=1,
        sessions_started=3,
        sessions_ended=2,
        sessions_acknowledged=2,
        tokens_refused=0,
        energy_wh=700,
        readings_said=9,
        readings_acknowledged=8,
        given_up={"reading": 1},
        lateness_p99_s=0.02,
        actions=actions,
        commands={"Reset": 1},
        faults={"drop": 2},
        sites=(SiteFigures("yard", 2, 2, 1, 2, 700),),
    )
    return msgspec.structs.replace(whole, **others)
