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
    return result + parts()


def part(name, command, peer, target, unit, own=()):
    return Row(name, [*command, *own], {peer: command}, target, f"{unit}_per_second")


def parts():
    """Rows of what stands around networks: a detector's operators and scores, matching, text, finding faces."""
    result = [part("nms of 8,000 boxes in 20 classes", ["nms"], "torchvision", 1, "boxes")]
    for flags, what in ([], "forward"), (["--backward"], "forward and backward"):
        name = f"roi_align of 512 boxes, 7x7, 256 channels, {what}"
        result.append(part(name, ["roi-align", *flags], "torchvision", 1, "regions"))
    for size in ("100", "300"):
        name = f"hungarian assignment, {size} x {size}"
        result.append(part(name, ["hungarian", "--size", size], "scipy", 1, "assignments"))
    return [
        *result,
        part("coco evaluation, 5,000 images with 100 detections", ["coco", "DETECTIONS"], "pycocotools", 5, "images"),
        part("caption-metrics, 5,000 captions", ["caption-metrics", "CAPTIONS"], "pycocoevalcap", 2, "captions"),
        part("tokenizer, byte-level BPE in ten alphabets", ["tokenizer", "TEXT"], "transformers in Python", 1, "tokens"),
        part("mtcnn, one photograph", ["mtcnn", "FACE"], "facenet-pytorch", 1, "images", own=["--detector", "DETECTOR"]),
    ]


UNITS = {"seconds": "s", "images_per_second": "img/s"}  # Others are shown as they are called.

# What Benchmarks/peers/inputs.py makes for a kind of row, and what a word in capitals among its arguments stands for.
INPUTS = {
    "load": "photographs", "cold": "photographs", "coco": "detections", "caption-metrics": "captions", "tokenizer": "text", "mtcnn": "face"
}  # fmt: skip
PLACES = {
    "PHOTOGRAPHS": "photographs", "WEIGHTS": "weights.pth", "IMAGE": "photographs/0/0.jpg", "DETECTIONS": "coco.safetensors",
    "CAPTIONS": "captions.json", "TEXT": "text", "FACE": "face.png", "DETECTOR": "mtcnn",
}  # fmt: skip


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
    fill = lambda arguments: [str(folder / PLACES[a]) if a in PLACES else a for a in arguments]
    sides = {"Fovea": [FOVEA, "benchmark", *fill(row.fovea)]}
    if row.fovea == ["cold"]:
        sides["Fovea"] = [FOVEA, "predict", *fill(["WEIGHTS", "IMAGE"])]
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
            unit = UNITS.get(row.unit, row.unit.replace("_per_second", "/s"))
            show = lambda side: f"{results[side][row.unit]:.{2 if row.unit == 'seconds' else 1}f} {unit}"
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


PEERS = "torch torchvision onnxruntime openvino transformers numpy scipy faiss-cpu pycocotools pycocoevalcap facenet-pytorch"
VERSIONS = f"import importlib.metadata as m; print(*(f'{{p}} {{m.version(p)}}' for p in {PEERS.split()}), sep=' · ')"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--row", default="", help="only rows whose name contains this")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    store = json.loads(STORE.read_text()) if STORE.exists() else {}
    name, fast_bf16 = machine()
    here = store.setdefault(name, {"rows": {}})
    here["versions"] = run([PYTHON, "-c", VERSIONS]).strip()
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
            if row.fovea[0] in INPUTS:
                run([PYTHON, ROOT / "Benchmarks/peers/inputs.py", INPUTS[row.fovea[0]], folder])
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
