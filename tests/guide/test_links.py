"""What the documentation links to exists, down to the heading; what its pages are written in is known."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.guide.checkout import ROOT
from tests.guide.pages import Block, read_anchors, read_elements, read_links

TRACKED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
PAGES = [ROOT / name for name in TRACKED.split() if not name.startswith("tests/")]
GUIDE = [page for page in PAGES if page.parent == ROOT / "docs" / "guide"]
LANGUAGES = {
    "sh", "text", "json", "yaml", "toml", "python", "js", "ts", "html", "sql", "ini", "dockerfile", "mermaid", "promql",
    "csharp",
}  # fmt: skip


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def anchors(page: Path) -> frozenset[str]:
    return read_anchors(page)


def broken(page: Path) -> Iterator[str]:
    for line, target in read_links(page):
        if re.match(r"\w+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        if not there.exists():
            yield f"{line}: {target}"
        elif anchor and anchor not in anchors(there):
            yield f"{line}: {target} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken(page)) == []


@pytest.mark.parametrize("page", GUIDE, ids=names)
def test_every_block_of_the_guide_says_what_it_is(page: Path) -> None:
    blocks = [element for element in read_elements(page) if isinstance(element, Block)]

    assert [f"{block.line}: {block.language or 'nothing'}" for block in blocks if block.language not in LANGUAGES] == []


def test_every_page_of_the_guide_is_in_its_index() -> None:
    index = ROOT / "docs" / "guide" / "README.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for _, target in read_links(index)}

    assert set(GUIDE) - linked == {index}
