#!/usr/bin/env python3
"""The one entry for people: `python3 dev.py <verb>`.

Standard library only. The first verb that needs packages makes `.venv` and installs what requirements.lock pins, by
hash; later calls only compare a stamp. The verb itself replaces this process, so signals reach it directly.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple, NoReturn

REPOSITORY = Path(__file__).resolve().parent
VENV = REPOSITORY / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
LOCK_FILE = REPOSITORY / "requirements.lock"
PROJECT_FILE = REPOSITORY / "pyproject.toml"
STAMP_FILE = VENV / "installed"
# Locust's own: it brings a plugin of pytest and patches the standard library, which our tests must not meet.
LOAD_VENV = REPOSITORY / ".venv-load"
LOAD_PYTHON = LOAD_VENV / "bin" / "python"
LOAD_LOCK_FILE = REPOSITORY / "requirements-load.lock"
# The documentation's own: what makes a site of it, which nothing else needs.
DOCS_VENV = REPOSITORY / ".venv-docs"
DOCS_LOCK_FILE = REPOSITORY / "requirements-docs.lock"
# For machines without Node: chargeyard/web_build.py installs it.
NODE_LOCK_FILE = REPOSITORY / "requirements-node.lock"
# Programs and the Debian packages that have them: browser tests, tests of alerts.
SYSTEM_PROGRAMS = {"chromium": "chromium", "promtool": "prometheus"}
SUPPORTED_PYTHONS = ((3, 11), (3, 12), (3, 13))
# Who has run out of tests takes from the others: the pages of the guide lie together, and take minutes each.
BESIDE_EACH_OTHER = ("-n", "3", "--dist", "worksteal")
TESTS_FAILED, NO_TESTS = 1, 5
FAILURES_TRIED_AGAIN = 5

CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "dependencies": ["deptry", "."],
    "generated": ["python", "-m", "protocol.wire.generate", "--check"],
    "schema": ["python", "-m", "simulator.scenarios.schema", "--check"],
    "web": ["chargeyard", "web", "check"],
    "interface": ["python", "-m", "backoffice.openapi", "--check"],
    "chart": ["python", "-m", "k8s.check"],
    "dashboards": ["python", "-m", "k8s.observability.dashboards", "--check"],
    "workflows": ["python", "-m", "k8s.delivery"],
}


class DevError(Exception):
    """What a person has to do before the verb can run."""


class Verb(NamedTuple):
    name: str
    summary: str
    examples: Sequence[str]
    run: Callable[[list[str]], int]
    # Whether the program behind the verb explains its own options.
    has_options: bool = False


def main(argv: list[str]) -> int:
    """The exit code of the verb: 1 for what a person has to fix first, 2 for a verb that does not exist."""
    if sys.version_info[:2] not in SUPPORTED_PYTHONS:
        return complain(f"this is Python {sys.version.split()[0]}; run dev.py with Python 3.11, 3.12 or 3.13")
    if not argv or argv[0] in ("-h", "--help"):
        print(usage())
        return 0 if argv else 2
    verb = next((row for row in VERBS if row.name == argv[0]), None)
    if verb is None:
        print(usage(), file=sys.stderr)
        return complain(f"there is no verb {argv[0]!r}", code=2)
    if any(argument in ("-h", "--help") for argument in argv[1:2]):
        print(verb_usage(verb), flush=True)
        if not (verb.has_options and is_current()):
            return 0
    keep_bytecode()
    try:
        return verb.run(argv[1:])
    except DevError as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return complain("stopped; the same command goes on from here", code=130)


def keep_bytecode() -> None:
    """What the verb starts compiles each module once: beside the environment, whatever the machine says of its tree."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "bytecode"))


def run_module(*command: str) -> Callable[[list[str]], int]:
    """`python -m <command> <options>` in the repository, where the data is kept."""
    return lambda options: become(PYTHON, ["-m", *command, *options])


def run_any(arguments: list[str]) -> int:
    return become(BIN / "chargeyard", arguments, folder=Path.cwd())


def run_doctor(arguments: list[str]) -> int:
    # Before any installation, and by this Python: it says why an installation would fail.
    os.chdir(REPOSITORY)
    return replace_process(sys.executable, ["-m", "chargeyard.doctor", *arguments])


