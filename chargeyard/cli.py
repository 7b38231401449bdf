"""`chargeyard <verb>`: a table of verbs, each a module whose `main(argv)` runs it.

A verb is one row. Its module is imported only when the verb is called, so help costs nothing and a missing optional
part hurts nobody else.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chargeyard.errors import ChargeyardError
from chargeyard.version import current_version


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    module: str
    summary: str


VERBS = (
    Verb("up", "chargeyard.demo", "run the whole platform with a demo fleet, until Ctrl-C"),
    Verb("smoke", "chargeyard.smoke", "run everything in a temporary folder until sessions are paid; exit 0 or 1"),
    Verb("login", "chargeyard.login", "print an access token, for a shell's variable"),
    Verb("secrets", "chargeyard.new_secrets", "print fresh secrets for docker compose or Kubernetes"),
    Verb("reset", "chargeyard.reset", "remove the data that `up` keeps in .chargeyard/"),
    Verb("backup", "chargeyard.backup.save", "write everything that the platform keeps to a folder, while it runs"),
    Verb("restore", "chargeyard.backup.restore", "make a backup the data of a platform that is stopped"),
    Verb("replay", "chargeyard.replay", "make rows again that were lost, of what the streams hold"),
    Verb("trace", "chargeyard.trace", "print what one charge caused, from the station's frame to the receipt"),
    Verb("doctor", "chargeyard.doctor", "check this machine and say how to fix what is missing"),
    Verb("web", "chargeyard.web_build", "build the two web apps, check their types, or run their unit tests"),
    Verb("price", "chargeyard.price", "price a session by an OCPI tariff, and explain every cent"),
    Verb("onboard", "chargeyard.onboard", "get one real station in: what to enter, what goes wrong, which card"),
    Verb("fleet", "simulator.cli", "run simulated charging stations against any CSMS"),
    Verb("conform", "simulator.conformance.cli", "judge a CSMS or a station by certification-style cases"),
)

EXAMPLES = (
    "chargeyard up --no-fleet",
    "chargeyard fleet run --url ws://127.0.0.1:9000/ocpp --count 10 --ocpp mixed --seed 7",
    "chargeyard doctor",
)


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of the verb that `argv` names; 2 where it names none that exists."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage())
        return 0 if arguments else 2
    if arguments[0] == "--version":
        print(f"chargeyard {current_version()}")
        return 0
    verb = next((row for row in VERBS if row.name == arguments[0]), None)
    if verb is None:
        print(f"chargeyard: there is no verb {arguments[0]!r}.\n\n{usage()}", file=sys.stderr)
        return 2
    return run(verb, arguments[1:])


def run(verb: Verb, arguments: Sequence[str]) -> int:
    """The verb's own exit code; 1 and one sentence for an error that a person can act on; 130 after Ctrl-C."""
    try:
        code: int = importlib.import_module(verb.module).main(arguments)
    except* ChargeyardError as errors:
        code = 1
        for error in _leaves(errors):
            print(f"chargeyard {verb.name}: {error}", file=sys.stderr)
    except* KeyboardInterrupt:
        code = 130
    return code


def _leaves(group: BaseExceptionGroup[ChargeyardError]) -> Iterator[ChargeyardError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def usage() -> str:
    width = max(len(verb.name) for verb in VERBS)
    verbs = "\n".join(f"  {verb.name:<{width}}  {verb.summary}" for verb in VERBS)
    examples = "\n".join(f"  {line}" for line in EXAMPLES)
    return (
        f"usage: chargeyard <verb> [options]\n\n{verbs}\n\nexamples:\n{examples}\n\n"
        "`chargeyard <verb> --help` says more, `chargeyard --version` which one this is."
    )
