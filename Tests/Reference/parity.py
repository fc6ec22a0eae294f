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
LEARNING_RATE, MAX_NORM = 0.04, 0.5

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


initial = Network().state_dict()
labels = torch.randint(0, 5, (BATCH * BATCHES,))
patterns = torch.randn(5, 3, 8, 8)
images = patterns[labels] + torch.randn(BATCH * BATCHES, 3, 8, 8)


def train(dtype, memory_format):
    """The loss of each step, and the model; other roundings show how much they grow in the course of the steps."""
    model = Network().to(dtype)
    model.load_state_dict(initial)
    model.to(memory_format=memory_format)
    decaying = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    optimizer = torch.optim.SGD(
        [{"params": decaying, "weight_decay": 5e-3}, {"params": others, "weight_decay": 0}],
        lr=LEARNING_RATE, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=LEARNING_RATE, total_steps=STEPS, pct_start=0.25)
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.1)
    losses, norms = [], []
    for step in range(STEPS):
        place = step % BATCHES * BATCH
        batch = images[place : place + BATCH].to(dtype).contiguous(memory_format=memory_format)
        loss = loss_function(model(batch), labels[place : place + BATCH])
        optimizer.zero_grad()
        loss.backward()
        norms.append(float(nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)))
        optimizer.step()
        if step < STEPS - 1:
            schedule.step()
        losses.append(float(loss.detach()))
    return losses, norms, model


losses, norms, model = train(torch.float32, torch.contiguous_format)
for dtype, memory_format in [(torch.float64, torch.contiguous_format), (torch.float32, torch.channels_last)]:
    other = train(dtype, memory_format)[0]
    grown = max(abs(a - b) / b for a, b in zip(losses, other))
    print(f"other roundings ({dtype}, {memory_format}): relative difference {grown:.1e}")
    assert grown < 1e-4, "too chaotic for a comparison to 1e-3: lower the learning rate"
print("losses", losses[:3], losses[-3:], "steps clipped", sum(n > MAX_NORM for n in norms))

save_file(
    {"images": images, "labels": labels} | {f"model.{k}": v.clone() for k, v in initial.items()},
    FIXTURES / "parity.safetensors",
)
after = {name: float(value.double().norm()) for name, value in model.state_dict().items()}
(FIXTURES / "parity.json").write_text(json.dumps({"losses": losses, "normsAfter": after}))
