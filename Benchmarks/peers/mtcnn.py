"""Compares `fovea faces detect` with facenet-pytorch's MTCNN on photographs: boxes, landmarks, probabilities and time.

Run:  pip install facenet-pytorch pillow torch torchvision
      python Benchmarks/peers/mtcnn.py .build/release/fovea PHOTOGRAPH...

Photographs are any with faces in them; none comes with Fovea. The detector's weights are those of the installed package.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import facenet_pytorch
import numpy as np
import torch
from PIL import Image

torch.set_num_threads(2)
fovea, *paths = sys.argv[1:]
weights = pathlib.Path(facenet_pytorch.__file__).parent / "data"
detector = facenet_pytorch.MTCNN(keep_all=True)
worst, faces_seen = [0.0, 0.0, 0.0], 0
for path in paths:
    image = Image.open(path).convert("RGB")
    with tempfile.TemporaryDirectory() as folder:
        # As PNG, so that both see the same pixels whatever JPEG decoder they have.
        png = pathlib.Path(folder) / "photograph.png"
        image.save(png)
        answer = subprocess.run(
            [fovea, "faces", "detect", "--detector", str(weights), str(png), "--json"], capture_output=True, text=True, check=True
        )
    found = json.loads(answer.stdout)["faces"]
    boxes, probabilities, landmarks = detector.detect(image, landmarks=True)
    start = time.perf_counter()
    for _ in range(5):
        detector.detect(image)
    milliseconds = 200 * (time.perf_counter() - start)
    boxes = [] if boxes is None else boxes
    print(f"{path}: {image.width} x {image.height}, {len(boxes)} faces, Fovea {len(found)}; facenet-pytorch {milliseconds:.1f} ms")
    if len(boxes) != len(found):
        print("  the number of faces differs")
        continue
    faces_seen += len(found)
    # Both put the largest first.
    for face, box, probability, points in zip(found, boxes, probabilities, landmarks if len(boxes) else []):
        differences = [
            np.abs(np.array(face["box"]) - box.astype(float)).max(),
            np.abs(np.array(face["landmarks"]) - points.astype(float)).max(),
            abs(face["probability"] - probability),
        ]
        worst = [max(a, b) for a, b in zip(worst, differences)]
print(f"{faces_seen} faces: boxes within {worst[0]:.2g} px, landmarks within {worst[1]:.2g} px, probabilities within {worst[2]:.2g}")
