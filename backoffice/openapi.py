"""The REST interface of all services: one OpenAPI document for those who make clients of it, and a page for people.

python -m backoffice.openapi            write docs/generated/openapi.json and docs/generated/api.md
python -m backoffice.openapi --check    exit 1 when one of them is not what would be written
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from fastapi import FastAPI
from nats.aio.client import Client

from backoffice.api_reference import make_reference
from backoffice.contracts import CATALOGUE
from backoffice.kit.auth import TokenVerifier, new_secrets
from backoffice.kit.bus import Bus
from backoffice.kit.clock import utc_now
from backoffice.kit.database import Database
from backoffice.kit.edge import EdgeSettings
from backoffice.kit.http import make_app
from backoffice.kit.service import Context
from backoffice.kit.settings import PlatformSettings, read_settings
from backoffice.services import load_services

FILE = Path(__file__).parents[1] / "docs" / "generated" / "openapi.json"
REFERENCE_FILE = FILE.with_name("api.md")
# Nothing is asked of them: a service that is built and not run connects to nothing.
_NOWHERE = {"DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1/none", "NATS_URL": "nats://127.0.0.1"}


def make_document() -> str:
    """The document as JSON text: what `/api/openapi.json` of a process with every service answers."""
    return _text_of(_build_app())


def make_files() -> Mapping[Path, str]:
    """The text of each file that is made of the interface."""
    app = _build_app()
    return {FILE: _text_of(app), REFERENCE_FILE: make_reference(app.openapi(), app.routes)}


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` only compare them; 1 where one is stale."""
    files = make_files()
    if arguments == ["--check"]:
        return 0 if all(file.exists() and file.read_text("utf-8") == text for file, text in files.items()) else 1
    for file, text in files.items():
        file.write_text(text, "utf-8")
    return 0


def _text_of(app: FastAPI) -> str:
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


def _build_app() -> FastAPI:
    services = load_services()
    settings = read_settings(
        [PlatformSettings, EdgeSettings, *(service.settings for service in services)], {**new_secrets(), **_NOWHERE}
    )
    platform, bus = settings.of(PlatformSettings), Bus(Client())
    databases = {
        service: Database(platform.database_url, service=service.name, catalogue=CATALOGUE) for service in services
    }
    return make_app(
        [
            service.build(Context(settings.of(service.settings), database, bus, utc_now))
            for service, database in databases.items()
        ],
        databases=list(databases.values()),
        bus=bus,
        verifier=TokenVerifier(platform.auth_public_key),
        stopping=asyncio.Event(),
        edge=settings.of(EdgeSettings),
        catalogue=CATALOGUE,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
