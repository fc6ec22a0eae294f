"""Makes Tests/FoveaMetricsTests/Fixtures/captions.json: pycocoevalcap's values for the caption metrics.

Run from the root of the repository, with pycocoevalcap (and Java, which it needs) and nltk installed:

    python Tests/Reference/captions.py

With `--flickr8k Flickr8k.token.txt OUTPUT` it makes a file of the same form from the captions that people wrote for Flickr8k's
photographs: the first one of each is judged by the other four. `FOVEA_CAPTION_REFERENCE=OUTPUT swift test --filter CaptionMetricTests`
compares with it instead.

The sentences are made here from a small grammar, with what makes tokenising hard mixed in. CIDEr is what the paper first
defines, computed here from pycocoevalcap's vectors without clipping and length penalty; METEOR is the 1.5 program told to
match exact words and stems only, with function words counting like others.
"""

import argparse
import json
import random
import subprocess
from pathlib import Path

import numpy as np
import pycocoevalcap
from nltk.stem.snowball import EnglishStemmer
from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider_scorer import CiderScorer
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

home = Path(list(pycocoevalcap.__path__)[0])
draw = random.Random(8)

HARD = """A man's riding a horse, isn't he?
He said "hello," then left.
The dogs' bowls are full: 100% done...
What?! No way!! "Stop."
A man in a t-shirt (red) [blue] {green}
e.g. this, i.e. that, etc. and 7 a.m. or 9 p.m. in the U.S.A.
Mr. Jones and Mrs. Smith vs. St. Louis Cardinals No. 5 Jan. 3rd
They're gonna run; we wanna go. I cannot, you'd better.
I'm you're he's she'd we'll they've don't won't can't shouldn't ain't
3/4 cup, 1,000 people at 10:30am, 7.5% of -5 and 2-3 of 10-20
cats,dogs and birds.and bees - two -- three --- four
A dog.A cat. the end .
 leading spaces   and	tabs
wow!!! really??? hmm.....
na\u00efve caf\u00e9 \u00fcber \u2013 en dash \u2014 em dash \u2026 ellipsis \u201cquoted\u201d it\u2019s don\u2019t
A&W AT&T B-52 F-16 747's 1980s '80s
two-way mid-air up/down and/or his/her
man's best friend; dog's. dogs'. the dogs' house
Inc. Co. Ltd. Dr. Ave. Blvd. at 5 o'clock
John F. Kennedy stands next to a 3-year-old's bike
A #1 player @home w/ 2x4 boards & a $20,000.50 car!
O'Reilly's pub and l'eau
they do n't, she ca N'T, and n'est
slip 'n slide, rock 'n' roll and fish n' chips
an at&t headphone, At&t, r&b and R&B""".split("\n")

WHO = ["A man", "Two dogs", "The woman", "A small child", "Three people", "a cat", "Several birds", "A group of friends"]
DOES = ["is riding", "rides", "sits on", "are sitting near", "plays with", "is playing with", "stood beside", "looks at"]
WHAT = ["a horse", "the red bicycles", "a wooden bench", "its toy", "an umbrella", "horses", "two pizzas", "the ocean waves"]
WHERE = ["in the park.", "on a sunny day", "at the beach, alone.", "", "near a building.", "while it's raining"]


def sentence():
    return " ".join(draw.choice(part) for part in (WHO, DOES, WHAT, WHERE)).strip()


def tokenized(sentences):
    lines = PTBTokenizer().tokenize({i: [{"caption": s}] for i, s in enumerate(sentences)})
    return [lines[i][0] for i in range(len(sentences))]


def meteor(captions, references):
    lines = [f"SCORE ||| {' ||| '.join(r)} ||| {c}" for c, r in zip(captions, references)]
    command = ["java", "-jar", str(home / "meteor/meteor-1.5.jar"), "-", "-", "-stdio", "-l", "en"]
    command += ["-m", "exact stem", "-w", "1.0 0.6", "-p", "0.85 0.2 0.6 0.5"]
    statistics = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True).stdout.split("\n")
    statistics = [line for line in statistics if line.strip()]
    line = "EVAL ||| " + " ||| ".join(statistics)
    values = subprocess.run(command, input=line + "\n", capture_output=True, text=True).stdout.split()
    return float(values[-1]), [float(v) for v in values[:-1]]


