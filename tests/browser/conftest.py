"""A copy of the course, its JupyterLab, and a browser, for `make test-lab`."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip


def reason_to_skip():
    """Return why no browser can be driven here, or None."""
    if os.environ.get("COURSE_BROWSER") != "1":
        return "a browser is driven by `make test-lab` alone"
    if CHROMIUM is None:
        return "no Chromium here: on Debian and Ubuntu, sudo apt install chromium"
    return None


def pytest_collection_modifyitems(items):
    """Skip what stands here, with the reason, where no browser can be driven."""
    reason = reason_to_skip()
    for item in items:
        if reason and Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A copy of what git tracks: whatever a test does, the checkout stays as it is."""
    folder = tmp_path_factory.mktemp("курс") / "course"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def lab(course, tmp_path_factory):
    """The address of JupyterLab, as `make lab` opens it, in a new home."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    left_out = ("JUPYTER", "COURSE_", "KERAS_BACKEND")
    variables = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
    command = [sys.executable, "-m", "tools.lab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--IdentityProvider.token="]
    log = (home / "lab.log").open("wb")
    running = subprocess.Popen(
        command,
        cwd=course,
        env={**variables, "HOME": str(home), "PYTHONPATH": str(course)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                assert running.poll() is None, (home / "lab.log").read_text()
                time.sleep(0.5)
        yield address
    finally:
        running.terminate()
        running.wait(30)
        log.close()


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, driven by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield running
        running.close()


STARS = (  # JavaScript: does any cell run, or wait to be run?
    "[...document.querySelectorAll('.jp-InputPrompt')]"
    ".some(prompt => prompt.textContent.includes('*'))"
)


class Notebook:
    """A notebook open in JupyterLab, handled as a student handles it."""

    def __init__(self, page, address, name):
        self.page = page
        path = urllib.parse.quote(f"мои_уроки/{name}")
        # A new workspace a notebook: no other tab is open in it.
        page.goto(f"{address}/lab/workspaces/{abs(hash(name))}/tree/{path}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
        # Before, a menu does nothing; in a narrow window the circle is out of sight.
        page.wait_for_selector(idle, timeout=120_000, state="attached")
        page.wait_for_function(  # the circle is idle even before there is a kernel
            "async () => (await (await fetch('/api/kernels')).json())"
            ".some(kernel => kernel.connections > 0)",
            timeout=120_000,
        )
        page.wait_for_timeout(1000)

    def menu(self, title, command):
        """Open a menu by its title and click the entry of a command."""
        self.page.get_by_role("menuitem", name=title, exact=True).click()
        self.page.locator(f'.lm-Menu-item[data-command="{command}"]').first.click()

    def wait(self, seconds=300):
        """Wait until no cell is running or waits to be run."""
        self.page.wait_for_function(f"() => !({STARS})", timeout=seconds * 1000)

    def run_all(self, command="run-all", seconds=300):
        """Run all cells by the menu, after a restart if the command says so."""
        self.menu("Выполнить", f"runmenu:{command}")
        if "restart" in command:
            self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.wait_for_function(f"() => {STARS}")
        while True:  # between a restart and the first cell there is a quiet moment
            self.wait(seconds)
            self.page.wait_for_timeout(2000)
            if not self.page.evaluate(STARS):
                return

    def cell(self, text):
        """Return the code cell whose source holds a text, scrolled into view."""
        found = self.page.locator(".jp-CodeCell", has_text=text).first
        found.scroll_into_view_if_needed()
        return found

    def run(self, cell):
        """Run a cell with Shift+Enter and return what stands below it."""
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        cell.locator(".jp-InputArea-editor").click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "([prompt, before]) => /\\d/.test(prompt.textContent)"
            " && prompt.textContent !== before",
            arg=[prompt.element_handle(), before],
        )
        return " ".join(cell.locator(".jp-OutputArea").inner_text().split())

    def write(self, cell, source):
        """Type a new source into a cell, in place of all that is there."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def save(self):
        """Save with Ctrl+S and wait until the tab is not marked as changed."""
        self.page.keyboard.press("Control+S")
        self.page.wait_for_selector(".lm-TabBar-tab.lm-mod-current:not(.jp-mod-dirty)")


@pytest.fixture
def opened(browser, lab):
    """Open notebooks: ``opened(name)``; a viewport may be given."""
    contexts = []

    def open_one(name, viewport=(1400, 900)):
        context = browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]}
        )
        contexts.append(context)
        return Notebook(context.new_page(), lab, name)

    yield open_one
    for context in contexts:
        context.close()
