"""The web apps are built where they have to be, by the real npm on a workspace of one script."""

import json
from pathlib import Path

import pytest

from chargeyard import web_build

BUILD = "node -e \"require('fs').mkdirSync('dist',{recursive:true});require('fs').writeFileSync('dist/index.html','')\""
LOCK = {"name": "w", "lockfileVersion": 3, "packages": {"": {"name": "w"}}}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    web = tmp_path / "web"
    (web / "node_modules").mkdir(parents=True)
    (tmp_path / "openapi.json").write_text("{}")
    for name, path in {
        "ROOT": tmp_path,
        "WEB": web,
        "DIST": web / "dist",
        "_MODULES": web / "node_modules",
        "_INTERFACE": tmp_path / "openapi.json",
    }.items():
        monkeypatch.setattr(web_build, name, path)
    (web / "package-lock.json").write_text(json.dumps(LOCK))
    write_script(web, BUILD)
    return web


def write_script(web: Path, build: str) -> None:
    (web / "package.json").write_text(json.dumps({"name": "w", "scripts": {"build": build}}))


def steps() -> list[str]:
    said: list[str] = []
    web_build.build(said.append)
    return [line.removesuffix(" …") for line in said if line.endswith(" …")]


@pytest.mark.usefixtures("workspace")
def test_what_has_not_changed_is_not_built_again(tmp_path: Path) -> None:
    installed, built = "installing the packages of the web apps", "building the web apps"

    assert steps() == [installed, built]
    assert steps() == []
    (tmp_path / "openapi.json").write_text('{"paths": {}}')
    assert steps() == [built]


def test_build_that_fails_says_what_it_said(workspace: Path) -> None:
    write_script(workspace, "node -e \"console.error('no such module'); process.exit(3)\"")

    with pytest.raises(web_build.BuildFailed, match=r"building the web apps failed:[\s\S]*no such module"):
        web_build.build(print)
    write_script(workspace, BUILD)
    assert steps() == ["building the web apps"]
