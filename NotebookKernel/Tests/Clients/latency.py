"""How long cells take, from the request to the idle kernel, and what a long session costs.

    .jupyter/bin/python NotebookKernel/Tests/Clients/latency.py [CELLS]

Prints the table in NotebookKernel/README.md. Every figure is the median of seven, but for those that happen once a session.
"""

import statistics
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel

OPTIMIZED = """%O
struct Vector {{ var x, y, z: Double }}
func sum{0}(_ values: [Vector]) -> Double {{ values.reduce(0) {{ $0 + $1.x * $1.y - $1.z }} }}
sum{0}((0..<100_000).map {{ Vector(x: Double($0), y: 0.5, z: 1) }})"""

PLAIN = OPTIMIZED.replace("%O", "%Onone")


class Session:
    def __init__(self):
        begin = time.monotonic()
        self.manager, self.client = start_new_kernel(kernel_name="swift", startup_timeout=120)
        self.start = time.monotonic() - begin

    def milliseconds(self, code):
        begin = time.monotonic()
        request = self.client.execute(code)
        while True:
            message = self.client.get_iopub_msg(timeout=300)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "error":
                raise SystemExit("\n".join(message["content"]["traceback"]))
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        elapsed = time.monotonic() - begin
        self.client.get_shell_msg(timeout=300)
        return elapsed * 1000

    def median(self, code):
        return statistics.median(self.milliseconds(code.format(number)) for number in range(7))

    def memory(self):
        """Resident megabytes of kernel and worker."""
        kernel = self.manager.provisioner.process.pid
        found = []
        for process in (kernel, *children(kernel)):
            with open(f"/proc/{process}/status") as file:
                fields = dict(line.split(":", 1) for line in file)
            if "VmRSS" in fields and fields["Name"].strip().startswith("notebook-"):
                found.append(f"{fields['Name'].strip()} {int(fields['VmRSS'].split()[0]) // 1024} MB")
        return ", ".join(found)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def children(process):
    return subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True).stdout.split()


def row(name, value):
    print(f"| {name} | {value:.0f} |", flush=True)


def main():
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print("| what | ms |\n|---|---:|")
    session = Session()
    row("kernel start to ready, as the client sees it", session.start * 1000)
    row("first cell: `import Fovea`", session.milliseconds("import Fovea"))
    row("small cell after it", session.median("let a{0} = {0} + 1\na{0} * 2"))
    row("a tensor: `Tensor([1.0, 2.0]).sum()`", session.median("Tensor([1.0, 2.0]).sum() // {0}"))
    session.end()
    session = Session()
    row("first cell: `print(1)`", session.milliseconds("print(1)"))
    row("small cell: two lines", session.median("let a{0} = {0} + 1\na{0} * 2"))
    row("`import Foundation`", session.milliseconds("import Foundation"))
    row("small cell after it", session.median("let b{0} = sqrt(Double({0}))\nb{0} * 2"))
    row("four lines, -Onone", session.median(PLAIN))
    row("the same, -O", session.median(OPTIMIZED))
    recent = []
    for number in range(1, cells + 1):
        recent.append(session.milliseconds(f"let c{number} = {number}\nc{number} + 1"))
        if number in (1, 20) or number % 50 == 0:
            row(f"cell {number} of a long session ({session.memory()})", statistics.median(recent[-7:]))
    session.end()


if __name__ == "__main__":
    main()
