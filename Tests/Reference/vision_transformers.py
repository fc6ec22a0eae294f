"""Writes Tests/FoveaModelsTests/Fixtures/Transformers/: what transformers', timm's and torchvision's networks compute.

Run:  pip install torch torchvision timm transformers;  python Tests/Reference/vision_transformers.py

One folder a tiny random model, as `save_pretrained` leaves it (for the others, as `safetensors.torch.save_file`), and in
transformers.json for each, in double precision, of two made-up images (made_up.py):
  logits           of images of the configuration's size
  gradients        of sum(logits * numbers), by the file's names: their product with the parameter, and their length
  tokens           the last hidden state, hidden states and attentions, each as its product with numbers, and its length
  resized          logits of images of another size: positions interpolated on the way (transformers) or on loading (timm)
and under "table", for each architecture of the table with ten classes, the number of its parameters and a hash of their
names and shapes; for four, logits and gradients of one image with made-up weights.
"""

import json
import pathlib
import shutil
import warnings

import timm
import torch
import torchvision
from made_up import fill, names, numbers, rounded
from safetensors.torch import load_file, save_file
from torch import nn

# Imported by their modules, since the package would import everything it has.
from transformers import (
    ConvNextConfig,
    ConvNextForImageClassification,
    DeiTConfig,
    DeiTForImageClassification,
    DeiTForImageClassificationWithTeacher,
    Dinov2Config,
    Dinov2ForImageClassification,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersForImageClassification,
    ViTConfig,
    ViTForImageClassification,
    ViTModel,
)

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "FoveaModelsTests" / "Fixtures" / "Transformers"
CLASSES = 3
SIZES = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=32, patch_size=8)


def digest(tensor, place=3):
    tensor = tensor.detach().double().flatten()
    return [rounded((tensor * numbers(place, len(tensor)).double()).sum().item()), rounded(tensor.norm().item())]


def product(gradient, parameter):
    return [rounded((gradient * parameter).sum().item()), rounded(gradient.norm().item())]


@torch.no_grad()
def randomize(model, seed):
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2)
        if parameter.dim() == 1 and "norm" in name and name.endswith("weight"):
            parameter.add_(1)
    return model.eval()


def saved_names(model, folder):
    """The file's name of each parameter: saving renames them."""
    stored = load_file(folder / "model.safetensors")
    found = {}
    for name, parameter in model.named_parameters():
        same = [key for key, value in stored.items() if value.shape == parameter.shape and value.equal(parameter.data)]
        if len(same) != 1:
            raise SystemExit(f"{folder.name}: {name} is stored as {same}")
        found[name] = same[0]
    return found


def of_transformers(name, model, seed):
    folder = FIXTURES / name
    randomize(model, seed)
    model.save_pretrained(folder)
    files = saved_names(model, folder)
    model.double()
    images = numbers(17, 2, 3, 32, 32).double()
    is_transformer = not name.startswith("convnext")
    kwargs = dict(output_hidden_states=True)
    if is_transformer:
        model.set_attn_implementation("eager")
        kwargs["output_attentions"] = True
    output = model(images, **kwargs)
    case = {"hidden_states": [digest(h) for h in output.hidden_states]}
    if is_transformer:
        case["attentions"] = [digest(a) for a in output.attentions]
    if hasattr(output, "logits"):
        (output.logits * numbers(3, 2, CLASSES)).sum().backward()
        case["logits"] = [rounded(x) for x in output.logits.flatten().tolist()]
        case["gradients"] = {
            files[n]: product(p.grad, p) for n, p in model.named_parameters() if p.grad is not None
        }
        kwargs = dict(interpolate_pos_encoding=True) if name.startswith(("vit", "deit")) else {}
        other = model(numbers(29, 2, 3, 48, 40).double(), **kwargs)
        case["resized"] = [rounded(x) for x in other.logits.flatten().tolist()]
    else:
        case["tokens"] = digest(output.last_hidden_state)
    return case


def of_timm(name, seed):
    options = dict(patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=CLASSES, class_token=True)
    if name == "timm-deit":
        make = lambda size: timm.models.deit.VisionTransformerDistilled(img_size=size, **options)
    elif name == "timm-registers":
        make = lambda size: timm.models.vision_transformer.VisionTransformer(
            img_size=size, reg_tokens=4, no_embed_class=True, init_values=1.0, **options
        )
    else:
        make = lambda size: timm.models.vision_transformer.VisionTransformer(img_size=size, **options)
    model = randomize(make(32), seed)
    folder = FIXTURES / name
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors")
    model.double()
    if name == "timm-registers":
        tokens = model.forward_features(numbers(17, 2, 3, 32, 32).double())
        return {"tokens": digest(tokens)}
    logits = model(numbers(17, 2, 3, 32, 32).double())
    (logits * numbers(3, 2, CLASSES)).sum().backward()
    case = {
        "logits": [rounded(x) for x in logits.flatten().tolist()],
        "gradients": {n: product(p.grad, p) for n, p in model.named_parameters()},
    }
    larger = make(48)
    weights = timm.models.vision_transformer.checkpoint_filter_fn(load_file(folder / "model.safetensors"), larger)
    larger.load_state_dict(weights)
    other = larger.eval().double()(numbers(29, 2, 3, 48, 48).double())
    case["resized"] = [rounded(x) for x in other.flatten().tolist()]
    return case


