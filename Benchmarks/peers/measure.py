"""Measures a Python peer and prints one line of JSON, such as {"images_per_second": ..., "peak_memory": bytes}.

  python measure.py train resnet18 --batch 128 --size 32 [--precision bf16] [--compile]
  python measure.py infer resnet50 --batch 1 --size 224 [--precision bf16] --engine torch|onnxruntime|openvino
  python measure.py load FOLDER --batch 64 --size 224
  python measure.py generate [--no-cache]
  python measure.py gallery --dimensions 512 [--engine faiss]
  python measure.py nms | roi-align [--backward] | hungarian --size 100
  python measure.py coco FILE | caption-metrics FILE | tokenizer FOLDER | mtcnn PHOTOGRAPH
  python measure.py cold WEIGHTS IMAGE
"""

import argparse
import json
import pathlib
import resource
import tempfile
import time

import parts
from timing import rate


def train(options):
    import torch
    from networks import build

    torch.set_num_threads(options.threads)
    model = build(options.target, 10 if options.size == 32 else 1000, options.size == 32)
    model = model.to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4, fused=True)
    images = torch.randn(options.batch, 3, options.size, options.size).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(0, 10, (options.batch,))
    forward = torch.compile(model) if options.compile else model

    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
            loss = torch.nn.functional.cross_entropy(forward(images), labels)
        loss.backward()
        optimizer.step()
        loss.item()

    return rate(step, options.batch, options.seconds)


def infer(options):
    import torch
    from networks import build

    torch.set_num_threads(options.threads)
    model = build(options.target).eval()
    images = torch.randn(options.batch, 3, options.size, options.size)
    step = {"torch": torch_step, "onnxruntime": onnxruntime_step, "openvino": openvino_step}[options.engine]
    with torch.inference_mode():
        return rate(step(model, images, options), options.batch, options.seconds)


def torch_step(model, images, options):
    import torch

    model.to(memory_format=torch.channels_last)
    images = images.contiguous(memory_format=torch.channels_last)
    forward = torch.compile(model) if options.compile else model

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bf16"):
            forward(images)

    return step


def onnx_file(model, images):
    import torch

    path = pathlib.Path(tempfile.mkdtemp()) / "model.onnx"
    with torch.inference_mode(False):
        torch.onnx.export(model, (images,), path, dynamo=True, verbose=False)
    return path


def onnxruntime_step(model, images, options):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(onnx_file(model, images), settings, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: images.numpy()}
    return lambda: session.run(None, feed)


def openvino_step(model, images, options):
    import openvino

    core = openvino.Core()
    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": options.threads}
    settings["INFERENCE_PRECISION_HINT"] = "bf16" if options.precision == "bf16" else "f32"
    compiled = core.compile_model(openvino.convert_model(onnx_file(model, images)), "CPU", settings)
    data = images.numpy()
    return lambda: compiled(data)


class Photographs:
    """torchvision's RandomResizedCrop, RandomHorizontalFlip, ToTensor and Normalize on Pillow images, written out; Pillow
    does the work in both."""

    def __init__(self, folder, size):
        self.files, self.size = sorted(pathlib.Path(folder).rglob("*.jpg")), size

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        import math
        import random

        import numpy
        import torch
        from PIL import Image

        with open(self.files[index], "rb") as file:
            image = Image.open(file).convert("RGB")
        width, height = image.size
        for _ in range(10):
            area = width * height * random.uniform(0.08, 1)
            ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < w <= width and 0 < h <= height:
                break
        else:
            w, h = width, height
        x, y = random.randint(0, width - w), random.randint(0, height - h)
        image = image.crop((x, y, x + w, y + h)).resize((self.size, self.size), Image.Resampling.BILINEAR)
        if random.random() < 0.5:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        tensor = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous().float().div(255)
        mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
        return tensor.sub_(mean[:, None, None]).div_(std[:, None, None])


