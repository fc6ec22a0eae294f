"""Makes Tests/FoveaDataTests/Fixtures/Text: small tokenizers trained by Hugging Face's `tokenizers`, and what they make of
text in many languages.

Run from the root of the repository, with tokenizers installed:

    python Tests/Reference/text.py
"""

import json
import random
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

folder = Path("Tests/FoveaDataTests/Fixtures/Text")
folder.mkdir(parents=True, exist_ok=True)
draw = random.Random(9)

SENTENCES = """A man is riding a horse on the beach, and it's sunny.
Two dogs aren't playing with the children's red ball; they're asleep.
I'll say we've seen what you'd call a "bargain": $1,234.50 (or 50% off)!
Ein Hund läuft über die Straße; die Größe beträgt 3,5 Meter.
Une fenêtre ouverte, où l'été commence: ça va déjà mieux.
El niño comió piñas y después cantó una canción.
Собака бежит по улице, а кошка спит на подоконнике.
Ο σκύλος τρέχει στο δρόμο και η γάτα κοιμάται.
狗在街上跑,猫在睡觉。一个男人骑着马。
犬が通りを走っています。猫はソファーで眠っている。
개가 거리를 달리고 고양이가 자고 있다.
كلب يركض في الشارع وقطة نائمة على الأريكة.
כלב רץ ברחוב וחתול ישן על הספה.
कुत्ता सड़क पर दौड़ रहा है और बिल्ली सो रही है।
สุนัขวิ่งบนถนนและแมวนอนหลับ
Con chó chạy trên đường và con mèo đang ngủ.
Köpek sokakta koşuyor; İstanbul'da kedi uyuyor, ışık yanıyor.
Pies biegnie ulicą, a żółty kot śpi na łóżku.""".split("\n")

HARD = [
    "", " ", "   ", "\n", "a\n\n b", "  leading and trailing  ", "tab\tand\u00a0no-break\u3000space", "x" * 90,
    "ab" * 80 + "!" * 70, "it's 's 'S they'll'll 've", "don't DON'T", "1234567890 12,5 \u00bd \u0661\u0662\u0663 \u2167",
    "emoji \U0001f600\U0001f469\u200d\U0001f467 flags \U0001f1e9\U0001f1ea!", "e\u0301 \u00e9 A\u030a \u212b \u00c5", "ﬁ ﬀ Ǆ ß ẞ İ ı",
    "\u0000zero\u0007bell\ufffd\ufeff bom\u200b zero width", "<|endoftext|>", "a <|endoftext|> b<|endoftext|>",
    "[CLS] not [SEP]  [MASK]  x", "a_b-c/d\\e @user #tag http://x.y/z?q=1&r=2", "…—–«»„“”‘’", "a  b   c    d",
    "\u4e00\u9fff\u3400 mixed汉字text", "\U00020000 \U0002f800", "word\r\nword\rword", "½x²³", "नमस्ते", "ก็", "=== +++ $$$ ^^^ ~~~ ```",
    " a", "\ta", " \ta", "a \t", "'", "''", " 's", "\u2028line\u2029para\u0085nel",
]
corpus = SENTENCES * 3
mixed = [" ".join(draw.choice(SENTENCES).split(" ")[draw.randint(0, 3) :][: draw.randint(1, 6)]) for _ in range(60)]
shuffled = ["".join(draw.choice("".join(SENTENCES) + "  '\n\t.,!") for _ in range(draw.randint(1, 40))) for _ in range(60)]
TEXTS = SENTENCES + HARD + mixed + shuffled


def encodings(tokenizer):
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        yield {"text": text, "ids": ids, "decoded": tokenizer.decode(ids)}


def save(name, tokenizer):
    tokenizer.save(str(folder / f"{name}.json"), pretty=False)
    (folder / f"{name}-encodings.json").write_text(json.dumps(list(encodings(tokenizer))))


bpe = Tokenizer(models.BPE())
bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bpe.decoder = decoders.ByteLevel()
bpe.post_processor = processors.ByteLevel(trim_offsets=False)
bpe.train_from_iterator(
    corpus,
    trainers.BpeTrainer(
        vocab_size=700, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    ),
)
save("bpe", bpe)
bpe.model.save(str(folder))  # vocab.json and merges.txt

wordpiece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
wordpiece.normalizer = normalizers.BertNormalizer(lowercase=True)
wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
wordpiece.decoder = decoders.WordPiece()
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
wordpiece.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=600, special_tokens=special, show_progress=False))
wordpiece.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", special_tokens=[("[CLS]", wordpiece.token_to_id("[CLS]")), ("[SEP]", wordpiece.token_to_id("[SEP]"))]
)
save("wordpiece", wordpiece)
vocabulary = sorted(wordpiece.get_vocab().items(), key=lambda pair: pair[1])
(folder / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in vocabulary))
cased = Tokenizer(wordpiece.model)
cased.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=None)
cased.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
cased.decoder = decoders.WordPiece(cleanup=False)
cased.add_special_tokens(special)
save("wordpiece-cased", cased)
(folder / "corpus.json").write_text(json.dumps(corpus))
