"""Makes Tests/FoveaModelsTests/Fixtures/tracking.json: numbers that SORT gives to boxes, for Tracker.

Run from the root of the repository, with numpy and scipy installed:

    python Tests/Reference/tracking.py

Written from the paper (Bewley et al., 2016) with whole matrices: one Kalman filter of seven numbers a track (centre, area,
ratio; speeds of the first three). A frame is a list of [left, top, right, bottom, class].
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

F = np.eye(7)
F[0, 4] = F[1, 5] = F[2, 6] = 1
H = np.eye(4, 7)
R = np.diag([1.0, 1, 10, 10])
Q = np.diag([1.0, 1, 1, 1, 0.01, 0.01, 0.0001])


def measured(box):
    left, top, right, bottom = box[:4]
    return np.array([(left + right) / 2, (top + bottom) / 2, (right - left) * (bottom - top), (right - left) / (bottom - top)])


def corners(x):
    width = np.sqrt(x[2] * x[3]) if x[2] * x[3] > 0 else np.nan
    height = x[2] / width
    return np.array([x[0] - width / 2, x[1] - height / 2, x[0] + width / 2, x[1] + height / 2])


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def track(frames, max_age, min_hits, least):
    tracks, answers, count = [], [], 0
    for number, frame in enumerate(frames, 1):
        for t in tracks:
            if t["unseen"] > 0:
                t["streak"] = 0
            t["unseen"] += 1
            if t["x"][2] + t["x"][6] <= 0:
                t["x"][6] = 0
            t["x"] = F @ t["x"]
            t["P"] = F @ t["P"] @ F.T + Q
        tracks = [t for t in tracks if np.isfinite(corners(t["x"])).all()]
        overlaps = np.array([[iou(b, corners(t["x"])) if b[4] == t["label"] else 0 for t in tracks] for b in frame])
        overlaps = overlaps.reshape(len(frame), len(tracks))
        overlaps[overlaps < least] = 0
        given = {b: t for b, t in zip(*linear_sum_assignment(-overlaps)) if overlaps[b, t] > 0}
        answer = []
        for b, box in enumerate(frame):
            if b in given:
                t = tracks[given[b]]
                gain = t["P"] @ H.T @ np.linalg.inv(H @ t["P"] @ H.T + R)
                t["x"] = t["x"] + gain @ (measured(box) - H @ t["x"])
                t["P"] = (np.eye(7) - gain @ H) @ t["P"]
                t["unseen"] = 0
                t["streak"] += 1
            else:
                count += 1
                x = np.concatenate([measured(box), np.zeros(3)])
                t = {"x": x, "P": np.diag([10.0] * 4 + [10000.0] * 3), "unseen": 0, "streak": 0, "label": box[4], "number": count}
                tracks.append(t)
            answer.append(t["number"] if t["streak"] >= min_hits or number <= min_hits else None)
        answers.append(answer)
        tracks = [t for t in tracks if t["unseen"] <= max_age]
    return answers


random = np.random.default_rng(16)
cases = []
for objects, length, lost, noise, settings in [
    (3, 20, 0.0, 1, (1, 3, 0.3)), (8, 30, 0.15, 2, (1, 3, 0.3)), (8, 30, 0.3, 2, (4, 1, 0.2)), (15, 25, 0.1, 4, (2, 0, 0.5)),
    (1, 12, 0.0, 0, (1, 3, 0.3)),
]:
    places = random.uniform(50, 400, (objects, 2))
    speeds = random.uniform(-9, 9, (objects, 2))
    sides = random.uniform(15, 90, (objects, 2))
    growth = random.uniform(0.97, 1.03, (objects, 1))
    frames = []
    for f in range(length):
        frame = []
        for o in random.permutation(objects).tolist():
            if random.random() < lost or (o % 4 == 3 and f < 6):
                continue
            side = sides[o] * growth[o] ** f
            corner = places[o] + speeds[o] * f - side / 2
            box = np.concatenate([corner, corner + side]) + random.normal(0, 1, 4) * noise
            frame.append([*np.round(box, 1).tolist(), o % 2])
        frames.append(frame)
    max_age, min_hits, least = settings
    cases.append({"frames": frames, "maxAge": max_age, "minHits": min_hits, "minOverlap": least, "numbers": track(frames, *settings)})

path = Path(__file__).parent.parent / "FoveaModelsTests/Fixtures/tracking.json"
path.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
for c in cases:
    print([len([n for n in a if n]) for a in c["numbers"]], max(n or 0 for a in c["numbers"] for n in a))