def run_tests(arguments: list[str]) -> int:
    """The fast tier, or all of them: then what needs the whole machine comes by itself, after the others.

    So does, once more, what failed beside the others: a machine that is too busy makes the best test late.
    """
    if "--all" not in arguments:
        return become(PYTHON, ["-m", "pytest", *BESIDE_EACH_OTHER, "-m", "not slow", *arguments])
    prepare_environment()
    prepare_programs()
    further = [argument for argument in arguments if argument != "--all"]
    code = run_pytest(*BESIDE_EACH_OTHER, "-m", "not alone", "--cache-clear", *further)
    if code == TESTS_FAILED:
        print("==> what failed beside the others, once more and by itself:", flush=True)
        code = run_pytest("-m", "not alone", "--last-failed", "--maxfail", str(FAILURES_TRIED_AGAIN), *further)
    codes = (code, run_pytest("-m", "alone", *further))
    return next((code for code in codes if code not in (0, NO_TESTS)), min(codes))


def run_pytest(*options: str) -> int:
    # A cache of its own: what failed in other runs is not tried again here.
    command = [str(PYTHON), "-m", "pytest", "-o", "cache_dir=.pytest_cache/all", *options]
    return subprocess.call(command, cwd=REPOSITORY)


def run_conformance(arguments: list[str]) -> int:
    return become(PYTHON, ["-m", "pytest", "-p", "tests.conformance.report", *arguments])


def run_checks(arguments: list[str]) -> int:
    """1 if any check failed; each is shown as it ends, with what it said where it failed."""
    unknown = [name for name in arguments if name not in CHECKS]
    if unknown:
        raise DevError(f"no check is called {unknown[0]!r}; there are {', '.join(CHECKS)}")
    prepare_environment()
    began = time.monotonic()
    names = arguments or list(CHECKS)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        running = [pool.submit(run_check, name) for name in names]
        failed = [name for done in as_completed(running) for name, is_good in [done.result()] if not is_good]
    verdict = f"failed: {', '.join(failed)}" if failed else f"{len(names)} checks passed"
    print(f"{verdict} ({time.monotonic() - began:.1f} s)")
    return 1 if failed else 0


