"""The networks of the benchmark rows in plain PyTorch, as their papers and torchvision have them."""

import torch
from torch import nn
from torch.nn import functional as F


def normed(inputs, outputs, kernel, stride=1, groups=1, padding=None):
    padding = kernel // 2 if padding is None else padding
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm2d(outputs)
    )


class Residual(nn.Module):
    """A basic block (two 3x3) or a bottleneck (1x1, 3x3, 1x1)."""

    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = width * 4 if bottleneck else width
        if bottleneck:
            self.steps = nn.ModuleList([normed(inputs, width, 1), normed(width, width, 3, stride), normed(width, outputs, 1)])
        else:
            self.steps = nn.ModuleList([normed(inputs, width, 3, stride), normed(width, width, 3)])
        self.shortcut = normed(inputs, outputs, 1, stride) if stride > 1 or inputs != outputs else nn.Identity()

    def forward(self, x):
        y = x
        for step in self.steps[:-1]:
            y = F.relu(step(y), inplace=True)
        return F.relu(self.steps[-1](y).add_(self.shortcut(x)), inplace=True)


def resnet(blocks, bottleneck, classes, cifar):
    layers = [normed(3, 64, 3 if cifar else 7, 1 if cifar else 2), nn.ReLU(True)]
    if not cifar:
        layers.append(nn.MaxPool2d(3, 2, 1))
    inputs = 64
    for stage, count in enumerate(blocks):
        for index in range(count):
            width = 64 << stage
            layers.append(Residual(inputs, width, 2 if stage and not index else 1, bottleneck))
            inputs = width * 4 if bottleneck else width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, classes))


def vgg16(classes):
    layers, inputs = [], 3
    for width in [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0]:
        if width:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(True)]
            inputs = width
        else:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion):
        super().__init__()
        width = inputs * expansion
        steps = [normed(inputs, width, 1), nn.ReLU6(True)] if expansion > 1 else []
        steps += [normed(width, width, kernel, stride, groups=width), nn.ReLU6(True), normed(width, outputs, 1)]
        self.steps, self.adds = nn.Sequential(*steps), stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.steps(x) if self.adds else self.steps(x)


def efficientnet_lite0(classes):
    layers, inputs = [normed(3, 32, 3, 2), nn.ReLU6(True)], 32
    for expansion, width, count, kernel, stride in [
        (1, 16, 1, 3, 1), (6, 24, 2, 3, 2), (6, 40, 2, 5, 2), (6, 80, 3, 3, 2), (6, 112, 3, 5, 1), (6, 192, 4, 5, 2), (6, 320, 1, 3, 1)
    ]:  # fmt: skip
        for index in range(count):
            layers.append(InvertedResidual(inputs, width, kernel, stride if index == 0 else 1, expansion))
            inputs = width
    layers += [normed(320, 1280, 1), nn.ReLU6(True), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(1280, classes))


class EncoderBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        n, t, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, c))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    def __init__(self, classes, width=768, depth=12, heads=12, patch=16, size=224):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width) * 0.02)
        self.blocks = nn.Sequential(*[EncoderBlock(width, heads) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


def build(name, classes=1000, cifar=False):
    return {
        "resnet18": lambda: resnet([2, 2, 2, 2], False, classes, cifar),
        "resnet50": lambda: resnet([3, 4, 6, 3], True, classes, cifar),
        "vgg16_bn": lambda: vgg16(classes),
        "efficientnet_lite0": lambda: efficientnet_lite0(classes),
        "vit_base_patch16_224": lambda: ViT(classes),
    }[name]()
