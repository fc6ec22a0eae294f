"""Writes the weights files, and their values as JSON, that StateDictTests and its neighbours read.

Run from the repository's root with torch 2.13, numpy and safetensors installed:
    python Tests/Reference/statedict.py
Every run writes the same bytes, but for the TorchScript program and for the storages' keys in the legacy files, which
PyTorch makes from addresses.
"""

import copy
import io
import json
import os
import pathlib
import struct
import warnings
import zipfile
from collections import OrderedDict

import numpy
import safetensors.torch
import torch

FOLDER = pathlib.Path("Tests/TorchTests/Fixtures/StateDict")
SEED = 20


def typed_tensors():
    """One small tensor of each type that Fovea has, and the shapes that are easily got wrong."""
    numbers = torch.randn(2, 3, generator=torch.Generator().manual_seed(SEED))
    tensors = {f"typed.{str(t).removeprefix('torch.')}": (numbers * 50).to(t) for t in FLOATS + INTEGERS}
    tensors["typed.uint8"] = (numbers.abs() * 50).to(torch.uint8)
    tensors["typed.bool"] = numbers > 0
    tensors["scalar"] = torch.tensor(2.5)
    tensors["empty"] = torch.zeros(0, 3)
    return tensors


FLOATS = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8]


def laid_out_tensors():
    """Tensors that are views: transposed, sliced, expanded, channels-last, sharing a storage."""
    storage = torch.arange(24, dtype=torch.float32)
    return {
        "shared.whole": storage,
        "shared.part": storage[6:12].view(2, 3),
        "shared.transposed": storage.view(4, 6).t(),
        "shared.stepped": storage[1::5],
        "expanded": torch.tensor([7.0, 8.0]).expand(3, 2),
        "channels_last": torch.arange(16.0).view(1, 2, 2, 4).to(memory_format=torch.channels_last),
        "offset_int": torch.arange(10)[4:],
        "parameter": torch.nn.Parameter(torch.tensor([1.5, -1.5])),
    }


def attributed_parameter():
    """A parameter and a tensor with attributes of their own: PyTorch saves those by other functions."""
    parameter = torch.nn.Parameter(torch.tensor([3.0]))
    parameter.note = "frozen"
    buffer = torch.tensor([4, 5])
    buffer.note = "counts"
    return {"attributed.parameter": parameter, "attributed.buffer": buffer}


def checkpoint():
    """What a training script saves: weights among much else."""
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(4, 3)).square().sum().backward()
    optimizer.step()
    return {
        "epoch": 12,
        "best_loss": torch.tensor(0.25),
        "best_accuracy": numpy.float64(0.75),
        "numpy_count": numpy.int32(-7),
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "classes": ["cat", "dog", "größe"],
        "settings": {"lr": 0.1, "amp": False, "warmup": None, "size": (224, 224), 3: "three"},
        "digest": b"\x00\xff",
        "nothing": b"",
        "seed": 2**63 + 5,
        "large": -(2**40),
        "device": torch.device("cpu"),
        "shape": torch.Size([1, 2]),
        "type": torch.float16,
        "tags": {"only"},
    }


class Hostile:
    """What a pickle can do: call any function when it is loaded."""

    def __reduce__(self):
        return os.system, ("echo a pickle ran a command",)


def described(tensors):
    return {
        name: {
            "dtype": str(tensor.dtype).removeprefix("torch."),
            "shape": list(tensor.shape),
            "values": tensor.detach().double().flatten().tolist(),
        }
        for name, tensor in tensors.items()
    }


