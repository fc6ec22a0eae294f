"""Makes what both sides of a benchmark row read:  python inputs.py KIND FOLDER"""

import importlib.util
import json
import pathlib
import shutil
import sys

import numpy

PEERS = pathlib.Path(__file__).resolve().parent


def photographs(folder):
    """600 photographs of 500 x 375 made of noise at several scales, about as hard to decode as real ones; a state dict."""
    import torch
    from networks import build
    from PIL import Image

    random = numpy.random.default_rng(0)
    for index in range(600):
        image = numpy.zeros((375, 500, 3))
        for scale in (4, 16, 64):
            noise = random.uniform(0, 255, (375 // scale + 2, 500 // scale + 2, 3)).astype("uint8")
            image += numpy.asarray(Image.fromarray(noise).resize((500, 375), Image.Resampling.BICUBIC)) / 3
        target = folder / "photographs" / str(index % 2)
        target.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.astype("uint8")).save(target / f"{index}.jpg", quality=90)
    torch.manual_seed(0)
    state = build("efficientnet_lite0").state_dict()
    torch.save(dict(zip(published_names(), state.values(), strict=True)), folder / "weights.pth")


def published_names():
    """The keys of EfficientNet-Lite0's published weights, in the order of its layers."""
    norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    pair = lambda convolution, name: [f"{convolution}.weight", *(f"{name}.{key}" for key in norm)]
    names = pair("conv_stem", "bn1")
    for stage, count in enumerate([1, 2, 2, 3, 3, 4, 1]):
        steps = ["conv_pw", "conv_dw", "conv_pwl"] if stage else ["conv_dw", "conv_pw"]
        for block in range(count):
            for index, step in enumerate(steps):
                names += pair(f"blocks.{stage}.{block}.{step}", f"blocks.{stage}.{block}.bn{index + 1}")
    return [*names, *pair("conv_head", "bn2"), "classifier.weight", "classifier.bias"]


def detections(folder):
    """5,000 images with 7 gold objects and 100 detections each, in 80 classes; rows as Tests/Reference/coco.py has them."""
    from safetensors.numpy import save_file

    sys.path.append(str(PEERS.parent.parent / "Tests/Reference"))
    from coco import made_up

    gold, detected = made_up()
    save_file({"gold": numpy.array(gold, float), "detected": numpy.array(detected, float)}, folder / "coco.safetensors")


def captions(folder):
    """5,000 captions with 5 references each, of 500 words that are as unequally frequent as a language's; a caption is its
    first reference with one word in five changed."""
    random = numpy.random.default_rng(0)
    frequency = 1 / numpy.arange(1, 501)
    draw = lambda count: random.choice(500, count, p=frequency / frequency.sum())
    references = [[draw(random.integers(8, 15)) for _ in range(5)] for _ in range(5000)]
    changed = [numpy.where(random.random(len(r[0])) < 0.2, draw(len(r[0])), r[0]) for r in references]
    sentence = lambda numbers: " ".join(f"word{number}" for number in numbers)
    content = {"captions": [sentence(c) for c in changed], "references": [[sentence(s) for s in r] for r in references]}
    (folder / "captions.json").write_text(json.dumps(content))


# First and last letter: Latin, Latin with accents, Greek, Cyrillic, Hebrew, Arabic, Devanagari, kana, Han, Hangul.
ALPHABETS = ["az", "àÿ", "αω", "ая", "את", "ضي", "कह", "ぁん", "一伿", "가갿"]


def text(folder):
    """2,000 lines of made-up words in ten alphabets, 1,000 words each, and GPT-2's files of a tokenizer that learned them."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    random = numpy.random.default_rng(0)
    frequency = 1 / numpy.arange(1, 1001)
    lines = []
    for first, last in ALPHABETS:
        letters = [chr(code) for code in range(ord(first), ord(last) + 1)]
        words = ["".join(random.choice(letters, random.integers(1, 10))) for _ in frequency]
        lines += [" ".join(random.choice(words, 15, p=frequency / frequency.sum())) + "." for _ in range(200)]
    (folder / "text").mkdir()
    (folder / "text/corpus.txt").write_text("\n".join(lines) + "\n")
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        lines,
        trainers.BpeTrainer(vocab_size=8000, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet, show_progress=False),
    )
    bpe.model.save(str(folder / "text"))


def face(folder):
    """scikit-image's photograph of an astronaut, 512 x 512, and the weights that facenet-pytorch brings."""
    place = lambda package: pathlib.Path(importlib.util.find_spec(package).origin).parent
    shutil.copy(place("skimage") / "data/astronaut.png", folder / "face.png")
    shutil.copytree(place("facenet_pytorch") / "data", folder / "mtcnn")


if __name__ == "__main__":
    kinds = {make.__name__: make for make in (photographs, detections, captions, text, face)}
    kinds[sys.argv[1]](pathlib.Path(sys.argv[2]))
