"""Numpy is loaded by what computes a cohort and by nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from firststep.settings import ROOT, Settings


@pytest.mark.sqlite_only
def test_requests_never_load_numpy(settings: Settings) -> None:
    script = (
        "import sys\nfrom app import create_app\nfrom firststep.jobs.schedule import JOBS\napp = create_app()\n"
        "assert 'count_cohorts' in {job.name for job in JOBS}\n"
        "assert app.test_client().get('/healthz').status_code in (200, 503)\n"
        "assert not {'numpy', 'scipy', 'firststep.packed'} & set(sys.modules)\n"
    )
    environment = {"ENVIRONMENT": "test", "SECRET_KEY": "x" * 40, "VAR_DIR": str(settings.var_dir), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
