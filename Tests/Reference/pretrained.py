"""Makes Tests/FoveaTrainingTests/Fixtures/Pretrained: tiny random models, saved by transformers itself, and their answers.

Run from the root of the repository, with transformers installed:

    python Tests/Reference/pretrained.py

Each folder is what `save_pretrained` leaves, with `expected.json` beside it: the logits of
an input that a formula gives, and the gradients of a weighted sum of them with respect to a few tensors.
"""

import json
import shutil
from pathlib import Path

import safetensors.torch
import torch
import transformers
from transformers import (
    BitImageProcessor, ConvNextConfig, ConvNextForImageClassification, ConvNextImageProcessor, DeiTConfig,
    DeiTForImageClassificationWithTeacher, DeiTImageProcessor, Dinov2Config, Dinov2ForImageClassification, ResNetConfig,
    ResNetForImageClassification, ViTConfig, ViTForImageClassification, ViTImageProcessor,
)

OUTPUT = Path(__file__).parents[1] / "FoveaTrainingTests" / "Fixtures" / "Pretrained"
torch.manual_seed(5)
LABELS = {0: "cat", 1: "dog", 2: "hen"}
TRANSFORMER = dict(
    hidden_size=24, num_hidden_layers=2, num_attention_heads=3, image_size=32, patch_size=8, id2label=LABELS,
    label2id={name: index for index, name in LABELS.items()}, initializer_range=0.2,
)


def pixels(size):
    """[2, 3, size, size] in -1...1."""
    values = torch.arange(2 * 3 * size * size, dtype=torch.float64)
    return torch.sin(values * 0.37 + torch.sin(values * 0.011) * 3).to(torch.float32).view(2, 3, size, size)


def shake(model):
    """Statistics and scales as after training, so that nothing hides behind a 0 or a 1."""
    for name, tensor in list(model.named_buffers()) + list(model.named_parameters()):
        if not tensor.is_floating_point():
            continue
        if name.endswith("running_mean"):
            tensor.data.normal_(0, 0.2)
        elif name.endswith("running_var"):
            tensor.data.uniform_(0.5, 1.5)
        elif "norm" in name or "bn" in name or "lambda" in name or "scale" in name:
            tensor.data.normal_(1 if name.endswith(("weight", "lambda1", "parameter")) else 0, 0.2)
        elif name.endswith("bias"):
            tensor.data.normal_(0, 0.1)
    return model.eval()


def answers(model, folder, size, checked):
    x = pixels(size)
    output = model(x)
    logits = output if torch.is_tensor(output) else output.logits
    weights = torch.cos(torch.arange(logits.numel(), dtype=torch.float32)).view_as(logits)
    model.zero_grad()
    (logits * weights).sum().backward()
    parameters = dict(model.named_parameters())
    expected = {
        "size": size, "logits": logits.tolist(),
        "gradients": {ours: parameters[theirs].grad.flatten()[:64].tolist() for theirs, ours in checked.items()},
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def save(name, model, processor, size, checked, **how):
    folder = OUTPUT / name
    shake(model).save_pretrained(folder, **how)
    if processor is not None:
        processor.save_pretrained(folder)
    answers(model, folder, size, checked)
    return folder


shutil.rmtree(OUTPUT, ignore_errors=True)
labels = dict(id2label=LABELS, label2id={name: index for index, name in LABELS.items()})
resnet = ResNetForImageClassification(
    ResNetConfig(embedding_size=8, hidden_sizes=[16, 24, 32, 40], depths=[1, 2, 1, 1], **labels))
save(
    "resnet", resnet, ConvNextImageProcessor(size={"shortest_edge": 64}), 64,
    {"resnet.embedder.embedder.convolution.weight": "conv1.weight", "classifier.1.bias": "fc.bias",
     "resnet.encoder.stages.1.layers.1.layer.2.normalization.weight": "layer2.1.bn3.weight",
     "resnet.encoder.stages.2.layers.0.shortcut.convolution.weight": "layer3.0.downsample.0.weight"},
    max_shard_size="10KB")
basic = ResNetForImageClassification(
    ResNetConfig(embedding_size=8, hidden_sizes=[8, 12, 16, 20], depths=[1, 1, 1, 1], layer_type="basic", **labels))
folder = save(
    "resnet-basic", basic, None, 64, {"resnet.encoder.stages.3.layers.0.layer.1.convolution.weight": "layer4.0.conv2.weight"})
torch.save(safetensors.torch.load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
(folder / "model.safetensors").unlink()

vit = ViTForImageClassification(ViTConfig(intermediate_size=48, **TRANSFORMER))
save("vit", vit, ViTImageProcessor(size={"height": 32, "width": 32}), 32, {"classifier.weight": "head.weight"})
# The backbone alone, as pre-trained models are published: without a head, with a pooler that no classifier has.
transformers.ViTModel(ViTConfig(intermediate_size=48, **{k: v for k, v in TRANSFORMER.items() if "label" not in k})
                      ).save_pretrained(OUTPUT / "vit-backbone")
deit = DeiTForImageClassificationWithTeacher(DeiTConfig(intermediate_size=48, **TRANSFORMER))
save("deit", deit, DeiTImageProcessor(size={"height": 36, "width": 36}, crop_size={"height": 32, "width": 32}), 32,
     {"cls_classifier.weight": "head.weight", "distillation_classifier.weight": "head_dist.weight"})
dino = Dinov2ForImageClassification(Dinov2Config(mlp_ratio=2, **TRANSFORMER))
save("dinov2", dino, BitImageProcessor(size={"shortest_edge": 36}, crop_size={"height": 32, "width": 32}), 32,
     {"classifier.weight": "head.weight"})
convnext = ConvNextForImageClassification(
    ConvNextConfig(hidden_sizes=[8, 12, 16, 20], depths=[1, 2, 1, 1], image_size=64, **labels))
save("convnext", convnext, ConvNextImageProcessor(size={"shortest_edge": 64}), 64, {"classifier.weight": "head.fc.weight"})

for path in OUTPUT.rglob("*.json"):
    if path.name == "config.json":
        config = json.loads(path.read_text())
        config.pop("transformers_version", None)
        path.write_text(json.dumps(config, indent=2) + "\n")
total = sum(path.stat().st_size for path in OUTPUT.rglob("*") if path.is_file())
print(f"{total} bytes, transformers {transformers.__version__}")
