"""Writes Tests/TorchTests/Fixtures/embedding_losses.json: losses of embeddings, by pytorch-metric-learning where it has
them, and by their formulas where it does not.

Run:  pip install torch pytorch-metric-learning;  python Tests/Reference/embedding_losses.py

Each case holds the loss of the same embeddings and labels, and its gradient by the embeddings.
"""

import json
import math
import pathlib

import torch
from pytorch_metric_learning import distances, losses, miners, reducers
from torch.nn import functional as F

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "TorchTests" / "Fixtures" / "embedding_losses.json"
LABELS = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4])  # the last is alone
generator = torch.Generator().manual_seed(3)
X = torch.randn(12, 6, generator=generator, dtype=torch.float64)
CENTRES = torch.randn(5, 6, generator=generator, dtype=torch.float64)
PAIRS = torch.tensor([[0, 1], [3, 4], [0, 3], [6, 9], [8, 10], [5, 11]])
TRIPLETS = torch.tensor([[0, 1, 3], [3, 5, 6], [6, 7, 0], [8, 10, 11]])
# Two queries with their positive and two negatives each.
SETS = torch.tensor([[0, 1, 3, 6], [8, 9, 4, 11]])
# Each set has a negative of the other query's person, one of them the other query itself.
SHARED_SETS = torch.tensor([[0, 1, 3, 6], [3, 4, 0, 11]])

DISTANCES = {
    "cosine": distances.CosineSimilarity(),
    "euclidean": distances.LpDistance(normalize_embeddings=False, p=2),
    "manhattan": distances.LpDistance(normalize_embeddings=False, p=1),
}
MARGIN = {"cosine": 0.3, "euclidean": 0.8, "manhattan": 1.5}


def rows(name, x, y):
    if name == "cosine":
        return 1 - F.cosine_similarity(x, y)
    return torch.linalg.vector_norm(x - y, ord=2 if name == "euclidean" else 1, dim=-1)


def all_triplets(name):
    loss = losses.TripletMarginLoss(MARGIN[name], distance=DISTANCES[name], reducer=reducers.AvgNonZeroReducer())
    return lambda x: loss(x, LABELS)


def hard_triplets(name):
    miner = miners.BatchHardMiner(distance=DISTANCES[name])
    loss = losses.TripletMarginLoss(MARGIN[name], distance=DISTANCES[name], reducer=reducers.MeanReducer())
    return lambda x: loss(x, LABELS, miner(x, LABELS))


def semi_hard_triplets(name):
    miner = miners.TripletMarginMiner(MARGIN[name], "semihard", distance=DISTANCES[name])
    loss = losses.TripletMarginLoss(MARGIN[name], distance=DISTANCES[name], reducer=reducers.MeanReducer())
    return lambda x: loss(x, LABELS, miner(x, LABELS))


def given_triplets(name):
    a, p, n = TRIPLETS.T
    return lambda x: F.relu(rows(name, x[a], x[p]) - rows(name, x[a], x[n]) + MARGIN[name]).mean()


def given_pairs(name):
    a, b = PAIRS.T
    same = LABELS[a] == LABELS[b]

    def loss(x):
        d = rows(name, x[a], x[b])
        return torch.where(same, d**2, F.relu(MARGIN[name] - d) ** 2).mean() / 2

    return loss


def all_pairs(name):
    same = LABELS[:, None] == LABELS
    upper = torch.ones_like(same).triu(1)

    def loss(x):
        d = rows(name, x[:, None].expand(-1, 12, -1).reshape(144, 6), x.repeat(12, 1)).reshape(12, 12)
        return (d[same & upper] ** 2).mean() / 2 + (F.relu(MARGIN[name] - d[~same & upper]) ** 2).mean() / 2

    return loss


def softmax_form(whole_batch, sets=SETS):
    def loss(x):
        queries, candidates = x[sets[:, 0]], x[sets[:, 1:]]
        if whole_batch:
            same = LABELS[sets[:, 0]][:, None] == LABELS[sets[:, 1:]].flatten()
            same[[0, 1], [0, 3]] = False  # the positives
            scores = queries @ candidates.flatten(0, 1).T / 0.7
            return F.cross_entropy(scores.masked_fill(same, -torch.inf), torch.tensor([0, 3]))
        return F.cross_entropy(torch.einsum("nd,ncd->nc", queries, candidates) / 0.7, torch.tensor([0, 0]))

    return loss


def supervised_contrastive(x):
    # Its reducer averages over the elements with a loss above 0, which leaves out who is alone, as here.
    return losses.SupConLoss(temperature=0.2)(x, LABELS)


def margin_softmax(kind, margin):
    loss = kind(num_classes=5, embedding_size=6, margin=margin, scale=16)
    loss.W.data = CENTRES.T.clone()
    return lambda x: loss(x, LABELS)


cases = {
    **{f"batch_all_{d}": all_triplets(d) for d in DISTANCES},
    **{f"batch_hard_{d}": hard_triplets(d) for d in DISTANCES},
    **{f"semi_hard_{d}": semi_hard_triplets(d) for d in DISTANCES},
    **{f"triplets_{d}": given_triplets(d) for d in DISTANCES},
    **{f"pairs_{d}": given_pairs(d) for d in DISTANCES},
    **{f"all_pairs_{d}": all_pairs(d) for d in DISTANCES},
    "own_candidates": softmax_form(False),
    "whole_batch": softmax_form(True),
    "whole_batch_of_shared_people": softmax_form(True, SHARED_SETS),
    "supervised_contrastive": supervised_contrastive,
    "arcface": margin_softmax(losses.ArcFaceLoss, 28.6),
    "arcface_wide": margin_softmax(losses.ArcFaceLoss, 100),  # some angles go beyond 180 degrees
    "cosface": margin_softmax(losses.CosFaceLoss, 0.35),
}


def rounded(values):
    return [float(f"{v:.8g}") for v in values.flatten().tolist()]


result = {
    "embeddings": rounded(X), "labels": LABELS.tolist(), "centres": rounded(CENTRES), "pairs": PAIRS.tolist(),
    "triplets": TRIPLETS.tolist(), "sets": SETS.tolist(), "shared_sets": SHARED_SETS.tolist(),
    "margins": MARGIN, "cases": {},
}
for name, loss in cases.items():
    x = X.clone().requires_grad_()
    value = loss(x)
    value.backward()
    assert math.isfinite(value.item()) and value.item() > 0, name
    result["cases"][name] = {"loss": value.item(), "gradient": rounded(x.grad)}
FIXTURE.write_text(json.dumps(result, separators=(",", ":")) + "\n")
