"""Measures parts of a model's work by themselves: a detector's operators and scores, matching, text, faces.

Fovea's side makes the same numbers, as the generators are libtorch's in both, or reads the same files (inputs.py).
"""

import contextlib
import io
import json
import pathlib
import sys

from timing import rate

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def nms(options):
    """torchvision's suppression, class by class, of 8,000 boxes in 20 classes."""
    import torch
    import torchvision_alone  # noqa: F401
    import torchvision

    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(1)
    corners = torch.rand(8000, 2, generator=generator) * 800
    sides = torch.rand(8000, 2, generator=generator) * 190 + 10
    scores = torch.rand(8000, generator=generator)
    boxes, classes = torch.cat([corners, corners + sides], 1), torch.arange(8000) % 20
    return rate(lambda: torchvision.ops.batched_nms(boxes, scores, classes, 0.5), 8000, options.seconds)


def roi_align(options):
    """torchvision's RoIAlign of 512 regions of two images, from features of stride 16 that lie as it wants them."""
    import torch
    import torchvision_alone  # noqa: F401
    import torchvision

    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(2, 256, 50, 68, generator=generator).requires_grad_(options.backward)
    corners = torch.rand(512, 2, generator=generator) * 600
    sides = torch.rand(512, 2, generator=generator) * 190 + 10
    regions = torch.cat([(torch.arange(512) % 2)[:, None], corners, corners + sides], 1)
    gradient = torch.ones(512, 256, 7, 7)

    def step():
        result = torchvision.ops.roi_align(features, regions, 7, 1 / 16, 2)
        if options.backward:
            torch.autograd.grad(result, features, gradient)

    return rate(step, 512, options.seconds)


def coco(options):
    """pycocotools' evaluate() and accumulate(), which take more than a minute: once, with nothing before it."""
    from safetensors.numpy import load_file

    sys.path.append(str(ROOT / "Tests/Reference"))
    from coco import prepared

    rows = load_file(options.target)
    gold, detected = rows["gold"].tolist(), rows["detected"].tolist()
    images = {int(row[0]) for row in gold}
    evaluation = prepared(images, 80, gold, detected)

    def step():
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation.evaluate()
            evaluation.accumulate()

    return rate(step, len(images), options.seconds, warm_up=0, least=1)


def hungarian(options):
    """scipy's assignment of as many columns to rows."""
    import torch
    from scipy.optimize import linear_sum_assignment

    generator = torch.Generator().manual_seed(1)
    costs = torch.rand(options.size, options.size, dtype=torch.float64, generator=generator).numpy()
    return rate(lambda: linear_sum_assignment(costs), 1, options.seconds)


def caption_metrics(options):
    """pycocoevalcap's BLEU, ROUGE-L and CIDEr-D, of sentences whose words have been told apart already."""
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.rouge.rouge import Rouge

    captions = json.loads(pathlib.Path(options.target).read_text())
    found = {image: [caption] for image, caption in enumerate(captions["captions"])}
    references = dict(enumerate(captions["references"]))

    def step():
        Bleu(4).compute_score(references, found, verbose=0)
        Rouge().compute_score(references, found)
        Cider().compute_score(references, found)

    return rate(step, len(found), options.seconds, warm_up=0, least=1)


def tokenizer(options):
    """Hugging Face's tokenizer of GPT-2 in Python, which transformers has had up to release 4."""
    sys.path.insert(0, str(ROOT / ".bench/transformers-4"))
    from transformers import GPT2Tokenizer

    folder = pathlib.Path(options.target)
    encoder = GPT2Tokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
    lines = (folder / "corpus.txt").read_text().splitlines()
    count = sum(len(encoder.encode(line)) for line in lines)
    return rate(lambda: [encoder.encode(line) for line in lines], count, options.seconds)


def mtcnn(options):
    """facenet-pytorch's MTCNN finds the faces of a photograph."""
    import torch
    import torchvision_alone  # noqa: F401
    import facenet_pytorch
    from PIL import Image

    torch.set_num_threads(options.threads)
    detector = facenet_pytorch.MTCNN(keep_all=True)
    image = Image.open(options.target).convert("RGB")
    return rate(lambda: detector.detect(image), 1, options.seconds)
