"""Makes Tests/FoveaModelsTests/Fixtures/assignment.json: scipy's least costs for Hungarian.

Run from the root of the repository, with numpy and scipy installed:

    python Tests/Reference/assignment.py

A cost is remainder / 64 of a product of whole numbers, so the test makes the same matrices by the same formula and the file
needs to hold no matrix: costs[r, c] = ((r * a + c * b + r * c * m + s) * 2654435761 mod 2**32 mod levels) / 64.
Few levels make many ties.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment


def matrix(rows, columns, a, b, m, s, levels):
    r = np.arange(rows, dtype=np.uint64)[:, None]
    c = np.arange(columns, dtype=np.uint64)[None, :]
    hashed = (r * a + c * b + r * c * m + s) * np.uint64(2654435761) % np.uint64(2**32)
    return (hashed % np.uint64(levels)).astype(np.float64) / 64


random = np.random.default_rng(6)
cases = []
shapes = [(0, 0), (0, 3), (1, 1), (1, 9), (9, 1), (2, 2), (3, 7), (7, 3), (20, 20), (100, 8), (8, 100), (60, 61), (90, 90)]
for rows, columns in shapes:
    for levels in [1, 2, 5, 1000, 100_000_000]:
        a, b, m, s = (int(x) for x in random.integers(1, 10_000, 4))
        costs = matrix(rows, columns, a, b, m, s, levels)
        chosen = linear_sum_assignment(costs)
        cases.append(
            {"rows": rows, "columns": columns, "factors": [a, b, m, s], "levels": levels, "cost": float(costs[chosen].sum())}
        )

path = Path(__file__).parent.parent / "FoveaModelsTests/Fixtures/assignment.json"
path.write_text(json.dumps(cases))
