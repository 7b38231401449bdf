"""`chargeyard backup`: everything that the platform keeps, while it runs or not, in a folder."""

import argparse
import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from backoffice.kit.bus import Bus
from backoffice.services import SERVICE_NAMES
from chargeyard.backup.database import connected, dump, snapshot_of
from chargeyard.backup.errors import BackupFolderTaken
from chargeyard.backup.manifest import FORMAT, Manifest, digest_of, write_manifest
from chargeyard.backup.streams import BUCKETS, KeptMessage, is_of_snapshot, last_seq, save_bucket, save_stream
from chargeyard.embedded import EmbeddedServers, locate_data_dir
from chargeyard.embedded.running import Addresses, find_running
from chargeyard.reset import DATA_DIR
from chargeyard.secrets import SECRETS_FILE
from protocol.bus.subjects import Stream

DATABASE_FILE = "database.dump"


def main(argv: Sequence[str]) -> int:
    """0 once the backup is whole. Raises a ChargeyardError otherwise."""
    parser = argparse.ArgumentParser(
        prog="chargeyard backup",
        description="Write everything that the platform keeps to a folder, while it runs.",
        epilog="DATABASE_URL and NATS_URL name servers other than those of the data folder. The folder holds the"
        " platform's secrets and people's data: keep it as you keep those.",
    )
    parser.add_argument("--to", type=Path, required=True, help="a new folder for the backup")
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder of `up` (default: %(default)s)")
    options = parser.parse_args(argv)
    asyncio.run(_back_up(options.data, options.to))
    return 0


async def _back_up(data: Path, folder: Path) -> None:
    data_dir = locate_data_dir(data, report=print)
    async with addresses_of(data_dir, environ=os.environ) as addresses:
        await save(addresses, folder, secrets_file=data_dir / SECRETS_FILE, report=print)


@asynccontextmanager
async def addresses_of(data_dir: Path, *, environ: Mapping[str, str]) -> AsyncIterator[Addresses]:
    """The servers that are named, that run on the folder, or that run for as long as the context lasts."""
    if environ.get("DATABASE_URL") and environ.get("NATS_URL"):
        yield Addresses(environ["DATABASE_URL"], environ["NATS_URL"])
        return
    running = find_running(data_dir)
    if running is not None:
        yield running
        return
    async with EmbeddedServers(data_dir, environ=environ) as servers:
        yield Addresses(servers.database_url, servers.nats_url)


async def save(addresses: Addresses, folder: Path, *, secrets_file: Path, report: Callable[[str], None]) -> Manifest:
    """The backup is in the folder, which was empty or not there. Raises BackupFolderTaken, ToolFailed."""
    _make_folder(folder)
    async with Bus.connected(addresses.nats_url, name="backup") as bus, connected(addresses.database_url) as connection:
        certain_until = await last_seq(bus, Stream.DOMAIN)
        async with snapshot_of(connection, SERVICE_NAMES) as snapshot:
            report(f"database: {', '.join(snapshot.revisions)}")
            await dump(addresses.database_url, snapshot, folder / DATABASE_FILE)

        def is_kept(message: KeptMessage) -> bool:
            return is_of_snapshot(message, certain_until=certain_until, outbox_ids=snapshot.outbox_ids)

        streams = {
            stream.value: await save_stream(
                bus,
                stream,
                folder / stream_file(stream),
                is_kept=is_kept if stream is Stream.DOMAIN else _every,
                report=report,
            )
            for stream in Stream
        }
        for bucket in BUCKETS:
            await save_bucket(bus, bucket, folder / bucket_file(bucket))
    keep_secrets(secrets_file, folder / SECRETS_FILE)
    manifest = Manifest(
        format=FORMAT,
        made_at=datetime.now(UTC),
        postgres=snapshot.version,
        revisions=dict(snapshot.revisions),
        streams=streams,
        files=_digests_in(folder),
    )
    write_manifest(folder, manifest)
    report(f"whole: {folder}")
    return manifest


def stream_file(stream: Stream) -> str:
    """Where a stream's messages are."""
    return f"stream-{stream}.gz"


def bucket_file(bucket: str) -> str:
    """Where a bucket's keys are."""
    return f"bucket-{bucket}.gz"


def keep_secrets(secrets_file: Path, copy: Path) -> None:
    """The secrets are in the copy too, which only its owner reads; servers of one's own have theirs elsewhere."""
    if secrets_file.exists():
        copy.touch(mode=0o600)
        shutil.copyfile(secrets_file, copy)


def _make_folder(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise BackupFolderTaken(folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # one that was there, too


def _digests_in(folder: Path) -> dict[str, str]:
    return {path.name: digest_of(path) for path in sorted(folder.iterdir())}


def _every(_: KeptMessage) -> bool:
    return True
