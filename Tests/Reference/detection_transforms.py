"""Makes Tests/FoveaDataTests/Fixtures/detection-transforms.json: torchvision's values for the transforms of detection.

Run from the root of the repository, with numpy and torchvision installed:

    python Tests/Reference/detection_transforms.py

What torchvision draws at random is fixed here: the classes' own transform() is called with the parameters that a test also uses.
The image is that of transforms.json.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

fixtures = Path(__file__).parent.parent / "FoveaDataTests/Fixtures"


def unpack(entry):
    data = np.frombuffer(base64.b64decode(entry["data"]), dtype=entry["dtype"])
    return torch.from_numpy(data.copy()).reshape(entry["shape"])


def pack(tensor):
    array = tensor.contiguous().numpy()
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


reference = json.loads((fixtures / "transforms.json").read_text())
image = tv_tensors.Image(unpack(reference["tensors"]["image"]))
height, width = image.shape[-2:]
boxes = unpack(reference["boxes"])

distort = v2.RandomPhotometricDistort()
draws = [
    dict(brightness=0.9, contrast=1.4, first=True, saturation=0.6, hue=0.04, channels=[2, 0, 1]),
    dict(brightness=1.1, contrast=0.6, first=False, saturation=1.5, hue=-0.05, channels=None),
    dict(brightness=None, contrast=1.3, first=False, saturation=None, hue=None, channels=[1, 0, 2]),
    dict(brightness=None, contrast=None, first=True, saturation=None, hue=0.03, channels=None),
]
for draw in draws:
    channels = draw["channels"]
    result = distort.transform(
        image,
        dict(
            brightness_factor=draw["brightness"], contrast_factor=draw["contrast"], contrast_before=draw["first"],
            saturation_factor=draw["saturation"], hue_factor=draw["hue"],
            channel_permutation=None if channels is None else torch.tensor(channels),
        ),
    )
    draw["image"] = pack(result.as_subclass(torch.Tensor))

# SSD's crop: boxes whose centre is outside are dropped (by SanitizeBoundingBoxes after the mask), the others clipped.
crop = v2.RandomIoUCrop()
crops = []
for top, left, h, w in [(0, 0, 24, 32), (2, 3, 14, 20), (8, 10, 12, 16), (1, 16, 20, 14)]:
    center = (boxes[:, :2] + boxes[:, 2:]) / 2
    inside = (center[:, 0] > left) & (center[:, 0] < left + w) & (center[:, 1] > top) & (center[:, 1] < top + h)
    params = dict(top=top, left=left, height=h, width=w, is_within_crop_area=inside)
    tv_boxes = tv_tensors.BoundingBoxes(boxes, format="XYXY", canvas_size=(height, width))
    moved = crop.transform(tv_boxes, params).as_subclass(torch.Tensor)[inside]
    window = torch.tensor([[left, top, left + w, top + h]], dtype=torch.float32)
    from torchvision.ops import box_iou

    overlaps = box_iou(boxes, window)[:, 0]
    crops.append(
        {"window": [top, left, h, w], "kept": inside.nonzero().flatten().tolist(), "boxes": pack(moved),
         "overlap": float(overlaps[inside].max()) if inside.any() else -1}
    )

# DETR's and Faster R-CNN's sizes for images of many shapes.
sizes = []
for h, w in [(480, 640), (640, 480), (500, 500), (333, 1000), (1200, 300), (427, 640)]:
    for edge in [480, 512, 800]:
        resized = v2.functional.resize(torch.zeros(1, h, w, dtype=torch.uint8), [edge], max_size=1333)
        sizes.append([h, w, edge, *resized.shape[-2:]])

out = {"distort": draws, "crops": crops, "sizes": sizes}
(fixtures / "detection-transforms.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
print([c["kept"] for c in crops], [c["overlap"] for c in crops], sizes[:4])
