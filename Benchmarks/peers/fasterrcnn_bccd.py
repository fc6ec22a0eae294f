"""torchvision's twin of Recipes/fasterrcnn-bccd.yaml: same network, sizes, batches, optimizer, schedule and averaging.

  python fasterrcnn_bccd.py FOLDER STATE [--seed 0] [--precision bf16] [--threads 2]

FOLDER has Annotations, JPEGImages and ImageSets/Main, as PASCAL VOC's. Needs torchvision and pycocotools.

The photographs lie decoded in memory, which spares this one what Fovea does anew in each epoch. torchvision's own
detector resizes (without averaging over the pixels left out) and normalises them.

Prints the loss and the seconds a step after each epoch, in the end COCO's AP and AP50 on the test set. STATE is a file
written after each epoch; started again, it goes on from there.
"""

import argparse
import contextlib
import io
import math
import pathlib
import statistics
import time
import xml.etree.ElementTree

import numpy
import torch
import torchvision_alone  # noqa: F401, before torchvision
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torchvision.models import resnet18
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.ops import MultiScaleRoIAlign
from torchvision.transforms.v2 import ColorJitter

EPOCHS, BATCH, WARM_UP_EPOCHS = 10, 4, 1
RATE, DECAY, CLIP_NORM, AVERAGE = 5e-4, 0.05, 10, 0.998
SHORTEST_EDGES, LONGEST_EDGE, MULTIPLE = (270, 300), 400, 32
WIDTH, HEAD_WIDTH, REGIONS, PROPOSALS, SMALLEST_ANCHOR = 128, 256, 128, 300, 20


def build(classes):
    """ResNet-18's maps of strides 8, 16 and 32, a narrow pyramid and a fourth map; all weights are random."""
    backbone = BackboneWithFPN(
        resnet18(weights=None), {"layer2": "0", "layer3": "1", "layer4": "2"}, [128, 256, 512], WIDTH)
    return FasterRCNN(
        backbone, min_size=SHORTEST_EDGES, max_size=LONGEST_EDGE, size_divisible=MULTIPLE,
        rpn_anchor_generator=AnchorGenerator(
            tuple((SMALLEST_ANCHOR << level,) for level in range(4)), ((0.5, 1.0, 2.0),) * 4),
        rpn_pre_nms_top_n_train=2 * PROPOSALS, rpn_post_nms_top_n_train=2 * PROPOSALS,
        rpn_pre_nms_top_n_test=PROPOSALS, rpn_post_nms_top_n_test=PROPOSALS, box_batch_size_per_image=REGIONS,
        box_roi_pool=MultiScaleRoIAlign(["0", "1", "2"], 7, 2), box_head=TwoMLPHead(WIDTH * 49, HEAD_WIDTH),
        box_predictor=FastRCNNPredictor(HEAD_WIDTH, 1 + classes))


def read(folder, part):
    """The photographs `[3, H, W]` and objects (class, left, top, right, bottom) of a part."""
    names = (folder / "ImageSets/Main" / f"{part}.txt").read_text().split()
    images, objects = [], []
    for name in names:
        photograph = numpy.array(Image.open(folder / "JPEGImages" / f"{name}.jpg").convert("RGB"))
        image = torch.from_numpy(photograph).permute(2, 0, 1)
        found = []
        for node in xml.etree.ElementTree.parse(folder / "Annotations" / f"{name}.xml").findall("object"):
            sides = [float(node.findtext(f"bndbox/{side}")) for side in ("xmin", "ymin", "xmax", "ymax")]
            one = (node.findtext("name"), *sides)
            # What is wrong is left out: boxes outside of the image, without area, or there twice.
            height, width = image.shape[1:]
            if 0 <= sides[0] < sides[2] <= width and 0 <= sides[1] < sides[3] <= height and one not in found:
                found.append(one)
        images.append(image)
        objects.append(found)
    return images, objects


def target(objects, classes):
    boxes = torch.tensor([one[1:] for one in objects]).reshape(-1, 4)
    return {"boxes": boxes, "labels": torch.tensor([1 + classes.index(one[0]) for one in objects], dtype=torch.int64)}


def augmented(image, goal, jitter):
    """Other colours, mirrored half of the time; in 0...1."""
    image, boxes = jitter(image), goal["boxes"]
    if torch.rand(()) < 0.5:
        image, boxes = image.flip(2), boxes[:, [2, 1, 0, 3]] * torch.tensor([-1, 1, -1, 1])
        boxes = boxes + torch.tensor([image.shape[2], 0, image.shape[2], 0])
    return image / 255, {**goal, "boxes": boxes}


