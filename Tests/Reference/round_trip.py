"""From Python to Fovea and back: a model that transformers saved is fine-tuned by Fovea, and loaded by transformers again.

Run from the root of the repository, with transformers installed and the fovea command built:

    python Tests/Reference/round_trip.py .build/debug/fovea

It fails unless both give an image's classes the same probabilities.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import PIL.Image
import torch
import transformers

FOVEA = sys.argv[1]
SAVED = Path(__file__).resolve().parents[1] / "FoveaTrainingTests" / "Fixtures" / "Pretrained" / "vit"
COLOURS = ("red", "green", "blue")


def fovea(*arguments):
    return subprocess.run([FOVEA, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


with tempfile.TemporaryDirectory() as name:
    root, random = Path(name), np.random.default_rng(0)
    for split, count in (("train", 24), ("val", 6), ("test", 6)):
        for channel, colour in enumerate(COLOURS):
            folder = root / "data" / split / colour
            folder.mkdir(parents=True)
            for index in range(count):
                pixels = random.integers(0, 64, (40, 48, 3), dtype=np.uint8)
                pixels[..., channel] += 150
                PIL.Image.fromarray(pixels).save(folder / f"{index}.png")
    recipe = root / "recipe.yaml"
    recipe.write_text(
        f"model: {SAVED}\noptimizer: {{ name: adamw, learning_rate: 0.003 }}\n"
        "training: { epochs: 2, batch_size: 12, loader_threads: 1 }\n")
    fovea("train", "--recipe", recipe, "--data", f"folder:{root}/data", "--output", root / "run")

    folder = root / "run" / "transformers"
    model = transformers.AutoModelForImageClassification.from_pretrained(folder).eval()
    processor = transformers.AutoImageProcessor.from_pretrained(folder)
    for colour in COLOURS:
        image = root / "data" / "test" / colour / "0.png"
        with torch.no_grad():
            theirs = model(**processor(PIL.Image.open(image), return_tensors="pt")).logits.softmax(-1)[0]
        guesses = json.loads(fovea("predict", root / "run", image, "--json"))["predictions"]
        ours = {guess["label"]: guess["probability"] for guess in guesses}
        difference = max(abs(ours[model.config.id2label[i]] - float(value)) for i, value in enumerate(theirs))
        print(f"{colour}: {guesses[0]['label']} {guesses[0]['probability']:.4f}, largest difference {difference:.1e}")
        assert difference < 1e-5
