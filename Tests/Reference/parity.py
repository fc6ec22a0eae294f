"""Fifty steps of PyTorch on a small convolutional network, for Tests/FoveaTrainingTests/Trainer/ParityTests.

Run in the repository's root, with torch 2.13 and safetensors:
    python Tests/Reference/parity.py

Batch normalisation, SGD with Nesterov's momentum, a one-cycle schedule that moves momentum too, label smoothing, gradient
clipping: what a classifier's recipe is made of. Writes parity.safetensors (images, labels, the weights before) and
parity.json (the loss of each step, the norms before clipping, the weights after).
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

FIXTURES = Path("Tests/FoveaTrainingTests/Fixtures")
STEPS, BATCH, BATCHES = 50, 16, 5

torch.manual_seed(3)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(16)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = self.norm1(self.conv1(x)).relu()
        x = self.norm2(self.conv2(x)).relu()
        return self.fc(x.mean(dim=(2, 3)))


model = Network()
labels = torch.randint(0, 5, (BATCH * BATCHES,))
patterns = torch.randn(5, 3, 8, 8)
images = patterns[labels] + torch.randn(BATCH * BATCHES, 3, 8, 8)
save_file(
    {"images": images, "labels": labels} | {f"model.{k}": v.clone() for k, v in model.state_dict().items()},
    FIXTURES / "parity.safetensors",
)

decaying = [p for p in model.parameters() if p.ndim > 1]
others = [p for p in model.parameters() if p.ndim <= 1]
optimizer = torch.optim.SGD(
    [{"params": decaying, "weight_decay": 5e-3}, {"params": others, "weight_decay": 0}],
    lr=0.2, momentum=0.9, nesterov=True)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=STEPS, pct_start=0.25)
loss_function = nn.CrossEntropyLoss(label_smoothing=0.1)

losses, norms = [], []
for step in range(STEPS):
    place = step % BATCHES * BATCH
    loss = loss_function(model(images[place : place + BATCH]), labels[place : place + BATCH])
    optimizer.zero_grad()
    loss.backward()
    norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), 0.25)))
    optimizer.step()
    schedule.step() if step < STEPS - 1 else None
    losses.append(float(loss.detach()))

after = {name: float(value.double().norm()) for name, value in model.state_dict().items()}
print("losses", losses[:3], losses[-3:], norms[:3], norms[-3:], "clipped", sum(n > 0.25 for n in norms))
(FIXTURES / "parity.json").write_text(json.dumps({"losses": losses, "normsAfter": after}))
