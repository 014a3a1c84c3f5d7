"""Trains the masked diffusion storyteller from the shipped one, or its pirate LoRA: one thread, one seed.

python3 train.py model  --out .work/diffuser.pt --steps 3200
python3 train.py pirate --out .work/pirate.pt --from .work/diffuser.pt --steps 90 --peak 2e-3

A training that was cut off goes on from its last checkpoint when the same command is given again.
"""

import argparse
import time
from pathlib import Path

import torch
from canvases import POOL, Batch, Canvases
from torch.nn import functional as F
from workshop import DEMO, Shape, Storyteller, from_gguf, storyteller_tokenizer
from muon import Muon

LORA_RANK = 8
# Muon's steps are relative to the size of a matrix, AdamW's to that of a number.
MUON_FACTOR = 5.0
CHECKPOINT = 100


def places(hidden: torch.Tensor) -> torch.Tensor:
    """Shifted, as Dream does it: the row before a place predicts the place. Only so does a model that learned to
    write from left to right keep what it knows."""
    return torch.cat([hidden[:, :1], hidden[:, :-1]], 1)


def losses_of(model: Storyteller, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """(loss of each counted place, its weight)."""
    hidden = places(model(batch.tokens, batch.keys))
    counted = batch.weights > 0
    losses = F.cross_entropy(model.logits(hidden[counted]), batch.targets[counted], reduction="none")
    return losses, batch.weights[counted]


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Up over the first 3 %, level to the middle, then straight down to 2 % of the peak."""
    warm = max(1, steps // 33)
    if step < warm:
        return peak * (step + 1) / warm
    return peak * min(1.0, 1 - 0.98 * (2 * step / steps - 1))


def optimizers_for(parameters: dict[str, torch.nn.Parameter], peak: float) -> list[tuple[torch.optim.Optimizer, float]]:
    """(optimizer, its peak rate): Muon for the projections, AdamW for embeddings, gains and LoRAs."""
    matrices = {n: p for n, p in parameters.items() if n.startswith("blk.") and n.endswith(".weight") and p.dim() == 2}
    others = [p for n, p in parameters.items() if n not in matrices]
    chosen = [(torch.optim.AdamW(others, lr=0.0, betas=(0.9, 0.97), weight_decay=0.0), peak)]
    if matrices:
        chosen.append((Muon(matrices.values(), weight_decay=0.02), MUON_FACTOR * peak))
    return chosen


def held_out_loss(model: Storyteller, tokenizer, mask: int, pirates: bool) -> dict[str, float]:
    """Mean loss a place of stories from another seed, by kind of hiding."""
    found = {}
    for name, kinds in {"anywhere": (1, 0, 0), "gap": (0, 1, 0), "block": (0, 0, 1)}.items():
        batches = Canvases(tokenizer, mask, "held out", pirates, kinds).pool(0)[:3]
        with torch.no_grad():
            sums = [(losses * weights).sum() / len(batch.tokens) for batch in batches for losses, weights in [losses_of(model, batch)]]
        found[name] = round(float(sum(sums) / len(sums)), 3)
    return found


def save(path: Path, **content) -> None:
    """Whole or not at all."""
    torch.save(content, path.with_suffix(".writing"))
    path.with_suffix(".writing").replace(path)


def load(path: Path, lora: bool = False) -> Storyteller:
    checkpoint = torch.load(path)
    model = Storyteller(Shape(**checkpoint["shape"]))
    if lora:
        add_lora(model)
    model.load_state_dict(checkpoint["state"])
    return model


def add_lora(model: Storyteller) -> None:
    for projection in model.projections().values():
        projection.add_lora(LORA_RANK, 1.0)


def run(options) -> None:
    pirates = options.kind == "pirate"
    tokenizer = storyteller_tokenizer()
    mask = len(tokenizer.tokens)
    model = load(options.source) if options.source.suffix == ".pt" else from_gguf(options.source)
    if pirates:
        add_lora(model)
    parameters = {n: p for n, p in model.named_parameters() if not pirates or n.endswith((".a", ".b"))}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in parameters)
    optimizers = optimizers_for(parameters, options.peak)
    partial = options.out.with_suffix(".partial.pt")
    first, cpu_before, seen = 0, 0.0, 0
    if partial.exists():
        state = torch.load(partial)
        first, cpu_before, seen = state["step"], state["cpu_seconds"], state["tokens"]
        model.load_state_dict(state["state"])
        for (optimizer, _), kept in zip(optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
    data = Canvases(tokenizer, mask, f"{options.seed} {options.kind}", pirates)
    average, pool = None, []
    for step in range(first, options.steps):
        if step % POOL == 0:
            pool = data.pool(step // POOL)
        batch = pool[step % POOL]
        losses, weights = losses_of(model, batch)
        loss = (losses * weights).sum() / len(batch.tokens)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
        for optimizer, peak in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, options.steps, peak)
            optimizer.step()
        seen += int((batch.keys == 0).sum())
        average = loss.item() if average is None else 0.97 * average + 0.03 * loss.item()
        done = step + 1
        spent = cpu_before + time.process_time()
        if done % 25 == 0 or done == options.steps:
            print(f"step {done}/{options.steps} loss {average:.4f} tokens {seen} cpu {spent:.0f} s", flush=True)
        if done % CHECKPOINT == 0 or done == options.steps:
            kept = {"shape": model.shape.as_dict(), "state": model.state_dict(), "cpu_seconds": spent, "tokens": seen}
            save(partial, **kept, step=done, optimizers=[o.state_dict() for o, _ in optimizers])
        if done % 400 == 0 or done == options.steps:
            print("held out", held_out_loss(model, tokenizer, mask, pirates), flush=True)
    save(options.out, **kept)
    partial.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["model", "pirate"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--from", dest="source", type=Path, default=DEMO / "storyteller.gguf")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--peak", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(options.seed)
    run(options)


if __name__ == "__main__":
    main()
