"""`chargeyard conform`: its exit codes, its reports, and the person who operates a CSMS by hand."""

from pathlib import Path

import pytest

from chargeyard.cli import main
from protocol.domain.version import OcppVersion
from simulator.conformance.csms.bench import Bench
from simulator.conformance.csms.table import BOOTS
from simulator.conformance.csms.target import Target
from simulator.conformance.csms.trials import trials_of
from simulator.conformance.driver import Code, Command, NewStation, Token, TokenKind
from simulator.conformance.drivers.manual import Manual
from simulator.conformance.drivers.nobody import Nobody
from simulator.conformance.log import WireLog
from simulator.conformance.running import Selection, run_trials
from simulator.conformance.verdicts import CannotJudge
from tests.simulator.conformance.doubles import served
from tests.simulator.conformance.test_cases import answer_boots

NOWHERE = "ws://127.0.0.1:9/ocpp"


@pytest.mark.parametrize(
    ("judged", "version"), [("csms", "1.6"), ("csms", "2.0.1"), ("csms", "2.1"), ("station", "2.0.1")]
)
def test_list_names_every_case_and_runs_none(judged: str, version: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["conform", judged, "--ocpp", version, "--list"])
    said = capsys.readouterr().out

    assert code == 0
    assert sum(line.strip().startswith(("TC_", "CY_")) for line in said.splitlines()) >= 20
    assert "[commands" in said or "[hand]" in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--url", "http://x"], "begins with ws://"),
        ([], "begins with ws://"),
        (["--url", NOWHERE, "--case", "TC_999"], "there is no case TC_999"),
        (["--url", NOWHERE, "--driver", "rest"], "needs --rest-url"),
        (["--url", NOWHERE, "--driver", "rest", "--password-file", "/nowhere/p"], "/nowhere/p cannot be read"),
        (["--url", NOWHERE, "--ca", "/nowhere/roots.pem"], "/nowhere/roots.pem has no certificates"),
        (["--url", NOWHERE, "--tls-url", "ws://x"], "begins with wss://"),
        (["--url", NOWHERE, "--expect-failures", "/nowhere/known.txt"], "cannot be read"),
        (["--url", NOWHERE, "--junit", "/nowhere/verdicts.xml"], "there is no folder /nowhere"),
    ],
)
def test_arguments_that_make_no_run(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["conform", "csms", "--ocpp", "1.6", *arguments])

    assert code == 2
    assert complaint in capsys.readouterr().err


def test_need_that_is_none_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["conform", "csms", "--ocpp", "1.6", "--without", "wings"])

    assert ended.value.code == 2
    assert "smart-charging" in capsys.readouterr().err


def test_nobody_who_answers_is_an_error_and_no_declared_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known, page, report = tmp_path / "known.txt", tmp_path / "verdicts.html", tmp_path / "verdicts.xml"
    known.write_text("TC_001_CSMS  # it is switched off\n")

    code = main(
        [
            *("conform", "csms", "--ocpp", "1.6", "--url", NOWHERE, "--driver", "nobody"),
            *("--case", "TC_001_CSMS", "--case", "TC_013_CSMS"),
            *("--expect-failures", str(known), "--html", str(page), "--junit", str(report)),
        ]
    )

    said = capsys.readouterr().out
    assert code == 1
    assert "1 n/a, 1 error" in said
    assert "does not answer as a WebSocket server" in said
    assert "The driver has no commands." in said
    assert "TC_001_CSMS" in page.read_text()
    assert 'errors="1"' in report.read_text()


