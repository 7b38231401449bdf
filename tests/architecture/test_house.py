"""What import-linter cannot see of the house's rules."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from backoffice.contracts import CATALOGUE
from protocol.versions import ACTIONS, ROUTES

ROOT = Path(__file__).parents[2]
PACKAGES = ("protocol", "csms", "backoffice", "simulator", "loadtest", "chargeyard")
GENERATED = {"protocol/wire/v16.py", "protocol/wire/v201.py", "protocol/wire/v21.py"}
LONGEST_FILE = 600
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_file_has_a_docstring_and_a_bounded_length(path: Path) -> None:
    text = path.read_text()

    assert ast.get_docstring(ast.parse(text)) is not None
    if relative(path) not in GENERATED and not re.fullmatch(r"v\d+\.py", path.name):
        assert len(text.splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_words_of_the_wire_stay_in_the_dialects(path: Path) -> None:
    is_dialect = re.fullmatch(r"v\d+\.py", path.name) or relative(path).startswith(("protocol/wire/", "loadtest/"))
    names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    attributes = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}

    if not is_dialect:
        assert not {"id_tag", "connector_id", "charge_point", "central_system", "idTag"} & (names | attributes)


def test_every_event_struct_of_a_block_is_in_the_catalogue() -> None:
    in_catalogue = {row.struct.__name__ for row in CATALOGUE.rows}
    for path in (ROOT / "protocol" / "blocks").glob("*/events.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.endswith("Fact"):
                assert node.name in in_catalogue


def test_event_names_are_unique_in_the_catalogue() -> None:
    types = [row.type for row in CATALOGUE.rows]

    assert len(types) == len(set(types))


def test_every_version_knows_its_actions() -> None:
    assert all(ACTIONS[version] for version in ROUTES)


def test_nothing_stray_lies_at_the_root() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    at_root = {name for name in tracked.split() if "/" not in name}

    allowed = {
        "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "dev.py", "pyproject.toml",
        "requirements.lock", "requirements-load.lock", "requirements-node.lock", "requirements-docs.lock", "Dockerfile",
        "docker-compose.yml", ".gitignore", ".dockerignore",
    }  # fmt: skip
    assert at_root <= allowed
