"""Which version this is: pyproject.toml says it, and nothing else does."""

import tomllib
from importlib import metadata
from pathlib import Path

PROJECT = "chargeyard"
PROJECT_FILE = Path(__file__).parents[1] / "pyproject.toml"


def current_version() -> str:
    """The semantic version of the clone or the image that this runs from, else of the installed package."""
    if not PROJECT_FILE.exists():
        return metadata.version(PROJECT)
    version: str = tomllib.loads(PROJECT_FILE.read_text("utf-8"))["project"]["version"]
    return version
