#!/usr/bin/env python3
"""Runs Fovea and its Python peers in turn, and writes Benchmarks/RESULTS.md.

  make bench                 everything
  make bench ROW=resnet50    the rows whose name contains the word
  make bench ROW=curves      how Fovea's throughput changes with the batch, the image's size and the threads

A row's two sides alternate, so that whatever else the machine does falls on both; what counts is the median, and the
ratio of the medians. Each machine has a table of its own. Rows that were not run keep their last result, which is in
Benchmarks/results.json.
"""

import argparse
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOVEA = ROOT / ".build/release/fovea"
PYTHON = ROOT / ".bench/bin/python"
MEASURE = ROOT / "Benchmarks/peers/measure.py"
STORE = ROOT / "Benchmarks/results.json"


class Row:
    """One comparison: Fovea's arguments, each peer's, and how many times the peer's throughput is wanted."""

    def __init__(self, name, fovea, peers, target, unit="images_per_second"):
        self.name, self.fovea, self.peers, self.target, self.unit = name, fovea, peers, target, unit


def training(name, model, batch, size, precision, target):
    common = ["--batch", str(batch), "--size", str(size), "--precision", precision]
    peers = {
        "PyTorch": ["train", model, *common],
        "PyTorch compiled": ["train", model, *common, "--compile"],
    }
    stem = ["--stem", "cifar", "--classes", "10"] if size == 32 else []
    return Row(name, ["train", model, *common, *stem], peers, target)


def inference(name, model, batch, precision, over_eager, over_best):
    common = ["--batch", str(batch), "--size", "224", "--precision", precision]
    peers = {
        "PyTorch": ["infer", model, *common],
        "OpenVINO": ["infer", model, *common, "--engine", "openvino"],
    }
    if precision == "fp32":
        peers["ONNX Runtime"] = ["infer", model, *common, "--engine", "onnxruntime"]
    target = {"PyTorch": over_eager, "OpenVINO": over_best, "ONNX Runtime": over_best}
    return Row(name, ["infer", model, *common, "--optimized"], peers, target)


def rows(precisions):
    both = lambda make: [make(precision) for precision in precisions]
    result = both(lambda p: training(f"train ResNet-18 CIFAR, batch 128, {p}", "resnet18", 128, 32, p, {"fp32": 1.10, "bf16": 1.02}[p]))
    result.append(training("train VGG-16-BN CIFAR, batch 128, fp32", "vgg16_bn", 128, 32, "fp32", 1.10))
    result += both(lambda p: training(f"train ResNet-50 224, batch 16, {p}", "resnet50", 16, 224, p, {"fp32": 1.10, "bf16": 1.02}[p]))
    result += both(lambda p: training(f"train ViT-B/16 224, batch 8, {p}", "vit_base_patch16_224", 8, 224, p, {"fp32": 1.7, "bf16": 1.0}[p]))
    for batch in (1, 8):
        result += both(lambda p: inference(f"infer ResNet-50, batch {batch}, {p}", "resnet50", batch, p, {"fp32": 1.7, "bf16": 2.0}[p], {"fp32": 0.95, "bf16": 0.9}[p]))
    result.append(inference("infer EfficientNet-Lite0, batch 1, fp32", "efficientnet_lite0", 1, "fp32", 1.5, 0.9))
    result += both(lambda p: inference(f"infer ViT-B/16, batch 1, {p}", "vit_base_patch16_224", 1, p, {"fp32": 2.0, "bf16": 1.1}[p], 0.9))
    photographs = ["--batch", "64", "--size", "224"]
    result.append(Row("load JPEG folder, random crop 224, batch 64", ["load", "PHOTOGRAPHS", *photographs], {"Pillow and torch": ["load", "PHOTOGRAPHS", *photographs]}, 3))
    result.append(Row("cold start, one prediction", ["cold"], {"PyTorch": ["cold", "WEIGHTS", "IMAGE"]}, 6, "seconds"))
    for dimensions in (128, 512):
        command = ["gallery", "--dimensions", str(dimensions)]
        peers = {"NumPy": command, "faiss": [*command, "--engine", "faiss"]}
        result.append(Row(f"identify among 100,000 faces, {dimensions} numbers each", command, peers, 1, "queries_per_second"))
    for flags in ([], ["--no-cache"]):
        name = "captions of ViT-GPT2, 64 tokens, " + ("without the cache" if flags else "with the cache")
        result.append(Row(name, ["generate", *flags], {"transformers": ["generate", *flags]}, 1, "tokens_per_second"))
    return result


