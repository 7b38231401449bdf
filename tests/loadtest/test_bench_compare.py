"""Figures of two nights: what is worse than it may be is found, and a slower machine is no fault of ours."""

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from loadtest.bench import compare
from loadtest.bench.compare import FIGURES, Compared, FigureGone

REPORTS: Mapping[str, Any] = {
    "gateway": {
        "metervalues_durable": {"ratio_to_peer": 10.0, "kib_per_connection": 20.0, "us_per_message": 40.0},
        "metervalues_durable_traced": {"ratio_to_untraced": 1.02},
        "transactionevent_durable": {"ratio_to_metervalues": 2.0},
        "peer": {"us_per_message": 400.0},
    },
    "backoffice": {
        "nearby": {"kinds": {"town": {"p50_ms": 2.0}, "land": {"p50_ms": 4.0}}},
        "authorization": {"kinds": {"card": {"p50_ms": 1.0}}},
        "readings": {"us_per_reading": 8.0},
        "pricing_cpu_us": {"energy alone": 30.0},
        "rest": {"GET /sessions": {"cpu_us": 900, "p50_ms": 3.0}},
    },
    "storm": {"plain": {"connect_and_boot_p50_ms": 100.0}, "tls": {"connect_and_boot_p50_ms": 200.0}},
}


def compared(now: Mapping[str, Any]) -> Mapping[str, Compared]:
    return {one.name: one for one in compare.compare(REPORTS, now)}


def changed(path: str, factor: float) -> Any:
    reports: Any = deepcopy(dict(REPORTS))
    *parents, last = path.split(".")
    place = reports
    for name in parents:
        place = place[name]
    place[last] *= factor
    return reports


def test_every_figure_of_the_table_is_read() -> None:
    found = compared(REPORTS)

    assert len(found) == len(FIGURES) + 1  # one of them stands for two
    assert {one.worse for one in found.values()} == {1.0}


@pytest.mark.parametrize(
    ("path", "factor", "bad"),
    [
        ("gateway.metervalues_durable.ratio_to_peer", 0.7, ["gateway: metervalues_durable.ratio_to_peer"]),
        ("gateway.metervalues_durable.ratio_to_peer", 1.7, []),
        ("gateway.metervalues_durable.kib_per_connection", 1.2, ["gateway: metervalues_durable.kib_per_connection"]),
        ("backoffice.nearby.kinds.land.p50_ms", 1.6, ["backoffice: nearby.kinds.land.p50_ms"]),
        ("backoffice.nearby.kinds.land.p50_ms", 1.4, []),
        ("backoffice.rest.GET /sessions.cpu_us", 1.5, ["backoffice: rest.GET /sessions.cpu_us"]),
    ],
)
def test_what_is_worse_by_more_than_its_ratio_is_bad(path: str, factor: float, bad: list[str]) -> None:
    assert [one.name for one in compared(changed(path, factor)).values() if one.is_bad] == bad


def test_slower_machine_is_no_fault_of_ours() -> None:
    now = changed("gateway.peer.us_per_message", 2.0)
    for path in ("readings/us_per_reading", "pricing_cpu_us/energy alone"):
        block, name = path.split("/")
        now["backoffice"][block][name] *= 2.0

    found = compared(now)

    assert found["backoffice: readings.us_per_reading"].worse == 1.0
    assert found["backoffice: rest.GET /sessions.cpu_us"].worse == 0.5
    assert found["gateway: metervalues_durable.kib_per_connection"].worse == 1.0


def test_figure_that_is_not_measured_any_more_is_said() -> None:
    now = deepcopy(dict(REPORTS))
    del now["backoffice"]["nearby"]["kinds"]["town"]

    with pytest.raises(FigureGone, match=r"backoffice: nearby\.kinds\.town\.p50_ms was measured before"):
        compared(now)


def written(folder: Path, reports: Mapping[str, Any]) -> str:
    folder.mkdir()
    for name, report in reports.items():
        (folder / f"{name}.json").write_text(json.dumps(report))
    return str(folder)


def test_run_says_a_table_and_fails_where_a_figure_is_bad(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = written(tmp_path / "nothing", {})
    before = written(tmp_path / "before", REPORTS)
    worse = written(tmp_path / "worse", changed("storm.tls.connect_and_boot_p50_ms", 3.0))
    less = written(tmp_path / "less", {"gateway": REPORTS["gateway"]})

    codes = [compare.main([before, before]), compare.main([nothing, before]), compare.main([before, less])]
    assert codes == [0, 0, 1]
    capsys.readouterr()
    assert compare.main([before, worse]) == 1
    first_row = capsys.readouterr().out.splitlines()[2]
    assert first_row == "| **worse** | storm: tls.connect_and_boot_p50_ms | 200 | 600 | 3.00 | 1.5 |"