def of_torchvision(name, seed):
    if name == "torchvision-vit":
        model = torchvision.models.VisionTransformer(32, 8, 2, 2, 16, 64, num_classes=CLASSES)
    else:
        stages = [torchvision.models.convnext.CNBlockConfig(8, 16, 1), torchvision.models.convnext.CNBlockConfig(16, None, 2)]
        model = torchvision.models.ConvNeXt(stages, num_classes=CLASSES)
    randomize(model, seed)
    (FIXTURES / name).mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, FIXTURES / name / "model.safetensors")
    logits = model.double()(numbers(17, 2, 3, 32, 32).double())
    return {"logits": [rounded(x) for x in logits.flatten().tolist()]}


class ClassAndPatches(nn.Module):
    """DINOv2 with the head that transformers gives it, in timm's names."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        prefix = model.num_prefix_tokens
        if model.no_embed_class:
            model.pos_embed = nn.Parameter(torch.empty(1, model.pos_embed.shape[1] + 1, model.embed_dim))
        model.head = nn.Linear(2 * model.embed_dim, 10)
        self.prefix = prefix

    def state_dict(self):
        return self.model.state_dict()

    def parameters(self):
        return self.model.parameters()

    def forward(self, images):
        tokens = self.model.forward_features(images)
        return self.model.head(torch.cat([tokens[:, 0], tokens[:, self.prefix :].mean(1)], 1))


TIMM = {
    "vit_tiny_patch4_32": ("vit_tiny_patch16_224", dict(img_size=32, patch_size=4)),
    **{
        name: (name, {})
        for name in [
            "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_base_patch16_224", "vit_base_patch16_384",
            "vit_base_patch32_224", "vit_large_patch16_224", "deit_tiny_patch16_224", "deit_small_patch16_224",
            "deit_base_patch16_224", "deit_tiny_distilled_patch16_224", "deit_small_distilled_patch16_224",
            "deit_base_distilled_patch16_224", "convnext_tiny", "convnext_small", "convnext_base", "convnext_large",
        ]
    },
    **{
        f"dinov2_{size}{'_reg4' if registers else ''}": (f"vit_{size}_patch14{registers}_dinov2", {})
        for size, registers in [
            ("small", ""), ("base", ""), ("large", ""), ("small", "_reg4"), ("base", "_reg4"),
        ]
    },
}  # fmt: skip

COMPUTED = {"vit_base_patch16_224": 64, "deit_tiny_distilled_patch16_224": 64, "convnext_tiny": 64, "dinov2_small": 56}


def build(name, **options):
    source, more = TIMM[name]
    model = timm.create_model(source, num_classes=10, **more, **options)
    return ClassAndPatches(model) if name.startswith("dinov2") else model


def table(name):
    with torch.device("meta"):
        case = names(build(name))
    if name in COMPUTED:
        size = COMPUTED[name]
        model = fill(build(name, **({} if name.startswith("convnext") else {"img_size": size})))
        logits = model(numbers(17, 1, 3, size, size).double())
        (logits * numbers(3, 10)).sum().backward()
        case["size"] = size
        case["logits"] = [rounded(x) for x in logits[0].tolist()]
        case["gradients"] = [product(p.grad, p) for p in model.parameters()]
    return case


def main():
    warnings.simplefilter("ignore")
    shutil.rmtree(FIXTURES, ignore_errors=True)
    labels = dict(num_labels=CLASSES)
    vit = dict(intermediate_size=32, **SIZES)
    dino = dict(mlp_ratio=2, **SIZES)
    stages = dict(hidden_sizes=[8, 16], depths=[1, 2], num_stages=2)
    models = {
        "vit": ViTForImageClassification(ViTConfig(**vit, **labels)),
        "vit-backbone": ViTModel(ViTConfig(**vit)),
        "deit": DeiTForImageClassification(DeiTConfig(**vit, **labels)),
        "deit-teacher": DeiTForImageClassificationWithTeacher(DeiTConfig(**vit, **labels)),
        "dinov2": Dinov2ForImageClassification(Dinov2Config(**dino, **labels)),
        "dinov2-registers": Dinov2WithRegistersForImageClassification(
            Dinov2WithRegistersConfig(**dino, num_register_tokens=4, **labels)
        ),
        "convnext": ConvNextForImageClassification(ConvNextConfig(**stages, **labels)),
    }
    cases = {name: of_transformers(name, model, seed) for seed, (name, model) in enumerate(models.items())}
    for seed, name in enumerate(["timm-vit", "timm-deit", "timm-registers"]):
        cases[name] = of_timm(name, 100 + seed)
    for seed, name in enumerate(["torchvision-vit", "torchvision-convnext"]):
        cases[name] = of_torchvision(name, 200 + seed)
    text = json.dumps({"cases": cases, "table": {name: table(name) for name in TIMM}}, separators=(",", ":"))
    (FIXTURES / "transformers.json").write_text(text.replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
