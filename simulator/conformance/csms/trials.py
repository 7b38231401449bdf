"""Cases for a CSMS, ready to run against one."""

from collections.abc import Iterator

from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.case import Case
from simulator.conformance.csms.table import BOOTS, CASES
from simulator.conformance.csms.target import Target
from simulator.conformance.driver import Driver, Need
from simulator.conformance.judging import Trial
from simulator.conformance.log import WireLog


def trials_of(target: Target, driver: Driver, *, lacks: frozenset[Need] = frozenset()) -> Iterator[Trial]:
    """Every case of the version; those are not applicable whose needs the driver cannot do or the CSMS `lacks`."""
    for block, cases in CASES[target.version]:
        for case in cases:
            yield _trial(case, block, target, driver, lacks)


def _trial(case: Case, block: str, target: Target, driver: Driver, lacks: frozenset[Need]) -> Trial:
    async def run(log: WireLog) -> None:
        await case.script(Bench(target, driver, log, case_id=case.id, boot=BOOTS[target.version]))

    missing = ", ".join(sorted(case.needs & lacks)) and f"The CSMS has no {', '.join(sorted(case.needs & lacks))}."
    if not missing and case.needs - driver.can:
        missing = f"The driver has no {', '.join(sorted(case.needs - driver.can))}."
    if not missing:
        missing = next((reason for need, reason in _unsaid(target) if need in case.needs), "")
    return Trial(case.id, target.version.value, block, case.title, run, missing)


def _unsaid(target: Target) -> Iterator[tuple[Need, str]]:
    """What nobody said of the CSMS, and without which nothing can be asked of it."""
    if target.secured_url is None:
        yield Need.TLS, "No address is given where the CSMS speaks TLS."
    if target.vat_number is None:
        yield Need.VAT, "No VAT number is given that the CSMS can confirm."
