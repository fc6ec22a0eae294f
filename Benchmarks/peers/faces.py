"""The PyTorch twin of Recipes/faces-people-triplet.yaml, -contrastive.yaml and -contrastive-sets.yaml: the same network,
augmentation, loss, optimizer and schedule, judged by the same people.

Run:  pip install torch torchvision pillow scikit-learn
      python Benchmarks/peers/faces.py PEOPLE triplet|contrastive|sets RUN

RUN is the folder of a run of Fovea; its unseen.json names the people that were held out.
"""

import json
import pathlib
import sys
import time

import numpy as np
import torch
import torchvision_alone  # noqa: F401, before torchvision
import torchvision.transforms.v2 as transforms
from PIL import Image
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional as F

SIZE, WIDTHS, EMBEDDING = 48, [16, 32, 64, 128], 128
root, loss_name, run = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
unseen = set(json.loads((run / "unseen.json").read_text()))
torch.manual_seed(0)
torch.set_num_threads(2)
random = np.random.default_rng(0)


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.branch = nn.Sequential(
            nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o), nn.PReLU(o),
            nn.Conv2d(o, o, 3, 2, 1, bias=False), nn.BatchNorm2d(o),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(i, o, 1, 2, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        return self.branch(x) + self.shortcut(x)


def network():
    side = SIZE // 2 ** len(WIDTHS)
    model = nn.Sequential(
        nn.Conv2d(3, WIDTHS[0], 3, 1, 1, bias=False), nn.BatchNorm2d(WIDTHS[0]), nn.PReLU(WIDTHS[0]),
        *[Block(i, o) for i, o in zip([WIDTHS[0]] + WIDTHS, WIDTHS)],
        nn.BatchNorm2d(WIDTHS[-1]), nn.Dropout(0.3), nn.Flatten(), nn.Linear(WIDTHS[-1] * side**2, EMBEDDING),
        nn.BatchNorm1d(EMBEDDING),
    )
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, std=0.1)
    model[-1].weight.requires_grad = False
    return model


def triplet(x, labels):
    distances = torch.cdist(x, x)
    same = labels[:, None] == labels
    farthest = distances.masked_fill(~same, -1).amax(1)
    nearest = distances.masked_fill(same, float("inf")).amin(1)
    return F.relu(farthest - nearest + 0.3).mean()


def contrastive(x, labels):
    itself = torch.eye(len(x), dtype=torch.bool)
    scores = (x @ x.T / 0.1).masked_fill(itself, -1e9)
    same = (labels[:, None] == labels) & ~itself
    return -((scores - scores.logsumexp(1, keepdim=True)) * same).sum(1).div(same.sum(1)).mean()


def sets(x, labels):
    """Each query against its positive, among the candidates of the whole batch but others of its own person."""
    query, positive, negative = x.view(-1, 3, x.shape[1]).unbind(1)
    person, _, other = labels.view(-1, 3).unbind(1)
    own = (person[:, None] == person) & ~torch.eye(len(query), dtype=torch.bool)
    excluded = torch.cat([own, person[:, None] == other], 1)
    scores = (query @ torch.cat([positive, negative]).T / 0.1).masked_fill(excluded, -1e9)
    return F.cross_entropy(scores, torch.arange(len(query)))


photographs = {p.name: [Image.open(f).convert("RGB") for f in sorted(p.iterdir())] for p in root.iterdir() if p.is_dir()}
assert unseen and unseen <= photographs.keys(), f"{run} held out others than {root} has"
resize = transforms.Compose([transforms.PILToTensor(), transforms.Resize((SIZE, SIZE), antialias=True)])
photographs = {name: torch.stack([resize(i) for i in images]) for name, images in photographs.items()}
known = sorted(photographs.keys() - unseen)
pixels = torch.cat([photographs[name] for name in known]).float() / 255
mean, std = pixels.mean((0, 2, 3)), pixels.std((0, 2, 3))
augment = transforms.Compose([
    transforms.RandomRotation(12, transforms.InterpolationMode.BILINEAR), transforms.ColorJitter(0.3, 0.3, 0.3),
    transforms.RandomCrop(SIZE, padding=4), transforms.RandomHorizontalFlip(),
    transforms.ToDtype(torch.float32, scale=True), transforms.Normalize(mean, std),
])


def batch():
    """12 people with 4 photographs each."""
    chosen = []
    for person in random.choice(len(known), 12, replace=False):
        chosen += [(person, k) for k in random.choice(len(photographs[known[person]]), 4, replace=False)]
    images = torch.stack([augment(photographs[known[p]][k]) for p, k in chosen])
    return images, torch.tensor([p for p, _ in chosen])


LOSSES = {"triplet": triplet, "contrastive": contrastive, "sets": sets}


def batches_of_sets():
    """20 sets of a query, a positive and one negative; each photograph is a query once an epoch."""
    all_photographs = [(p, k) for p, name in enumerate(known) for k in range(len(photographs[name]))]
    while True:
        random.shuffle(all_photographs)
        for first in range(0, len(all_photographs) - 19, 20):
            chosen = []
            for person, k in all_photographs[first : first + 20]:
                others = [j for j in range(len(photographs[known[person]])) if j != k]
                stranger = random.choice([p for p in range(len(known)) if p != person])
                chosen += [(person, k), (person, random.choice(others))]
                chosen += [(stranger, random.integers(len(photographs[known[stranger]])))]
            images = torch.stack([augment(photographs[known[p]][k]) for p, k in chosen])
            yield images, torch.tensor([p for p, _ in chosen])


model = network()
in_sets = batches_of_sets()
steps, warm_up = (600, 90) if loss_name == "sets" else (240, 36)
decayed = [p for p in model.parameters() if p.requires_grad and p.dim() > 1]
others = [p for p in model.parameters() if p.requires_grad and p.dim() <= 1]
groups = [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=1e-3)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=steps, pct_start=warm_up / steps, cycle_momentum=False)
start = time.perf_counter()
for _ in range(steps):
    images, labels = next(in_sets) if loss_name == "sets" else batch()
    loss = LOSSES[loss_name](F.normalize(model(images)), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
seconds = time.perf_counter() - start

model.eval()
names = sorted(unseen)
people = torch.cat([torch.full((len(photographs[name]),), k) for k, name in enumerate(names)])
images = transforms.Normalize(mean, std)(torch.cat([photographs[name] for name in names]).float() / 255)
with torch.no_grad():
    x = F.normalize(F.normalize(model(images)) + F.normalize(model(images.flip(-1))))
similarity = x @ x.T
first, second = torch.triu_indices(len(x), len(x), 1)
auc = roc_auc_score((people[first] == people[second]).numpy(), similarity[first, second].numpy())
similarity.fill_diagonal_(-2)
rank1 = (people[similarity.argmax(1)] == people).float().mean().item()
print(f"{loss_name}: AUC {auc:.4f}, rank-1 {rank1:.4f}, {seconds:.0f} s")
