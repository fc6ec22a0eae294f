"""How long cells take, from the request to the idle kernel, and what a long session costs.

    .jupyter/bin/python NotebookKernel/Tests/Clients/latency.py [CELLS]

Prints the tables in NotebookKernel/README.md. Beside the time on the clock stands the processor's, of kernel, compiler and
worker together, which other work on the machine hardly changes.
"""

import os
import statistics
import sys
import time

from jupyter_client.manager import start_new_kernel

TICK = 1000 / os.sysconf("SC_CLK_TCK")

FOUR_LINES = """struct Vector {{ var x, y, z: Double }}
func sum{0}(_ values: [Vector]) -> Double {{ values.reduce(0) {{ $0 + $1.x * $1.y - $1.z }} }}
let vectors{0} = (0..<100_000).map {{ Vector(x: Double($0), y: 0.5, z: 1) }}
sum{0}(vectors{0})"""


class Session:
    def __init__(self):
        begin = time.monotonic()
        self.manager, self.client = start_new_kernel(kernel_name="swift", startup_timeout=120)
        self.start = (time.monotonic() - begin) * 1000

    def run(self, code):
        """Milliseconds on the clock."""
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

    def measure(self, *cells):
        """The median on the clock, and the mean of the processor's time, which is counted in steps."""
        before = self.processor()
        times = [self.run(cell) for cell in cells]
        return statistics.median(times), (self.processor() - before) / len(cells)

    def processes(self):
        """The kernel and the worker."""
        kernel = self.manager.provisioner.process.pid
        with open(f"/proc/{kernel}/task/{kernel}/children") as file:
            found = [kernel, *file.read().split()]
        return [process for process in found if name(process).startswith("notebook-")]

    def processor(self):
        """Milliseconds of the processor so far, the compilers' that have ended among them."""
        ticks = 0
        for process in self.processes():
            with open(f"/proc/{process}/stat") as file:
                ticks += sum(int(field) for field in file.read().rsplit(")", 1)[1].split()[11:15])
        return ticks * TICK

    def memory(self):
        """Resident megabytes."""
        found = []
        for process in self.processes():
            with open(f"/proc/{process}/status") as file:
                fields = dict(line.split(":", 1) for line in file)
            found.append(f"{name(process).removeprefix('notebook-')} {int(fields['VmRSS'].split()[0]) // 1024} MB")
        return ", ".join(found)

    def end(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def name(process):
    with open(f"/proc/{process}/comm") as file:
        return file.read().strip()


def row(name, clock, processor):
    print(f"| {name} | {clock:.0f} | {processor:.0f} |", flush=True)


def seven(code):
    return [code.format(number) for number in range(7)]


def single_cells():
    print("| what | ms | of the processor |\n|---|---:|---:|")
    session = Session()
    row("kernel start to ready, as the client sees it", session.start, session.processor())
    row("first cell: `import Fovea`", *session.measure("import Fovea"))
    row("small cell after it", *session.measure(*seven("let a{0} = {0} + 1\na{0} * 2")))
    row("a tensor: `Tensor([1.0, 2.0]).sum()`", *session.measure(*seven("Tensor([1.0, 2.0]).sum() // {0}")))
    session.end()
    session = Session()
    row("first cell: `print(1)`", *session.measure("print(1)"))
    row("small cell: two lines", *session.measure(*seven("let a{0} = {0} + 1\na{0} * 2")))
    row("`import Foundation`", *session.measure("import Foundation"))
    row("small cell after it", *session.measure(*seven("let b{0} = sqrt(Double({0}))\nb{0} * 2")))
    row("four lines, -Onone", *session.measure(*seven(FOUR_LINES)))
    row("the same, -O", *session.measure(*seven("%O\n" + FOUR_LINES)))
    session.end()


def long_session(name, first, cells):
    """Cells that each declare something, so that each has one more to see."""
    print(f"\n{name}\n\n| cells | ms | of the processor | memory |\n|---:|---:|---:|---|")
    session = Session()
    session.run(first)
    for last in range(10, cells + 1, 10):
        found = session.measure(*[f"let c{number} = {number}\nc{number} + 1" for number in range(last - 9, last + 1)])
        if last == 10 or last % 50 == 0:
            print(f"| {last - 9} to {last} | {found[0]:.0f} | {found[1]:.0f} | {session.memory()} |", flush=True)
    session.end()


def main():
    cells = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print(f"load before: {os.getloadavg()[0]:.1f}\n")
    single_cells()
    long_session("with Foundation", "import Foundation", cells)
    long_session("with Fovea", "import Fovea", cells)
    print(f"\nload after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