def plain_cider(captions, references):
    """The cosine of TF-IDF vectors, as section 4 of the paper has it."""
    scorer = CiderScorer()
    for c, r in zip(captions, references):
        scorer += (c, r)
    scorer.compute_doc_freq()
    log_n = np.log(float(len(references)))

    def vectors(counts):
        result = [{} for _ in range(4)]
        for gram, count in counts.items():
            result[len(gram) - 1][gram] = count * (log_n - np.log(max(1.0, scorer.document_frequency[gram])))
        return result

    def cosine(a, b):
        norm = np.sqrt(sum(v * v for v in a.values())) * np.sqrt(sum(v * v for v in b.values()))
        dot = sum(v * b.get(g, 0.0) for g, v in a.items())
        return dot / norm if norm > 0 else dot

    each = []
    for test, refs in zip(scorer.ctest, scorer.crefs):
        own = vectors(test)
        each.append(10 * np.mean([np.mean([cosine(a, b) for a, b in zip(own, vectors(r))]) for r in refs]))
    return float(np.mean(each)), [float(v) for v in each]


def scores(captions, references):
    captions = tokenized(captions)
    flat = iter(tokenized([r for refs in references for r in refs]))
    references = [[next(flat) for _ in refs] for refs in references]
    gts, res = dict(enumerate(references)), {i: [c] for i, c in enumerate(captions)}
    bleu, bleus = Bleu(4).compute_score(gts, res, verbose=0)
    rouge, rouges = Rouge().compute_score(gts, res)
    scorer = CiderScorer()
    for c, r in zip(captions, references):
        scorer += (c, r)
    cider_d, cider_ds = scorer.compute_score()
    cider, ciders = plain_cider(captions, references)
    met, mets = meteor(captions, references)
    table = {f"bleu_{n + 1}": (bleu[n], bleus[n]) for n in range(4)}
    table |= {"rouge_l": (rouge, rouges), "cider": (cider, ciders), "cider_d": (cider_d, cider_ds)}
    table["meteor_exact_stem"] = (met, mets)
    return {name: {"overall": float(v), "each": [float(x) for x in each]} for name, (v, each) in table.items()}


def made_up():
    captions = [sentence() for _ in range(30)] + HARD[:4] + ["horses", "a", "a a a a a a", "", "the woman and the horses near the building"]
    references = [[sentence() for _ in range(draw.randint(1, 5))] for _ in captions]
    for i in range(0, 10):
        references[i][0] = captions[i] if i % 2 else captions[i].replace("riding", "ride").lower()
    return HARD + [sentence() for _ in range(10)], captions, references


def flickr8k(file):
    of_image = {}
    for line in Path(file).read_text().splitlines():
        image, caption = line.split("\t")
        of_image.setdefault(image.split("#")[0], []).append(caption)
    several = [captions for captions in of_image.values() if len(captions) > 1]
    captions = [captions[0] for captions in several]
    return sum(several, []), captions, [captions[1:] for captions in several]


WORDS = """generously communal arsenal happily skies dying ponies ties caresses hopping hoping relational conditional
rationalize hopefulness formality sensibility electricity goodness adoption controlling rolled feed agreed plastered
bled motoring sing failing filing troubled sized cry by say enjoy youth boy yellow biology apology quickly fulfil
national adjustable replacement irritant falling inning succeed luckily flies died gas kiwis news atlas early""".split()

parser = argparse.ArgumentParser()
parser.add_argument("--flickr8k", nargs=2, metavar=("FILE", "OUTPUT"))
options = parser.parse_args()
text, captions, references = flickr8k(options.flickr8k[0]) if options.flickr8k else made_up()
words = sorted({w for s in tokenized(text + captions) for w in s.split() if w.isascii()}) + WORDS
stemmer = EnglishStemmer()
out = {
    "tokens": [{"text": t, "words": w.split()} for t, w in zip(text, tokenized(text))],
    "stems": {w: stemmer.stem(w) for w in words},
    "captions": captions,
    "references": references,
    "scores": scores(captions, references),
}
output = options.flickr8k[1] if options.flickr8k else "Tests/FoveaMetricsTests/Fixtures/captions.json"
Path(output).write_text(json.dumps(out, indent=0, ensure_ascii=False))
