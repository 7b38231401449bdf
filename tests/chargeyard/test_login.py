"""`login`: the token of an account whose password is known here, or one sentence."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from chargeyard import cli
from chargeyard.secrets import Secrets

HEARD: list[dict[str, str]] = []


class Doorkeeper(BaseHTTPRequestHandler):
    """Lets everybody in, and keeps what they said."""

    def do_POST(self) -> None:
        HEARD.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"account_id": "1", "access_token": "a.b.c"}')

    def log_message(self, *values: object) -> None:
        """Nothing is printed beside the test's own output."""


@pytest.fixture
def url() -> Iterator[str]:
    HEARD.clear()
    with HTTPServer(("127.0.0.1", 0), Doorkeeper) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_token_of_the_demos_operator_is_printed_alone(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHARGEYARD_PASSWORD", raising=False)
    secrets = Secrets.of(tmp_path)

    code = cli.main(["login", "--url", url, "--data", str(tmp_path)])

    assert (code, capsys.readouterr().out) == (0, "a.b.c\n")
    assert [{"email": "operator@example.com", "password": secrets.operator_password, "role": "operator"}] == HEARD


def test_driver_logs_in_as_a_driver_with_a_password_of_the_environment(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEYARD_PASSWORD", "mine")

    cli.main(["login", "driver07@example.com", "--url", url, "--data", str(tmp_path)])

    assert HEARD == [{"email": "driver07@example.com", "password": "mine", "role": "driver"}]


def test_folder_without_secrets_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHARGEYARD_PASSWORD", raising=False)

    code = cli.main(["login", "--data", str(tmp_path)])

    assert code == 1
    assert "has no secrets.json" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_address_where_nobody_listens_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHARGEYARD_PASSWORD", "mine")

    code = cli.main(["login", "--url", "http://127.0.0.1:9"])

    assert code == 1
    said = capsys.readouterr().err
    assert said.startswith("chargeyard login: http://127.0.0.1:9 gave no answer to POST /auth/login (")
    assert said.endswith("): does the platform run there?\n")
