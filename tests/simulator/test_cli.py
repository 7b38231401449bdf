"""The command line: what cannot be done is said in one sentence, before anything is asked of a CSMS."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.books import BooksUnreadable, read_tariffs_file
from simulator.cli import main
from simulator.expected_price import expected_total
from simulator.ledger import Ledger

RECONCILE = ("reconcile", "--url", "http://127.0.0.1:1", "--login", "operator@example.com", "--ledger")
TARIFF = {
    "id": "T",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.49, "vat": 19.0, "step_size": 1}]}],
}


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = tmp_path / "ledger.jsonl"
    with Ledger(path) as book:
        book.begin(seed="1", url="ws://csms", began_at=datetime(2026, 3, 4, tzinfo=UTC), stations=())
    return str(path)


def test_help_lists_the_verbs_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ((), ("run",), ("reconcile",)):
        with pytest.raises(SystemExit) as ended:
            main([*verb, "--help"])
        assert ended.value.code == 0

    printed = capsys.readouterr().out
    assert printed.count("examples:") == 3
    assert printed.count("chargeyard fleet reconcile --ledger") >= 2
    assert printed.count("chargeyard fleet run --url") >= 2


def test_a_ledger_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*RECONCILE, "/no/such/ledger"])

    assert (code, capsys.readouterr().err) == (
        2,
        "chargeyard fleet reconcile: /no/such/ledger cannot be read: No such file or directory\n",
    )


def test_without_a_password_it_says_where_it_may_be(
    ledger: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHARGEYARD_PASSWORD", raising=False)

    code = main([*RECONCILE, ledger])

    assert code == 2
    assert "give --password-file, or set CHARGEYARD_PASSWORD" in capsys.readouterr().err


def test_a_csms_that_is_not_there_is_named(tmp_path: Path, ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    password = tmp_path / "password.txt"
    password.write_text("secret\n")

    code = main([*RECONCILE, ledger, "--password-file", str(password)])

    assert code == 2
    assert "http://127.0.0.1:1 cannot be asked" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("tomorrow", "is no day"),
        ((datetime.now(UTC) + timedelta(days=1)).date().isoformat(), "is not over yet"),
    ],
)
def test_a_day_that_cannot_be_played_is_refused(day: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", "--url", "ws://127.0.0.1:1", "--day", day])

    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


def test_tariffs_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tariffs.json"
    path.write_text(json.dumps({"tariffs": [TARIFF], "places": [{"tariff_id": "T", "station_id": "A"}]}))

    prices = read_tariffs_file(path)

    version = prices.find("A", 1, datetime(2026, 3, 4, tzinfo=UTC))
    assert version is not None
    assert expected_total(version.tariff, Decimal(10_000)).amount == Decimal("5.83")
    assert prices.find("B", 1, datetime(2026, 3, 4, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[]", "no file of tariffs and places"),
        (json.dumps({"tariffs": [], "places": [{"tariff_id": "T"}]}), "does not have it"),
    ],
)
def test_a_file_that_holds_no_tariffs_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "tariffs.json"
    path.write_text(content)

    with pytest.raises(BooksUnreadable, match=reason):
        read_tariffs_file(path)


CAR_PARK = ("run", "car-park", "--url", "ws://127.0.0.1:1/ocpp")
REST = ("--rest", "http://127.0.0.1:1", "--login", "operator@example.com")


def test_a_scenario_with_bays_needs_to_know_where_the_platform_is(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*CAR_PARK])

    assert code == 2
    assert "give --rest, where the platform is, and --login" in capsys.readouterr().err


def test_a_scenario_with_bays_has_no_past_day(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([*CAR_PARK, *REST, "--day", "2026-03-04"])

    assert code == 2
    assert "not in a --day" in capsys.readouterr().err


def test_a_platform_that_is_not_there_is_named_before_a_station_connects(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEYARD_PASSWORD", "secret")

    code = main([*CAR_PARK, *REST])

    assert code == 1
    assert "http://127.0.0.1:1 cannot be asked" in capsys.readouterr().err


def test_a_line_of_app_drivers_that_is_no_pair_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drivers = tmp_path / "drivers.csv"
    drivers.write_text("ann@example.com,secret\nbob@example.com\n")

    code = main([*CAR_PARK, *REST, "--app-drivers", str(drivers)])

    assert code == 2
    assert "drivers.csv, line 2: expected `e-mail,password`" in capsys.readouterr().err
