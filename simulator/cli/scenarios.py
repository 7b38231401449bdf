"""`chargeyard fleet scenarios`: the scenarios that come with the program, by the names under which `run` finds them.

With a name, the scenario itself: a file to begin one's own with.
"""

import argparse
from importlib import resources

from simulator.scenarios.reading import find_scenario, list_scenarios

EXAMPLES = """\
examples:
  chargeyard fleet scenarios
  chargeyard fleet scenarios city-morning > mine.yaml
"""


def add_arguments(verb: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    verb.add_argument("name", nargs="?", choices=list_scenarios(), help="print this one")


def run(arguments: argparse.Namespace) -> int:
    """Always 0."""
    if arguments.name is not None:
        file = resources.files("simulator.scenarios") / "library" / f"{arguments.name}.yaml"
        print(file.read_text("utf-8"), end="")
        return 0
    names = list_scenarios()
    width = max(map(len, names))
    for name in names:
        _, scenario, _ = find_scenario(name)
        print(f"{name:<{width}}  {scenario.about}")
    return 0
