"""Writes Tests/FoveaModelsTests/Fixtures/explanations.json: Grad-CAM of torchvision's ResNet-18, attention roll-out of ViT.

Run:  pip install torch torchvision transformers;  python Tests/Reference/explanations.py, after vision_transformers.py

Made-up weights and images (made_up.py), in double precision. Grad-CAM as in the paper, of the last feature map, for the
most probable class and for class 3; roll-out of the attentions of the tiny ViT and DeiT that vision_transformers.py saved.
"""

import json
import pathlib

import torch
import torchvision
from made_up import fill, numbers, rounded
from transformers import AutoModelForImageClassification

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "FoveaModelsTests" / "Fixtures"


def grad_cam(model, images, target):
    kept = {}
    model.layer4.register_forward_hook(lambda module, inputs, output: kept.update(features=output))
    logits = model(images)
    classes = logits.argmax(1) if target is None else torch.full((len(images),), target)
    (gradient,) = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), kept["features"])
    cam = (gradient.mean((2, 3), keepdim=True) * kept["features"]).sum(1).relu()
    return cam / cam.amax((1, 2), keepdim=True).clamp(min=1e-12)  # nothing at all may speak for a class


def rollout(name, prefix):
    model = AutoModelForImageClassification.from_pretrained(FIXTURES / "Transformers" / name).eval().double()
    model.set_attn_implementation("eager")
    with torch.no_grad():
        attentions = model(numbers(17, 2, 3, 32, 32).double(), output_attentions=True).attentions
    flow = torch.eye(attentions[0].shape[-1], dtype=torch.float64)
    for attention in attentions:
        step = attention.mean(1) + torch.eye(attention.shape[-1], dtype=torch.float64)
        flow = (step / step.sum(-1, keepdim=True)) @ flow
    patches = flow[:, 0, prefix:].reshape(2, 4, 4)
    low, high = patches.amin((1, 2), keepdim=True), patches.amax((1, 2), keepdim=True)
    return (patches - low) / (high - low)


def values(tensor):
    return [rounded(x) for x in tensor.detach().flatten().tolist()]


resnet = fill(torchvision.models.resnet18(num_classes=10))
images = numbers(17, 2, 3, 96, 64).double()
content = {
    "grad_cam": values(grad_cam(resnet, images, None)), "grad_cam_3": values(grad_cam(resnet, images, 3)),
    "vit": values(rollout("vit", 1)), "deit-teacher": values(rollout("deit-teacher", 2)),
}  # fmt: skip
(FIXTURES / "explanations.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
