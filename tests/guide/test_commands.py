"""Every command of the guide does what the page says, in a fresh checkout and, where we may, a network of its own."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from chargeyard import web_build
from chargeyard.web_build import BuildFailed
from tests.guide.checkout import ROOT
from tests.guide.command_lines import complaints
from tests.guide.pages import Commands, Unrun, read_steps

PAGES = sorted((ROOT / "docs" / "guide").glob("*.md"))
# The longest pages take two minutes on a desk.
PAGE_S = 1800


def names(path: Path) -> str:
    return path.stem


def runs_something(page: Path) -> bool:
    return any(isinstance(step, Commands) for step in read_steps(page))


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where every page is done: one folder, so that what one has compiled serves the next."""
    with suppress(BuildFailed):
        web_build.build(print)
    return tmp_path_factory.mktemp("guide") / "chargeyard"


@pytest.mark.slow
@pytest.mark.timeout(PAGE_S + 60)
@pytest.mark.parametrize("page", [page for page in PAGES if runs_something(page)], ids=names)
def test_page_does_what_it_says(page: Path, checkout: Path) -> None:
    command = [sys.executable, "-m", "tests.guide", str(page.relative_to(ROOT)), "--checkout", str(checkout)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PAGE_S, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_what_is_not_run_is_known_to_the_command_line(page: Path) -> None:
    assert list(unknown(page)) == []


def unknown(page: Path) -> Sequence[str]:
    """With page and line, what the blocks that need more than a shell call and nobody knows."""
    unrun = [step.block for step in read_steps(page) if isinstance(step, Unrun)]
    return [f"{page.name}:{block.line}: {found}" for block in unrun for found in complaints(block.text)]
