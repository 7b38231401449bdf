"""The table of verbs: every row says what it is, and none costs an import before it is called."""

import io
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from chargeyard import cli, version
from chargeyard.embedded import locked_data_dir
from chargeyard.errors import ChargeyardError


@pytest.mark.parametrize("argv", [[], ["no-such-verb"]])
def test_call_without_a_known_verb_is_a_usage_error(argv: list[str]) -> None:
    assert cli.main(argv) == 2


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["--help"])

    printed = capsys.readouterr().out
    assert code == 0
    assert all(verb.name in printed and verb.summary in printed for verb in cli.VERBS)


def test_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    said = re.search(r'^version = "(.+)"$', version.PROJECT_FILE.read_text(), re.MULTILINE)

    assert cli.main(["--version"]) == 0
    assert said
    assert capsys.readouterr().out == f"chargeyard {said[1]}\n"


def test_version_of_an_installation_is_that_of_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(version, "PROJECT_FILE", tmp_path / "pyproject.toml")

    assert version.current_version() == metadata.version("chargeyard")


def test_help_imports_no_verb() -> None:
    modules = {verb.module for verb in cli.VERBS}
    program = f"import sys, chargeyard.cli as cli; cli.main(['--help']); sys.exit(bool({modules} & sys.modules.keys()))"

    done = subprocess.run([sys.executable, "-c", program], check=False)

    assert done.returncode == 0


def test_error_that_a_person_can_act_on_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked_data_dir(tmp_path):
        code = cli.main(["reset", "--data", str(tmp_path), "--yes"])

    assert code == 1
    assert f"chargeyard reset: {tmp_path} is in use by process" in capsys.readouterr().err


def test_errors_of_parts_that_run_together_are_a_sentence_each(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> int:
        raise ExceptionGroup("tasks", [ExceptionGroup("inner", [ChargeyardError("one")]), ChargeyardError("two")])

    monkeypatch.setattr("chargeyard.doctor.main", fail)

    assert cli.main(["doctor"]) == 1
    assert capsys.readouterr().err == "chargeyard doctor: one\nchargeyard doctor: two\n"


def test_error_of_the_program_itself_is_not_hidden_among_a_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> int:
        raise ExceptionGroup("tasks", [ChargeyardError("one"), ZeroDivisionError()])

    monkeypatch.setattr("chargeyard.doctor.main", fail)

    with pytest.raises(ExceptionGroup) as raised:
        cli.main(["doctor"])
    assert raised.group_contains(ZeroDivisionError)


@pytest.mark.parametrize("ports", [["--port", "99999"], ["--port", "x"], ["--port", "8000", "--station-port", "8000"]])
def test_port_that_cannot_be_is_a_usage_error(ports: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["up", *ports])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_reset_removes_the_data(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "postgres").mkdir(parents=True)

    code = cli.main(["reset", "--data", str(data_dir), "--yes"])

    assert code == 0
    assert not data_dir.exists()


def test_reset_removes_nothing_where_nobody_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir = tmp_path / "data"
    (data_dir / "postgres").mkdir(parents=True)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))

    code = cli.main(["reset", "--data", str(data_dir)])

    assert code == 1
    assert (data_dir / "postgres").exists()
    assert "--yes" in capsys.readouterr().out


def test_reset_of_nothing_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.main(["reset", "--data", str(tmp_path / "data")])

    assert code == 0
    assert "does not exist" in capsys.readouterr().out


def test_doctor_gives_a_fix_with_everything_that_is_not_good(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["doctor"])

    lines = capsys.readouterr().out.splitlines()
    unwell = [number for number, line in enumerate(lines) if line.startswith(("optional", "missing"))]
    assert any(line.startswith("ok") for line in lines)
    assert all("fix: " in lines[number + 1] for number in unwell)
