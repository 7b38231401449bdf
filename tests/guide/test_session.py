"""A page as its reader does it: one shell, files, a second terminal, and where it goes wrong."""

from pathlib import Path

import pytest

from tests.guide import session
from tests.guide.session import StepFailed, reader_environment, run_page


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test waits no longer than it must for what never comes."""
    monkeypatch.setattr(session, "LATE_S", 1.0)
    monkeypatch.setattr(session, "BLOCK_S", 5.0)


def run(folder: Path, text: str) -> None:
    page = folder / "page.md"
    page.write_text(text)
    run_page(page, folder)


def test_blocks_share_a_shell_and_files_are_there(tmp_path: Path) -> None:
    run(
        tmp_path,
        "```sh\nNAME=world\n```\n\nWrite this as `deep/greeting.txt`:\n\n```ini\nhello\n```\n\n"
        "```sh\necho $(cat deep/greeting.txt) $NAME\n```\n\n```text\nhello world\n```\n",
    )


def test_command_that_fails_is_named_with_its_line_and_what_was_printed(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failure:
        run(tmp_path, "# Title\n\n```sh\necho before\nls no-such-file\necho after\n```\n")

    assert f"{tmp_path}/page.md:5: ended with 2" in str(failure.value)
    assert "$ ls no-such-file" in str(failure.value)
    assert "before" in str(failure.value)


def test_command_whose_failure_is_meant_says_so(tmp_path: Path) -> None:
    run(tmp_path, '```sh\nfalse || echo "exit code $?"\n```\n\n```text\nexit code 1\n```\n')


def test_line_that_is_not_printed_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"this was not printed, or not in this order: two"):
        run(tmp_path, "```sh\necho one\n```\n\n```text\none\ntwo\n```\n")


def test_what_runs_in_the_background_may_print_late(tmp_path: Path) -> None:
    run(tmp_path, "```sh\n(sleep 0.3; echo late) &\n```\n\n```text\nlate\n```\n")


def test_block_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "BLOCK_S", 0.3)

    with pytest.raises(StepFailed, match=r"not ended after"):
        run(tmp_path, "```sh\nsleep 60\n```\n")


def test_second_terminal_runs_beside_and_ends_at_ctrl_c(tmp_path: Path) -> None:
    run(
        tmp_path,
        "In a second terminal:\n\n```sh\ntrap 'touch ended; exit' INT; echo ready; while :; do sleep 0.1; done\n```\n\n"
        "```text\nready\n```\n\n```sh\ntest ! -e ended\n```\n\n"
        "Press Ctrl-C in the second terminal.\n\n```sh\ntest -e ended\n```\n",
    )


def test_second_terminal_that_ends_by_itself_before_it_is_ready_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"this was not printed"):
        run(tmp_path, "In a second terminal:\n\n```sh\necho no; exit\n```\n\n```text\nready\n```\n")


def test_second_terminal_that_heeds_no_ctrl_c_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "END_S", 0.5)

    with pytest.raises(StepFailed, match=r"Ctrl-C"):
        run(tmp_path, "In a second terminal:\n\n```sh\ntrap '' INT; echo deaf; sleep 60\n```\n\n```text\ndeaf\n```\n")


def test_command_that_is_marked_is_not_typed(tmp_path: Path) -> None:
    run(tmp_path, "Needs a cluster:\n\n```sh\ntouch typed\n```\n")

    assert not (tmp_path / "typed").exists()


def test_readers_shell_knows_nothing_of_ours() -> None:
    ours = {
        "PATH": "/bin",
        "PYTHONPATH": "/x",
        "DATABASE_URL": "postgresql://",
        "CHARGEYARD_PASSWORD": "p",
        "HOME": "/h",
    }

    theirs = reader_environment(ours)

    assert theirs.keys() & ours.keys() == {"PATH", "HOME"}
