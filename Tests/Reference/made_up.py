"""Made-up weights and images that Python and Swift make alike, and what of a model is stored to compare with.

Weights are too large to store, so both sides make them: entry number k of the state dict is cut out of an endless
repetition of 10,007 random numbers, from place k * 7919 on, and scaled (`fill`). Not run by itself: scripts import it.
"""

import math

import torch

NUMBERS = torch.rand(10007, generator=torch.Generator().manual_seed(0)) * 2 - 1


def numbers(place, *shape):
    count = math.prod(shape)
    place %= len(NUMBERS)
    return NUMBERS.repeat((place + count) // len(NUMBERS) + 1)[place : place + count].reshape(shape)


@torch.no_grad()
def fill(model):
    for index, (key, tensor) in enumerate(model.state_dict().items()):
        if key.endswith("num_batches_tracked"):
            continue
        values = numbers(index * 7919, *tensor.shape)
        if tensor.dim() > 1:
            values = values * math.sqrt(6 / math.prod(tensor.shape[1:]))
        elif key.endswith("weight") or key.endswith("running_var"):
            values = 0.7 + 0.2 * values
        else:
            values = 0.1 * values
        tensor.copy_(values)
    return model.eval().double()


def key_hash(model):
    """FNV-1a."""
    value = 0xCBF29CE484222325
    for key, tensor in model.state_dict().items():
        for byte in f"{key} {list(tensor.shape)}\n".encode():
            value = ((value ^ byte) * 0x100000001B3) % 2**64
    return f"{value:016x}"


def rounded(value):
    return float(f"{value:.6g}")


def names(model):
    return {"parameters": sum(p.numel() for p in model.parameters()), "keys": key_hash(model)}
