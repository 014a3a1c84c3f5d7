"""Trains the base model, a fine-tune or a LoRA: one thread, one seed, the same bytes again.

python3 train.py base     --out .work/base.pt --steps 2400
python3 train.py animals  --out .work/animals.pt --from .work/base.pt --steps 120
python3 train.py pirate   --out .work/pirate.pt --from .work/base.pt --steps 160
"""

import argparse
import math
import time
from pathlib import Path

import torch
from torch.nn import functional as F

from batches import Packer
from corpus import Corpus
from model import Shape, Storyteller
from muon import Muon
from paths import TOKENIZER
from story import TOPICS
from tokenizer import Tokenizer

WINDOW, ROWS = 256, 16
LONG_WINDOW, LONG_ROWS = 512, 6
LORA_RANK = 8
# Muon's steps are relative to the size of a matrix, AdamW's to that of a number.
MUON_FACTOR = 5.0


def loss_of(model: Storyteller, batch) -> torch.Tensor:
    """Cross entropy of the next token, weighted, per unit of weight."""
    tokens, weights, mask = batch
    hidden = model(tokens, mask)[:, :-1]
    targets, weights = tokens[:, 1:], weights[:, 1:]
    counted = weights > 0
    losses = F.cross_entropy(model.logits(hidden[counted]), targets[counted], reduction="none")
    return (losses * weights[counted]).sum() / weights.sum()


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up over the first 4 %, then a cosine down to 2 % of the peak."""
    warm = max(1, steps // 25)
    if step < warm:
        return peak * (step + 1) / warm
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm))))


def optimizers_for(parameters: dict[str, torch.nn.Parameter], peak: float) -> list[tuple[torch.optim.Optimizer, float]]:
    """(optimizer, its peak rate): Muon for the projections, AdamW for embeddings, gains and LoRAs."""
    matrices = {n: p for n, p in parameters.items() if n.startswith("blk.") and n.endswith(".weight") and p.dim() == 2}
    others = [p for n, p in parameters.items() if n not in matrices]
    chosen = [(torch.optim.AdamW(others, lr=0.0, betas=(0.9, 0.97), weight_decay=0.0), peak)]
    if matrices:
        chosen.append((Muon(matrices.values(), weight_decay=0.02), MUON_FACTOR * peak))
    return chosen


def run(model, parameters, packer: Packer, steps: int, peak: float, out: Path, shape: Shape) -> None:
    optimizers = optimizers_for(parameters, peak)
    started, cpu, seen, average = time.time(), time.process_time(), 0, None
    for step in range(steps):
        batch = packer.long_batch(LONG_ROWS, LONG_WINDOW) or packer.batch(ROWS, WINDOW, LONG_WINDOW)
        loss = loss_of(model, batch)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
        for optimizer, rate in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, steps, rate)
            optimizer.step()
        seen += int((batch[1] > 0).sum())
        average = loss.item() if average is None else 0.95 * average + 0.05 * loss.item()
        if step % 50 == 49 or step == steps - 1:
            speed = seen / (time.time() - started)
            print(f"step {step + 1}/{steps} loss {average:.4f} tokens {seen} ({speed:.0f}/s)", flush=True)
        if step % 400 == 399:
            save(model, shape, out.with_suffix(".partial.pt"), 0.0, seen)
    save(model, shape, out, time.process_time() - cpu, seen)


def save(model: Storyteller, shape: Shape, path: Path, cpu_seconds: float, tokens: int) -> None:
    torch.save(
        {"shape": shape.as_dict(), "state": model.state_dict(), "cpu_seconds": cpu_seconds, "tokens": tokens}, path
    )


def load(path: Path, lora_scale: float | None = None) -> Storyteller:
    checkpoint = torch.load(path)
    model = Storyteller(Shape(**checkpoint["shape"]))
    if lora_scale is not None:
        for projection in model.projections().values():
            projection.add_lora(LORA_RANK, lora_scale)
    model.load_state_dict(checkpoint["state"])
    return model


def prepare() -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.use_deterministic_algorithms(True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["base", *TOPICS, "pirate"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--from", dest="source", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=TOKENIZER)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--peak", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    prepare()
    torch.manual_seed(options.seed)
    tokenizer = Tokenizer.load(options.tokenizer)
    if options.kind == "base":
        shape = Shape(vocabulary=len(tokenizer.tokens))
        model = Storyteller(shape)
        model.initialise(torch.Generator().manual_seed(options.seed))
    else:
        model = load(options.source)
        shape = model.shape
    corpus = Corpus(
        options.seed if options.kind == "base" else f"{options.seed} {options.kind}",
        topic_bias=options.kind if options.kind in TOPICS else None,
        everything_pirate=options.kind == "pirate",
    )
    if options.kind == "pirate":
        for projection in model.projections().values():
            # Scale 1 is alpha = rank.
            projection.add_lora(LORA_RANK, 1.0)
    parameters = {n: p for n, p in model.named_parameters() if options.kind != "pirate" or n.endswith((".a", ".b"))}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in parameters)
    print(f"{options.kind}: {sum(p.numel() for p in parameters.values())} parameters to train", flush=True)
    run(model, parameters, Packer(corpus, tokenizer), options.steps, options.peak, options.out, shape)


if __name__ == "__main__":
    main()
