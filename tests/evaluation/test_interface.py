"""MLflow's own interface in a browser: what a person sees of two runs. `make browser` installs Chromium."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from apipack.evaluation.run_record import record
from apipack.evaluation.tracking import VIEW, log_run
from apipack.inference.serving import free_port

pytestmark = pytest.mark.slow
PICTURES = os.environ.get("APIPACK_PICTURES")
"""A folder in which the pictures are kept; by default they go with the test's own."""
MINUTE = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server with two runs."""
    root = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("MLFLOW_TRACKING_URI", "")  # restored afterwards: MLflow sets it itself
        for size, share in ((40, 0.25), (80, 0.75)):
            bounds = {f"tuned.request_match{bound}": share for bound in ("", "_low", "_high")}
            figures = bounds | {"tuned.level3.0shot.request_match": share, "base.request_match": 0.0}
            curves = {"train.loss": [(8, 2.0), (16, 1.0 / size)]}
            log_run("apipack", record({"size": size, "mix": {"curl": 1}}, figures, curves=curves))
    port = free_port("127.0.0.1")
    store = ("--backend-store-uri", f"sqlite:///{root / 'mlflow.db'}")
    command = [sys.executable, "-m", "mlflow", "server", *store, "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _answering(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait()


def _answering(url: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(240):
        assert server.poll() is None, "the server ended"
        try:
            urlopen(f"{url}/health").close()
            return url
        except URLError:
            time.sleep(0.5)
    raise TimeoutError(url)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        opened = browser.new_page(viewport={"width": 1600, "height": 900})
        opened.set_default_timeout(MINUTE)
        yield opened
        browser.close()


def test_two_runs_are_told_apart_in_the_table_and_compared(address: str, page: Page, tmp_path: Path) -> None:
    pictures = Path(PICTURES) if PICTURES else tmp_path
    page.goto(f"{address}/#/experiments/1/runs?viewStateShareKey={VIEW}")
    for name in ("size=40 curl", "size=80 curl"):
        expect(page.get_by_text(name)).to_be_visible(timeout=MINUTE)
    expect(page.get_by_role("columnheader", name="request_match", exact=True).first).to_be_visible()
    expect(page.get_by_role("gridcell", name="0.75").first).to_be_visible()
    page.screenshot(path=pictures / "runs.png")

    for row in page.locator(".ag-center-cols-container .ag-row, .ag-pinned-left-cols-container .ag-row").all():
        if (box := row.get_by_role("checkbox")).count():
            box.first.check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("Comparing 2 Runs")).to_be_visible(timeout=MINUTE)
    page.screenshot(path=pictures / "compared.png")
    metrics = page.get_by_text("request_match.level3.0shot", exact=True)
    expect(metrics.first).to_be_attached()
    assert (pictures / "runs.png").stat().st_size > 20_000 < (pictures / "compared.png").stat().st_size
