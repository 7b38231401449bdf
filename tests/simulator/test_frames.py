"""`chargeyard fleet frames`: one seed makes the same bytes in every process, and another seed makes others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.frame_log import FrameLogs, log_name
from simulator.plan import StationPlan

FLEET = ("--count", "6", "--minutes", "15", "--ocpp", "all", "--session-seconds", "30-90", "--arrival-seconds", "20")


def write_frames(
    folder: Path, *, seed: int, hash_seed: str, fleet: tuple[str, ...] = FLEET
) -> "subprocess.CompletedProcess[str]":
    """A process of its own, in which sets and dicts of text have another order for another `hash_seed`."""
    return subprocess.run(
        [sys.executable, "-m", "chargeyard", "fleet", "frames", "--out", folder, "--seed", str(seed), *fleet],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )


def read_frames(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_two_processes_write_the_same_bytes_and_another_seed_writes_others(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second", "other")]

    said = [
        write_frames(folder, seed=seed, hash_seed=hash_seed).stdout
        for folder, seed, hash_seed in zip(folders, (7, 7, 8), ("1", "2", "1"), strict=True)
    ]

    first, second, other = (read_frames(folder) for folder in folders)
    assert first == second
    assert sorted(first) == [f"SIM{number:04d}.frames" for number in range(1, 7)]
    assert all(first[name] != other[name] for name in first)
    frames = b"".join(first.values()).splitlines()
    assert said[0].startswith(f"{len(frames)} frames of 6 stations in {folders[0]}: ")
    for action in (b"StartTransaction", b"StopTransaction", b"TransactionEvent", b"MeterValues", b"Heartbeat"):
        assert any(action in frame for frame in frames), action


@pytest.mark.slow
def test_what_goes_wrong_follows_from_the_seed_too(tmp_path: Path) -> None:
    fleet = ("bad-network", "--count", "6", "--minutes", "15")
    for name, seed, hash_seed in (("first", 7, "1"), ("second", 7, "2"), ("other", 8, "1")):
        write_frames(tmp_path / name, seed=seed, hash_seed=hash_seed, fleet=fleet)

    first, second, other = (read_frames(tmp_path / name) for name in ("first", "second", "other"))
    assert first == second
    assert all(first[name] != other[name] for name in first)


def test_a_folder_with_logs_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FrameLogs(tmp_path) as logs:
        logs.write(StationPlan("A"), b"[2]")

    code = main(["frames", "--out", str(tmp_path), "--count", "1"])

    assert code == 2
    assert "holds frame logs already" in capsys.readouterr().err
    assert read_frames(tmp_path) == {"A.frames": b"[2]\n"}


def test_much_that_is_said_is_written_in_its_order(tmp_path: Path) -> None:
    frames = [f"[2,{number}]".encode() for number in range(30_000)]

    with FrameLogs(tmp_path) as logs:
        for frame in frames:
            logs.write(StationPlan("A"), frame)

    assert (tmp_path / "A.frames").read_bytes().splitlines() == frames


def test_whatever_a_station_is_called_its_file_lies_in_the_folder() -> None:
    names = {log_name(StationPlan("../a")), log_name(StationPlan("a", tenant="..")), log_name(StationPlan("..@a"))}

    assert names == {"..%2Fa.frames", "..@a.frames", "..%40a.frames"}


@pytest.mark.parametrize("minutes", ["0", "-1", "1441"])
def test_a_time_that_cannot_be_lived_is_refused(minutes: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["frames", "--out", "unused", "--minutes", minutes])

    assert ended.value.code == 2
    assert "a day (1440) at most" in capsys.readouterr().err
