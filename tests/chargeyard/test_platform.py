"""What `up` says, before anything is started, where it cannot have its folder or its ports."""

import socket
from pathlib import Path

import pytest

from chargeyard import cli
from chargeyard.embedded import DataFolderInUse, locked_data_dir
from chargeyard.platform import Platform, PortTaken


def nothing(_: str) -> None:
    pytest.fail("something was started")


async def test_port_that_somebody_has_is_named_with_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(PortTaken, match=rf"port {port} cannot be had \(.+\); choose another with --station-port"):
            await Platform(tmp_path, report=nothing, station_port=port).__aenter__()


async def test_folder_of_a_platform_that_runs_is_named_rather_than_its_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, locked_data_dir(tmp_path):
        platform = Platform(tmp_path, report=nothing, rest_port=other.getsockname()[1])

        with pytest.raises(DataFolderInUse):
            await platform.__aenter__()


@pytest.mark.parametrize("count", ["0", "-3", "many"])
def test_number_of_stations_that_is_none_is_refused(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["up", f"--stations={count}"])

    assert ended.value.code == 2
    assert f"{count} is no number of stations: 1 or more, or --no-fleet for none" in capsys.readouterr().err
