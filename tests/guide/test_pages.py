"""How a page is read: what is run, what is compared, what is a file."""

from pathlib import Path
from textwrap import dedent

import pytest

from tests.guide.command_lines import complaints, our_commands
from tests.guide.pages import (
    Background,
    Block,
    Commands,
    Interrupt,
    NewFile,
    PageError,
    Unrun,
    match_lines,
    read_anchors,
    read_links,
    read_steps,
)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def test_sh_block_with_the_text_after_it_is_one_step(page: Path) -> None:
    page.write_text("# Title\n\nSay it:\n\n```sh\necho yes\n```\n\n```text\nyes\n```\n")

    steps = read_steps(page)

    said = Block(6, "sh", "echo yes\n", "Say it:")
    assert steps == [Commands(said, Block(10, "text", "yes\n", ""))]


def test_text_after_a_paragraph_is_not_compared(page: Path) -> None:
    page.write_text("```sh\necho yes\n```\n\nElsewhere:\n\n```text\nno\n```\n")

    assert read_steps(page) == [Commands(Block(2, "sh", "echo yes\n", ""), None)]


def test_block_in_a_list_loses_the_indent_of_its_fence(page: Path) -> None:
    page.write_text("1. Say it:\n\n   ```sh\n   if true; then\n     echo yes\n   fi\n   ```\n")

    (step,) = read_steps(page)

    assert isinstance(step, Commands)
    assert step.block.text == "if true; then\n  echo yes\nfi\n"


def test_block_under_a_name_is_a_file_whatever_its_language(page: Path) -> None:
    page.write_text("Write this as `a/b.sh`:\n\n```sh\necho yes\n```\n")

    (step,) = read_steps(page)

    assert isinstance(step, NewFile)
    assert (step.path, step.block.text) == ("a/b.sh", "echo yes\n")


def test_marked_block_is_not_run(page: Path) -> None:
    page.write_text("Needs a cluster (kind will do):\n\n```sh\nkubectl get pods\n```\n\n```text\nNAME\n```\n")

    (step,) = read_steps(page)

    assert isinstance(step, Unrun)
    assert step.mark == "Needs a cluster"


def test_mark_that_is_not_directly_above_marks_nothing(page: Path) -> None:
    page.write_text("Needs a cluster.\n\nOr does it?\n\n```sh\ntrue\n```\n")

    assert isinstance(read_steps(page)[0], Commands)


def test_second_terminal_runs_until_ctrl_c(page: Path) -> None:
    page.write_text(
        "Start it. In a second terminal:\n\n```sh\nsleep 60\n```\n\nPress Ctrl-C in the second terminal. Done.\n"
    )

    background, interrupt = read_steps(page)

    assert isinstance(background, Background)
    assert interrupt == Interrupt(7)


def test_open_fence_is_named_with_its_line(page: Path) -> None:
    page.write_text("# Title\n\n```sh\ntrue\n")

    with pytest.raises(PageError, match=r"page\.md:3"):
        read_steps(page)


@pytest.mark.parametrize(
    ("expected", "missing"),
    [
        ("one\nthree", None),
        ("…\ntwo 22 words", None),
        ("two … words", None),
        ("t…2…s", None),
        ("…", None),
        ("three\none", "one"),
        ("one\none", "one"),
        ("two", "two"),
        ("two . words", "two . words"),
    ],
)
def test_lines_are_looked_for_in_order(expected: str, missing: str | None) -> None:
    assert match_lines(expected, ["one", "two 22 words", "three  "]) == missing


def test_links_in_code_are_none(page: Path) -> None:
    page.write_text("See [one](a.md#b) and `[two](c)`.\n\n```sh\necho '[three](d)'\n```\n")

    assert list(read_links(page)) == [(1, "a.md#b")]


def test_anchor_is_the_heading_in_small_letters(page: Path) -> None:
    page.write_text("# One, two\n\n## REST, gRPC or `nats` request?\n")

    assert read_anchors(page) == {"one-two", "rest-grpc-or-nats-request"}


def test_calls_of_ours_are_found_wherever_they_stand() -> None:
    text = dedent("""
        python3 dev.py up --no-fleet
        X=1 .venv/bin/chargeyard fleet run \\
            --count 3 > /dev/null &
        TOKEN=$(.venv/bin/chargeyard price --tariff T)
    """)

    assert list(our_commands(text)) == [
        ["dev.py", "up", "--no-fleet"],
        ["chargeyard", "fleet", "run", "--count", "3"],
        ["chargeyard", "price", "--tariff", "T"],
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("python3 dev.py up --no-fleet && .venv/bin/chargeyard fleet run --count 3 --url ws://x", None),
        ("python3 dev.py run trace 1 --data x; python3 dev.py bench gateway; python3 dev.py test -x", None),
        ("kubectl apply -f k8s/chart/values.yaml", None),
        ("if true; then", "syntax error"),
        ("python3 dev.py upp", "no verb upp"),
        ("chargeyard fly", "no verb fly"),
        ("chargeyard up --wings", "no option --wings"),
        ("chargeyard fleet run --wings 2", "no option --wings"),
        ("kubectl apply -f k8s/chart/no-such-file.yaml", "is not in the repository"),
    ],
)
def test_block_that_is_not_run_is_looked_up(text: str, complaint: str | None) -> None:
    found = list(complaints(text))

    if complaint is None:
        assert found == []
    else:
        assert any(complaint in one for one in found)
