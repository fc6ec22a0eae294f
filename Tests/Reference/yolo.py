"""Makes the reference values of YOLO: its layers, decoding, choice of targets, losses and gradients.

    python Tests/Reference/yolo.py

An implementation of our own by the published table of the layers and the papers, in other ways than the Swift one: in
double precision, with a loop where that is plainer than tensors. Needs what detection.py needs. Writes
Tests/FoveaModelsTests/Fixtures/yolo.safetensors. Deterministic.
"""

import math

import torch
from detection import batch, gradients, made_up, save
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot

STRIDES = [8, 16, 32]
PUBLISHED = [[(10, 13), (16, 30), (33, 23)], [(30, 61), (62, 45), (59, 119)], [(116, 90), (156, 198), (373, 326)]]
ANCHORS = [[(6, 8), (11, 7), (14, 20)], [(24, 18), (20, 40), (37, 30)], [(48, 44), (70, 58), (120, 90)]]
CLASSES = 3
# Neither centre nor side of any is so that roundings decide which predictions learn it.
TARGETS = [
    ([[5.25, 3.5, 77.5, 60.25], [70, 8.5, 81.5, 22.75]], [0, 2]),
    ([], []),
    ([[0, 0, 14.5, 10.5], [72.25, 45.5, 96, 64], [21.5, 9, 60, 51.5]], [1, 0, 2]),
]


class ConvBNSiLU(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, stride=1, padding=None):
        super().__init__()
        padding = kernel // 2 if padding is None else padding
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)

    def forward(self, x):
        x = self.bn(self.conv(x))
        return x * torch.sigmoid(x)


class Bottleneck(nn.Module):
    def __init__(self, channels, skip):
        super().__init__()
        self.cv1, self.cv2, self.skip = ConvBNSiLU(channels, channels), ConvBNSiLU(channels, channels, 3), skip

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.skip else y


class C3(nn.Module):
    def __init__(self, inputs, outputs, count, skip=True, part=0.5):
        super().__init__()
        hidden = int(part * inputs)
        self.cv1, self.cv2 = ConvBNSiLU(inputs, hidden), ConvBNSiLU(inputs, hidden)
        self.m = nn.Sequential(*(Bottleneck(hidden, skip) for _ in range(count)))
        self.cv3 = ConvBNSiLU(2 * hidden, outputs)

    def forward(self, x):
        return self.cv3(torch.cat([self.m(self.cv1(x)), self.cv2(x)], 1))


