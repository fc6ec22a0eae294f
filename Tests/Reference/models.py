"""Writes Tests/FoveaModelsTests/Fixtures/classifiers.json: what torchvision's and timm's classifiers compute.

Run:  pip install torch torchvision timm;  python Tests/Reference/models.py

Weights and images are made up on both sides (made_up.py). For each case the file holds
  parameters, keys   their number, and a hash of all names and shapes in order
  logits             of one made-up image, in double precision, in which a ReLU is never on the other side of its kink
  gradients          for each parameter, of sum(logits * numbers): its product with the parameter, and its length
and under "seeded", for a few, the sum and the length of each parameter as built after torch.manual_seed(0).
"""

import json
import pathlib
import warnings

import timm
import torch
import torchvision
from made_up import fill, names, numbers, rounded
from timm.models._efficientnet_builder import efficientnet_init_weights
from torch import nn

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "FoveaModelsTests" / "Fixtures"
CLASSES = 10


def case(model, channels, size):
    fill(model)
    logits = model(numbers(17, 1, channels, size, size).double())
    (logits * numbers(3, CLASSES)).sum().backward()
    return {
        **names(model),
        "logits": [rounded(x) for x in logits[0].tolist()],
        "gradients": [
            [rounded((p.grad * p).sum().item()), rounded(p.grad.norm().item())] for p in model.parameters()
        ],
    }


def cifar(model):
    """The stems for images of 32 x 32."""
    if hasattr(model, "conv1"):
        model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
        model.maxpool = nn.Identity()
    else:
        model.avgpool = nn.AdaptiveAvgPool2d(1)
        model.classifier = nn.Sequential(nn.Linear(512, CLASSES))
    return model


class SmallVGG(nn.Module):
    """1,610,176 parameters with 100 classes."""

    class Block(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(inputs, inputs, 3, padding=1), nn.BatchNorm2d(inputs)
            self.conv2, self.bn2 = nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs)
            self.conv3 = nn.Conv2d(outputs, outputs, 1)

        def forward(self, x):
            x = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu())).relu()
            return nn.functional.max_pool2d(self.conv3(x).relu(), 3, 2)

    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 3, 7), nn.BatchNorm2d(3), nn.MaxPool2d(3, 2))
        widths = [3, 64, 64, 128, 128, 256]
        self.blocks = nn.Sequential(*[self.Block(i, o) for i, o in zip(widths, widths[1:])])
        self.classifier = nn.Sequential(
            nn.Identity(), nn.Flatten(), nn.Linear(1024, 512), nn.ReLU(), nn.Linear(512, classes)
        )

    def forward(self, x):
        return self.classifier(self.blocks(self.stem(x)))


class TinyResNet(nn.Module):
    def __init__(self, classes, channels, stem, stages):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(channels, stem, 4, 2, 1, bias=False), nn.BatchNorm2d(stem)
        built, inputs = [], stem
        for width, blocks, stride in stages:
            layers = []
            for index in range(blocks):
                step = stride if index == 0 else 1
                shortcut = None
                if step != 1 or inputs != width:
                    shortcut = nn.Sequential(nn.Conv2d(inputs, width, 1, step, bias=False), nn.BatchNorm2d(width))
                layers.append(torchvision.models.resnet.BasicBlock(inputs, width, step, shortcut))
                inputs = width
            built.append(nn.Sequential(*layers))
        self.stages = nn.Sequential(*built)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.fc(self.stages(self.bn1(self.conv1(x)).relu()).mean((2, 3)))


class Airbench(nn.Module):
    class Block(nn.Module):
        def __init__(self, inputs, width):
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)

        def forward(self, x):
            x = nn.functional.gelu(self.bn1(nn.functional.max_pool2d(self.conv1(x), 2)))
            return nn.functional.gelu(self.bn2(self.conv2(x)))

    def __init__(self, classes):
        super().__init__()
        self.whitening = nn.Conv2d(3, 24, 2)
        self.blocks = nn.Sequential(*[self.Block(i, o) for i, o in [(24, 64), (64, 256), (256, 256)]])
        self.head = nn.Linear(256, classes, bias=False)

    def forward(self, x):
        return self.head(self.blocks(nn.functional.gelu(self.whitening(x))).amax((2, 3))) / 72


TINY_STAGES = [(24, 1, 2), (40, 2, 2)]


def build(name, **options):
    if name.endswith("lite0"):
        return timm.create_model(name, num_classes=CLASSES, **options)
    if name == "googlenet":
        options.update(aux_logits=False, init_weights=options.get("init_weights", False))
    return getattr(torchvision.models, name)(num_classes=CLASSES, **options)


def seeded():
    results = {}
    for name in ["resnet18", "resnext50_32x4d", "googlenet", "efficientnet_lite0", "vgg11_bn"]:
        torch.manual_seed(0)
        if name == "efficientnet_lite0":
            # timm also draws for a layer that it throws away; so its steps are taken again without it.
            model = build(name)
            torch.manual_seed(0)
            for module in model.modules():
                if isinstance(module, (nn.Conv2d, nn.Linear)):
                    module.reset_parameters()
            efficientnet_init_weights(model)
        elif name == "vgg11_bn":
            # In the form for 32 x 32, since the other has ten times the parameters.
            model = cifar(build(name))
            torch.manual_seed(0)
            model.features = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs["A"], True)
            model.classifier = nn.Sequential(nn.Linear(512, CLASSES))
            for module in model.modules():
                if isinstance(module, nn.Conv2d):
                    nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                    nn.init.constant_(module.bias, 0)
                elif isinstance(module, nn.Linear):
                    nn.init.normal_(module.weight, 0, 0.01)
                    nn.init.constant_(module.bias, 0)
        else:
            model = build(name, **({"init_weights": True} if name == "googlenet" else {}))
        results[name] = [
            [rounded(p.double().sum().item()), rounded(p.double().norm().item())] for p in model.parameters()
        ]
    return results


def main():
    warnings.simplefilter("ignore")
    vggs = [f"vgg{depth}{norm}" for norm in ("", "_bn") for depth in (11, 13, 16, 19)]
    resnets = [f"resnet{depth}" for depth in (18, 34, 50, 101, 152)]
    resnets += ["wide_resnet50_2", "wide_resnet101_2", "resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"]
    cases = {}
    for name in vggs:
        # Nine tenths of their parameters are in the linear layers, which are the same in all: computed with once.
        if name == "vgg11":
            cases[name] = case(build(name), 3, 64)
        else:
            with torch.device("meta"):
                cases[name] = names(build(name))
        cases[f"{name}-cifar"] = case(cifar(build(name)), 3, 32)
    for name in resnets + ["googlenet", "efficientnet_lite0", "tf_efficientnet_lite0"]:
        # The largest see a smaller image, so that the test stays quick.
        cases[name] = case(build(name), 3, 32 if "101" in name or "152" in name else 64)
    for name in ["resnet18", "resnet50"]:
        cases[f"{name}-cifar"] = case(cifar(build(name)), 3, 32)
    cases["googlenet-transform"] = case(build("googlenet", transform_input=True), 3, 64)
    cases["small_vgg"] = case(SmallVGG(CLASSES), 3, 224)
    cases["airbench94"] = case(Airbench(CLASSES), 3, 64)
    cases["tiny"] = case(TinyResNet(CLASSES, 1, 16, TINY_STAGES), 1, 28)
    text = json.dumps({"cases": cases, "seeded": seeded()}, separators=(",", ":"))
    (FIXTURES / "classifiers.json").write_text(text.replace('},"', '},\n"') + "\n")


main()
