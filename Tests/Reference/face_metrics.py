"""Writes Tests/FoveaMetricsTests/Fixtures/faces.json: the LFW protocol, ROC curves and rank-k by scikit-learn, SciPy and
NumPy.

Run:  pip install numpy scipy scikit-learn;  python Tests/Reference/face_metrics.py
"""

import json
import pathlib

import numpy as np
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import KFold
from sklearn.preprocessing import normalize

FIXTURE = pathlib.Path(__file__).resolve().parent.parent / "FoveaMetricsTests" / "Fixtures" / "faces.json"
random = np.random.default_rng(5)


def rates(distances, same, threshold):
    accepted = distances < threshold
    tp, fp = np.sum(accepted & same), np.sum(accepted & ~same)
    return (tp + np.sum(~accepted & ~same)) / len(same), tp / np.sum(same), fp / np.sum(~same)


def lfw(distances, same, folds, wanted):
    """`distances` gives the distances of all pairs for the training pairs of a fold."""
    accuracies, thresholds, validation, false_accepts = [], [], [], []
    for train, test in KFold(folds, shuffle=False).split(same):
        d = distances(train)
        steps = np.arange(0, 4, 0.01)
        best = steps[np.argmax([rates(d[train], same[train], t)[0] for t in steps])]
        thresholds.append(best)
        accuracies.append(rates(d[test], same[test], best)[0])
        steps = np.arange(0, 4, 0.001)
        far = np.array([rates(d[train], same[train], t)[2] for t in steps])
        threshold = interp1d(far, steps, kind="linear")(wanted) if far.max() >= wanted else 0.0
        _, val, reached = rates(d[test], same[test], threshold)
        validation.append(val)
        false_accepts.append(reached)
    return {
        "accuracies": accuracies, "thresholds": thresholds, "accuracy": [np.mean(accuracies), np.std(accuracies)],
        "validation": [np.mean(validation), np.std(validation)], "far": np.mean(false_accepts), "wanted": wanted,
    }


def curve(distances, same):
    fpr, tpr, _ = roc_curve(same, -distances)
    return {
        "auc": roc_auc_score(same, -distances),
        "eer": brentq(lambda x: 1 - x - interp1d(fpr, tpr)(x), 0, 1),
        "tar": {str(far): tpr[fpr <= far].max() for far in [0, 0.001, 0.01, 0.1, 1]},
    }


# Folds of as many pairs of the same person as of two, as in pairs.txt.
same = np.tile(np.repeat([True, False], 15), 10)
distances = np.round(np.where(same, random.normal(1.0, 0.35, 300), random.normal(1.7, 0.3, 300)).clip(0, 3.99), 3)
centres = random.normal(size=(30, 8))
people = np.repeat(np.arange(30), 4)
embeddings = normalize(centres[people] + random.normal(scale=0.9, size=(120, 8)) + 0.4).round(5)
a, b = [], []
for fold in range(10):
    for k in range(15):
        person = (fold * 3 + k // 5) % 30
        a.append(person * 4 + k % 2), b.append(person * 4 + 2 + k % 2)
    for k in range(15):
        a.append(((fold * 3 + k) % 30) * 4 + k % 4), b.append(((fold * 5 + 3 * k + 7) % 30) * 4 + (k // 2) % 4)
a, b = np.array(a), np.array(b)
pair_same = people[a] == people[b]


def chords(train, subtract):
    x, y = embeddings[a], embeddings[b]
    if subtract:
        mean = np.concatenate([x[train], y[train]]).mean(axis=0)
        x, y = normalize(x - mean), normalize(y - mean)
    return ((x - y) ** 2).sum(axis=1)


similarity = embeddings @ embeddings.T
np.fill_diagonal(similarity, -np.inf)
ranks = []
for query in range(120):
    best = [similarity[query, people == person].max() for person in range(30)]
    ranks.append(int(sum(s > best[people[query]] for s in best)))

result = {
    "distances": distances.tolist(), "same": same.tolist(), "lfw": lfw(lambda _: distances, same, 10, 0.01),
    "roc": curve(distances, same), "embeddings": embeddings.flatten().tolist(), "people": people.tolist(),
    "first": a.tolist(), "second": b.tolist(), "pair_same": pair_same.tolist(),
    "plain": lfw(lambda train: chords(train, False), pair_same, 10, 0.05),
    "centred": lfw(lambda train: chords(train, True), pair_same, 10, 0.05), "ranks": ranks,
}
FIXTURE.write_text(json.dumps(result, separators=(",", ":")) + "\n")
print(result["lfw"]["accuracy"], result["roc"], result["plain"]["accuracy"], result["centred"]["accuracy"])
