"""What the gateway refuses to start with."""

import subprocess
import sys
from pathlib import Path

import pytest

from csms.errors import InvalidSettings
from csms.settings import read_settings
from tests.csms.harness import ENVIRONMENT


def test_tls_port_needs_a_certificate_and_its_key() -> None:
    with pytest.raises(InvalidSettings, match="CSMS_TLS_CERT_FILE and CSMS_TLS_KEY_FILE"):
        read_settings(ENVIRONMENT | {"CSMS_TLS_PORT": "0", "CSMS_TLS_CERT_FILE": "/tmp/only.pem"})


def test_file_that_holds_no_certificate_ends_the_program_with_the_setting_s_name(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificate")
    files = {"CSMS_TLS_CERT_FILE": str(nothing), "CSMS_TLS_KEY_FILE": str(nothing), "CSMS_TLS_PORT": "0"}

    done = subprocess.run(
        [sys.executable, "-m", "csms"], env=ENVIRONMENT | files, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "CSMS_TLS_CERT_FILE" in done.stderr
    assert "Traceback" not in done.stderr
