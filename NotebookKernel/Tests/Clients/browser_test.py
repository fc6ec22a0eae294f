"""JupyterLab in a real browser: open, run all, complete, interrupt, restart.

Passed over without Debian's Chromium, or Playwright (`.jupyter/bin/pip install playwright`).
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

CHROMIUM = shutil.which("chromium")
PATIENCE = 120

CELLS = [
    "struct Point { var x = 0.0, y = 0.0 }\nvar path = [Point(), Point(x: 3, y: 4)]\npath.count",
    'display(HTML("<b id=\'drawn\'>drawn by a cell</b>"))',
    "func third(_ values: [Point]) -> Point {\n  values[2]\n}\nthird(path)",
    "1",
]


def notebook():
    cells = [
        {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None, "id": f"cell{number}"}
        for number, text in enumerate(CELLS)
    ]
    kernel = {"name": "swift", "display_name": "Swift", "language": "swift"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


class Server:
    """JupyterLab with a folder and settings of its own."""

    def __init__(self, folder):
        settings = f"{folder}/settings/@jupyterlab/apputils-extension"
        os.makedirs(settings)
        with open(f"{settings}/notification.jupyterlab-settings", "w") as file:
            json.dump({"fetchNews": "false", "checkForUpdates": False}, file)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        own = {
            "JUPYTER_CONFIG_DIR": f"{folder}/config", "JUPYTERLAB_SETTINGS_DIR": f"{folder}/settings",
            "JUPYTERLAB_WORKSPACES_DIR": f"{folder}/workspaces",
        }
        self.log = open(f"{folder}/server.log", "w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
             "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"],
            env=os.environ | own, stdout=self.log, stderr=subprocess.STDOUT,
        )
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.address + "/api", timeout=5).read()
                return
            except OSError:
                time.sleep(0.5)
        raise RuntimeError("JupyterLab does not start: " + open(self.log.name).read())

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


@unittest.skipUnless(CHROMIUM, "Chromium is missing: apt-get install chromium")
@unittest.skipUnless(sync_playwright, "Playwright is missing: .jupyter/bin/pip install playwright")
class BrowserTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        with open(f"{folder.name}/Swift.ipynb", "w") as file:
            json.dump(notebook(), file)
        server = Server(folder.name)
        self.addCleanup(server.end)
        playwright = sync_playwright().start()
        self.addCleanup(playwright.stop)
        # Chromium's own sandbox does not work for root, nor in most containers.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        self.addCleanup(browser.close)
        self.page = browser.new_page(viewport={"width": 1280, "height": 1000})
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.goto(f"{server.address}/lab/tree/Swift.ipynb")

    def choose(self, menu, item):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=item).first.click()

    def write(self, text):
        """Puts a text into the last cell, and the cursor behind it."""
        self.page.locator(".jp-CodeCell .cm-content").last.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def run_cell(self, text):
        self.write(text)
        self.page.keyboard.press("Control+Enter")

    def wait_for(self, text):
        self.page.locator(".jp-OutputArea-output").get_by_text(text).first.wait_for()

    def test_a_session(self):
        self.page.locator(".jp-Notebook .jp-CodeCell").nth(len(CELLS) - 1).wait_for()
        self.page.get_by_text("Swift | Idle").wait_for()
        self.choose("Run", "Run All Cells")
        self.page.locator("#drawn").wait_for()
        self.wait_for("Index out of range")
        self.run_cell('print("still here:", path.count, "points")')
        self.wait_for("still here: 2 points")

        self.write("path.appe")
        self.page.keyboard.press("Tab")
        self.page.locator(".jp-Completer").get_by_text("append(").first.wait_for()
        self.page.keyboard.press("Escape")

        self.run_cell('print("runs")\nwhile true {}')
        self.wait_for("runs")
        self.choose("Kernel", "Interrupt Kernel")
        self.wait_for("Interrupted")

        self.choose("Kernel", "Restart Kernel…")
        self.page.get_by_role("button", name="Confirm Kernel Restart").click()
        self.page.get_by_text("Swift | Idle").wait_for()
        self.run_cell("path")
        self.wait_for("cannot find 'path' in scope")


if __name__ == "__main__":
    unittest.main()
