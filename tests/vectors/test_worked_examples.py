"""Prices that others worked out: the vectors published with TandemDrive's `ocpi-tariffs` (MIT), and the examples in the
text of OCPI 2.2.1 (§10.3.1, §11.3.1, §11.4), each priced by the command as a person would.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from chargeyard.cli import main
from tests.vectors.examples import Json, Stretch, cdr, component, element, parked, tariff

ENERGY_025 = component("ENERGY", "0.25", vat="10")
START_FEE = component("FLAT", "0.50", vat="20")
NOON = "2022-01-13T11:00:00"


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    tariff: Json
    cdr: Json
    excl_vat: float
    incl_vat: float


def day_and_evening(kind: str, *, before: str, after: str, steps: tuple[int, int]) -> Json:
    """One price before five in the afternoon, another one after."""
    return tariff(
        element(component(kind, before, step=steps[0]), start_time="00:00", end_time="17:00"),
        element(component(kind, after, step=steps[1]), start_time="17:00", end_time="00:00"),
    )


EXAMPLES = (
    Example(
        "published vector: an hour's energy",
        tariff(element(ENERGY_025)),
        cdr("2022-01-13T14:30:00", Stretch(60, "20")),
        5.00,
        5.50,
    ),
    Example(
        "published vector: above the minimum price",
        tariff(element(ENERGY_025), min_price={"excl_vat": 0.50, "incl_vat": 0.55}),
        cdr("2022-01-13T14:30:00", Stretch(60, "20")),
        5.00,
        5.50,
    ),
    Example(
        # The vector itself leaves the minimum out (0.30); the text that it follows does not.
        "published vector: below the minimum price",
        tariff(element(ENERGY_025), min_price={"excl_vat": 0.50, "incl_vat": 0.55}),
        cdr("2022-01-13T14:30:00", Stretch(60, "1.2")),
        0.50,
        0.55,
    ),
    Example(
        "published vector: charging, then parking in steps of five minutes",
        tariff(
            element(component("TIME", "3.00", step=60, vat="10"), component("PARKING_TIME", "5.00", step=300, vat="20"))
        ),
        cdr("2022-01-13T16:00:00", Stretch(150), parked(42)),
        11.25,
        12.75,
    ),
    Example(
        "published vector: energy in steps over three elements",
        tariff(
            element(component("ENERGY", "2", step=8000), start_time="00:00", end_time="17:00"),
            element(component("ENERGY", "2", step=5000), start_time="17:00", end_time="20:00"),
            element(component("ENERGY", "4", step=2000), start_time="20:00", end_time="00:00"),
        ),
        cdr("2022-01-13T16:55:00", Stretch(5, "5"), Stretch(2, "2"), Stretch(5, "5"), time_zone="UTC"),
        30.00,
        30.00,
    ),
    Example(
        "start fee",
        tariff(element(START_FEE, ENERGY_025)),
        cdr(NOON, Stretch(60, "20")),
        5.50,
        6.10,
    ),
    Example(
        "start fee and parking in steps of a quarter of an hour",
        tariff(element(START_FEE, ENERGY_025, component("PARKING_TIME", "2.00", step=900, vat="20"))),
        cdr(NOON, Stretch(60, "20"), parked(40)),
        7.00,
        7.90,
    ),
    Example(
        "maximum price reached",
        tariff(element(START_FEE, ENERGY_025), max_price={"excl_vat": 10, "incl_vat": 11}),
        cdr(NOON, Stretch(60, "50")),
        10.00,
        11.00,
    ),
    Example(
        "maximum price not reached",
        tariff(element(START_FEE, ENERGY_025), max_price={"excl_vat": 10, "incl_vat": 11}),
        cdr(NOON, Stretch(60, "30")),
        8.00,
        8.85,
    ),
    Example(
        "two euro an hour, parking free for want of a component",
        tariff(element(component("TIME", "2.00", step=60, vat="10"))),
        cdr(NOON, Stretch(150), parked(30)),
        5.00,
        5.50,
    ),
    Example(
        "VAT that does not come out even",
        tariff(element(component("TIME", "1.90", step=300, vat="5.2"))),
        cdr(NOON, Stretch(150)),
        4.75,
        5.00,
    ),
    Example(
        "free of charge",
        tariff(element(component("FLAT", "0.00"))),
        cdr(NOON, Stretch(60, "20")),
        0.00,
        0.00,
    ),
    Example(
        "reservation elements price no charging",
        tariff(element(component("TIME", "5.00", step=60), reservation="RESERVATION"), element(START_FEE, ENERGY_025)),
        cdr(NOON, Stretch(60, "20")),
        5.50,
        6.10,
    ),
    Example(
        "current and weekday decide; time charging is followed by parking, so only that is rounded up",
        tariff(
            element(component("FLAT", "2.50", vat="15")),
            element(component("TIME", "1.00", step=900, vat="20"), max_current=32),
            element(
                component("TIME", "2.00", step=600, vat="20"),
                min_current=32,
                day_of_week=["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
            ),
            element(component("TIME", "1.25", step=600, vat="20"), min_current=32, day_of_week=["SATURDAY", "SUNDAY"]),
            element(
                component("PARKING_TIME", "5.00", step=300, vat="10"),
                start_time="09:00",
                end_time="18:00",
                day_of_week=["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"],
            ),
            element(
                component("PARKING_TIME", "6.00", step=300, vat="10"),
                start_time="10:00",
                end_time="17:00",
                day_of_week=["SATURDAY"],
            ),
        ),
        cdr("2022-01-10T08:30:00", Stretch(147, extra={"MAX_CURRENT": "16"}), parked(42)),
        8.70,
        9.94,
    ),
    Example(
        "energy of both sides of five o'clock is rounded up together",
        day_and_evening("ENERGY", before="0.20", after="0.27", steps=(500, 500)),
        cdr("2022-01-13T15:00:00", Stretch(60, "4.3"), Stretch(60, "1.1")),
        1.18,
        1.18,
    ),
    Example(
        "time of both sides of five o'clock is rounded up together",
        day_and_evening("TIME", before="5", after="7", steps=(600, 600)),
        cdr("2022-01-13T15:54:00", Stretch(6), Stretch(22)),
        3.30,
        3.30,
    ),
    Example(
        "one period that goes on over five o'clock is split there",
        day_and_evening("TIME", before="1.20", after="2.40", steps=(1800, 900)),
        cdr("2022-01-13T15:35:00", Stretch(35)),
        1.30,
        1.30,
    ),
    Example(
        "only parking is rounded up where charging came before it",
        tariff(element(component("TIME", "1.00", step=600), component("PARKING_TIME", "2.00", step=600))),
        cdr(NOON, Stretch(21), parked(16)),
        1.02,
        1.02,
    ),
    Example(
        "first kilowatt-hour free",
        tariff(element(component("ENERGY", "0.00"), max_kwh=1), element(component("ENERGY", "0.20"), min_kwh=1)),
        cdr(NOON, Stretch(60, "20")),
        3.80,
        3.80,
    ),
    Example(
        "power decides",
        tariff(
            element(component("ENERGY", "0.20"), max_power=16),
            element(component("ENERGY", "0.35"), max_power=32),
            element(component("ENERGY", "0.50")),
        ),
        cdr(NOON, Stretch(10, "1"), Stretch(50, "40"), Stretch(7.5, "0.5")),
        20.30,
        20.30,
    ),
    Example(
        "first half hour free, dear after an hour",
        tariff(
            element(component("ENERGY", "0.00"), max_duration=1800),
            element(component("ENERGY", "0.25"), max_duration=3600),
            element(component("ENERGY", "0.40")),
        ),
        cdr(NOON, Stretch(30, "5"), Stretch(10, "1.2")),
        0.30,
        0.30,
    ),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_worked_example_has_its_price(example: Example, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tariff_file, cdr_file = tmp_path / "tariff.json", tmp_path / "cdr.json"
    tariff_file.write_text(json.dumps(example.tariff))
    cdr_file.write_text(json.dumps(example.cdr))

    exit_code = main(["price", "--tariff", str(tariff_file), "--cdr", str(cdr_file)])

    assert exit_code == 0
    assert json.loads(capsys.readouterr().out)["total_cost"] == {
        "excl_vat": example.excl_vat,
        "incl_vat": example.incl_vat,
    }
