"""Where the servers of a data folder listen, for programs beside the one that runs them."""

import json
from dataclasses import dataclass
from pathlib import Path

from chargeyard.embedded.folders import Folders
from chargeyard.embedded.postgres import DATABASE, SUPERUSER


@dataclass(frozen=True, slots=True)
class Addresses:
    """The two servers that keep data."""

    database_url: str
    nats_url: str


def find_running(data_dir: Path) -> Addresses | None:
    """The addresses of the servers that run on the folder; None where none do."""
    runtime_dir = Folders.at(data_dir).runtime_dir
    ports = sorted(runtime_dir.glob("nats-server_*.ports"))
    if not ports or not (runtime_dir / ".s.PGSQL.5432").exists():
        return None
    nats_url = json.loads(ports[-1].read_text())["nats"][0]
    return Addresses(f"postgresql+asyncpg://{SUPERUSER}@/{DATABASE}?host={runtime_dir}", nats_url)
