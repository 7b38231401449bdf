"""Somebody at a terminal: a line for each question, and nobody at all."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TextIO

import pytest

from simulator.conformance.terminal import Terminal
from simulator.conformance.verdicts import CannotJudge


@asynccontextmanager
async def typing() -> AsyncIterator[tuple[Terminal, TextIO]]:
    """A terminal, and the keys."""
    read, write = os.pipe()
    with os.fdopen(read, encoding="utf-8") as lines, os.fdopen(write, "w", encoding="utf-8") as keys:
        yield Terminal(lines), keys
        keys.close()
        await asyncio.sleep(0.05)  # the reader has seen the end before its stream is closed


def press(keys: TextIO) -> None:
    keys.write("\n")
    keys.flush()


async def test_enter_answers_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    async with typing() as (terminal, keys):
        for word in ("one", "two"):
            asking = asyncio.create_task(terminal.ask(f"Do {word}."))
            await asyncio.sleep(0)
            assert not asking.done()
            press(keys)
            await asyncio.wait_for(asking, 5)

    assert ">>> Do two.\n    Then press Enter." in capsys.readouterr().out


async def test_enter_for_a_question_that_was_given_up_answers_no_other() -> None:
    async with typing() as (terminal, keys):
        first = asyncio.create_task(terminal.ask("Do one."))
        await asyncio.sleep(0)
        first.cancel()
        with suppress(asyncio.CancelledError):
            await first
        second = asyncio.create_task(terminal.ask("Do two."))
        await asyncio.sleep(0)
        press(keys)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(second), 0.2)
        press(keys)
        await asyncio.wait_for(second, 5)


async def test_closed_terminal_is_nobody() -> None:
    async with typing() as (terminal, keys):
        keys.close()
        for _ in range(2):
            with pytest.raises(CannotJudge, match="nobody is at this terminal"):
                await asyncio.wait_for(terminal.ask("Do it."), 5)
