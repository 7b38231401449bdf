"""Every test of the long tier finds its fixtures: seen in seconds, not when the long tier runs."""

import sys

import pytest

pytestmark = pytest.mark.timeout(300)


def test_every_slow_test_has_what_it_asks_for(pytester: pytest.Pytester, pytestconfig: pytest.Config) -> None:
    root = str(pytestconfig.rootpath)
    plan = [sys.executable, "-m", "pytest", "--rootdir", root, "-c", f"{root}/pyproject.toml", "--setup-plan", "-q"]

    done = pytester.run(*plan, "-m", "slow or alone", "-p", "no:cacheprovider", f"{root}/tests")

    assert done.ret == pytest.ExitCode.OK, "\n".join(done.outlines[-40:])
    assert done.parseoutcomes().get("errors", 0) == 0
