"""Makes Tests/FoveaMetricsTests/Fixtures/coco.json: pycocotools' values for MeanAveragePrecision.

Run from the root of the repository, with numpy and pycocotools installed:

    python Tests/Reference/coco.py

Gold rows are [image, class, x, y, width, height, area, crowd], rows of detections [image, class, x, y, width, height, score].
With --speed the script makes no file, but times pycocotools on 5,000 images of 100 detections each, with boxes made by a formula,
and prints the processor's seconds of evaluate() and accumulate(), and the twelve numbers.
"""

import contextlib
import io
import json
import sys
import time
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def prepared(images, classes, gold, detected):
    """pycocotools' evaluation, ready to run."""
    coco = COCO()
    with contextlib.redirect_stdout(io.StringIO()):
        coco.dataset = {
            "info": {},
            "images": [{"id": i} for i in images],
            "categories": [{"id": c, "name": f"class {c}"} for c in range(classes)],
            # Numbered from 1: pycocotools takes a match with annotation 0 for none.
            "annotations": [
                {"id": n + 1, "image_id": g[0], "category_id": g[1], "bbox": g[2:6], "area": g[6], "iscrowd": g[7]}
                for n, g in enumerate(gold)
            ],
        }
        coco.createIndex()
        rows = [{"image_id": d[0], "category_id": d[1], "bbox": d[2:6], "score": d[6]} for d in detected]
        found = coco.loadRes(rows) if rows else COCO()
        if not rows:
            found.dataset = {"images": coco.dataset["images"], "annotations": [], "categories": coco.dataset["categories"]}
            found.createIndex()
        return COCOeval(coco, found, "bbox")


def evaluate(images, classes, gold, detected):
    evaluation = prepared(images, classes, gold, detected)
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.process_time()
        evaluation.evaluate()
        evaluation.accumulate()
        seconds = time.process_time() - start
        evaluation.summarize()
    return evaluation, seconds


def made_up():
    """Gold and detected boxes of 5,000 images, by a multiplicative congruential generator, so that any language makes the same
    ones."""
    state = np.uint64(1)

    def draws(count):
        nonlocal state
        out = np.empty(count, dtype=np.float64)
        value = int(state)
        for i in range(count):
            value = value * 48271 % 2147483647
            out[i] = value / 2147483647
        state = np.uint64(value)
        return out

    gold, detected = [], []
    for image in range(5000):
        numbers = draws(7 * 5)
        boxes = []
        for g in range(7):
            u = numbers[5 * g : 5 * g + 5]
            box = [u[0] * 500, u[1] * 400, 4 + u[2] * 200, 4 + u[3] * 200]
            boxes.append((int(u[4] * 80), box))
            gold.append([image, boxes[-1][0], *box, box[2] * box[3], 0])
        numbers = draws(100 * 6)
        for d in range(100):
            u = numbers[6 * d : 6 * d + 6]
            label, box = boxes[d % 7]
            shake = 0.3 * u[0]
            moved = [box[0] + shake * box[2] * (u[1] - 0.5), box[1] + shake * box[3] * (u[2] - 0.5)]
            label = label if u[3] < 0.6 else int(u[4] * 80)
            detected.append([image, label, *moved, box[2], box[3], u[5]])
    return gold, detected


def speed():
    evaluation, seconds = evaluate(range(5000), 80, *made_up())
    print(f"{seconds:.2f} s, {evaluation.stats.tolist()}")


random = np.random.default_rng(66)


def boxes(count, side):
    corner = random.integers(0, 300, (count, 2))
    extent = random.integers(1, side, (count, 2))
    return np.concatenate([corner, extent], 1)


def case(name, images, classes, per_image, detections, side, levels, crowds=0.0, empty=0.2, jitter=6):
    gold, detected = [], []
    numbers = sorted(random.choice(1000, images, replace=False).tolist())
    for image in numbers:
        here = []
        if random.random() > empty:
            for box in boxes(random.integers(1, per_image + 1), side).tolist():
                label = int(random.integers(classes))
                crowd = int(random.random() < crowds)
                area = float(round(box[2] * box[3] * random.uniform(0.5, 1), 2))
                here.append((label, box))
                gold.append([image, label, *box, area, crowd])
        if random.random() < empty:
            continue
        for _ in range(random.integers(detections // 2 if detections > 100 else 0, detections + 1)):
            if here and random.random() < 0.7:
                label, box = here[random.integers(len(here))]
                box = (np.array(box) + random.integers(-jitter, jitter + 1, 4)).tolist()
                box[2:] = np.maximum(box[2:], 1).tolist()
                if random.random() < 0.2:
                    label = int(random.integers(classes))
            else:
                box, label = boxes(1, side)[0].tolist(), int(random.integers(classes))
            detected.append([image, label, *box, int(random.integers(levels + 1)) / levels])
    evaluation, _ = evaluate(numbers, classes, gold, detected)
    precision = evaluation.eval["precision"]  # [overlaps, recalls, classes, areas, limits]

    def average(values):
        return float(values.mean()) if (values > -1).any() else -1

    return {
        "name": name,
        "classes": classes,
        "gold": gold,
        "detected": detected,
        "images": numbers,
        "values": evaluation.stats.tolist(),
        "class_ap": [average(precision[:, :, c, 0, 2]) for c in range(classes)],
        "class_ap_50": [average(precision[0, :, c, 0, 2]) for c in range(classes)],
        "curve_75": np.round(precision[5, :, 0, 0, 2], 9).tolist(),
    }


def main():
    cases = [
        case("few", 8, 2, 4, 8, 60, 1000),
        case("ties", 10, 3, 5, 12, 80, 4),
        case("crowds", 10, 2, 6, 14, 150, 20, crowds=0.4),
        case("all crowds", 4, 1, 3, 5, 100, 10, crowds=1.1),
        case("many classes", 12, 40, 12, 20, 120, 50, crowds=0.1),
        case("area ranges", 14, 2, 6, 12, 250, 100, jitter=12),
        case("small boxes", 10, 2, 8, 12, 34, 100, jitter=2),
        case("more than 100 an image", 2, 1, 30, 260, 120, 7, empty=0.0, jitter=3),
        case("nothing found", 5, 2, 4, 0, 80, 10),
        case("nothing to find", 5, 2, 4, 6, 80, 10, empty=1.0),
    ]

    # The case without gold has detections, though empty means none: give it some.
    cases[-1]["detected"] = [[image, n % 2, 10 * n, 5, 20, 20, n / 4] for image in cases[-1]["images"] for n in range(3)]
    evaluation, _ = evaluate(cases[-1]["images"], 2, [], cases[-1]["detected"])
    cases[-1]["values"] = evaluation.stats.tolist()

    path = Path(__file__).parent.parent / "FoveaMetricsTests/Fixtures/coco.json"
    path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    for c in cases:
        print(c["name"], len(c["gold"]), len(c["detected"]), np.round(c["values"], 3).tolist())


if __name__ == "__main__":
    speed() if "--speed" in sys.argv else main()
