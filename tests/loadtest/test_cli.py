"""What a person says, and what comes of it before anybody is made."""

import sys
from pathlib import Path

import pytest

from loadtest.cli import PASSWORD_VARIABLE, main


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--users", "2"], "--users is 3"),
        (["--driver-share", "0.9"], "--driver-share is 0 to 0.5"),
        (["--minutes", "0"], "no number above 0"),
        (["--shape", "tsunami"], "invalid choice"),
    ],
)
def test_what_cannot_be_is_a_usage_error(
    options: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(options)

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_password_that_nobody_knows_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    monkeypatch.setenv("LOADTEST_PYTHON", sys.executable)  # any: it is not started

    assert main(["--data", str(tmp_path)]) == 1
    assert "the operator's password is not known: give --password" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_thresholds_are_read_before_anybody_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text("max_fun = 1")

    assert main(["--password", "x", "--thresholds", str(tmp_path / "mine.toml")]) == 1
    assert "max_fun" in capsys.readouterr().err


def test_platform_that_is_away_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOADTEST_PYTHON", sys.executable)  # any: it is not started

    assert main(["--password", "x", "--url", "http://127.0.0.1:9"]) == 1
    assert "no answer" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--join", "192.0.2.7"], ["--password", "x", "--url", "http://127.0.0.1:9"]])
def test_environment_without_locust_is_said_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    monkeypatch.setenv("LOADTEST_PYTHON", str(tmp_path / "python"))

    assert main(options) == 1
    assert "`python3 dev.py loadtest` installs Locust there" in capsys.readouterr().err
