"""Writes Tests/FoveaTrainingTests/Fixtures/probing.json: nearest neighbours and logistic regression of scikit-learn.

Run:  pip install torch numpy scikit-learn;  python Tests/Reference/probing.py

60 embeddings of 4 numbers in 3 overlapping clouds, 9 queries; the votes of the 5 nearest neighbours by cosine, each
weighted by exp(cosine / 0.07); and the probabilities of a logistic regression on standardised embeddings.
"""

import json
import pathlib

import numpy
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "FoveaTrainingTests" / "Fixtures"
L2 = 0.01

generator = torch.Generator().manual_seed(0)
centres = torch.randn(3, 4, generator=generator)
labels = torch.arange(69) % 3
points = (centres[labels] * 1.5 + torch.randn(69, 4, generator=generator)) * torch.tensor([1.0, 10.0, 0.1, 3.0]) + 1
points = numpy.round(points.numpy().astype(numpy.float64), 4)
labels = labels.numpy()
train, queries, truth = points[:60], points[60:], labels[:60]

neighbours = KNeighborsClassifier(5, metric="cosine", weights=lambda d: numpy.exp((1 - d) / 0.07)).fit(train, truth)
mean, deviation = train.mean(0), train.std(0)
regression = LogisticRegression(C=1 / (L2 * len(train)), tol=1e-10, max_iter=10_000).fit((train - mean) / deviation, truth)


def rounded(array):
    return [round(float(x), 6) for x in array.flatten()]


content = {
    "features": rounded(train), "labels": truth.tolist(), "queries": rounded(queries),
    "votes": rounded(neighbours.predict_proba(queries)),
    "probabilities": rounded(regression.predict_proba((queries - mean) / deviation)),
}  # fmt: skip
(FIXTURES / "probing.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