def factor(step, steps):
    """Up in a straight line, and down along a cosine."""
    warm_up = WARM_UP_EPOCHS * steps
    if step < warm_up:
        return step / warm_up
    return (1 + math.cos(math.pi * min(1, (step - warm_up) / max(1, EPOCHS * steps - warm_up)))) / 2


@torch.no_grad()
def update(average, model, count):
    """Takes the weights into their average, which forgets faster at first."""
    decay = min(AVERAGE, (1 + count) / (10 + count))
    for key, value in model.state_dict().items():
        if value.is_floating_point():
            average[key].lerp_(value, 1 - decay)
        else:
            average[key].copy_(value)


@torch.no_grad()
def found(model, images, precision):
    """What there is in each image, in rows of COCO's form."""
    model.eval()
    rows = []
    for index, image in enumerate(images):
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            objects = model([image / 255])[0]
        for box, label, score in zip(*(objects[key].tolist() for key in ("boxes", "labels", "scores"))):
            rows.append({
                "image_id": index + 1, "category_id": label, "score": score,
                "bbox": [box[0], box[1], box[2] - box[0], box[3] - box[1]]})
    return rows


def judge(rows, images, objects, classes):
    """COCO's AP and AP50."""
    gold, number = COCO(), 0
    annotations = []
    for index, one in enumerate(objects):
        for name, left, top, right, bottom in one:
            number += 1
            annotations.append({
                "id": number, "image_id": index + 1, "category_id": 1 + classes.index(name), "iscrowd": 0,
                "bbox": [left, top, right - left, bottom - top], "area": (right - left) * (bottom - top)})
    gold.dataset = {
        "images": [{"id": i + 1, "height": x.shape[1], "width": x.shape[2]} for i, x in enumerate(images)],
        "annotations": annotations, "categories": [{"id": 1 + i, "name": name} for i, name in enumerate(classes)]}
    if not rows:
        return 0.0, 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        gold.createIndex()
        evaluation = COCOeval(gold, gold.loadRes(rows), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats[0], evaluation.stats[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("state", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--try", dest="trial", type=int, help="so many steps alone, and as many photographs to test")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    images, objects = read(options.folder, "train")
    classes = sorted({one[0] for part in objects for one in part})
    goals = [target(one, classes) for one in objects]
    print(f"{len(images)} photographs, {sum(map(len, objects))} objects of {', '.join(classes)}", flush=True)

    model, jitter = build(len(classes)), ColorJitter(0.2, 0.2, 0.2)
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW([
        {"params": [p for p in parameters if p.ndim > 1]},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0}], lr=RATE, weight_decay=DECAY)
    steps = len(images) // BATCH
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: factor(step, steps))
    average = {key: value.clone() for key, value in model.state_dict().items()}
    first, seconds = 0, []
    if options.state.exists():
        state = torch.load(options.state, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        average, first, seconds = state["average"], state["epoch"], state["seconds"]
    for epoch in range(first, 1 if options.trial else EPOCHS):
        torch.manual_seed(options.seed + epoch)
        model.train()
        parts = {}
        for step, batch in enumerate(torch.randperm(len(images))[: steps * BATCH].split(BATCH)[: options.trial]):
            start = time.time()
            pairs = [augmented(images[i], goals[i], jitter) for i in batch.tolist()]
            with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
                losses = model([pair[0] for pair in pairs], [pair[1] for pair in pairs])
            optimizer.zero_grad()
            sum(losses.values()).backward()
            torch.nn.utils.clip_grad_norm_(parameters, CLIP_NORM)
            optimizer.step()
            schedule.step()
            update(average, model, epoch * steps + step + 1)
            for key, value in losses.items():
                parts[key] = parts.get(key, 0) + value.item()
            seconds.append(time.time() - start)
        count = step + 1
        told = ", ".join(f"{key.removeprefix('loss_')} {value / count:.4f}" for key, value in parts.items())
        print(
            f"epoch {epoch + 1}: loss {sum(parts.values()) / count:.4f} ({told}), "
            f"{statistics.mean(seconds[-count:]):.3f} s a step, {sum(seconds):.0f} s in all", flush=True)
        if not options.trial:
            parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
            state = {key: part.state_dict() for key, part in parts.items()}
            torch.save({**state, "average": average, "epoch": epoch + 1, "seconds": seconds}, options.state)

    model.load_state_dict(average)
    images, objects = (part[: options.trial] for part in read(options.folder, "test"))
    start = time.time()
    rows = found(model, images, options.precision)
    taken = time.time() - start
    precision, half = judge(rows, images, objects, classes)
    print(
        f"{statistics.mean(seconds):.3f} s a step (median {statistics.median(seconds):.3f}), "
        f"{sum(seconds):.0f} s in all; {len(images)} test photographs in {taken:.1f} s: "
        f"AP {precision:.4f}, AP50 {half:.4f}")


main()
