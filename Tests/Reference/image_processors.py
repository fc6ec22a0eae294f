"""Makes Tests/FoveaDataTests/Fixtures/processors.json: what the image processors of transformers and timm make of images.

Run from the root of the repository, with transformers, timm, torchvision and Pillow installed:

    python Tests/Reference/image_processors.py

Images come from a formula, so that none is stored. Of each result there are its size, a checksum of all its bytes, and some
of its values.
"""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import PIL.Image
import timm.data
import torch
import transformers

OUTPUT = Path(__file__).parents[1] / "FoveaDataTests" / "Fixtures" / "processors.json"
STEP = 997


def image(height, width):
    """Waves of different lengths in each channel, with sharp edges: uint8 [H, W, 3]."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    value = x * (2 * c + 3) + y * (5 - c) + (x * y // 64) * 7 + ((x // 9) ^ (y // 7)) % 32 * 5
    return (value % 256).astype(np.uint8)


def described(tensor):
    values = tensor.to(torch.float32).contiguous().numpy()
    return {
        "shape": list(values.shape),
        "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
        "values": base64.b64encode(values.flatten()[::STEP].tobytes()).decode(),
    }


# The files as they are on the Hub, old and new, then every way of each processor.
files = {
    "vit": {
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5],
        "image_processor_type": "ViTImageProcessor", "image_std": [0.5, 0.5, 0.5], "resample": 2,
        "rescale_factor": 0.00392156862745098, "size": {"height": 224, "width": 224},
    },
    "vit-old": {
        "do_normalize": True, "do_resize": True, "feature_extractor_type": "ViTFeatureExtractor",
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2, "size": 384,
    },
    "vit-fast": {"image_processor_type": "ViTImageProcessorFast", "size": {"height": 96, "width": 160}, "resample": 3},
    "deit": {
        "crop_size": 224, "do_center_crop": True, "do_normalize": True, "do_resize": True,
        "feature_extractor_type": "DeiTFeatureExtractor", "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": 256,
    },
    "resnet-50": {
        "crop_pct": 0.875, "do_normalize": True, "do_resize": True, "feature_extractor_type": "ConvNextFeatureExtractor",
        "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3, "size": 224,
    },
    "convnext-384": {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 384}},
    "convnext-pct": {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 160}, "crop_pct": 0.93},
    "dinov2": {
        "crop_size": {"height": 224, "width": 224}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
        "do_rescale": True, "do_resize": True, "image_mean": [0.485, 0.456, 0.406],
        "image_processor_type": "BitImageProcessor", "image_std": [0.229, 0.224, 0.225], "resample": 3,
        "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": 256},
    },
    "bit": {"image_processor_type": "BitImageProcessor", "crop_size": {"height": 201, "width": 150}},
    "clip": {"image_processor_type": "CLIPImageProcessor", "size": 224, "crop_size": 224},
    "siglip": {"image_processor_type": "SiglipImageProcessor"},
    "beit": {"image_processor_type": "BeitImageProcessor"},
    "pvt": {"image_processor_type": "PvtImageProcessor"},
    "mobilenet": {"image_processor_type": "MobileNetV2ImageProcessor"},
    "lanczos": {"image_processor_type": "ViTImageProcessor", "resample": 1},
    "nearest": {"image_processor_type": "ViTImageProcessor", "resample": 0},
    "larger-crop": {"image_processor_type": "DeiTImageProcessor", "do_resize": False, "crop_size": {"height": 501, "width": 640}},
    "edges": {"image_processor_type": "BitImageProcessor", "do_center_crop": False, "size": {"shortest_edge": 200, "longest_edge": 255}},
    "no-normalize": {"image_processor_type": "ViTImageProcessor", "do_normalize": False},
    "no-rescale": {"image_processor_type": "ViTImageProcessor", "do_rescale": False, "image_mean": 100.0, "image_std": 50.0},
    "other-factor": {"image_processor_type": "ViTImageProcessor", "rescale_factor": 0.00784313725490196},
    "neither": {"image_processor_type": "ViTImageProcessor", "do_rescale": False, "do_normalize": False},
}
# pretrained_cfg of timm.
timm_files = {
    "timm-vit": {
        "input_size": [3, 224, 224], "interpolation": "bicubic", "crop_pct": 0.9, "crop_mode": "center",
        "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5],
    },
    "timm-resnet": {
        "input_size": [3, 224, 224], "interpolation": "bilinear", "crop_pct": 0.95,
        "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
    },
    "timm-squash": {"input_size": [3, 128, 160], "interpolation": "lanczos", "crop_pct": 1.0, "crop_mode": "squash"},
    "timm-defaults": {"input_size": [3, 97, 97]},
}
sizes = [(375, 500), (500, 333), (120, 200)]

classes = {
    "ViTFeatureExtractor": "ViTImageProcessor", "ViTImageProcessorFast": "ViTImageProcessor",
    "DeiTFeatureExtractor": "DeiTImageProcessor", "ConvNextFeatureExtractor": "ConvNextImageProcessor",
}
cases = []
for name, file in files.items():
    kind = file.get("image_processor_type") or file["feature_extractor_type"]
    processor = getattr(transformers, classes.get(kind, kind)).from_dict(dict(file))
    for height, width in sizes:
        pixels = PIL.Image.fromarray(image(height, width))
        result = processor(pixels, return_tensors="pt")["pixel_values"][0]
        cases.append({"name": name, "file": file, "image": [height, width], "result": described(result)})
for name, file in timm_files.items():
    transform = timm.data.create_transform(**timm.data.resolve_data_config(pretrained_cfg=file), is_training=False)
    for height, width in sizes:
        if name == "timm-squash" and height > width:
            continue  # Pillow 13 takes the columns before the rows here, which earlier versions never did
        result = transform(PIL.Image.fromarray(image(height, width)))
        cases.append({"name": name, "file": file, "image": [height, width], "result": described(result)})

OUTPUT.write_text(json.dumps({"step": STEP, "cases": cases}, indent=1) + "\n")
print(f"{len(cases)} cases, {OUTPUT.stat().st_size} bytes, transformers {transformers.__version__}, timm {timm.__version__}")
