"""Makes Tests/FoveaModelsTests/Fixtures/Captioning: tiny random captioners of transformers, their logits and what they write.

Run from the root of the repository, with torch and transformers installed:

    python Tests/Reference/captioners.py
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    BlipTextConfig,
    BlipVisionConfig,
    GPT2Config,
    VisionEncoderDecoderConfig,
    VisionEncoderDecoderModel,
    ViTConfig,
)

folder = Path("Tests/FoveaModelsTests/Fixtures/Captioning")
folder.mkdir(parents=True, exist_ok=True)
torch.manual_seed(11)
images = torch.randn(3, 3, 32, 32)

OPTIONS = {
    "greedy": {},
    "greedy, repetition penalty": {"repetition_penalty": 1.6},
    "greedy, no repeated pair": {"no_repeat_ngram_size": 2},
    "greedy, at least 6": {"min_new_tokens": 6},
    "beam 3, all three": {"num_beams": 3, "num_return_sequences": 3},
    "beam 4, long, early": {"num_beams": 4, "length_penalty": 2.0, "early_stopping": True, "num_return_sequences": 2},
    "beam 4, short, never early": {"num_beams": 4, "length_penalty": 0.5, "early_stopping": "never"},
    "beam 3, penalty below zero": {"num_beams": 3, "length_penalty": -1.0},
    "beam 3, rules": {"num_beams": 3, "no_repeat_ngram_size": 2, "repetition_penalty": 1.3, "min_new_tokens": 4},
    "sampled": {"do_sample": True, "temperature": 0.7, "top_k": 12, "top_p": 0.9},
}


def scaled(model, deviation=0.35):
    """Random weights that are large enough for sentences to differ from image to image."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, deviation)
            elif "bias" in name:
                parameter.normal_(0, 0.1)
    model.tie_weights()
    return model.eval()


def written(model, name, start, end, extra):
    cases = []
    for label, options in OPTIONS.items():
        torch.manual_seed(5)
        out = model.generate(
            images, max_new_tokens=14, return_dict_in_generate=True, output_scores=True, use_cache=True, **extra, **options
        )
        count = options.get("num_return_sequences", 1)
        captions = []
        for row, sequence in enumerate(out.sequences.tolist()):
            tokens = sequence[1:]
            tokens = tokens[: tokens.index(end)] if end in tokens else tokens
            captions.append({"tokens": tokens})
            if options.get("num_beams", 1) > 1:
                captions[-1]["score"] = out.sequences_scores[row].item()
        cases.append({"label": label, "options": options, "captions": [captions[i : i + count] for i in range(0, 3 * count, count)]})
    return cases


def save(name, model, start, end, padding, logits, tokens, extra):
    model.save_pretrained(f"/tmp/{name}")
    state = load_file(f"/tmp/{name}/model.safetensors")
    state = {k: v.contiguous() for k, v in state.items()}
    save_file(state, str(folder / f"{name}.safetensors"))
    save_file({"images": images, "tokens": tokens, "logits": logits.contiguous()}, str(folder / f"{name}-logits.safetensors"))
    cases = written(model, name, start, end, extra)
    (folder / f"{name}.json").write_text(json.dumps(cases))
    print(name, [c["tokens"] for c in cases[0]["captions"][0]], [len(c[0]["tokens"]) for case in cases for c in case["captions"]])


encoder = ViTConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=32, patch_size=8)
decoder = GPT2Config(vocab_size=40, n_embd=24, n_layer=2, n_head=3, n_positions=64, bos_token_id=0, eos_token_id=1)
model = scaled(VisionEncoderDecoderModel(VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)))
tokens = torch.randint(0, 40, (3, 7))
with torch.no_grad():
    logits = model(pixel_values=images, decoder_input_ids=tokens).logits
save("vit-gpt2", model, 0, 1, 2, logits, tokens, {"decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 2})

vision = BlipVisionConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=32, patch_size=8)
text = BlipTextConfig(
    vocab_size=40, hidden_size=24, encoder_hidden_size=16, num_hidden_layers=2, num_attention_heads=3, intermediate_size=48,
    max_position_embeddings=32, bos_token_id=30, sep_token_id=31, eos_token_id=2, pad_token_id=0,
)
model = scaled(BlipForConditionalGeneration(BlipConfig(vision_config=vision.to_dict(), text_config=text.to_dict())), deviation=0.9)
with torch.no_grad():
    model.text_decoder.cls.predictions.bias[31] += 9  # so that some sentences end
    # In double precision: with weights this large, float32 alone is 2e-4 away from it.
    memory = model.double().vision_model(pixel_values=images.double())[0]
    logits = model.text_decoder(input_ids=tokens, encoder_hidden_states=memory).logits.float()
    model.float()
save("blip", model, 30, 31, 0, logits, tokens, {})
