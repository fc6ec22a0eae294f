"""Prints the similarity transforms of Tests/FoveaCommandTests/Faces/FaceAlignmentTests.swift, by the singular value
decomposition of Umeyama (1991).

Run:  pip install numpy;  python Tests/Reference/alignment.py
"""

import numpy as np

TARGETS = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]])
FACES = [
    [[120, 80], [170, 85], [143, 118], [122, 140], [165, 144]],
    [[60.5, 200.25], [40, 160], [75.5, 170], [100, 195], [80, 155]],
    [[500, 500], [900, 480], [700, 720], [540, 900], [880, 890]],
]


def umeyama(source, target):
    x, y = source - source.mean(0), target - target.mean(0)
    u, s, vt = np.linalg.svd(y.T @ x / len(x))
    d = np.array([1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ np.diag(d) @ vt
    scale = (s * d).sum() / x.var(0).sum()
    return scale * rotation, target.mean(0) - scale * rotation @ source.mean(0)


for face in FACES:
    matrix, shift = umeyama(np.array(face, dtype=float), TARGETS)
    print([round(v, 9) for v in (matrix[0, 0], matrix[1, 0], *shift)])
