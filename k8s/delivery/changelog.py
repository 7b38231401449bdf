"""CHANGELOG.md: its form, and what it says of a version.

    python3 -m k8s.delivery.changelog        print the notes of the project's version
    python3 -m k8s.delivery.changelog 0.1.0  print those of another one

The form is that of Keep a Changelog: what is not released yet, then versions by semantic versioning, the newest first.
Standard library only.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from chargeyard.version import current_version

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"
UNRELEASED = "Unreleased"
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_HEADING = re.compile(r"\[(?P<version>[^\]]+)\](?: - (?P<day>\S+))?")
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True, slots=True)
class Release:
    """A section of the file; `day` is empty of what is not released."""

    version: str
    day: str
    text: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """What versions are compared by; nothing where it is none."""
        return tuple(int(part) for part in self.version.split(".")) if _VERSION.fullmatch(self.version) else ()


def releases_of(text: str) -> Sequence[Release]:
    """The sections, as they stand."""
    sections = re.split(r"(?m)^## ", text)[1:]
    return [_release(*section.partition("\n")[::2]) for section in sections]


def _release(heading: str, text: str) -> Release:
    found = _HEADING.fullmatch(heading.strip())
    if found is None:
        return Release(heading.strip(), "", text.strip())
    return Release(found["version"], found["day"] or "", text.strip())


def find_faults(text: str, *, version: str) -> Iterator[str]:
    """A sentence for each thing that is not as it should be, where the project's version is this one."""
    releases = releases_of(text)
    if not text.startswith("# Changelog\n"):
        yield "it does not begin with `# Changelog`"
    if not releases or releases[0].version != UNRELEASED:
        yield f"its first section is not `## [{UNRELEASED}]`"
        return
    released = releases[1:]
    for release in released:
        yield from _faults_of(release)
    for newer, older in pairwise(released):
        if newer.numbers <= older.numbers or newer.day < older.day:
            yield f"{newer.version} of {newer.day} stands above {older.version} of {older.day}"
    if not released or released[0].version != version:
        yield f"its newest version is {released[0].version if released else 'none'}, and pyproject.toml says {version}"


def _faults_of(release: Release) -> Iterator[str]:
    if not release.numbers:
        yield f"{release.version} is no semantic version"
    try:
        date.fromisoformat(release.day)
    except ValueError:
        yield f"{release.version} has no day: `## [{release.version}] - YYYY-MM-DD`"
    kinds = re.findall(r"(?m)^### (.+)$", release.text)
    if not kinds:
        yield f"{release.version} says nothing"
    yield from (f"{release.version} has {kind}; there are {', '.join(KINDS)}" for kind in kinds if kind not in KINDS)


def notes_of(text: str, version: str) -> str:
    """What a version holds. Raises KeyError where the file does not know it."""
    notes = {release.version: release.text for release in releases_of(text)}
    return notes[version]


def main(arguments: Sequence[str]) -> int:
    """0 and the notes on standard output; 1 where there are none."""
    version = arguments[0] if arguments else current_version()
    try:
        print(notes_of(CHANGELOG.read_text("utf-8"), version))
    except KeyError:
        print(f"{CHANGELOG.name} does not know {version}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
