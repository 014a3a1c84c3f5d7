"""Trains a LoRA of a llama GGUF (F16 or F32) in PyTorch, and writes the loss of each step. Usage: make.py MODEL OUTPUT"""

import json
import math
import re
import struct
import sys
from pathlib import Path

import numpy as np
import torch

SETTINGS = {
    "rank": 8, "alpha": 16, "learningRate": 5e-4, "schedule": "cosine", "warmup": 10, "steps": 200,
    "batch": 4, "accumulate": 1, "weightDecay": 0.01, "clip": 1, "seed": 7,
}
EXAMPLES = {"count": 24, "least": 20, "most": 60, "tokens": 1400}
MASK = 0xFFFFFFFF
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TARGETS = re.compile(r"blk\.\d+\.(attn_(q|k|v|output)|ffn_(gate|up|down))\.weight")


def read_gguf(path):
    data = Path(path).read_bytes()
    at = 8

    def take(form):
        nonlocal at
        value = struct.unpack_from("<" + form, data, at)
        at += struct.calcsize("<" + form)
        return value[0]

    def text():
        nonlocal at
        size = take("Q")
        at += size
        return data[at - size:at].decode()

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            inner, count = take("I"), take("Q")
            return [value(inner) for _ in range(count)]
        return take(SCALARS[kind])

    count, keys = take("Q"), take("Q")
    metadata = {}
    for _ in range(keys):
        key = text()
        metadata[key] = value(take("I"))
    places = []
    for _ in range(count):
        name = text()
        shape = [take("Q") for _ in range(take("I"))]
        places.append((name, shape, take("I"), take("Q")))
    start = -(-at // 32) * 32
    tensors = {}
    for name, shape, kind, offset in places:
        array = np.frombuffer(data, {0: np.float32, 1: np.float16}[kind], math.prod(shape), start + offset)
        tensors[name] = torch.tensor(array.reshape(shape[::-1]).astype(np.float32))
    return metadata, tensors


def random_from(seed, stream):
    """splitmix32, as packages/train draws its numbers."""
    state = ((seed * 0x9E3779B1) ^ ((stream + 1) * 0x85EBCA6B)) & MASK

    def draw():
        nonlocal state
        state = (state + 0x9E3779B9) & MASK
        mixed = state ^ (state >> 16)
        mixed = (mixed * 0x21F0AAAD) & MASK
        mixed ^= mixed >> 15
        mixed = (mixed * 0x735A2D97) & MASK
        mixed ^= mixed >> 15
        return mixed / 2**32

    return draw


def shuffled(count, seed, stream):
    draw = random_from(seed, stream)
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(draw() * (last + 1))
        order[last], order[other] = order[other], order[last]
    return order


def make_examples():
    """Sequences with a rule in them: each token follows from the one before, mostly."""
    examples = []
    for index in range(EXAMPLES["count"]):
        draw = random_from(99, index)
        length = EXAMPLES["least"] + int(draw() * (EXAMPLES["most"] - EXAMPLES["least"]))
        tokens, weights = [3 + int(draw() * EXAMPLES["tokens"])], [0]
        while len(tokens) < length:
            chance = draw()
            tokens.append(3 + (tokens[-1] * 5 + 11) % EXAMPLES["tokens"] if chance < 0.8 else 3 + int(draw() * EXAMPLES["tokens"]))
            weights.append(0 if draw() < 0.25 else 1)
        examples.append((tokens, weights))
    return examples


def rotate(x, positions, base):
    """Pairs lie side by side. x: [tokens, heads, size]"""
    size = x.shape[-1]
    angles = positions[:, None] * base ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    cos, sin = angles.cos().float()[:, None], angles.sin().float()[:, None]
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Model:
    def __init__(self, metadata, tensors):
        self.tensors, self.figure = tensors, lambda key: metadata["llama." + key]
        names = [name for name in tensors if TARGETS.fullmatch(name)]
        self.factors = {}
        for index, name in enumerate(names):
            outputs, inputs = tensors[name].shape
            draw, most = random_from(SETTINGS["seed"], 1_000_000 + 2 * index), 1 / math.sqrt(inputs)
            a = [(2 * draw() - 1) * most for _ in range(SETTINGS["rank"] * inputs)]
            a = torch.tensor(a, dtype=torch.float32).reshape(SETTINGS["rank"], inputs).requires_grad_()
            self.factors[name] = (a, torch.zeros(outputs, SETTINGS["rank"], requires_grad=True))

    def linear(self, name, x):
        a, b = self.factors[name]
        return x @ self.tensors[name].T + SETTINGS["alpha"] / SETTINGS["rank"] * (x @ a.T) @ b.T

    def norm(self, name, x):
        scale = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.figure("attention.layer_norm_rms_epsilon"))
        return x * scale * self.tensors[name]

    def logits(self, tokens):
        heads, groups = self.figure("attention.head_count"), self.figure("attention.head_count_kv")
        positions = torch.arange(len(tokens), dtype=torch.float64)
        x = self.tensors["token_embd.weight"][tokens]
        for block in range(self.figure("block_count")):
            own = lambda part: f"blk.{block}.{part}.weight"
            inner = self.norm(own("attn_norm"), x)
            split = lambda part, count: self.linear(own(part), inner).reshape(len(tokens), count, -1)
            base = self.figure("rope.freq_base")
            q, k = (rotate(split(part, count), positions, base) for part, count in (("attn_q", heads), ("attn_k", groups)))
            v = split("attn_v", groups)
            k, v = (each.repeat_interleave(heads // groups, 1) for each in (k, v))
            scores = torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(q.shape[-1])
            scores = scores + torch.full(scores.shape[-2:], -math.inf).triu(1)
            mixed = torch.einsum("hqk,khd->qhd", scores.softmax(-1), v).flatten(-2)
            x = x + self.linear(own("attn_output"), mixed)
            inner = self.norm(own("ffn_norm"), x)
            gate = torch.nn.functional.silu(self.linear(own("ffn_gate"), inner))
            x = x + self.linear(own("ffn_down"), gate * self.linear(own("ffn_up"), inner))
        head = self.tensors.get("output.weight", self.tensors["token_embd.weight"])
        return self.norm("output_norm.weight", x) @ head.T


def rate_at(step):
    warmup, steps, most = SETTINGS["warmup"], SETTINGS["steps"], SETTINGS["learningRate"]
    if step <= warmup:
        return most * step / warmup
    return most * (1 + math.cos(math.pi * (step - warmup - 1) / (steps - warmup))) / 2


def main(source, target):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, examples = Model(*read_gguf(source)), make_examples()
    parameters = [factor for pair in model.factors.values() for factor in pair]
    optimizer = torch.optim.AdamW(parameters, lr=0, betas=(0.9, 0.999), eps=1e-8, weight_decay=SETTINGS["weightDecay"])
    losses, lengths = [], []
    for step in range(1, SETTINGS["steps"] + 1):
        chosen = []
        for place in range((step - 1) * SETTINGS["batch"], step * SETTINGS["batch"]):
            epoch, index = divmod(place, len(examples))
            chosen.append(examples[shuffled(len(examples), SETTINGS["seed"], epoch)[index]])
        total = sum(sum(weights[1:]) for _, weights in chosen)
        loss = 0
        for tokens, weights in chosen:
            surprise = torch.nn.functional.cross_entropy(model.logits(tokens[:-1]), torch.tensor(tokens[1:]), reduction="none")
            loss = loss + (surprise * torch.tensor(weights[1:])).sum() / total
        optimizer.zero_grad()
        loss.backward()
        length = torch.nn.utils.clip_grad_norm_(parameters, SETTINGS["clip"])
        optimizer.param_groups[0]["lr"] = rate_at(step)
        optimizer.step()
        losses.append(round(float(loss), 6))
        lengths.append(round(float(length), 6))
    about = f"PyTorch {torch.__version__} on {Path(source).name}, by tools/train-reference/make.py"
    fixture = {"about": about, "settings": SETTINGS, "examples": [{"tokens": t, "weights": w} for t, w in examples],
               "losses": losses, "gradients": lengths}
    Path(target).write_text(json.dumps(fixture) + "\n")
    print(losses[0], losses[-1])


if __name__ == "__main__":
    main(*sys.argv[1:])