def run_check(name: str) -> tuple[str, bool]:
    program, *arguments = CHECKS[name]
    began = time.monotonic()
    done = subprocess.run(
        [str(BIN / program), *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    is_good = done.returncode == 0
    line = f"{'ok' if is_good else 'FAILED':<7} {name:<13} {time.monotonic() - began:5.1f} s"
    print(line if is_good else f"{line}\n{done.stdout.rstrip()}", flush=True)
    return name, is_good


def run_loadtest(arguments: list[str]) -> int:
    prepare_environment()
    prepare_further_environment(LOAD_VENV, LOAD_LOCK_FILE)
    return become(PYTHON, ["-m", "loadtest", *arguments])


def run_docs(arguments: list[str]) -> int:
    prepare_environment()
    prepare_further_environment(DOCS_VENV, DOCS_LOCK_FILE)
    return become(PYTHON, ["-m", "chargeyard.docs_site", *arguments])


def run_lock(arguments: list[str]) -> int:
    """The locks: what everything else stands on, what the load tests run under, the documentation's, and Node."""
    prepare_environment()
    pins = ["pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
    pins += ["--no-header", "--no-annotate"]
    product = ["--group", "dev", "--output-file", LOCK_FILE.name, PROJECT_FILE.name]
    load = ["--group", "load", "--output-file", LOAD_LOCK_FILE.name]
    docs = ["--group", "docs", "--output-file", DOCS_LOCK_FILE.name]
    node = ["--group", "node", "--output-file", NODE_LOCK_FILE.name]
    commands = [[str(BIN / "uv"), *pins, *which, *arguments] for which in (product, load, docs, node)]
    codes = (subprocess.call(command, cwd=REPOSITORY) for command in commands)
    return next((code for code in codes if code != 0), 0)


VERBS = (
    Verb(
        "up",
        "install what is needed and run the whole platform with a demo fleet, until Ctrl-C",
        ["python3 dev.py up", "python3 dev.py up --no-fleet", "python3 dev.py up --lan"],
        run_module("chargeyard", "up"),
        has_options=True,
    ),
    Verb(
        "reset",
        "remove the data that `up` keeps in .chargeyard/",
        ["python3 dev.py reset", "python3 dev.py reset --yes"],
        run_module("chargeyard", "reset"),
        has_options=True,
    ),
    Verb(
        "smoke",
        "bring everything up in a temporary folder until sessions are paid; exit 0 or 1",
        ["python3 dev.py smoke"],
        run_module("chargeyard", "smoke"),
        has_options=True,
    ),
    Verb(
        "test",
        "run the tests, without the slow tier unless --all; other options go to pytest",
        ["python3 dev.py test", "python3 dev.py test --all", "python3 dev.py test tests/protocol -x"],
        run_tests,
    ),
    Verb(
        "check",
        f"run {', '.join(CHECKS)}: all, or those named",
        ["python3 dev.py check", "python3 dev.py check types lint"],
        run_checks,
    ),
    Verb(
        "web",
        "build the two web apps (`up` does it by itself), check their types, or run their unit tests",
        ["python3 dev.py web", "python3 dev.py web check", "python3 dev.py web test"],
        run_module("chargeyard", "web"),
        has_options=True,
    ),
    Verb(
        "docs",
        "build the documentation as a site in .site/html, or serve it; a broken link fails",
        ["python3 dev.py docs", "python3 dev.py docs serve"],
        run_docs,
        has_options=True,
    ),
    Verb(
        "conformance",
        "run the tests of certification cases and write docs/generated/conformance.md",
        ["python3 dev.py conformance"],
        run_conformance,
    ),
    Verb(
        "bench",
        "measure a part, beside a peer where there is one, and print one JSON object",
        ["python3 dev.py bench gateway", "python3 dev.py bench backoffice"],
        run_module("loadtest.bench"),
        has_options=True,
    ),
    Verb(
        "loadtest",
        "let stations and drivers under Locust load a platform that runs; exit 1 where a threshold fails",
        ["python3 dev.py loadtest --users 1000 --minutes 2", "python3 dev.py loadtest --shape storm --users 200"],
        run_loadtest,
        has_options=True,
    ),
    Verb(
        "fuzz",
        "let a million changed golden frames be read, guided by coverage; exit 1 if anything escapes",
        ["python3 dev.py fuzz", "python3 dev.py fuzz --frames 50000 --seed 7"],
        run_module("tests.fuzz"),
        has_options=True,
    ),
    Verb(
        "doctor",
        "check this machine and say the fix for what is missing; installs nothing",
        ["python3 dev.py doctor"],
        run_doctor,
    ),
    Verb(
        "rollout",
        "bring an environment to an image by Helm, or back to a revision, and see whether it works",
        ["python3 dev.py rollout staging --image … --digest sha256:…", "python3 dev.py rollout prod --back"],
        run_module("k8s.delivery.rollout"),
        has_options=True,
    ),
    Verb(
        "lock",
        "compile the four locks from pyproject.toml; pins stay unless --upgrade",
        ["python3 dev.py lock", "python3 dev.py lock --upgrade-package msgspec"],
        run_lock,
    ),
    Verb(
        "run",
        "run any chargeyard verb in the current folder",
        ["python3 dev.py run fleet run --url ws://127.0.0.1:9000/ocpp --count 10", "python3 dev.py run --help"],
        run_any,
        has_options=True,
    ),
)


def prepare_environment() -> None:
    """`.venv` holds what requirements.lock pins, and the project itself."""
    if is_current():
        return
    with one_at_a_time():
        if is_current():
            return
        if not PYTHON.exists() or not ((BIN / "uv").exists() or (BIN / "pip").exists()):
            make_venv()
        if not (BIN / "uv").exists():
            install_uv()
        install = [str(BIN / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
        step("installing the packages of requirements.lock", [*install, "--require-hashes", "-r", str(LOCK_FILE)])
        editable = ["--no-deps", "--no-build-isolation", "--editable", str(REPOSITORY)]
        step("installing the project itself", [*install, *editable])
        STAMP_FILE.write_text(fingerprint())


def prepare_further_environment(venv: Path, lock_file: Path) -> None:
    """`venv` holds what `lock_file` pins, and nothing else. It is made with the uv of `.venv`."""
    python, stamp = venv / "bin" / "python", venv / "installed"
    wanted = hashlib.sha256(b"\0".join([lock_file.read_bytes(), sys.version.encode(), bytes(venv)])).hexdigest()
    with one_at_a_time():
        if python.exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        uv = str(BIN / "uv")
        step(f"making {venv.name}", [uv, "venv", "--quiet", "--clear", "--python", str(PYTHON), str(venv)])
        install = [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes"]
        step(f"installing the packages of {lock_file.name}", [*install, "-r", str(lock_file)])
        stamp.write_text(wanted)


def prepare_programs() -> None:
    """Programs of the system that some tests need are there, or it is said which tests are skipped for it."""
    missing = [package for program, package in SYSTEM_PROGRAMS.items() if shutil.which(program) is None]
    if not missing:
        return
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        try:
            step(f"installing {', '.join(missing)}", install)
        except DevError as error:
            print(error, file=sys.stderr)
        else:
            return
    print(f"tests that need {', '.join(missing)} are skipped; to have them run: {' '.join(install)}", flush=True)


def is_current() -> bool:
    return STAMP_FILE.exists() and PYTHON.exists() and STAMP_FILE.read_text() == fingerprint()


def fingerprint() -> str:
    """Changes when another installation is due: other pins, another project file, another Python, a moved folder."""
    parts = [LOCK_FILE.read_bytes(), PROJECT_FILE.read_bytes(), (VENV / "pyvenv.cfg").read_bytes(), bytes(REPOSITORY)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def make_venv() -> None:
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise DevError(
            "this Python cannot make a virtual environment. Install the package python3-venv "
            "(Debian, Ubuntu: apt-get install python3-venv), then run the same command again"
        )
    step("making .venv", [sys.executable, "-m", "venv", "--clear", str(VENV)])


def install_uv() -> None:
    """uv is there in the version and with the hashes of requirements.lock, like everything else."""
    requirement = VENV / "uv.txt"
    requirement.write_text(locked_requirement("uv"))
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    step("installing uv", [*install, "--require-hashes", "-r", str(requirement)])


def locked_requirement(name: str) -> str:
    """The lines of requirements.lock that pin `name`: its own, and those of its hashes."""
    lines = iter(LOCK_FILE.read_text().splitlines())
    pin = next((line for line in lines if line.startswith(f"{name}==")), None)
    if pin is None:
        raise DevError(f"{LOCK_FILE.name} does not pin {name}; restore the file from the repository")
    kept = [pin]
    while kept[-1].endswith("\\"):
        kept.append(next(lines))
    return "\n".join(kept) + "\n"


def step(what: str, command: list[str]) -> None:
    print(f"{what} …", end=" ", flush=True)
    began = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    print(f"{time.monotonic() - began:.1f} s", flush=True)
    if done.returncode != 0:
        raise DevError(
            f"{what} failed:\n{(done.stdout + done.stderr).rstrip()}\nOnce that is fixed, run the same again"
        )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two verbs started together install once."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def become(program: Path, arguments: list[str], *, folder: Path = REPOSITORY) -> NoReturn:
    prepare_environment()
    os.chdir(folder)
    replace_process(str(program), arguments)


def replace_process(program: str, arguments: list[str]) -> NoReturn:
    sys.stdout.flush()
    os.execv(program, [program, *arguments])  # noqa: S606 - no process of ours in between: signals arrive by themselves


def complain(sentence: str, *, code: int = 1) -> int:
    print(f"dev.py: {sentence}.", file=sys.stderr)
    return code


def usage() -> str:
    width = max(len(verb.name) for verb in VERBS)
    verbs = "\n".join(f"  {verb.name:<{width}} {verb.summary}" for verb in VERBS)
    examples = "\n".join(f"  {verb.examples[0]}" for verb in VERBS[:4])
    return (
        f"usage: python3 dev.py <verb> [options]\n\n{verbs}\n\nexamples:\n{examples}\n\n"
        "`python3 dev.py <verb> --help` says more."
    )


def verb_usage(verb: Verb) -> str:
    examples = "\n".join(f"  {example}" for example in verb.examples)
    return f"python3 dev.py {verb.name}: {verb.summary}\n\nexamples:\n{examples}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
