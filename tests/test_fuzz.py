"""A short run of the fuzzer, and that it would find what it looks for."""

import pytest

from tests import fuzz


def test_short_run_finds_nothing_and_reaches_most_lines() -> None:
    found = fuzz.fuzz(2_000, seed=7)

    assert found.problems == []
    assert found.lines > 350
    assert found.frames == 2_000


def test_what_escapes_is_found_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    real = fuzz.observe

    def fail_on_stops(request: object, **options: object) -> object:
        if type(request).__name__ == "StopTransactionRequest":
            raise KeyError("planted")
        return real(request, **options)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(fuzz, "observe", fail_on_stops)

    found = fuzz.fuzz(300, seed=1)

    assert any("KeyError: 'planted'" in problem and "StopTransaction" in problem for problem in found.problems)


def test_what_is_slow_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "SLOW_S", -1.0)

    assert fuzz.fuzz(10, seed=1).slow


@pytest.mark.slow
def test_longer_run_keeps_its_memory() -> None:
    assert fuzz.fuzz(30_000, seed=11).problems == []
