"""`chargeyard price` as a person uses it."""

import io
import json
import sys
from pathlib import Path

import pytest

from chargeyard.cli import main
from tests.vectors.examples import Json, Stretch, cdr, component, element, tariff

NIGHT = element(component("ENERGY", "0.10"), start_time="22:00", end_time="06:00")
SESSION = cdr("2022-07-01T20:30:00", Stretch(60, "10"))


def write(folder: Path, name: str, content: Json) -> str:
    path = folder / name
    path.write_text(json.dumps(content))
    return str(path)


def total(folder: Path, capsys: pytest.CaptureFixture[str], session: Json, *options: str) -> float:
    files = ("--tariff", write(folder, "t.json", tariff(NIGHT)), "--cdr", write(folder, "c.json", session))
    assert main(["price", *files, *options]) == 0
    excl_vat: float = json.loads(capsys.readouterr().out)["total_cost"]["excl_vat"]
    return excl_vat


def test_zone_of_the_location_comes_before_the_option_and_that_before_the_country(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {**SESSION, "cdr_location": {"country": "NLD", "time_zone": "Europe/London"}}

    assert total(tmp_path, capsys, named, "--timezone", "Europe/Amsterdam") == 0.5
    assert total(tmp_path, capsys, SESSION, "--timezone", "Europe/London") == 0.5
    assert total(tmp_path, capsys, SESSION) == 1.0


def test_tariff_of_local_times_without_a_place_asks_for_the_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = {**SESSION, "cdr_location": {"country": "USA"}}
    files = ("--tariff", write(tmp_path, "t.json", tariff(NIGHT)), "--cdr", write(tmp_path, "c.json", nowhere))

    assert main(["price", *files]) == 1
    assert "--timezone" in capsys.readouterr().err


def test_cdr_may_come_by_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(SESSION).encode())))

    assert main(["price", "--tariff", write(tmp_path, "t.json", tariff(NIGHT)), "--cdr", "-"]) == 0
    [cost] = [json.loads(capsys.readouterr().out)["total_energy_cost"]]
    assert cost == {"excl_vat": 1.0, "incl_vat": 1.0}


@pytest.mark.parametrize("content", ["", "[]", '{"id": "T", "currency": "EUR", "elements": []}'])
def test_what_is_no_tariff_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    broken = tmp_path / "t.json"
    broken.write_text(content)

    assert main(["price", "--tariff", str(broken), "--cdr", write(tmp_path, "c.json", SESSION)]) == 1
    assert "This is no OCPI 2.2.1 tariff" in capsys.readouterr().err


def test_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["price", "--tariff", "missing.json", "--cdr", write(tmp_path, "c.json", SESSION)]) == 1
    assert "missing.json cannot be read" in capsys.readouterr().err
