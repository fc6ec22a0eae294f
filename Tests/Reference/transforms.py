"""Makes Tests/FoveaDataTests/Fixtures/transforms.json: what torchvision (v2, on tensors) and Pillow make of small images.

Run from the root of the repository, with torchvision and Pillow installed:

    python Tests/Reference/transforms.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageEnhance
import PIL.ImageOps
import torch
import torchvision
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode as Mode
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

OUTPUT = Path(__file__).parents[1] / "FoveaDataTests" / "Fixtures" / "transforms.json"
random = np.random.default_rng(20240)


def photograph(height, width):
    """Smooth colours with noise, and some levels at both ends, as uint8 [3, H, W]."""
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j]
    waves = np.stack([np.sin(5 * x + 2 * y), np.cos(7 * y - 3 * x), np.sin(9 * x * y + 1)])
    return torch.from_numpy(np.clip(128 + 150 * waves + random.normal(0, 12, waves.shape), 0, 255).astype(np.uint8))


def packed(tensor):
    tensor = tensor.contiguous()
    kind = {torch.uint8: "uint8", torch.float32: "float32"}[tensor.dtype]
    data = base64.b64encode(tensor.numpy().tobytes()).decode()
    return {"dtype": kind, "shape": list(tensor.shape), "data": data}


image = photograph(24, 32)
small = image[:, 4:12, 6:16].contiguous()
flat = torch.stack([torch.full((8, 10), 77), torch.arange(80).view(8, 10) % 2 * 9 + 3, torch.arange(80).view(8, 10)])
flat = flat.to(torch.uint8)
pil = PIL.Image.fromarray(image.permute(1, 2, 0).numpy())


def from_pil(picture):
    array = np.asarray(picture)
    return torch.from_numpy(array.copy()).unsqueeze(0) if array.ndim == 2 else torch.from_numpy(array.copy()).permute(2, 0, 1)


tensors = {"image": image, "small": small, "flat": flat}

# Sizes
for name, mode in {"bilinear": Mode.BILINEAR, "bicubic": Mode.BICUBIC, "nearest": Mode.NEAREST}.items():
    tensors[f"resize.{name}.down"] = F.resize(image, [17, 23], mode)
    tensors[f"resize.{name}.up"] = F.resize(image, [31, 40], mode)
tensors["resize.bilinear.float"] = F.resize(F.to_dtype(small, torch.float32, scale=True), [5, 7])
tensors["resize.shortest"] = F.resize(image, 16)
tensors["pillow.resize.bilinear.down"] = from_pil(pil.resize((23, 17), PIL.Image.BILINEAR))
tensors["pillow.resize.bicubic.up"] = from_pil(pil.resize((40, 31), PIL.Image.BICUBIC))
tensors["centerCrop.inside"] = F.center_crop(image, [15, 21])
tensors["centerCrop.padded"] = F.center_crop(image, [29, 21])
sizes = []
for height, width in [(480, 640), (640, 480), (333, 500), (500, 333), (427, 640), (100, 3000), (375, 375), (1, 7)]:
    frame = torch.zeros(1, height, width, dtype=torch.uint8)
    sizes.append({
        "from": [height, width],
        "shortest256": list(F.resize(frame, 256, Mode.NEAREST).shape[1:]),
        "shortest800AtMost1333": list(F.resize(frame, 800, Mode.NEAREST, max_size=1333).shape[1:]),
        "longest640": list(F.resize(frame, None, Mode.NEAREST, max_size=640).shape[1:]),
    })

# Moves
for angle in [5, -30, 90, 133.7]:
    tensors[f"rotate.nearest.{angle}"] = F.rotate(image, angle, Mode.NEAREST)
    tensors[f"rotate.bilinear.{angle}"] = F.rotate(image, angle, Mode.BILINEAR)
tensors["rotate.nearest.fill"] = F.rotate(image, 20, Mode.NEAREST, fill=100)
still = dict(angle=0.0, translate=[0, 0], scale=1.0, shear=[0.0, 0.0])
degrees = lambda factor: float(np.degrees(np.arctan(factor)))
tensors["shearX"] = F.affine(image, **{**still, "shear": [degrees(0.3), 0.0]}, center=[0, 0])
tensors["shearY"] = F.affine(image, **{**still, "shear": [0.0, degrees(-0.2)]}, center=[0, 0])
tensors["translateX"] = F.affine(image, **{**still, "translate": [7, 0]})
tensors["translateY"] = F.affine(image, **{**still, "translate": [0, -4]})

# Colours
unit = F.to_dtype(small, torch.float32, scale=True)
for name, change, factors in [
    ("brightness", F.adjust_brightness, [0.5, 1.3]),
    ("contrast", F.adjust_contrast, [0.4, 1.7]),
    ("saturation", F.adjust_saturation, [0.3, 1.6]),
    ("hue", F.adjust_hue, [-0.4, 0.1, 0.25]),
    ("sharpness", F.adjust_sharpness, [0.1, 1.9]),
]:
    for factor in factors:
        tensors[f"{name}.{factor}"] = change(image, factor)
        if name != "sharpness":
            tensors[f"{name}.{factor}.float"] = change(unit, factor)
            tensors[f"{name}.{factor}.gray"] = change(small[:1], factor)
for name, enhance, factor in [
    ("brightness", PIL.ImageEnhance.Brightness, 1.3),
    ("contrast", PIL.ImageEnhance.Contrast, 0.4),
    ("saturation", PIL.ImageEnhance.Color, 1.6),
    ("sharpness", PIL.ImageEnhance.Sharpness, 1.9),
]:
    tensors[f"pillow.{name}"] = from_pil(enhance(pil).enhance(factor))
tensors["grayscale"] = F.rgb_to_grayscale(image)
tensors["pillow.grayscale"] = from_pil(pil.convert("L"))
tensors["blur.5.1.1"] = F.gaussian_blur(image, 5, 1.1)
tensors["blur.9.2.0"] = F.gaussian_blur(image, 9, 2.0)
tensors["blur.3.0.7.float"] = F.gaussian_blur(unit, 3, 0.7)
tensors["stretched"] = torch.from_numpy(
    np.rint(np.clip(image.numpy().astype(np.float64) * 1.15 - 0.1 * 255, 0, 255)).astype(np.uint8))
tensors["posterize.3"] = F.posterize(image, 3)
tensors["solarize.100.2"] = F.solarize(image, 100.2)
for name, picture in [("image", image), ("flat", flat)]:
    tensors[f"autoContrast.{name}"] = F.autocontrast(picture)
    tensors[f"equalize.{name}"] = F.equalize(picture)
tensors["pillow.posterize.3"] = from_pil(PIL.ImageOps.posterize(pil, 3))
tensors["pillow.solarize.100.2"] = from_pil(PIL.ImageOps.solarize(pil, 100.2))
tensors["pillow.autoContrast"] = from_pil(PIL.ImageOps.autocontrast(pil))
tensors["pillow.equalize"] = from_pil(PIL.ImageOps.equalize(pil))
tensors["normalize"] = F.normalize(unit, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
tensors["toFloat"] = unit

# How far the operations of the policies go, for an image of 33 x 47.
policies = {}
for name, policy in [("randAugment", v2.RandAugment), ("trivialWide", v2.TrivialAugmentWide)]:
    policies[name] = {}
    for operation, (magnitudes, is_signed) in policy._AUGMENTATION_SPACE.items():
        values = magnitudes(31, 33, 47)
        policies[name][operation] = {"isSigned": is_signed, "values": [] if values is None else [float(v) for v in values]}

# Image, boxes, masks and key points together. Boxes are clamped, and dropped if less than a pixel is left.
boxes = torch.tensor([[2.0, 3, 14, 11], [20, 14, 31.5, 23], [0, 0, 4, 3], [12, 6, 20.25, 18.5]])
masks = torch.zeros(4, 24, 32, dtype=torch.uint8)
for mask, (left, top, right, bottom) in zip(masks, boxes.round().int().tolist()):
    mask[top:bottom, left:right] = 1
    mask[top, left] = 0
points = torch.tensor([[5.0, 6], [25, 16], [2, 1.5], [16, 12]])


def moved(change, point_shift=0.0):
    clamping = dict(clamping_mode="hard")
    new_boxes = change(tv_tensors.BoundingBoxes(boxes, format="XYXY", canvas_size=(24, 32), **clamping))
    new_boxes = F.clamp_bounding_boxes(new_boxes)
    new_image = change(image)
    kept = ((new_boxes[:, 2] - new_boxes[:, 0] >= 1) & (new_boxes[:, 3] - new_boxes[:, 1] >= 1)).nonzero().flatten()
    new_points = change(tv_tensors.KeyPoints(points - point_shift, canvas_size=(24, 32))) + point_shift
    return {
        "image": packed(new_image),
        "boxes": packed(torch.Tensor(new_boxes[kept])),
        "kept": kept.tolist(),
        "masks": packed(torch.Tensor(change(tv_tensors.Mask(masks))).to(torch.uint8)[kept]),
        "points": packed(torch.Tensor(new_points[kept]).contiguous()),
    }


joint = {
    "resize": moved(lambda x: F.resize(x, [36, 40])),
    "centerCrop": moved(lambda x: F.center_crop(x, [12, 18])),
    "centerCrop.padded": moved(lambda x: F.center_crop(x, [40, 18])),
    # torchvision flips key points as if they were indices of pixels, but scales and turns them as Fovea always does: as
    # places, where the middle of the first pixel is 0.5.
    "horizontalFlip": moved(F.horizontal_flip, point_shift=0.5),
    "verticalFlip": moved(F.vertical_flip, point_shift=0.5),
    "rotate": moved(lambda x: F.rotate(x, 25, Mode.NEAREST)),
    "shearX": moved(lambda x: F.affine(x, **{**still, "shear": [degrees(0.3), 0.0]}, center=[0, 0])),
}

OUTPUT.write_text(json.dumps({
    "madeWith": f"torchvision {torchvision.__version__.split('+')[0]}, Pillow {PIL.__version__}",
    "tensors": {name: packed(tensor) for name, tensor in tensors.items()},
    "sizes": sizes,
    "policies": policies,
    "boxes": packed(boxes), "masks": packed(masks), "points": packed(points),
    "joint": joint,
}, indent=0) + "\n")
print(OUTPUT, OUTPUT.stat().st_size)
