"""What stands in the way of a backup or a restore."""

from pathlib import Path

from chargeyard.errors import ChargeyardError


class BackupFolderTaken(ChargeyardError):
    """There is something in the folder that a backup is to be written to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is not empty; name a new folder for each backup")


class BackupDamaged(ChargeyardError):
    """The folder is no backup, or not as it was written."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder} is not restored: {reason}")


class DataThere(ChargeyardError):
    """There is data where the backup is to be restored."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; --overwrite replaces everything by the backup")


class ToolFailed(ChargeyardError):
    """A program of PostgreSQL ended with an error."""

    def __init__(self, program: str, last_lines: str) -> None:
        super().__init__(f"{program} failed:\n{last_lines}")


class StreamMoved(ChargeyardError):
    """A message got another sequence number than it had."""

    def __init__(self, stream: str, *, expected: int, got: int) -> None:
        super().__init__(f"stream {stream}: a message was to be {expected} and is {got}; somebody else publishes there")
