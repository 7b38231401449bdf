"""Flags from the environment, for a fleet in a container: `CHARGEYARD_FLEET_ID_TEMPLATE` is `--id-template`.

What is on the command line counts for more. SCENARIO is the scenario; an empty value is none.
"""

from collections.abc import Mapping, Sequence

from simulator.control.address import TOKEN_VARIABLE

PREFIX = "CHARGEYARD_FLEET_"
_SCENARIO = f"{PREFIX}SCENARIO"
_NO_FLAGS = frozenset((_SCENARIO, TOKEN_VARIABLE))


def with_environment(argv: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The arguments of `run`, behind those that the environment gives; a variable that is no flag is refused there."""
    given = sorted((name, value) for name, value in environ.items() if name.startswith(PREFIX) and value)
    flags = [f"--{_flag_of(name)}={value}" for name, value in given if name not in _NO_FLAGS]
    has_scenario = bool(argv) and not argv[0].startswith("-")
    scenario = environ.get(_SCENARIO, "")
    return [*([scenario] if scenario and not has_scenario else ()), *flags, *argv]


def _flag_of(name: str) -> str:
    return name.removeprefix(PREFIX).lower().replace("_", "-")
