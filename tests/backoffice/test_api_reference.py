"""The page of every operation: what it says of a route, and that it forgets none."""

import json
import re
from operator import attrgetter

import pytest
from fastapi import APIRouter, FastAPI

from backoffice.api_reference import make_reference
from backoffice.kit.auth import Driver
from backoffice.kit.guards import StationsWriter
from backoffice.kit.idempotency import IdempotencyKey
from backoffice.kit.pagination import After, Page
from backoffice.openapi import FILE, REFERENCE_FILE, main, make_files


@pytest.fixture
def page() -> str:
    inner, outer = APIRouter(tags=["places"]), APIRouter()

    @inner.get("/places/{place_id}")
    async def show_place(place_id: str) -> str:
        """Free | taken,
        as it is now."""
        return place_id

    @inner.get("/places")
    async def list_places(_writer: StationsWriter, cursor: After = None) -> Page[str]:
        """All of them."""
        return Page(items=[cursor or ""])

    @inner.post("/places")
    async def take_place(_driver: Driver, key: IdempotencyKey) -> str:
        """It is the driver's."""
        return key

    outer.include_router(inner)
    app = FastAPI(generate_unique_id_function=attrgetter("name"))
    app.include_router(outer, prefix="/api/v1")
    return make_reference(app.openapi(), app.routes)


@pytest.mark.parametrize(
    "row",
    [
        r"| `GET /places/{place_id}` | Free \| taken, as it is now. | open |  |",
        "| `GET /places` | All of them. | `stations:write` | pages |",
        "| `POST /places` | It is the driver's. | `charge` | key |",
    ],
)
def test_a_row_says_what_an_operation_does_needs_and_takes(page: str, row: str) -> None:
    assert row in page.splitlines()


def test_rows_are_under_the_name_of_their_tag_in_order_of_their_paths(page: str) -> None:
    after = page.partition("## Places\n")[2]

    assert re.findall(r"`(\w+ /\S*)`", after) == ["GET /places", "POST /places", "GET /places/{place_id}"]


def test_every_operation_of_the_committed_document_has_a_row() -> None:
    operations = sum(map(len, json.loads(FILE.read_text("utf-8"))["paths"].values()))

    assert REFERENCE_FILE.read_text("utf-8").count("\n| `") == operations


def test_a_stale_page_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    files = make_files()
    monkeypatch.setattr("backoffice.openapi.make_files", lambda: {**files, REFERENCE_FILE: "what it was before"})

    assert main(["--check"]) == 1
