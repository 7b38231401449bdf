"""OCPP 2.1, by action: the samples of 2.0.1, which 2.1 must read and write alike, and what it adds or has otherwise."""

from typing import Any

from tests.protocol.blocks.samples import v201

OWN: dict[str, tuple[Any, Any]] = {}

SAMPLES = v201.SAMPLES | OWN