async def test_declared_failures_are_no_news_and_one_that_passes_is(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = frozenset(("TC_001_CSMS", "TC_064_CSMS", "TC_023_1_CSMS"))
    codes = []
    async with served(answer_boots) as url:
        trials = list(trials_of(Target(url, OcppVersion.V16, quiet_s=0.01), Nobody()))
        for expected in (chosen - {"TC_001_CSMS"}, frozenset(("TC_064_CSMS",)), chosen):
            selection = Selection(chosen, expected, junit=None, html=None)
            codes.append(await run_trials(trials, selection, what="CSMS", jobs=3, limit_s=10))

    said = capsys.readouterr().out
    assert codes == [0, 1, 1]
    assert said.count("TC_001_CSMS was declared to fail, and passes") == 1
    assert said.count("CSMS: 1 pass, 2 fail") == 3
    assert "|<---" in said


class Prompts:
    """Somebody who does everything at once, and remembers what they were told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def ask(self, text: str) -> None:
        self.told.append(text)


async def test_person_is_told_what_to_do_and_nothing_twice() -> None:
    prompts = Prompts()
    station = NewStation("CP-1", "1.6")
    async with Manual(prompts.ask) as driver:
        await driver.add_station(station)
        await driver.add_station(station)
        await driver.add_station(NewStation("CP-1", "1.6", is_pending=True))
        await driver.accept("CP-1")
        await driver.add_station(station)
        token = await driver.add_token(Token("CARD1", TokenKind.BLOCKED, "FAMILY"))
        await driver.command(Command("CP-1", "1.6", "Reset", {"type": "Hard"}))

    assert token.value == "CARD1"
    registered, pending, accepted, added, sent = prompts.told
    assert registered.startswith("Register station CP-1 (OCPP 1.6, EVSEs: 1) without a password.")
    assert "its boot is to be answered Pending" in pending
    assert accepted.startswith("Accept station CP-1")
    assert added == "Add the token CARD1 in the group (parent) FAMILY, which is blocked."
    assert sent == 'Make the CSMS send Reset to CP-1, as in {"type": "Hard"}.'


async def test_person_hears_what_a_station_and_a_token_are_to_be() -> None:
    prompts = Prompts()
    code = Code("CP-1", 1, "v1", "abc", "https://pay.example/abc")
    async with Manual(prompts.ask) as driver:
        await driver.add_station(NewStation("CP-1", "2.1", security_profile=3, takes_only=True, settles=True))
        contract = await driver.add_token(Token("EMAID1", TokenKind.REVOKED_CONTRACT))
        await driver.trust_contracts("PEM")
        await driver.start("CP-1", {"maxCost": 5})
        await driver.offer_codes("CP-1")
        await driver.scan(code)
        await driver.pay(code)

    station, token, *rest = prompts.told
    assert "with security profile 3 alone" in station
    assert "vehicles may not give energy there" in station
    assert "is settled by the CSMS" in station
    assert (
        f"which is a contract whose certificate is revoked. Its certificate has the serial number {contract.serial}"
        in token
    )
    assert [text.split()[0] for text in rest] == ["Trust", "Start", "Let", "Open", "Pay"]


async def test_nobody_does_nothing_that_a_case_would_wait_for() -> None:
    nobody, code = Nobody(("A",)), Code("CP-1", 1, "v1", "abc", "https://pay.example/abc")
    for asked in (
        nobody.trust_contracts("PEM"),
        nobody.start("CP-1", {"maxCost": 5}),
        nobody.offer_codes("CP-1"),
        nobody.scan(code),
        nobody.pay(code),
    ):
        with pytest.raises(CannotJudge, match="nobody"):
            await asked


async def test_nobody_has_the_tokens_that_were_given_and_no_others() -> None:
    nobody = Nobody(("A", "B"))

    assert [(await nobody.add_token(Token("x"))).value for _ in range(3)] == ["A", "B", "A"]
    with pytest.raises(CannotJudge):
        await nobody.add_token(Token("x", TokenKind.BLOCKED))
    with pytest.raises(CannotJudge):
        await Nobody().add_token(Token("x"))


async def test_every_case_has_stations_and_tokens_of_its_own() -> None:
    target, nobody = Target(NOWHERE, OcppVersion.V16), Nobody()
    benches = [
        Bench(target, nobody, WireLog(lambda: 0.0), case_id="TC_001_CSMS", boot=BOOTS[OcppVersion.V16])
        for _ in range(2)
    ]

    names = [await bench.new_station() for bench in benches for _ in range(2)]
    assert len(set(names)) == 4
    assert all(len(name) <= 36 for name in names)
