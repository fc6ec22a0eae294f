"""Makes Tests/FoveaTrainingTests/Fixtures/Detectors: a tiny random DETR, saved by transformers itself, and its answers.

Run from the root of the repository, with torch and transformers installed:

    python Tests/Reference/detectors.py

The folder is what `save_pretrained` leaves, with `expected.json` beside it: logits and boxes for a padded batch of two
images that a formula gives, what `post_process_object_detection` makes of them, and the sizes that the processor gives to
images.
"""

import json
import shutil
from pathlib import Path

import torch
import transformers
from transformers import DetrConfig, DetrForObjectDetection, ResNetConfig
from transformers.image_transforms import get_size_with_aspect_ratio

try:
    from transformers import DetrImageProcessor
except ImportError:
    from transformers.models.detr.image_processing_pil_detr import DetrImageProcessorPil as DetrImageProcessor

torch.set_num_threads(1)
torch.manual_seed(7)
OUTPUT = Path(__file__).parents[1] / "FoveaTrainingTests" / "Fixtures" / "Detectors"
LABELS = {0: "N/A", 1: "cat", 2: "N/A", 3: "dog"}
# Height and width of the images as the network sees them, and as they were taken.
SIZES = [(96, 128), (43, 70)]
ORIGINAL = [(480, 640), (86, 140)]


def image(height, width):
    """[3, height, width] in -1...1."""
    values = torch.arange(3 * height * width, dtype=torch.float64)
    return torch.sin(values * 0.37 + torch.sin(values * 0.011) * 3).to(torch.float32).view(3, height, width)


def shake(model):
    """Weights as after training: no statistic or scale is 0 or 1, and queries differ from one another."""
    for name, tensor in list(model.named_buffers()) + list(model.named_parameters()):
        if name.endswith("running_mean"):
            tensor.data.normal_(0, 0.2)
        elif name.endswith("running_var"):
            tensor.data.uniform_(0.5, 1.5)
        elif "norm" in name and name.endswith("weight"):
            tensor.data.normal_(1, 0.2)
        elif name.endswith("bias"):
            tensor.data.normal_(0, 0.2)
        elif "backbone" not in name:
            tensor.data.normal_(0, 4 if "query" in name else 0.5)
    model.class_labels_classifier.weight.data.normal_(0, 1)
    for layer in model.bbox_predictor.layers:  # boxes that lie inside of their images, most of them
        layer.weight.data.normal_(0, 0.25)
        layer.bias.data.zero_()
    return model.eval()


shutil.rmtree(OUTPUT, ignore_errors=True)
backbone = ResNetConfig(
    embedding_size=8, hidden_sizes=[16, 24, 32, 40], depths=[1, 2, 1, 1], out_features=["stage4"])
config = DetrConfig(
    use_timm_backbone=False, backbone_config=backbone, d_model=16, encoder_layers=2, decoder_layers=2,
    encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=24, decoder_ffn_dim=24, num_queries=9,
    id2label=LABELS, label2id={f"{name}{index}": index for index, name in LABELS.items()},
)
model = shake(DetrForObjectDetection(config))
folder = OUTPUT / "detr"
model.save_pretrained(folder)
processor = DetrImageProcessor(size={"shortest_edge": 96, "longest_edge": 128})
processor.save_pretrained(folder)

pixels, mask = torch.zeros(2, 3, 96, 128), torch.zeros(2, 96, 128, dtype=torch.int64)
for place, (height, width) in enumerate(SIZES):
    pixels[place, :, :height, :width] = image(height, width)
    mask[place, :height, :width] = 1
with torch.no_grad():  # in double precision, from which float32 is 3e-5 away with weights this large
    model.double()
    output = model(pixel_values=pixels.double(), pixel_mask=mask)
    unmasked = model(pixel_values=pixels.double())
assert (unmasked.logits - output.logits).abs().amax((1, 2))[1] > 0.1, "the mask changes nothing"
found = processor.post_process_object_detection(output, threshold=0, target_sizes=ORIGINAL)
shapes = [(480, 640), (640, 480), (400, 1334), (1334, 400), (800, 1200), (37, 1000), (333, 500), (800, 800), (427, 640)]
expected = {
    "sizes": SIZES, "original": ORIGINAL, "logits": output.logits.tolist(), "boxes": output.pred_boxes.tolist(),
    "objects": [
        [{"score": score, "label": label, "box": box}
         for score, label, box in zip(*(one[key].tolist() for key in ("scores", "labels", "boxes")))]
        for one in found
    ],
    "resized": [{"from": shape, "to": get_size_with_aspect_ratio(shape, 800, 1333)} for shape in shapes],
}
(folder / "expected.json").write_text(json.dumps(expected) + "\n")
saved = json.loads((folder / "config.json").read_text())
saved.pop("transformers_version", None)
(folder / "config.json").write_text(json.dumps(saved, indent=2) + "\n")
total = sum(path.stat().st_size for path in OUTPUT.rglob("*") if path.is_file())
print(f"{total} bytes, transformers {transformers.__version__}")
