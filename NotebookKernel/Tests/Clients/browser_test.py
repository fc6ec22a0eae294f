"""JupyterLab in a real browser: open, run all, complete, interrupt, restart.

Needs Playwright (`.jupyter/bin/pip install playwright`) and Debian's Chromium; the test is passed over without them.
With SCREENSHOT=FILE it saves a picture of the notebook that it ran.
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

CELLS = [
    ("markdown", "# Swift in Jupyter\n\nEach cell is compiled to a small library; the variables stay, even when a cell crashes."),
    ("code", "struct Point { var x = 0.0, y = 0.0 }\nvar path = [Point(), Point(x: 3, y: 4)]\npath"),
    ("code", 'display(HTML("<b style=\'color:teal\'>HTML</b>, drawn by a cell"))\n'
        'SVG("<svg xmlns=\'http://www.w3.org/2000/svg\' width=\'220\' height=\'60\'>'
        "<rect width='220' height='60' fill='#eef'/><circle cx='30' cy='30' r='20' fill='teal'/>"
        "<circle cx='90' cy='30' r='20' fill='orange'/></svg>\")"),
    ("code", "func third(_ values: [Point]) -> Point {\n  values[2]\n}\nthird(path)"),
    ("code", 'print("still here:", path.count, "points")'),
]
PATIENCE = 120_000


@unittest.skipUnless(sync_playwright and CHROMIUM, "Playwright or Chromium is missing")
class BrowserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cells = [
            {"cell_type": kind, "metadata": {}, "source": text, "id": f"cell{number}"}
            | ({"outputs": [], "execution_count": None} if kind == "code" else {})
            for number, (kind, text) in enumerate(CELLS)
        ]
        kernel = {"kernelspec": {"name": "swift", "display_name": "Swift", "language": "swift"}}
        with open(f"{cls.folder}/Swift.ipynb", "w") as file:
            json.dump({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, file)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        cls.address = f"http://127.0.0.1:{port}"
        cls.server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
             "--IdentityProvider.token=", "--ServerApp.open_browser=False", f"--ServerApp.root_dir={cls.folder}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for _ in range(120):
            try:
                urllib.request.urlopen(cls.address + "/api", timeout=2).read()
                break
            except OSError:
                time.sleep(1)

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        shutil.rmtree(cls.folder)

    def run_cell(self, page, text):
        """Puts a text into the last cell and runs it."""
        page.locator(".jp-CodeCell .cm-content").last.click()
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")

    def test_a_session(self):
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.set_default_timeout(PATIENCE)
            page.goto(f"{self.address}/lab/tree/Swift.ipynb")
            page.wait_for_selector(".jp-Notebook .jp-CodeCell")
            page.locator(".jp-Notebook .jp-Cell").first.click()
            for _ in CELLS:
                page.keyboard.press("Shift+Enter")
            page.get_by_text("Index out of range").first.wait_for()
            # The failure has refused the last cell; the variables are there all the same.
            self.run_cell(page, 'print("still here:", path.count, "points")')
            page.get_by_text("still here: 2 points", exact=True).first.wait_for()
            if os.environ.get("SCREENSHOT"):
                page.keyboard.press("Escape")
                page.screenshot(path=os.environ["SCREENSHOT"])

            page.locator(".jp-CodeCell .cm-content").last.click()
            page.keyboard.press("Control+A")
            page.keyboard.type("path.appe")
            page.keyboard.press("Tab")
            page.locator(".jp-Completer-item, .jp-Completer").first.wait_for()
            page.get_by_text("append(").first.wait_for()
            page.keyboard.press("Escape")

            self.run_cell(page, "while true { }")
            page.wait_for_timeout(3000)
            page.keyboard.press("Escape")
            page.keyboard.press("i")
            page.keyboard.press("i")
            page.get_by_text("Interrupted").first.wait_for()

            page.keyboard.press("0")
            page.keyboard.press("0")
            page.get_by_role("button", name="Restart").last.click()
            page.wait_for_timeout(2000)
            self.run_cell(page, "path")
            page.get_by_text("cannot find 'path' in scope").first.wait_for()
            browser.close()


if __name__ == "__main__":
    unittest.main()
