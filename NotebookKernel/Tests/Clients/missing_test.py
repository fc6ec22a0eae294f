"""A kernel whose package is not built starts all the same, says what is missing, and goes on once it is there."""

import json
import os
import tempfile
import unittest
from unittest import mock

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

PATIENCE = 120


class MissingTest(unittest.TestCase):
    def test_a_package_that_is_built_later(self):
        kernel = KernelSpecManager().get_kernel_spec("swift").argv[0]
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, JUPYTER_PATH=folder):
            package = f"{folder}/package"
            specification = {
                "argv": [kernel, "--connection", "{connection_file}", "--package", f"NotebookSupport={package}"],
                "display_name": "Swift", "language": "swift", "interrupt_mode": "message",
            }
            os.makedirs(f"{folder}/kernels/swift-missing")
            with open(f"{folder}/kernels/swift-missing/kernel.json", "w") as file:
                json.dump(specification, file)
            manager, client = start_new_kernel(kernel_name="swift-missing", startup_timeout=PATIENCE)
            try:
                self.expect_failure(client, f"there is no folder {package}")
                os.mkdir(package)
                self.expect_failure(client, "run `swift build -c release --product NotebookSupportDynamic` in " + package)
                os.rmdir(package)
                os.symlink(os.path.dirname(kernel), package)
                reply = client.execute("1 + 1", reply=True, timeout=PATIENCE)["content"]
                self.assertEqual(reply["status"], "ok", reply)
            finally:
                client.stop_channels()
                manager.shutdown_kernel(now=True)

    def expect_failure(self, client, text):
        reply = client.execute("1 + 1", reply=True, timeout=PATIENCE)["content"]
        self.assertEqual(reply["ename"], "NotReady")
        self.assertIn(text, reply["evalue"])


if __name__ == "__main__":
    unittest.main()