class SPPF(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.cv1, self.cv2 = ConvBNSiLU(channels, channels // 2), ConvBNSiLU(2 * channels, channels)

    def forward(self, x):
        x = self.cv1(x)
        wide = [torch.max_pool2d(x, 2 * reach + 1, 1, reach) for reach in (2, 4, 6)]  # as three poolings of 5 in a row
        return self.cv2(torch.cat([x, *wide], 1))


class Network(nn.Module):
    """The layers by their numbers in the published table; of its width, a part."""

    def __init__(self, classes, anchors, part):
        super().__init__()
        c = [int(channels * part) for channels in (32, 64, 128, 256, 512)]
        self.layers = nn.ModuleDict({
            "0": ConvBNSiLU(3, c[0], 6, 2, 2), "1": ConvBNSiLU(c[0], c[1], 3, 2), "2": C3(c[1], c[1], 1),
            "3": ConvBNSiLU(c[1], c[2], 3, 2), "4": C3(c[2], c[2], 2), "5": ConvBNSiLU(c[2], c[3], 3, 2),
            "6": C3(c[3], c[3], 3), "7": ConvBNSiLU(c[3], c[4], 3, 2), "8": C3(c[4], c[4], 1), "9": SPPF(c[4]),
            "10": ConvBNSiLU(c[4], c[3]), "13": C3(c[4], c[3], 1, False, 0.25), "14": ConvBNSiLU(c[3], c[2]),
            "17": C3(c[3], c[2], 1, False, 0.25), "18": ConvBNSiLU(c[2], c[2], 3, 2), "20": C3(c[3], c[3], 1, False),
            "21": ConvBNSiLU(c[3], c[3], 3, 2), "23": C3(c[4], c[4], 1, False),
        })
        self.head = nn.ModuleList(nn.Conv2d(channels, 3 * (5 + classes), 1) for channels in c[2:])
        self.anchors = torch.tensor(anchors, dtype=torch.float64)

    def forward(self, x):
        """For each map `[N, A, h, w, 5 + classes]`."""
        kept, saved = {}, {4, 6, 10, 14, 17, 20, 23}
        joined = {13: 6, 17: 4, 20: 14, 23: 10}
        for number in sorted(map(int, self.layers)):
            if number in (13, 17):
                x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
            if number in joined:
                x = torch.cat([x, kept[joined[number]]], 1)
            x = self.layers[str(number)](x)
            if number in saved:
                kept[number] = x
        maps = [layer(kept[number]) for layer, number in zip(self.head, (17, 20, 23))]
        return [m.unflatten(1, (3, -1)).movedim(2, -1) for m in maps]


NAMES = {
    0: "backbone.stem", 9: "backbone.pooling", 10: "neck.reduce.0", 14: "neck.reduce.1", 13: "neck.down.0",
    17: "neck.down.1", 18: "neck.shrink.0", 21: "neck.shrink.1", 20: "neck.up.0", 23: "neck.up.1",
} | {2 * stage + 1 + step: f"backbone.stages.{stage}.{step}" for stage in range(4) for step in range(2)}


def swift_name(key):
    """What the Swift model calls a tensor."""
    if not key.startswith("layers."):
        return key
    _, number, rest = key.split(".", 2)
    return f"{NAMES[int(number)]}.{rest}"


def box_at(said, row, column, anchor, stride):
    """Left, top, right and bottom in pixels of what one anchor of one place says."""
    x, y, w, h = torch.sigmoid(said[:4])
    middle = (2 * x - 0.5 + column) * stride, (2 * y - 0.5 + row) * stride
    sides = (2 * w) ** 2 * anchor[0], (2 * h) ** 2 * anchor[1]
    low = [m - s / 2 for m, s in zip(middle, sides)]
    return torch.stack(low + [l + s for l, s in zip(low, sides)])


def objects(maps, anchors, image, size, least, most_overlap, limit):
    """The boxes, scores and classes that are found in an image; of each class, none overlaps a surer one by more."""
    boxes, scores = decoded(maps, anchors, image)
    height, width = size
    boxes = torch.minimum(boxes.clamp(min=0), torch.tensor([width, height, width, height]).double())
    ranked = sorted(((scores[i, c].item(), i, c) for i, c in (scores > least).nonzero().tolist()), reverse=True)
    assert all(a[0] - b[0] > 1e-7 for a, b in zip(ranked, ranked[1:])), "scores so near that roundings order them"
    chosen = []
    for score, i, c in ranked:
        shared = [overlap(boxes[i], boxes[j], "iou").item() for _, j, other in chosen if other == c]
        assert all(abs(one - most_overlap) > 1e-5 for one in shared), "an overlap that roundings judge"
        if not any(one > most_overlap for one in shared):
            chosen.append((score, i, c))
    chosen = chosen[:limit]
    return {
        "boxes": boxes[[i for _, i, _ in chosen]], "scores": torch.tensor([s for s, _, _ in chosen]),
        "labels": torch.tensor([c for _, _, c in chosen])}


def decoded(maps, anchors, image):
    """All boxes `[K, 4]` of an image and their classes' scores: map by map, anchor by anchor, row by row."""
    boxes, scores = [], []
    for said, sizes, stride in zip(maps, anchors, STRIDES):
        for a, row, column in torch.cartesian_prod(*(torch.arange(n) for n in said.shape[1:4])).tolist():
            one = said[image, a, row, column]
            boxes.append(box_at(one, row, column, sizes[a], stride))
            scores.append(torch.sigmoid(one[4]) * torch.sigmoid(one[5:]))
    return torch.stack(boxes), torch.stack(scores)


def overlap(a, b, kind):
    """Of two boxes of corners: intersection over union, or the paper's measure by that name."""
    def sides(box):
        return box[2] - box[0], box[3] - box[1]

    shared = torch.prod((torch.minimum(a[2:], b[2:]) - torch.maximum(a[:2], b[:2])).clamp(min=0))
    union = math.prod(sides(a)) + math.prod(sides(b)) - shared
    iou = shared / union
    around = torch.cat([torch.minimum(a[:2], b[:2]), torch.maximum(a[2:], b[2:])])
    if kind == "iou":
        return iou
    if kind == "giou":
        area = math.prod(sides(around))
        return iou - (area - union) / area
    apart = ((a[:2] + a[2:] - b[:2] - b[2:]) / 2).pow(2).sum()
    (wa, ha), (wb, hb), (w, h) = sides(a), sides(b), sides(around)
    v = 4 / math.pi**2 * (torch.atan(wb / hb) - torch.atan(wa / ha)) ** 2
    alpha = (v / (1 - iou + v)).detach()
    return iou - apart / (w**2 + h**2) - alpha * v


def wanted(targets, sizes, stride, rows, columns):
    """Which predictions of a map learn which object: (image, anchor, row, column, label, box) each."""
    found = []
    for image, (boxes, labels) in enumerate(targets):
        for box, label in zip(boxes, labels):
            left, top, right, bottom = box
            x, y = (left + right) / 2 / stride, (top + bottom) / 2 / stride
            column, row = math.floor(x), math.floor(y)
            parts = (x - column, y - row)
            assert all(abs(part - edge) > 1e-3 for part in parts for edge in (0, 0.5, 1)), "a centre on an edge"
            aside, beyond = (1 if x - column > 0.5 else -1), (1 if y - row > 0.5 else -1)
            places = [(row, column), (row, column + aside), (row + beyond, column)]
            for a, (width, height) in enumerate(sizes):
                ratios = [(right - left) / width, (bottom - top) / height]
                worst = max(max(r, 1 / r) for r in ratios)
                assert abs(worst - 4) > 1e-3, "a ratio at the limit"
                if worst < 4:
                    found += [
                        (image, a, r, c, label, box) for r, c in places if 0 <= r < rows and 0 <= c < columns]
    assert len({one[:4] for one in found}) == len(found), "two objects for one prediction"
    return found


def losses(maps, targets, anchors, size, kind):
    """Box, objectness and class."""
    box_loss, object_loss, class_loss = (torch.zeros((), dtype=torch.float64) for _ in range(3))
    for said, sizes, stride, balance in zip(maps, anchors, STRIDES, [4, 1, 0.4]):
        images, _, rows, columns, length = said.shape
        goal = torch.zeros_like(said[..., 4])
        parts, logits, labels = [], [], []
        for image, a, row, column, label, box in wanted(targets, sizes.tolist(), stride, rows, columns):
            one = said[image, a, row, column]
            agreement = overlap(box_at(one, row, column, sizes[a], stride), torch.tensor(box).double(), kind)
            parts.append(1 - agreement)
            goal[image, a, row, column] = max(agreement.item(), 0)
            logits.append(one[5:])
            labels.append(label)
        if parts:
            box_loss = box_loss + torch.stack(parts).mean()
            classes = one_hot(torch.tensor(labels), length - 5).double()
            class_loss = class_loss + binary_cross_entropy_with_logits(torch.stack(logits), classes)
        object_loss = object_loss + balance * binary_cross_entropy_with_logits(said[..., 4], goal)
    height, width = size
    maps_share = 3 / len(maps) * len(targets)
    return {
        "loss_box": 0.05 * maps_share * box_loss,
        "loss_objectness": 1.0 * (height * width / 640**2) * maps_share * object_loss,
        "loss_class": 0.5 * (length - 5) / 80 * maps_share * class_loss,
    }


def main():
    for classes, count in [(80, 7_235_389), (5, 7_033_114)]:
        assert sum(p.numel() for p in Network(classes, PUBLISHED, 1).parameters()) == count
    model = Network(CLASSES, ANCHORS, 0.25)
    with torch.no_grad():
        made_up(model, swift_name)
    model.double().train()
    images = batch()
    size = tuple(images.shape[2:])
    out = {"anchors": model.anchors.float()}
    for i, (boxes, labels) in enumerate(TARGETS):
        out[f"target.{i}.boxes"] = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)
        out[f"target.{i}.labels"] = torch.tensor(labels, dtype=torch.int64)
    maps = model(images)
    for level, said in enumerate(maps):
        out[f"map.{level}"] = said.detach().float()
        chosen = wanted(TARGETS, ANCHORS[level], STRIDES[level], *said.shape[2:4])
        out[f"wanted.{level}"] = torch.tensor(sorted(one[:5] for one in chosen))
        print(f"map {level}: {len(chosen)} predictions learn an object")
    for kind in ("giou", "ciou"):
        parts = losses(maps, TARGETS, model.anchors, size, kind)
        out.update({f"{kind}.{name}": value.detach().reshape(1) for name, value in parts.items()})
        print(kind, {name: value.item() for name, value in parts.items()})
    sum(parts.values()).backward()
    for name, value in gradients(model).items():
        out[f"gradient.{swift_name(name.removeprefix('gradient.'))}"] = value
    for key in ("layers.0.conv.weight", "layers.13.cv3.bn.weight", "head.1.bias"):
        out[f"whole.{swift_name(key)}"] = model.get_parameter(key).grad.float()
    model.eval()
    with torch.no_grad():
        maps = model(images)
        for i, own in enumerate([(64, 80), (48, 96), (64, 96)]):
            found = objects(maps, model.anchors, i, own, 0.255, 0.5, 20)
            out.update({f"found.{i}.{key}": value for key, value in found.items()})
            print(f"image {i}: {len(found['labels'])} objects, scores {found['scores'][:3].tolist()}")
        boxes, scores = decoded(maps, model.anchors, 2)
        out["boxes"], out["scores"] = boxes.float(), scores.float()
    save(out, "FoveaModelsTests", "yolo")


main()
