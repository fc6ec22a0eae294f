"""The PyTorch twin of Recipes/cifar10-vgg16.yaml: same network, images, batches, optimizer and schedule.

  python cifar10_vgg16.py FOLDER STATE [--seed 42] [--precision bf16] [--threads 2]

FOLDER has train/CLASS/*.jpg and test/CLASS/*.jpg.

Prints the test accuracy after each epoch. STATE is a file written after each; started again, it goes on from there.
"""

import argparse
import pathlib
import time

import numpy
import torch
from networks import build
from PIL import Image
from torch.optim._muon import _zeropower_via_newtonschulz

EPOCHS, BATCH, LABEL_SMOOTHING = 12, 256, 0.1
RATE, WARM_UP_EPOCHS, MOMENTUM, DECAY, OTHERS_FACTOR = 0.04, 0.25, 0.9, 0.1, 0.5


def read(folder):
    classes = sorted(p.name for p in folder.iterdir() if p.is_dir())
    files = [(path, label) for label, name in enumerate(classes) for path in sorted((folder / name).iterdir())]
    images = numpy.stack([numpy.asarray(Image.open(path).convert("RGB")) for path, _ in files])
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous(), torch.tensor([label for _, label in files])


def crop_and_flip(images):
    """Padded by 4, cropped at random, mirrored half of the time; each image for itself."""
    count, _, side, _ = images.shape
    padded = torch.nn.functional.pad(images, (4, 4, 4, 4))
    top, left = torch.randint(0, 9, (2, count, 1))
    rows, columns = top + torch.arange(side), left + torch.arange(side)
    columns = torch.where(torch.rand(count, 1) < 0.5, columns.flip(1), columns)
    return padded[torch.arange(count)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def initialize(module):
    """As torchvision's VGG."""
    if isinstance(module, torch.nn.Conv2d):
        torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        torch.nn.init.zeros_(module.bias)
    elif isinstance(module, torch.nn.Linear):
        torch.nn.init.normal_(module.weight, 0, 0.01)
        torch.nn.init.zeros_(module.bias)


def is_matrix(p):
    """What Muon is for: kernels and matrices between layers, not the first layer's nor the last one's."""
    return p.ndim > 1 and p[0].numel() >= 32 and len(p) >= 32 and (p.ndim == 2 or p.shape[1] >= 8)


class Muon(torch.optim.Optimizer):
    """torch.optim.Muon takes matrices alone; this is its step for kernels too, and SGD's for the others."""

    def __init__(self, model):
        super().__init__(model.parameters(), {"lr": RATE})

    @torch.no_grad()
    def step(self):
        rate = self.param_groups[0]["lr"]
        for p in self.param_groups[0]["params"]:
            buffer = self.state[p].setdefault("momentum", torch.zeros_like(p))
            if not is_matrix(p):
                buffer.mul_(MOMENTUM).add_(p.grad)
                p.add_(p.grad + MOMENTUM * buffer, alpha=-rate * OTHERS_FACTOR)
                continue
            buffer.lerp_(p.grad, 1 - MOMENTUM)
            direction = p.grad.lerp(buffer, MOMENTUM).flatten(1)
            step = _zeropower_via_newtonschulz(direction, (3.4445, -4.7750, 2.0315), 3, 1e-7)
            p.mul_(1 - rate * DECAY)
            p.add_(step.view(p.shape), alpha=-rate * max(1, len(direction) / direction.shape[1]) ** 0.5)


def factor(step, steps):
    """Up in a straight line, and down to nothing in another."""
    warm_up = round(WARM_UP_EPOCHS * steps)
    return step / warm_up if step < warm_up else 1 - (step - warm_up) / (EPOCHS * steps - warm_up)


def forward(model, images, precision):
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        return model(images).float()


@torch.no_grad()
def accuracy(model, images, labels, precision):
    model.eval()
    batches = zip(images.split(500), labels.split(500))
    # The mean over each image and its mirror image.
    scores = ((forward(model, x, precision).softmax(1) + forward(model, x.flip(3), precision).softmax(1), y) for x, y in batches)
    right = sum((score.argmax(1) == y).sum().item() for score, y in scores)
    return right / len(labels)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("state", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    images, labels = read(options.folder / "train")
    tests, test_labels = read(options.folder / "test")
    mean = (images.float().mean((0, 2, 3)) / 255).view(1, 3, 1, 1)
    deviation = (images.float() / 255).std((0, 2, 3)).view(1, 3, 1, 1)
    last = torch.channels_last
    images, tests = (((x.float() / 255 - mean) / deviation).contiguous(memory_format=last) for x in (images, tests))

    model = build("vgg16_bn", 10, True).apply(initialize).to(memory_format=last)
    optimizer = Muon(model)
    steps = len(images) // BATCH
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: factor(step, steps))
    first, seconds = 0, 0.0
    if options.state.exists():
        state = torch.load(options.state, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first, seconds = state["epoch"], state["seconds"]
    loss_function = torch.nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING)
    for epoch in range(first, EPOCHS):
        torch.manual_seed(options.seed + epoch)
        start, total = time.time(), 0.0
        model.train()
        for batch in torch.randperm(len(images))[: steps * BATCH].split(BATCH):
            augmented = crop_and_flip(images[batch]).contiguous(memory_format=last)
            loss = loss_function(forward(model, augmented, options.precision), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        seconds += time.time() - start
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
        torch.save({**state, "epoch": epoch + 1, "seconds": seconds}, options.state)
        right = accuracy(model, tests, test_labels, options.precision)
        print(f"epoch {epoch + 1}: loss {total / steps:.4f}, test accuracy {right:.4f}, {seconds:.0f} s", flush=True)


main()
