"""Services by their names: a new one is a name in `contracts/admin.py`, a folder of it, and a file in `contracts/`."""

from collections.abc import Iterable, Sequence
from importlib import import_module

from backoffice.contracts.admin import SERVICES as SERVICE_NAMES
from backoffice.kit.service import Service


def load_services(names: Iterable[str] = SERVICE_NAMES) -> Sequence[Service]:
    """The services of these names. Others are not loaded: a process that runs one is a third smaller for it."""
    return [_load(name) for name in names]


def _load(name: str) -> Service:
    service = import_module(f"backoffice.{name}.app").SERVICE
    assert isinstance(service, Service)
    return service


__all__ = ["SERVICE_NAMES", "load_services"]
