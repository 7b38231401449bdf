"""The Dockerfile: well made, pinned, and with everything in it that the programs need."""

import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from chargeyard import probe
from chargeyard.version import PROJECT_FILE

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()
COPIES = [line.split()[1:] for line in DOCKERFILE.splitlines() if line.startswith("COPY") and "--from" not in line]


def test_dockerfile_has_no_fault_that_hadolint_knows() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(program), str(ROOT / "Dockerfile")], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "")


def test_packages_come_by_hash_from_the_lock_alone() -> None:
    installations = [
        part for part in re.sub(r"\\\n", " ", DOCKERFILE).split("&&") if re.search(r"\bpip install\b", part)
    ]

    assert len(installations) == 2
    assert all("--require-hashes" in part for part in installations)


def test_last_stage_runs_as_a_number_that_is_not_root() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]

    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert not re.search(r"^(RUN|ADD) ", last, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*CMD \[\"python\", \"-m\", \"chargeyard.probe\"\]$", last, re.MULTILINE)


def test_every_folder_of_the_wheel_that_runs_in_a_container_is_copied_and_not_ignored() -> None:
    copied = {source for *sources, _ in COPIES for source in sources}

    assert {"protocol", "csms", "backoffice", "simulator", "chargeyard", "requirements.lock"} <= copied
    assert ["LICENSE", PROJECT_FILE.name, "./"] in COPIES  # whose version is the image's
    for source in copied:
        assert {f"!{source}", f"!{source.split('/')[0]}"} & set(IGNORED), source
    assert IGNORED[1] == "*"


def test_roles_of_the_compose_file_are_modules_of_the_image() -> None:
    parts = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values()
    modules = {part["command"][2] for part in parts if part.get("command", [""])[0] == "python"}

    for module in modules:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.fixture
def ready() -> Iterator[str]:
    """A URL that is answered with 200, and below /busy with 503."""

    class Answerer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503 if self.path == "/busy" else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answerer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_probe_asks_all_and_names_the_one_that_is_not_ready(ready: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe.main([ready, f"{ready}/other"]) == 0
    assert probe.main([ready, f"{ready}/busy"]) == 1
    assert f"{ready}/busy: HTTP Error 503" in capsys.readouterr().err


def test_probe_asks_where_its_variable_says(ready: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(probe.URL_VARIABLE, ready)
    assert probe.main([]) == 0

    monkeypatch.setenv(probe.URL_VARIABLE, "http://127.0.0.1:1/readyz")
    assert probe.main([]) == 1
