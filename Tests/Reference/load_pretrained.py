"""Loads a folder that Fovea wrote with transformers, and prints what it predicts for an image, as JSON.

Run:  pip install torch torchvision transformers pillow;  python Tests/Reference/load_pretrained.py FOLDER IMAGE

Used by the test `transformersLoadsTheFolder`, which runs where FOVEA_REFERENCE_PYTHON names a Python that has these. It
fails if anything in the folder is missing, left over, or of another shape.
"""

import json
import sys

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageClassification

folder, image = sys.argv[1:3]
model, report = AutoModelForImageClassification.from_pretrained(folder, output_loading_info=True)
if any(report[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")):
    raise SystemExit(f"{folder}: {report}")
processor = AutoImageProcessor.from_pretrained(folder)
inputs = processor(images=Image.open(image).convert("RGB"), return_tensors="pt")
with torch.no_grad():
    logits = model.eval()(**inputs).logits[0]
print(json.dumps({"class": type(model).__name__, "labels": model.config.id2label, "logits": logits.tolist()}))
