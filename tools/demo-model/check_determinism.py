"""Builds the tokenizer and a short training run twice and compares their bytes."""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from build import environment
from corpus import Corpus
from paths import HERE
from tokenizer import SEED, VOCABULARY, build

STEPS = "12"


def corpus_hash(conversations: int = 20000) -> str:
    corpus, digest = Corpus(SEED), hashlib.sha256()
    for _ in range(conversations):
        digest.update(repr(corpus.next()).encode())
    return digest.hexdigest()


def training_hash(kind: str, out: Path, source: Path | None = None) -> str:
    """Over the weights trained into `out`; in a process of its own, as a real run is."""
    arguments = ["train.py", kind, "--steps", STEPS, "--out", str(out)] + (["--from", str(source)] if source else [])
    subprocess.run([sys.executable, *arguments], check=True, cwd=HERE, env=environment(), stdout=subprocess.DEVNULL)
    digest = hashlib.sha256()
    for value in torch.load(out)["state"].values():
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()


def check_all(folder: Path) -> None:
    base, lora = folder / "base.pt", folder / "lora.pt"
    checks = {
        "corpus": corpus_hash,
        "tokenizer": lambda: hashlib.sha256(repr(build(SEED, VOCABULARY).merges).encode()).hexdigest(),
        f"base, {STEPS} steps": lambda: training_hash("base", base),
        f"LoRA, {STEPS} steps": lambda: training_hash("pirate", lora, base),
    }
    for name, hash_of in checks.items():
        first, second = hash_of(), hash_of()
        print(f"{name}: {'the same twice' if first == second else 'DIFFERENT'} ({first[:16]})", flush=True)
        assert first == second


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_all(Path(folder))


if __name__ == "__main__":
    main()
