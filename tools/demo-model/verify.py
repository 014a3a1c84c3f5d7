"""Checks the exported files against the trainer, with llama.cpp: tokenizer and logits.

python3 verify.py .work/base.pt
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

from batches import encode
from corpus import Corpus
from export_gguf import export_lora, export_model
from llama_cpp import Llama
from paths import TOKENIZER
from tokenizer import Tokenizer
from train import LORA_RANK, load

TEST_STRINGS = [
    "", " ", "Tell me a story.", "  two  spaces ", "line\n\nbreaks\n", "tab\tand 123,456.78", "it's we'll THEY'RE don't",
    "ünïcödé — “quotes” … 日本語 русский عربي", "emoji 🦊🚀 and ⚓", "a\u00a0b\u3000c", "²³½ Ⅷ ٣", "{\"hero\": \"fox\"}", "<|im_start|> as text",
    "!!!???", "\r\n windows \r\n", "end with space ", "x" * 70,
]  # fmt: skip
LARGEST_DIFFERENCE = 0.005


def check_tokenizer(llama: Llama, tokenizer: Tokenizer) -> int:
    corpus = Corpus(987)
    texts = TEST_STRINGS + [text for _ in range(500) for _, text in corpus.next()]
    for text in texts:
        ours, theirs = tokenizer.encode(text), llama.tokenize(text, special=False)
        assert ours == theirs, (text, ours, theirs)
        assert tokenizer.decode(ours) == text
    return len(texts)


def difference(llama: Llama, model, tokens: list[int]) -> float:
    """The largest |Δlogit| over all positions of one token sequence."""
    llama.clear()
    theirs = np.stack(llama.decode([(t, p, 0, True) for p, t in enumerate(tokens)]))
    with torch.no_grad():
        ours = model.logits(model(torch.tensor([tokens])))[0].numpy()
    return float(np.abs(ours - theirs).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--lora", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=TOKENIZER)
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer, model = Tokenizer.load(options.tokenizer), load(options.checkpoint)
    corpus = Corpus(654)
    samples = [encode(corpus.next(), tokenizer).tokens[:512] for _ in range(40)]
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "f32.gguf"
        export_model(model, tokenizer, base, "check", "", "f32")
        llama = Llama(base, 1, vocabulary=len(tokenizer.tokens), exact=True)
        print(f"tokenizer equal on {check_tokenizer(llama, tokenizer)} texts")
        worst = max(difference(llama, model, tokens) for tokens in samples)
        print(f"largest |difference of logits|, F32: {worst:.6f}")
        assert worst <= LARGEST_DIFFERENCE
        if options.lora:
            adapter, adapted = Path(folder) / "lora.gguf", load(options.lora, lora_scale=1.0)
            export_lora(adapted, adapter, "check", "", alpha=LORA_RANK)
            llama.set_lora(adapter, 1.0)
            worst = max(difference(llama, adapted, tokens) for tokens in samples)
            print(f"largest |difference of logits|, F32 with the F16 LoRA: {worst:.6f}")
        llama.close()


if __name__ == "__main__":
    main()
