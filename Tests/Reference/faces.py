"""Writes Tests/FoveaModelsTests/Fixtures/faces.json: what face embedders and MTCNN compute, by facenet-pytorch and
torchvision, and by networks written out here from their papers.

Run:  pip install torch torchvision facenet-pytorch;  python Tests/Reference/faces.py

Weights are made up as in made_up.py, on both sides alike. For each embedder the file holds
  parameters, keys   their number, and a hash of all names and shapes in order
  embedding          of one made-up image, in double precision, normalised
For MTCNN's three networks it holds what they say of one made-up image, and under "cascade" the boxes, probabilities and
landmarks that facenet-pytorch's cascade finds with those weights in a made-up photograph, at thresholds that let a few
boxes through. With made-up weights no face is found, but every step of the cascade is taken.
"""

import json
import pathlib

import numpy as np
import torch
import torchvision
from facenet_pytorch import InceptionResnetV1
from facenet_pytorch.models.mtcnn import ONet, PNet, RNet
from facenet_pytorch.models.utils import detect_face
from made_up import fill, names, numbers, rounded
from torch import nn
from torch.nn import functional as F

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "FoveaModelsTests" / "Fixtures" / "faces.json"


class FaceResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, i, o):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(i, i, 1), nn.BatchNorm2d(i)
            self.conv2, self.bn2 = nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o)
            self.conv3, self.bn3 = nn.Conv2d(o, o, 1), nn.BatchNorm2d(o)
            if i != o:
                self.shortcut = nn.Sequential(nn.Conv2d(i, o, 1), nn.BatchNorm2d(o))

        def forward(self, x):
            y = self.bn3(self.conv3(self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))))
            return (y + (self.shortcut(x) if hasattr(self, "shortcut") else x)).relu()

    def __init__(self, blocks):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        groups, i = [], 64
        for width, count in zip([64, 128, 264, 512], blocks):
            groups.append(nn.Sequential(*[self.Block(i if k == 0 else width, width) for k in range(count)]))
            i = width
        self.groups = nn.Sequential(*groups)
        self.embedding = nn.Linear(512, 512)

    def forward(self, x):
        return self.embedding(self.groups(self.stem(x)).mean((2, 3)))


class IRResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, i, o, stride):
            super().__init__()
            self.bn1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, 1, 1, bias=False)
            self.bn2, self.prelu = nn.BatchNorm2d(o), nn.PReLU(o)
            self.conv2, self.bn3 = nn.Conv2d(o, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
            if stride != 1 or i != o:
                self.downsample = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))

        def forward(self, x):
            y = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
            return y + (self.downsample(x) if hasattr(self, "downsample") else x)

    def __init__(self, blocks, widths, size, embedding):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0])
        self.prelu = nn.PReLU(widths[0])
        i, (h, w) = widths[0], size
        for k, (count, width) in enumerate(zip(blocks, widths)):
            layer = [self.Block(i if b == 0 else width, width, 2 if b == 0 else 1) for b in range(count)]
            setattr(self, f"layer{k + 1}", nn.Sequential(*layer))
            i, h, w = width, (h + 1) // 2, (w + 1) // 2
        self.stages = len(blocks)
        self.bn2 = nn.BatchNorm2d(i)
        self.fc = nn.Linear(i * h * w, embedding)
        self.features = nn.BatchNorm1d(embedding)

    def forward(self, x):
        x = self.prelu(self.bn1(self.conv1(x)))
        for k in range(self.stages):
            x = getattr(self, f"layer{k + 1}")(x)
        return self.features(self.fc(self.bn2(x).flatten(1)))


WIDTHS = [64, 128, 256, 512]
IR = {"ir_resnet18": [2, 2, 2, 2], "ir_resnet34": [3, 4, 6, 3], "ir_resnet50": [3, 4, 14, 3], "ir_resnet100": [3, 13, 30, 3]}


