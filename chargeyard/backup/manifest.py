"""The manifest of a backup: what is in it, of which versions, with a digest of every file."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from chargeyard.backup.errors import BackupDamaged

MANIFEST_FILE = "manifest.json"
FORMAT = 1
_CHUNK_BYTES = 1 << 20


class StreamPart(msgspec.Struct, frozen=True):
    """A stream's messages. `first_seq` is that of the first one, or what the next one has where there are none."""

    first_seq: int
    messages: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `revisions`: of every service's schema; `files`: SHA-256 by name."""

    format: int
    made_at: datetime
    postgres: str
    revisions: dict[str, str]
    streams: dict[str, StreamPart]
    files: dict[str, str]


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The backup is whole: the manifest is the last file of it."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    unfinished = folder / f"{MANIFEST_FILE}.new"
    unfinished.write_bytes(text)
    unfinished.rename(folder / MANIFEST_FILE)


def read_manifest(folder: Path, *, revisions: Mapping[str, str]) -> Manifest:
    """The manifest of a backup that is whole and can be restored by us, whose schemas have these `revisions`.

    Raises BackupDamaged.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST_FILE).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BackupDamaged(
            folder, f"it has no {MANIFEST_FILE}, so it is no backup, or one that was cut short"
        ) from None
    except msgspec.DecodeError as error:
        raise BackupDamaged(folder, f"{MANIFEST_FILE} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupDamaged(folder, f"its format is {manifest.format}, and this version reads {FORMAT}")
    newer = sorted(name for name, revision in manifest.revisions.items() if revision > revisions.get(name, ""))
    if newer:
        raise BackupDamaged(folder, f"it was made by a newer version (schema {', '.join(newer)})")
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BackupDamaged(folder, f"{name} is missing")
        if digest_of(path) != expected:
            raise BackupDamaged(folder, f"{name} is not as it was written")
    return manifest
