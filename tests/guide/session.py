"""A page of the guide, done as it says: one checkout, one shell, and further terminals for what stays running."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.guide.pages import Background, Block, Commands, Interrupt, NewFile, Step, match_lines, read_steps
from tests.guide.terminal import Terminal, wait_for

# Deadlines for a machine that is ten times slower than a desk: nobody waits for them where all goes well.
BLOCK_S = 300.0
# What is printed may come later than the block ends: by what it left running.
LATE_S = 60.0
# `up` ends its programs one after the other, each of which may take 20 s before it is killed.
END_S = 180.0
_TAIL_LINES = 40
# What a developer's shell, or a test's, has and a reader's has not.
_NOT_THEIRS = ("PYTHON", "PYTEST", "VIRTUAL_ENV", "CHARGEYARD", "COVERAGE")


class StepFailed(Exception):
    """What a reader of the page would have stumbled over."""

    def __init__(self, page: Path, line: int, command: str, sentence: str, printed: Sequence[str]) -> None:
        tail = "\n".join(f"    {text}" for text in printed[-_TAIL_LINES:])
        super().__init__(f"{page}:{line}: {sentence}\n  $ {command}\n{tail}")


class Session:
    """The reader of one page, in a checkout that nobody else uses."""

    def __init__(self, page: Path, checkout: Path, *, scratch: Path) -> None:
        self._page, self._checkout, self._scratch = page, checkout, scratch
        self._environ = reader_environment(os.environ)
        self._first = self._open()
        self._others: list[Terminal] = []

    def do(self, step: Step) -> None:
        """The step is done, and what it prints was printed. Raises StepFailed."""
        match step:
            case Commands(block, expected):
                self._type(block, expected)
            case Background(block, expected):
                self._start(block, expected)
            case NewFile(block, path):
                target = self._checkout / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text)
            case Interrupt(line):
                self._interrupt(line)

    def end(self) -> None:
        """Nothing that the page started is left. Raises StepFailed for what did not end after Ctrl-C."""
        self._first.close(timeout_s=END_S)
        while self._others:
            self._interrupt(0)

    def kill(self) -> None:
        """Nothing that the page started is left, however it ends."""
        for terminal in (self._first, *self._others):
            terminal.close(timeout_s=0)

    def _open(self) -> Terminal:
        return Terminal(self._checkout, self._environ, scratch=self._scratch)

    def _type(self, block: Block, expected: Block | None) -> None:
        began = len(self._first.lines)
        try:
            failure = self._first.type(block.text, timeout_s=BLOCK_S)
        except TimeoutError:
            self._fail(block, 1, f"not ended after {BLOCK_S:.0f} s, or the shell has", self._first, began)
        if failure is not None:
            self._fail(block, failure.line, f"ended with {failure.code}", self._first, began)
        self._expect(block, expected, self._first, began, timeout_s=LATE_S)

    def _start(self, block: Block, expected: Block | None) -> None:
        terminal = self._open()
        self._others.append(terminal)
        terminal.start(block.text)
        self._expect(block, expected, terminal, 0, timeout_s=BLOCK_S)

    def _expect(self, block: Block, expected: Block | None, on: Terminal, began: int, *, timeout_s: float) -> None:
        if expected is None:
            return

        def look() -> bool | None:
            return True if match_lines(expected.text, on.lines[began:]) is None else None

        if wait_for(look, timeout_s=timeout_s, ended=on.has_ended) is None:
            missing = match_lines(expected.text, on.lines[began:])
            self._fail(block, 1, f"this was not printed, or not in this order: {missing}", on, began)

    def _interrupt(self, line: int) -> None:
        if not self._others:
            raise StepFailed(self._page, line, "Ctrl-C", "there is no second terminal", ())
        terminal = self._others.pop()
        if not terminal.interrupt(timeout_s=END_S):
            raise StepFailed(self._page, line, "Ctrl-C", f"not ended {END_S:.0f} s after it", terminal.lines)

    def _fail(self, block: Block, line: int, sentence: str, terminal: Terminal, began: int) -> None:
        command = block.text.splitlines()[line - 1]
        raise StepFailed(self._page, block.line + line - 1, command, sentence, terminal.lines[began:])


def run_page(page: Path, checkout: Path) -> None:
    """Everything on the page was done, in order, and came out as it says. Raises StepFailed, PageError."""
    with TemporaryDirectory(prefix="guide-") as scratch:
        session = Session(page, checkout, scratch=Path(scratch))
        try:
            for step in read_steps(page):
                session.do(step)
            session.end()
        finally:
            session.kill()


def reader_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What is left of our environment for a reader's shell: nothing that names servers, packages or a test."""
    kept = {
        name: value for name, value in environ.items() if not name.startswith(_NOT_THEIRS) and not name.endswith("_URL")
    }
    # Without a network npm would try for minutes; `up` goes on without the web apps.
    return {**kept, "TERM": "dumb", "LC_ALL": "C.UTF-8", "npm_config_offline": "true"}