def embedder(model, height, width):
    fill(model)
    with torch.no_grad():
        embedding = F.normalize(model(numbers(17, 1, 3, height, width).double()), dim=1)
    return {**names(model), "size": [height, width], "embedding": [rounded(x) for x in embedding[0].tolist()]}


def embedders():
    cases = {
        "face_resnet": embedder(FaceResNet([2, 3, 3, 3]), 48, 40),
        "face_resnet_deep": embedder(FaceResNet([2, 3, 3, 4]), 48, 40),
        "inception_resnet_v1": embedder(InceptionResnetV1(), 96, 96),
        "resnet18_embedder": embedder(torchvision.models.resnet18(num_classes=512), 64, 64),
        "resnet50_embedder": embedder(torchvision.models.resnet50(num_classes=512), 64, 64),
        "ir_resnet18": embedder(IRResNet(IR["ir_resnet18"], WIDTHS, (32, 32), 512), 32, 32),
        "ir_tiny": embedder(IRResNet([1] * 4, [16, 32, 64, 128], (56, 46), 128), 56, 46),
    }
    # Without the hash of their published sizes, nobody would see a block too many.
    with torch.device("meta"):
        for name, blocks in IR.items():
            cases[f"{name}-112"] = names(IRResNet(blocks, WIDTHS, (112, 112), 512))
    return cases


def nets():
    # Double precision for the values; the cascade below runs in single, as it is used.
    results = {}
    for name, kind, size in [("pnet", PNet, (30, 41)), ("rnet", RNet, (24, 24)), ("onet", ONet, (48, 48))]:
        model = fill(kind(pretrained=False))
        with torch.no_grad():
            outputs = model(numbers(23, 2, 3, *size).double())
        results[name] = {**names(model), "size": list(size), "outputs": [[rounded(x) for x in o.flatten().tolist()] for o in outputs]}
    return results


def photograph(height, width):
    """Blobs of grey on noise, from whole numbers only, so that both sides have the same bytes."""
    y, x = np.mgrid[0:height, 0:width]
    channels = [(x * (3 + c) + y * (5 - c) + (x * y // (7 + c)) * 11 + ((x // 16 + y // 16 + c) % 3) * 60) % 256 for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def milder(model, *heads):
    """A tenth of the last layers' weights: boxes stay near where they were, and probabilities near a half."""
    for head in heads:
        for parameter in getattr(model, head).parameters():
            parameter.data.mul_(0.1)
    return model


def cascade():
    pnet = milder(fill(PNet(pretrained=False)).float(), "conv4_2")
    rnet = milder(fill(RNet(pretrained=False)).float(), "dense5_1", "dense5_2")
    onet = milder(fill(ONet(pretrained=False)).float(), "dense6_1", "dense6_2", "dense6_3")
    height, width = 96, 130
    image = photograph(height, width)
    with torch.no_grad():
        found, points = detect_face.detect_face(
            image, 20, pnet, rnet, onet, CASCADE_THRESHOLDS, 0.709, torch.device("cpu")
        )
    boxes, points = np.asarray(found[0], dtype=float), np.asarray(points[0], dtype=float)
    return {
        "height": height, "width": width, "thresholds": CASCADE_THRESHOLDS,
        "boxes": [[rounded(v) for v in row[:4]] for row in boxes], "probabilities": [rounded(v) for v in boxes[:, 4]],
        "landmarks": [[rounded(v) for v in row.flatten()] for row in points],
    }


# Between the probabilities that these made-up networks give, so that each stage keeps some boxes and drops some.
CASCADE_THRESHOLDS = [0.66, 0.58, 0.355]

if __name__ == "__main__":
    result = {"embedders": embedders(), "nets": nets(), "cascade": cascade()}
    FIXTURE.write_text(json.dumps(result, separators=(",", ":")) + "\n")
    print({k: v.get("parameters") for k, v in result["embedders"].items()}, len(result["cascade"]["boxes"]))
