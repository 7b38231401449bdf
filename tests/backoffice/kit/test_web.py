"""The web apps' files over HTTP: which address answers with what, how long it is kept, and what a page may do."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from backoffice.kit.problems import add_problem_handlers
from backoffice.kit.web import WebApps

DRIVER, OPERATOR, SCRIPT = "<p>driver</p>", "<p>operator</p>", "let a = 1"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "operator").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(DRIVER)
    (tmp_path / "operator/index.html").write_text(OPERATOR)
    (tmp_path / "assets/driver-1a2b.js").write_text(SCRIPT)
    (tmp_path / "assets/driver-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    async with client_of(tmp_path) as client:
        yield client


def client_of(folder: Path) -> httpx.AsyncClient:
    app = FastAPI()
    add_problem_handlers(app)
    app.router.default = WebApps(folder)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/", DRIVER),
        ("/stations/CP001", DRIVER),
        ("/operators-choice", DRIVER),
        ("/operator", OPERATOR),
        ("/operator/stations/CP001", OPERATOR),
    ],
)
async def test_address_of_an_app_is_its_page_and_asked_for_each_time(
    web: httpx.AsyncClient, path: str, page: str
) -> None:
    answer = await web.get(path)

    assert (answer.status_code, answer.text) == (200, page)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("br", None), ("identity", None)])
async def test_asset_is_kept_for_ever_and_compressed_where_that_is_accepted(
    web: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    answer = await web.get("/assets/driver-1a2b.js", headers={"Accept-Encoding": accepted})

    assert answer.text == SCRIPT
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/assets/gone-3c4d.js", "/api/v1/nothing", "/../../etc/passwd.txt"])
async def test_what_is_neither_a_file_nor_a_page_is_not_found(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path)

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:chargeyard:problem:not-found"


async def test_nobody_writes_to_a_page(web: httpx.AsyncClient) -> None:
    assert (await web.post("/stations")).status_code == 404


async def test_bundle_that_was_not_built_is_said_so(tmp_path: Path) -> None:
    async with client_of(tmp_path / "missing") as client:
        answer = await client.get("/")

    assert answer.status_code == 503
    assert "python3 dev.py web" in answer.text
