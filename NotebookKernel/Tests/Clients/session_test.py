"""What only a client can see: signatures, interrupts, restarts, input, aborted requests, and a long session."""

import json
import os
import time
import unittest

import nbformat
import zmq
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

PATIENCE = 120


class SessionTest(unittest.TestCase):
    def setUp(self):
        self.manager, self.client = start_new_kernel(kernel_name="swift", startup_timeout=PATIENCE)

    def tearDown(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run_cell(self, code, **options):
        """The reply, and what was published for the cell."""
        request = self.client.execute(code, **options)
        return self.reply(request), self.published(request)

    def reply(self, request):
        while True:
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def published(self, request):
        found = []
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return found
            found.append(message)

    def value(self, code):
        for message in self.run_cell(code)[1]:
            if message["msg_type"] == "execute_result":
                return message["content"]["data"]["text/plain"]
        return None

    def wait_until_running(self, request):
        """A cell that prints when it runs has been started."""
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["msg_type"] == "stream" and message["parent_header"].get("msg_id") == request:
                return

    def test_interrupt(self):
        self.run_cell("var kept = 7")
        request = self.client.execute('print("on")\nwhile true {}')
        self.wait_until_running(request)
        self.manager.interrupt_kernel()
        self.assertEqual(self.reply(request)["ename"], "Interrupted")
        self.assertEqual(self.value("kept + 1"), "8")

    def test_interrupt_while_compiling(self):
        numbers = " + ".join(f"Double({number}) * 0.5 - 1" for number in range(60))
        request = self.client.execute(f"let sum = [{numbers}, 1, {numbers}].map {{ $0 * 2 + 1 }}.reduce(0, +)")
        time.sleep(0.3)
        self.manager.interrupt_kernel()
        reply = self.reply(request)
        self.assertIn(reply["status"], ("error", "ok"))  # a quick machine may have compiled it already
        self.assertEqual(self.value("1 + 1"), "2")

    def test_restart_forgets(self):
        self.run_cell("let kept = 7")
        self.manager.restart_kernel()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.assertEqual(self.run_cell("kept")[0]["ename"], "CompileError")

    def test_a_failure_refuses_the_cells_that_wait(self):
        requests = [self.client.execute(code) for code in ('fatalError("no")', "1 + 1", "2 + 2")]
        self.assertEqual([self.reply(request)["status"] for request in requests], ["error", "aborted", "aborted"])
        self.assertEqual(self.value("1 + 1"), "2")

    def test_a_failure_refuses_nothing_unless_asked(self):
        requests = [self.client.execute(code, stop_on_error=False) for code in ('fatalError("no")', "1 + 1")]
        self.assertEqual([self.reply(request)["status"] for request in requests], ["error", "ok"])

    def test_input(self):
        request = self.client.execute('let name = input("Name? ") ?? "nobody"\nprint("hello", name)')
        question = self.client.get_stdin_msg(timeout=PATIENCE)
        self.assertEqual(question["content"], {"prompt": "Name? ", "password": False})
        self.client.input("Ada")
        texts = [m["content"]["text"] for m in self.published(request) if m["msg_type"] == "stream"]
        self.assertEqual("".join(texts), "hello Ada\n")

    def test_input_that_nobody_can_give(self):
        self.assertEqual(self.run_cell("readLine()", allow_stdin=False)[0]["status"], "ok")

    def test_comms_are_none(self):
        self.assertEqual(self.reply(self.client.comm_info())["comms"], {})

    def test_silent_cells_leave_no_trace(self):
        reply, shown = self.run_cell('print("x"); 1', silent=True)
        self.assertEqual([m["msg_type"] for m in shown], ["status"])
        count = reply["execution_count"]
        self.assertEqual(self.run_cell("1", store_history=False)[0]["execution_count"], count)

    def test_output_comes_while_the_cell_runs(self):
        request = self.client.execute(
            "import Foundation\nfor i in 0..<5 { print(i, terminator: \" \"); usleep(200_000) }"
        )
        times = []
        while len(times) < 3:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["msg_type"] == "stream":
                times.append(time.monotonic())
        self.assertGreater(times[-1] - times[0], 0.2)
        self.reply(request)

    def test_a_wrong_signature_is_dropped(self):
        """Wrong and malformed messages get no answer, and the kernel goes on."""
        with open(self.manager.connection_file) as file:
            connection = json.load(file)
        context = zmq.Context()
        socket = context.socket(zmq.DEALER)
        socket.connect(f"tcp://{connection['ip']}:{connection['shell_port']}")
        header = json.dumps({"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"})
        good = [b"<IDS|MSG>", b"0" * 64, header.encode(), b"{}", b"{}", json.dumps({"code": "1"}).encode()]
        for frames in (good, good[:4], [b""], [b"<IDS|MSG>"], [os.urandom(50) for _ in range(8)]):
            socket.send_multipart(frames)
        self.assertEqual(socket.poll(1000), 0)
        socket.close(linger=0)
        context.term()
        self.assertEqual(self.value("1 + 1"), "2")

    def test_the_notebook_client(self):
        cells = ['var names = ["a"]', 'names.append("b")', 'print("said")\nnames', 'display(Markdown("*m*"))']
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        NotebookClient(notebook, kernel_name="swift", timeout=PATIENCE).execute()
        outputs = [[output.output_type for output in cell.outputs] for cell in notebook.cells]
        self.assertEqual(outputs, [[], [], ["stream", "execute_result"], ["display_data"]])
        self.assertEqual(notebook.cells[2].outputs[1].data["text/plain"], '["a", "b"]')


if __name__ == "__main__":
    unittest.main()
