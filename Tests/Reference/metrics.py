"""Makes Tests/FoveaMetricsTests/Fixtures/classification.json: scikit-learn's values for FoveaMetrics.

Run from the root of the repository, with numpy, torch and scikit-learn installed:

    python Tests/Reference/metrics.py

Each case holds scores, labels and what scikit-learn says of them with its defaults (zero_division=0). Scores of the cases
"ties" and "absent" are sums of eighths, so that equal scores are equal to the bit whatever computes the softmax.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
import torch
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
    roc_auc_score,
    top_k_accuracy_score,
)

warnings.simplefilter("ignore")  # scikit-learn warns of every undefined value; they are what is tested
random = np.random.default_rng(20)


def calibration(probabilities, labels, bins=15):
    """Guo et al. (2017): confidence is the largest probability. scikit-learn's curve gives the bins."""
    confidence = probabilities.max(axis=1)
    correct = (probabilities.argmax(axis=1) == labels).astype(int)
    edges = np.linspace(0, 1, bins + 1)
    counts = np.bincount(np.searchsorted(edges[1:-1], confidence), minlength=bins)
    accuracy, mean_confidence = calibration_curve(correct, confidence, n_bins=bins, strategy="uniform")
    filled = counts > 0
    error = (counts[filled] / counts.sum() * np.abs(accuracy - mean_confidence)).sum()
    return {"error": error, "counts": counts, "accuracy": accuracy, "confidence": mean_confidence}


def averages(labels, predicted, classes):
    result = {}
    for average in ["micro", "macro", "weighted"] + (["binary"] if classes == 2 else []):
        precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, average=average)
        result[average] = {"precision": precision, "recall": recall, "f1": f1}
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, average=None, labels=range(classes)
    )
    result["per_class"] = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    return result


def case(kind, scores, labels, ks=(1, 2, 3)):
    """`kind` is "logits" or "probabilities"; scores of rank 1 are of the second of two classes."""
    scores = np.asarray(scores, dtype=np.float32)
    logits = torch.from_numpy(scores)
    if scores.ndim == 1:
        pair = [torch.zeros_like(logits), logits] if kind == "logits" else [1 - logits, logits]
        logits = torch.stack(pair, dim=1)
    probabilities = (logits.softmax(1) if kind == "logits" else logits).double().numpy()
    classes = probabilities.shape[1]
    predicted = logits.numpy().argmax(axis=1)
    present = range(classes)
    result = {
        "kind": kind,
        "shape": scores.shape,
        "scores": scores.ravel(),
        "labels": labels,
        "classes": classes,
        "accuracy": accuracy_score(labels, predicted),
        "averages": averages(labels, predicted, classes),
        "confusion": confusion_matrix(labels, predicted, labels=present),
        "normalized": {
            how: confusion_matrix(labels, predicted, labels=present, normalize=how) for how in ["true", "pred", "all"]
        },
        "calibration": calibration(probabilities, labels),
    }
    exact = probabilities / probabilities.sum(axis=1, keepdims=True)
    result["log_loss"] = log_loss(labels, exact.astype(np.float32), labels=present)
    if classes == 2:
        result["auroc"] = {"binary": roc_auc_score(labels, probabilities[:, 1])}
    else:
        result["auroc"] = {
            average: roc_auc_score(labels, exact, multi_class="ovr", average=average, labels=present)
            for average in ["macro", "weighted"]
        }
        result["auroc"]["per_class"] = roc_auc_score(labels, exact, multi_class="ovr", average=None, labels=present)
        result["top_k"] = {str(k): top_k_accuracy_score(labels, scores, k=k, labels=present) for k in ks}
    return result


def eighths(count, classes):
    """Rows of probabilities that are sums of eighths and add up to 1: many ties, within rows and between them."""
    return random.multinomial(8, np.ones(classes) / classes, size=count) / 8


def informed(count, classes, strength):
    labels = random.integers(classes, size=count)
    logits = random.normal(size=(count, classes))
    logits[np.arange(count), labels] += strength
    return np.round(logits, 3), labels


def cases():
    logits, labels = informed(120, 5, 1.5)
    yield "multi-class", case("logits", logits, labels)

    logits, labels = informed(80, 4, 0.0)
    skewed = np.minimum(labels, random.integers(4, size=80))
    yield "skewed chance", case("logits", logits, skewed)

    yield "ties", case("probabilities", eighths(90, 4), random.integers(4, size=90))

    # Class 3 has no sample, class 4 is never predicted, class 5 is neither: it is no part of an average.
    scores = np.zeros((60, 6))
    scores[:, :4] = eighths(60, 4)
    labels = random.choice([0, 1, 2, 4], size=60)
    yield "absent", case("probabilities", scores, labels)

    yield "all wrong", case("logits", np.roll(np.eye(3), 1, axis=1)[[0, 1, 2, 0]] * 4, np.array([0, 1, 2, 0]))
    yield "all right", case("logits", np.eye(3)[[0, 1, 2, 0]] * 4, np.array([0, 1, 2, 0]))
    yield "one class only", case("logits", np.round(random.normal(size=(7, 3)), 2), np.full(7, 1))

    logits, labels = informed(100, 2, 1.0)
    yield "binary, two columns", case("logits", logits, labels)
    yield "binary, one logit", case("logits", logits[:, 1] - logits[:, 0], labels)
    yield "binary ties", case("probabilities", random.integers(9, size=70) / 8, random.integers(2, size=70))
    yield "binary, never positive", case("probabilities", random.integers(4, size=20) / 8, random.integers(2, size=20))


def plain(value):
    """JSON has no NaN: null stands for it. Floats keep 17 digits."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        if np.isnan(value):
            return None
        return float(np.format_float_positional(value)) if isinstance(value, np.float32) else float(value)
    return int(value) if isinstance(value, np.integer) else value


if __name__ == "__main__":
    path = Path(__file__).parents[1] / "FoveaMetricsTests" / "Fixtures" / "classification.json"
    content = {"scikit-learn": sklearn.__version__, "cases": {name: plain(value) for name, value in cases()}}
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(f"{path}: {path.stat().st_size} bytes")
