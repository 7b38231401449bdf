"""How the clients of npm get here: by hash, from wherever npm is told to look, once; or not at all, with the reason."""

import json
from pathlib import Path

import pytest

from tests.acceptance.node_clients import SCRIPTS, NodeUnavailable, install_packages


def plant(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_lock_pins_every_package_by_hash_and_names_no_registry() -> None:
    packages = json.loads((SCRIPTS / "package-lock.json").read_text())["packages"]
    installed = {path: entry for path, entry in packages.items() if path.startswith("node_modules/")}
    foreign = {path: entry for path, entry in installed.items() if not entry.get("link")}

    assert all(entry["integrity"].startswith("sha512-") for entry in foreign.values())
    assert {path for path, entry in installed.items() if "resolved" in entry} == {"node_modules/voltlog-io"}


def test_machine_without_node_is_told_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NodeUnavailable, match="npm is needed"):
        install_packages(tmp_path)


def test_failed_installation_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    plant(tmp_path, "node", "exit 0")
    plant(tmp_path, "npm", "echo no such package >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(NodeUnavailable, match="no such package"):
        install_packages(cache)

    assert [*cache.iterdir()] == []


def test_packages_are_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, calls = tmp_path / "cache", tmp_path / "calls"
    cache.mkdir()
    plant(tmp_path, "node", "exit 0")
    plant(tmp_path, "npm", f'echo "$1" >> {calls}; mkdir node_modules')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    modules = install_packages(cache)
    again = install_packages(cache)

    assert modules == again
    assert modules.is_dir()
    assert calls.read_text() == "ci\n"
