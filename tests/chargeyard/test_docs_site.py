"""The site of the documentation: whole, strict, and of nobody else's parts."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dev
from chargeyard import docs_site
from chargeyard.docs_site import SiteBroken
from chargeyard.web_build import BuildFailed

SETTINGS = Path(dev.REPOSITORY) / "docs" / "zensical.toml"
# What browsers load by themselves; a link that a person may follow is another matter.
LOADED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"?(https?:)?//|<link\b[^>]*stylesheet[^>]*(https?:)?//"
)


def navigated(entry: Any) -> Iterator[str]:  # Any: TOML
    if isinstance(entry, str):
        yield entry
        return
    for part in entry.values() if isinstance(entry, dict) else entry:
        yield from navigated(part)


def test_every_page_of_the_documentation_is_in_the_navigation_once() -> None:
    named = list(navigated(tomllib.loads(SETTINGS.read_text())["project"]["nav"]))
    pages = {name for name in docs_site.tracked_files() if name.startswith("docs/") and name.endswith(".md")}

    assert len(named) == len(set(named))
    assert pages <= set(named)
    assert [name for name in named if not (dev.REPOSITORY / name).exists()] == []


def test_site_has_the_pages_and_what_they_link_to() -> None:
    names = set(docs_site.published(docs_site.tracked_files()))

    assert {"README.md", "docs/flow.md", "k8s/README.md", "k8s/observability/alerts.yml"} <= names
    assert "dev.py" not in {name for name in names if name.startswith("tests/")}


@pytest.fixture(scope="module")
def installed() -> None:
    """What builds the site, installed at most once."""
    try:
        dev.prepare_further_environment(dev.DOCS_VENV, dev.DOCS_LOCK_FILE)
        docs_site.fetch_mermaid(print)
    except (dev.DevError, BuildFailed) as missing:
        pytest.skip(str(missing))


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_site_is_built_without_a_warning_and_loads_nothing_from_elsewhere() -> None:
    built = docs_site.build(print)

    pages = list(built.rglob("*.html"))
    assert (built / "docs" / "guide" / "index.html").exists()
    assert [page for page in pages if LOADED.search(page.read_text())] == []
    assert 'class="mermaid"' in (built / "docs" / "architecture" / "index.html").read_text()
    assert (built / "mermaid.js").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("link", ["nowhere.md", "money.md#nowhere"])
def test_broken_link_fails_with_its_page(link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracked = {"README.md": f"[there]({link})\n", "money.md": "# Money\n"}
    for name, text in tracked.items():
        (tmp_path / name).write_text(text)
    settings = tmp_path / "zensical.toml"
    shutil.copy(SETTINGS, settings)
    monkeypatch.setattr(docs_site, "ROOT", tmp_path)
    monkeypatch.setattr(docs_site, "SITE", tmp_path / ".site")
    monkeypatch.setattr(docs_site, "tracked_files", lambda: frozenset(tracked))

    with pytest.raises(SiteBroken, match=r"does not exist"):
        docs_site.build(print)
