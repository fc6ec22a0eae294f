"""Steps of PyTorch's optimizers and values of its schedules, for Tests/TorchTests/Optimizers.

Run in the repository's root, with torch 2.13:
    python Tests/Reference/optimizers.py > Tests/TorchTests/Fixtures/optimizers.json
"""

import json

import torch
from torch.optim import lr_scheduler as schedules

STEPS = 8
SHAPES = {"kernel": (2, 3, 2, 2), "bias": (5,)}

torch.manual_seed(1)
start = {name: torch.randn(shape) for name, shape in SHAPES.items()}
gradients = [{name: torch.randn(shape) for name, shape in SHAPES.items()} for _ in range(STEPS)]


def flat(tensors):
    return {name: [float(x) for x in tensor.flatten()] for name, tensor in tensors.items()}


def steps(make, groups=None):
    parameters = {name: torch.nn.Parameter(tensor.clone()) for name, tensor in start.items()}
    optimizer = make(groups(parameters) if groups else list(parameters.values()))
    after = []
    for gradient in gradients:
        for name, parameter in parameters.items():
            parameter.grad = gradient[name].clone()
        optimizer.step()
        after.append(flat({name: parameter.detach() for name, parameter in parameters.items()}))
    return [after[0], after[1], after[-1]]


def two_groups(parameters):
    return [
        {"params": [parameters["kernel"]], "lr": 0.01},
        {"params": [parameters["bias"]], "weight_decay": 0.0, "lr": 0.1},
    ]


optimizers = {
    "sgd": steps(lambda p: torch.optim.SGD(p, lr=0.1)),
    "sgd-momentum": steps(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05)),
    "sgd-nesterov": steps(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05)),
    "sgd-groups": steps(lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05), two_groups),
    "adam": steps(lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6)),
    "adam-decay": steps(lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.1)),
    "adamw": steps(lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1)),
    "rmsprop": steps(lambda p: torch.optim.RMSprop(p, lr=0.01)),
    "rmsprop-momentum": steps(lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, alpha=0.9, weight_decay=0.1)),
    "rmsprop-centered": steps(lambda p: torch.optim.RMSprop(p, lr=0.01, centered=True, eps=1e-3)),
}


def clipped(max_norm):
    parameters = [torch.nn.Parameter(start[name].clone()) for name in SHAPES]
    for parameter, name in zip(parameters, SHAPES):
        parameter.grad = gradients[0][name].clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return {"norm": float(norm), "gradients": flat({n: p.grad for n, p in zip(SHAPES, parameters)})}


def clipped_values(limit):
    parameters = [torch.nn.Parameter(start[name].clone()) for name in SHAPES]
    for parameter, name in zip(parameters, SHAPES):
        parameter.grad = gradients[0][name].clone()
    torch.nn.utils.clip_grad_value_(parameters, limit)
    return flat({n: p.grad for n, p in zip(SHAPES, parameters)})


def rates(make, count=40, observed=None):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5, momentum=0.9)
    schedule = make(optimizer)
    rates, momenta = [], []
    for step in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if observed:
            schedule.step(observed[step])
        elif step < count - 1:
            schedule.step()
    return {"rates": rates, "momenta": momenta}


def warmed_up(optimizer):
    return schedules.SequentialLR(
        optimizer,
        [
            schedules.LinearLR(optimizer, start_factor=0.01, total_iters=8),
            schedules.CosineAnnealingLR(optimizer, T_max=32, eta_min=0.005),
        ],
        milestones=[8],
    )


plateau_losses = [3, 2.5, 2.4, 2.41, 2.4, 2.45, 2.39999, 2.5, 2.3, 2.3, 2.3, 2.31, 2.3, 2.3, 2.2, 2.2, 2.2, 2.2, 2.2, 2.2]
plateau_scores = [0.1, 0.2, 0.3, 0.3, 0.3, 0.30001, 0.29, 0.4, 0.4, 0.4, 0.39, 0.4, 0.41, 0.41, 0.41, 0.41, 0.4, 0.4, 0.4, 0.4]

all_schedules = {
    "step": rates(lambda o: schedules.StepLR(o, step_size=7, gamma=0.3)),
    "multi-step": rates(lambda o: schedules.MultiStepLR(o, milestones=[5, 20, 30], gamma=0.2)),
    "cosine": rates(lambda o: schedules.CosineAnnealingLR(o, T_max=40, eta_min=0.05)),
    "linear": rates(lambda o: schedules.LinearLR(o, start_factor=1, end_factor=0.1, total_iters=30)),
    "polynomial": rates(lambda o: schedules.PolynomialLR(o, total_iters=30, power=0.9)),
    "one-cycle": rates(lambda o: schedules.OneCycleLR(o, max_lr=0.5, total_steps=40)),
    "one-cycle-linear": rates(
        lambda o: schedules.OneCycleLR(
            o, max_lr=0.5, total_steps=40, pct_start=0.2, div_factor=10, final_div_factor=100, anneal_strategy="linear",
            base_momentum=0.8, max_momentum=0.9)),
    "warm-up": rates(warmed_up),
    "plateau": rates(
        lambda o: schedules.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=1), 20, plateau_losses),
    "plateau-larger": rates(
        lambda o: schedules.ReduceLROnPlateau(o, mode="max", factor=0.1, patience=1, min_lr=0.002), 20, plateau_scores),
}

print(json.dumps({
    "shapes": SHAPES,
    "start": flat(start),
    "gradients": [flat(g) for g in gradients],
    "optimizers": optimizers,
    "clipNorm": {"0.5": clipped(0.5), "100": clipped(100.0)},
    "clipValue": clipped_values(0.3),
    "schedules": all_schedules,
    "plateauLosses": plateau_losses,
    "plateauScores": plateau_scores,
}))