def load(options):
    import torch

    loader = torch.utils.data.DataLoader(
        Photographs(options.target, options.size), options.batch, shuffle=True, drop_last=True,
        num_workers=options.threads, persistent_workers=True
    )  # fmt: skip
    for _ in loader:  # The workers start, and the files are read once.
        break
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < options.seconds:
        for batch in loader:
            count += len(batch)
    return count / (time.perf_counter() - start)


def generate(options):
    """ViT-B and GPT-2 with made-up weights write 64 tokens about an image, greedy."""
    import torch
    import torchvision_alone  # noqa: F401 (transformers imports torchvision where it is installed)
    from transformers import GPT2Config, VisionEncoderDecoderConfig, VisionEncoderDecoderModel, ViTConfig

    torch.set_num_threads(options.threads)
    configuration = VisionEncoderDecoderConfig.from_encoder_decoder_configs(ViTConfig(), GPT2Config())
    model = VisionEncoderDecoderModel(configuration).eval()
    tokens, images = 64, torch.randn(1, 3, 224, 224)
    settings = dict(max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False, num_beams=1, use_cache=not options.no_cache)
    settings |= dict(decoder_start_token_id=50256, eos_token_id=50256, pad_token_id=50256)
    with torch.inference_mode():
        return rate(lambda: model.generate(images, **settings), tokens, options.seconds)


def gallery(options):
    """The five nearest of 100,000 embeddings, by NumPy's product or faiss's flat index."""
    import numpy

    random = numpy.random.default_rng(1)
    embeddings = random.standard_normal((100_000, options.dimensions)).astype(numpy.float32)
    embeddings /= numpy.linalg.norm(embeddings, axis=1, keepdims=True)
    if options.engine == "faiss":
        import faiss

        faiss.omp_set_num_threads(options.threads)
        index = faiss.IndexFlatIP(options.dimensions)
        index.add(embeddings)
        return rate(lambda: index.search(embeddings[3001:3002], 5), 1, options.seconds)

    def search():
        similarities = embeddings @ embeddings[3001]
        best = numpy.argpartition(-similarities, 5)[:5]
        return best[numpy.argsort(-similarities[best])]

    return rate(search, 1, options.seconds)


def cold(options):
    """One prediction from nothing; the caller measures the whole process."""
    import numpy
    import torch
    from networks import build
    from PIL import Image

    model = build("efficientnet_lite0").eval()
    weights = torch.load(options.target, weights_only=True)
    model.load_state_dict(dict(zip(model.state_dict(), weights.values())), strict=False)
    image = Image.open(options.image).convert("RGB").resize((224, 224))
    tensor = torch.from_numpy(numpy.array(image)).permute(2, 0, 1)[None].float().div(255)
    with torch.inference_mode():
        print(int(model(tensor).argmax()))


# What measures each kind, and of what per second.
MEASURES = {
    "train": (train, "images"),
    "infer": (infer, "images"),
    "load": (load, "images"),
    "generate": (generate, "tokens"),
    "gallery": (gallery, "queries"),
    "nms": (parts.nms, "boxes"),
    "roi-align": (parts.roi_align, "regions"),
    "coco": (parts.coco, "images"),
    "hungarian": (parts.hungarian, "assignments"),
    "caption-metrics": (parts.caption_metrics, "captions"),
    "tokenizer": (parts.tokenizer, "tokens"),
    "mtcnn": (parts.mtcnn, "images"),
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=[*MEASURES, "cold"])
    parser.add_argument("target", nargs="?")
    parser.add_argument("image", nargs="?")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--engine", default="torch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--no-cache", action="store_true")
    parser.add_argument("--backward", action="store_true")
    parser.add_argument("--dimensions", type=int, default=512)
    options = parser.parse_args()
    if options.kind == "cold":
        return cold(options)
    measure, unit = MEASURES[options.kind]
    value = measure(options)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({f"{unit}_per_second": round(value, 3), "peak_memory": memory}))


if __name__ == "__main__":
    main()
