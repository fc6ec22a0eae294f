"""Lets torchvision's wheel be imported beside a torch for processors alone: import this first.

The wheel is linked against CUDA's libraries, which its operators for processors never use. Where torch was built without
CUDA, libraries that do nothing take those names; they are made once, into torchvision's own folder.
"""

import ctypes
import importlib.util
import pathlib
import subprocess
import sys

import torch


def stand_in(extension, name):
    """A library of this name in which every function of CUDA that the extension asks for is there, and returns 0."""
    library = extension.parent / name
    if not library.exists():
        listing = subprocess.run(["nm", "-D", "--undefined-only", extension], capture_output=True, text=True, check=True)
        wanted = (line.split()[-1].partition("@") for line in listing.stdout.splitlines() if "cuda" in line)
        # CUDA's own names carry its library's name as their version.
        functions = [function for function, _, version in wanted if version == (name if "cudart" in name else "")]
        source = "".join(f"long {function}(void) {{ return 0; }}\n" for function in functions)
        script = extension.parent / f"{name}.map"
        script.write_text(f"{name} {{ *; }};")
        command = ["cc", "-shared", "-fPIC", "-w", "-x", "c", "-", "-o", library, f"-Wl,-soname,{name}"]
        subprocess.run([*command, f"-Wl,--version-script={script}"], input=source, text=True, check=True)
    ctypes.CDLL(str(library), ctypes.RTLD_GLOBAL)


if torch.version.cuda is None and sys.platform == "linux":
    extension = pathlib.Path(importlib.util.find_spec("torchvision").origin).parent / "_C.so"
    for name in ("libcudart.so.13", "libc10_cuda.so", "libtorch_cuda.so"):
        stand_in(extension, name)
