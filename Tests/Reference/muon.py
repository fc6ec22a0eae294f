"""Steps of torch.optim.Muon, for Tests/TorchTests/Optimizers/MuonTests.swift.

Run in the repository's root, with torch 2.13, and put what it prints into the test:
    python Tests/Reference/muon.py

PyTorch orthogonalises in bfloat16; here that is patched to float64, so that the rule is compared and not the rounding.
"""

import math

import torch

torch.Tensor.bfloat16 = lambda self: self.double()


def filled(shape, value):
    count = math.prod(shape)
    return torch.tensor([value(index) for index in range(count)], dtype=torch.float64).reshape(shape)


for shape in [(40, 64), (96, 36)]:
    weight = torch.nn.Parameter(filled(shape, lambda i: 0.1 * math.sin(0.37 * i)))
    optimizer = torch.optim.Muon([weight], lr=0.02, momentum=0.9, weight_decay=0.1, ns_steps=5)
    for step in range(3):
        weight.grad = filled(shape, lambda i: math.cos(0.013 * i * i + step))
        optimizer.step()
    first = [round(float(value), 6) for value in weight.detach().flatten()[:6]]
    print(shape, first, "squares", round(float(weight.square().sum()), 5))