def rezipped(source, target, compression=zipfile.ZIP_STORED, **replacements):
    """The same archive by another program: its records lie at odd places. What depends on the machine is left out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", compression) as new:
        for name in old.namelist():
            if name.endswith((".debug_pkl", "serialization_id")):
                continue
            content = replacements.get(pathlib.PurePath(name).name, old.read(name))
            new.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, compress_type=compression)


def with_overlapping_storages(target):
    """An archive whose directory gives the same bytes to fifty storages of a thousand numbers."""
    saved = io.BytesIO()
    torch.save({f"weight{i}": torch.zeros(1000) for i in range(50)}, saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(target, "w") as new:
        for name in ["archive/data.pkl", "archive/data/0"]:
            new.writestr(zipfile.ZipInfo(name), old.read(name))
        for number in range(1, 50):
            again = copy.copy(new.getinfo("archive/data/0"))
            again.filename = f"archive/data/{number}"
            new.filelist.append(again)


def with_wide_directory(source, target):
    """The same archive with every size and place in 64 bits, as in one of more than 4 GB."""
    content = source.read_bytes()
    (directory,) = struct.unpack("<I", content[-6:-2])
    ones = 0xFFFFFFFF
    entries = b""
    with zipfile.ZipFile(source) as archive:
        for info in archive.infolist():
            name = info.filename.encode()
            extra = struct.pack("<HHQQQ", 1, 24, info.file_size, info.compress_size, info.header_offset)
            lengths = (len(name), len(extra), 0)
            fixed = struct.pack(
                "<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 0, 0, 33, info.CRC, ones, ones, *lengths, 0, 0, 0, ones
            )
            entries += fixed + name + extra
        count = len(archive.infolist())
    record_at = directory + len(entries)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(entries), directory)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, record_at, 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, ones, ones, 0)
    target.write_bytes(content[:directory] + entries + record + locator + end)
    torch.load(target)


def main():
    warnings.simplefilter("ignore")
    torch.manual_seed(SEED)
    FOLDER.mkdir(parents=True, exist_ok=True)
    expected = {}

    weights = typed_tensors()
    metadata = {'größe "\\': "tab\tand \x01 \U0001f600"}
    safetensors.torch.save_file(weights, FOLDER / "reference.safetensors", metadata)
    expected["reference.safetensors"] = described(weights)

    weights |= laid_out_tensors()
    expected["zip.pth"] = described(weights)
    torch.save(weights, FOLDER / "zip.pth")
    torch.save(weights, FOLDER / "protocol5.pth", pickle_protocol=5)
    torch.save(weights, FOLDER / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(weights, FOLDER / "legacy-protocol4.pth", _use_new_zipfile_serialization=False, pickle_protocol=4)
    rezipped(FOLDER / "zip.pth", FOLDER / "rezipped.pth")
    with_wide_directory(FOLDER / "zip.pth", FOLDER / "zip64.pth")
    with_overlapping_storages(FOLDER / "overlapping.pth")
    rezipped(FOLDER / "zip.pth", FOLDER / "compressed.pth", zipfile.ZIP_DEFLATED)
    rezipped(FOLDER / "zip.pth", FOLDER / "big-endian.pth", byteorder=b"big")

    attributed = attributed_parameter()
    expected["attributed.pth"] = described(attributed)
    torch.save(attributed, FOLDER / "attributed.pth")

    saved = checkpoint()
    expected["checkpoint.pth"] = described(saved["state_dict"])
    torch.save(saved, FOLDER / "checkpoint.pth")
    torch.save(saved, FOLDER / "checkpoint-legacy.pth", _use_new_zipfile_serialization=False)
    nested = {"encoder": {"weight": torch.ones(2)}, "decoder": {"out": {"bias": torch.zeros(1)}, "kind": "mlp"}}
    expected["nested.pth"] = described({"encoder.weight": torch.ones(2), "decoder.out.bias": torch.zeros(1)})
    torch.save(nested, FOLDER / "nested.pth")

    torch.save({"good": torch.ones(1), "foreign": torch.ones(2, dtype=torch.uint16)}, FOLDER / "uint16.pth")
    torch.save({"foreign": torch.ones(2, dtype=torch.complex64)}, FOLDER / "complex.pth")
    torch.save({"weight": torch.ones(1), "payload": Hostile()}, FOLDER / "hostile.pth")
    torch.save(torch.nn.Linear(1, 1), FOLDER / "module.pth")
    torch.save([torch.ones(1)], FOLDER / "list.pth")
    program = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), program)
    rezipped(program, FOLDER / "torchscript.pth")
    safetensors.torch.save_file({"foreign": torch.ones(2, dtype=torch.uint16)}, FOLDER / "uint16.safetensors")

    (FOLDER / "expected.json").write_text(json.dumps(expected) + "\n")


main()
