"""What `smoke` leaves behind where it is not let finish."""

import os
import signal
import subprocess
import sys
from pathlib import Path


def test_smoke_that_is_told_to_end_leaves_no_folder(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "chargeyard", "smoke"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as smoke:
        assert smoke.stdout is not None
        next(line for line in smoke.stdout if "is ready" in line)
        smoke.send_signal(signal.SIGTERM)
        smoke.communicate(timeout=60)

    assert smoke.returncode == 130
    assert list(tmp_path.iterdir()) == []
