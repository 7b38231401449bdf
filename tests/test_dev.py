"""The entry for people, as far as it goes without installing anything."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import dev


def test_help_lists_every_verb_from_any_folder(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, dev.__file__, "--help"], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0
    assert all(f"  {verb.name} " in done.stdout for verb in dev.VERBS)


@pytest.mark.parametrize("verb", dev.VERBS, ids=lambda verb: verb.name)
def test_every_verb_shows_examples_that_name_it(verb: dev.Verb) -> None:
    assert verb.examples
    assert all(example.startswith(f"python3 dev.py {verb.name}") for example in verb.examples)


def test_unknown_verb_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["no-such-verb"]) == 2
    assert "there is no verb 'no-such-verb'" in capsys.readouterr().err


def test_unknown_check_is_named_with_those_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["check", "no-such-check"]) == 1
    assert "format, lint, types" in capsys.readouterr().err


def test_installer_is_pinned_by_hash_like_everything_else() -> None:
    pin, *hashes = dev.locked_requirement("uv").replace("\\", "").splitlines()

    assert re.fullmatch(r"uv==[\d.]+ *", pin)
    assert hashes
    assert all(line.strip().startswith("--hash=sha256:") for line in hashes)


@pytest.mark.parametrize("lock", [dev.LOCK_FILE, dev.LOAD_LOCK_FILE, dev.DOCS_LOCK_FILE], ids=lambda path: path.name)
def test_lock_pins_by_hash_and_holds_no_address(lock: Path) -> None:
    text = lock.read_text()

    pins = re.split(r"\n(?=\S)", text.strip())
    assert "://" not in text
    assert all("==" in pin and "--hash=sha256:" in pin for pin in pins)


def test_locust_stays_out_of_the_environment_of_the_tests() -> None:
    assert not re.search("^(locust|gevent)==", dev.LOCK_FILE.read_text(), re.MULTILINE)
    assert re.search("^locust==", dev.LOAD_LOCK_FILE.read_text(), re.MULTILINE)
