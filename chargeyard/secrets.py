"""The secrets of one installation: made once, kept in a file that only its owner reads."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chargeyard.errors import ChargeyardError

SECRETS_FILE = "secrets.json"


class SecretsUnreadable(ChargeyardError):
    """The file is there and is not what we wrote."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read ({reason}); restore it, or start anew with `reset`")


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys are shared by the programs; passwords are for people."""

    token_key: str
    credential_pepper: str
    auth_private_key: str
    auth_public_key: str
    operator_password: str
    driver_password: str

    @classmethod
    def of(cls, data_dir: Path) -> Self:
        """Those of this data folder, made at the first call. Raises SecretsUnreadable."""
        path = data_dir / SECRETS_FILE
        if path.exists():
            return cls._read(path)
        made = cls._made()
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(made), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        return made

    @classmethod
    def _read(cls, path: Path) -> Self:
        try:
            values = json.loads(path.read_text())
            return cls(**{field.name: values[field.name] for field in fields(cls)})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SecretsUnreadable(path, f"{type(error).__name__}: {error}") from error

    @classmethod
    def _made(cls) -> Self:
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(
            token_key=secrets.token_hex(32),
            credential_pepper=secrets.token_hex(32),
            auth_private_key=base64.b64encode(private).decode(),
            auth_public_key=base64.b64encode(public).decode(),
            operator_password=new_password(),
            driver_password=new_password(),
        )


def new_password() -> str:
    """Hard to guess, and no option where it is given to a command: it begins with a letter or a digit."""
    while not (password := secrets.token_urlsafe(12))[0].isalnum():
        pass
    return password