UNITS = {"seconds": "s", "images_per_second": "img/s", "queries_per_second": "queries/s", "tokens_per_second": "tokens/s"}


def make_inputs(folder):
    """600 photographs of 500 x 375 made of noise at several scales, about as hard to decode as real ones; a state dict."""
    import numpy
    import torch
    from PIL import Image

    sys.path.insert(0, str(MEASURE.parent))
    from networks import build

    random = numpy.random.default_rng(0)
    for index in range(600):
        image = numpy.zeros((375, 500, 3))
        for scale in (4, 16, 64):
            noise = random.uniform(0, 255, (375 // scale + 2, 500 // scale + 2, 3)).astype("uint8")
            image += numpy.asarray(Image.fromarray(noise).resize((500, 375), Image.Resampling.BICUBIC)) / 3
        target = folder / "photographs" / str(index % 2)
        target.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.astype("uint8")).save(target / f"{index}.jpg", quality=90)
    torch.manual_seed(0)
    state = build("efficientnet_lite0").state_dict()
    torch.save(dict(zip(published_names(), state.values(), strict=True)), folder / "weights.pth")


def published_names():
    """The keys of EfficientNet-Lite0's published weights, in the order of its layers."""
    norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    pair = lambda convolution, name: [f"{convolution}.weight", *(f"{name}.{key}" for key in norm)]
    names = pair("conv_stem", "bn1")
    for stage, count in enumerate([1, 2, 2, 3, 3, 4, 1]):
        steps = ["conv_pw", "conv_dw", "conv_pwl"] if stage else ["conv_dw", "conv_pw"]
        for block in range(count):
            for index, step in enumerate(steps):
                names += pair(f"blocks.{stage}.{block}.{step}", f"blocks.{stage}.{block}.bn{index + 1}")
    return [*names, *pair("conv_head", "bn2"), "classifier.weight", "classifier.bias"]


def run(command):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def measured(command, unit):
    if unit == "seconds":
        start = time.perf_counter()
        run(command)
        return {"seconds": time.perf_counter() - start}
    result = json.loads(run(command).strip().splitlines()[-1])
    return {key: result[key] for key in (unit, "peak_memory")}


def compare(row, folder, rounds):
    places = {"PHOTOGRAPHS": folder / "photographs", "WEIGHTS": folder / "weights.pth", "IMAGE": folder / "photographs/0/0.jpg"}
    fill = lambda arguments: [str(places.get(argument, argument)) for argument in arguments]
    sides = {"Fovea": [FOVEA, "benchmark", *fill(row.fovea)]}
    if row.fovea == ["cold"]:
        sides["Fovea"] = [FOVEA, "predict", str(places["WEIGHTS"]), str(places["IMAGE"])]
    else:
        sides["Fovea"] += ["--seconds", "5", "--json"]
    sides |= {name: [PYTHON, MEASURE, *fill(arguments)] for name, arguments in row.peers.items()}
    runs = {name: [] for name in sides}
    for _ in range(rounds):
        for name, command in sides.items():
            runs[name].append(measured(command, row.unit))
            print(f"  {name}: {runs[name][-1]}", file=sys.stderr)
    return {
        name: {key: statistics.median(result[key] for result in results) for key in results[0]}
        for name, results in runs.items()
    }


BATCHES, SIZES, THREADS = (1, 4, 16, 64, 256), (32, 64, 128, 224, 320, 512), (1, 2)


def curves():
    """Images a second of ResNet-18 in use: batches of one size, and sizes of one batch, for each number of threads."""
    points = [(batch, 224) for batch in BATCHES] + [(8, size) for size in SIZES]
    result = []
    for batch, size in points:
        for threads in THREADS:
            flags = {"--batch": batch, "--size": size, "--threads": threads, "--seconds": 3}
            command = [FOVEA, "benchmark", "infer", "resnet18", "--optimized", "--json"]
            for flag, value in flags.items():
                command += [flag, str(value)]
            rate = measured(command, "images_per_second")["images_per_second"]
            print(f"  {batch} x {size}, {threads} threads: {rate:.1f}", file=sys.stderr)
            result.append({"batch": batch, "size": size, "threads": threads, "images_per_second": rate})
    return result


def curves_report(points):
    """Two tables, and for sizes the megapixels a second too, which would be equal if cost grew with the pixels alone."""
    rate = {(p["batch"], p["size"], p["threads"]): p["images_per_second"] for p in points}
    head = " | ".join(f"{n} thread{'s' if n > 1 else ''}" for n in THREADS)
    lines = ["", "### How cost grows", "", "ResNet-18 in use, fp32, images a second (in brackets megapixels a second).", ""]
    lines += [f"| batch, at 224x224 | {head} |", "|---" * (len(THREADS) + 1) + "|"]
    for batch in BATCHES:
        lines.append(f"| {batch} | " + " | ".join(f"{rate[batch, 224, n]:.1f}" for n in THREADS) + " |")
    lines += ["", f"| side, in batches of 8 | {head} |", "|---" * (len(THREADS) + 1) + "|"]
    for size in SIZES:
        cells = [f"{rate[8, size, n]:.1f} ({rate[8, size, n] * size * size / 1e6:.2f})" for n in THREADS]
        lines.append(f"| {size} | " + " | ".join(cells) + " |")
    return lines


def ratio(row, results, peer):
    ours, theirs = results["Fovea"][row.unit], results[peer][row.unit]
    return theirs / ours if row.unit == "seconds" else ours / theirs


def table(all_rows, machine):
    lines = [
        "| row | Fovea | peer | ratio | target | memory, Fovea / peer |",
        "|---|---|---|---|---|---|",
    ]
    for row in all_rows:
        results = machine["rows"].get(row.name)
        if not results:
            continue
        for peer in row.peers:
            if peer not in results:
                continue
            target = row.target[peer] if isinstance(row.target, dict) else row.target
            show = lambda side: f"{results[side][row.unit]:.{2 if row.unit == 'seconds' else 1}f} {UNITS[row.unit]}"
            memory = "/".join(f" {results[side]['peak_memory'] / 2**20:.0f} MiB " for side in ("Fovea", peer)) if row.unit != "seconds" else ""
            lines.append(f"| {row.name} | {show('Fovea')} | {peer} {show(peer)} | {ratio(row, results, peer):.2f} | {target} | {memory.strip()} |")
    return lines


def report(all_rows, store):
    lines = [
        "# Fovea beside its peers",
        "",
        "Written by `make bench`. Each ratio is Fovea's throughput over the peer's (for times, the peer's over Fovea's): medians",
        "of runs in turn on one machine. Inference is by `optimized()` models.",
    ]
    for name, machine in store.items():
        lines += ["", f"## {name}", "", machine["versions"], "", *table(all_rows, machine)]
        if "curves" in machine:
            lines += curves_report(machine["curves"])
    notes = ROOT / "Benchmarks/NOTES.md"
    if notes.exists():
        lines += ["", notes.read_text().rstrip()]
    (ROOT / "Benchmarks/RESULTS.md").write_text("\n".join(lines) + "\n")


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.processor())
    flags = next((line for line in open("/proc/cpuinfo") if line.startswith("flags")), "")
    cores = subprocess.run(["nproc"], capture_output=True, text=True).stdout.strip()
    kind = "AVX-512 with bf16" if "avx512_bf16" in flags else "AVX-512" if "avx512f" in flags else "AVX2"
    return f"{cores} cores of {model} ({kind}), {platform.system()} {platform.release()}", "avx512_bf16" in flags


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--row", default="", help="only rows whose name contains this")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    store = json.loads(STORE.read_text()) if STORE.exists() else {}
    name, fast_bf16 = machine()
    here = store.setdefault(name, {"rows": {}})
    versions = run([PYTHON, "-c", "import torch, onnxruntime, openvino; print('torch', torch.__version__, '· ONNX Runtime', onnxruntime.__version__, '· OpenVINO', openvino.__version__)"])
    here["versions"] = versions.strip()
    all_rows = rows(["fp32", "bf16"])
    for row in all_rows:
        if options.row.lower() not in row.name.lower():
            continue
        if "bf16" in row.name and not fast_bf16:
            print(f"{row.name}: left out, as this processor has no bf16", file=sys.stderr)
            continue
        print(row.name, file=sys.stderr)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            if row.fovea[0] in ("load", "cold"):
                subprocess.run([PYTHON, "-c", f"import sys; sys.path.insert(0, 'Benchmarks'); import pathlib, run; run.make_inputs(pathlib.Path({str(folder)!r}))"], cwd=ROOT, check=True)
            here["rows"][row.name] = compare(row, folder, options.rounds)
        STORE.write_text(json.dumps(store, indent=1) + "\n")
        report(all_rows, store)
    if options.row.lower() in "curves":
        here["curves"] = curves()
        STORE.write_text(json.dumps(store, indent=1) + "\n")
    report(all_rows, store)
    print("Benchmarks/RESULTS.md")


if __name__ == "__main__":
    main()
