"""
What PyTorch takes to learn a LoRA of a Qwen2 of given sizes, one thread, weights in floats: tokens a second of the processor,
and what the process took at most. Usage: pytorch.py '{"blocks": 3, "width": 896, ...}'
"""

import json
import math
import resource
import sys
import time

import torch

torch.set_num_threads(1)
torch.manual_seed(0)
given = json.loads(sys.argv[1])
RANK, SCALE = 8, 2
width, forward, heads, groups = given["width"], given["feedForward"], given["heads"], given["groups"]
size, length, batch = width // heads, given["length"], given["batch"]
DTYPE = getattr(torch, given.get("type", "float32"))


class Linear(torch.nn.Module):
    def __init__(self, inputs, outputs, bias=False):
        super().__init__()
        self.base = torch.nn.Linear(inputs, outputs, bias=bias, dtype=DTYPE).requires_grad_(False)
        self.a = torch.nn.Parameter(torch.randn(RANK, inputs, dtype=DTYPE) / math.sqrt(inputs))
        self.b = torch.nn.Parameter(torch.zeros(outputs, RANK, dtype=DTYPE))

    def forward(self, x):
        return self.base(x) + SCALE * ((x @ self.a.T) @ self.b.T)


def rotate(x):
    """A head's halves are paired. x: [rows, heads, tokens, size]"""
    angles = torch.arange(length)[:, None] * 1e6 ** (-torch.arange(0, size, 2) / size)
    first, second = x.chunk(2, -1)
    cos, sin = angles.cos().to(DTYPE), angles.sin().to(DTYPE)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = torch.nn.ModuleList(torch.nn.RMSNorm(width, 1e-6, dtype=DTYPE).requires_grad_(False) for _ in range(2))
        self.q, self.o = Linear(width, width, True), Linear(width, width)
        self.k, self.v = Linear(width, size * groups, True), Linear(width, size * groups, True)
        self.gate, self.up, self.down = Linear(width, forward), Linear(width, forward), Linear(forward, width)

    def forward(self, x):
        inner = self.norms[0](x)
        split = lambda y, count: y.reshape(batch, length, count, size).transpose(1, 2)
        q, k, v = rotate(split(self.q(inner), heads)), rotate(split(self.k(inner), groups)), split(self.v(inner), groups)
        k, v = (each.repeat_interleave(heads // groups, 1) for each in (k, v))
        mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(mixed.transpose(1, 2).reshape(batch, length, width))
        inner = self.norms[1](x)
        return x + self.down(torch.nn.functional.silu(self.gate(inner)) * self.up(inner))


embedding = torch.randn(given["vocabulary"], width, dtype=DTYPE) / math.sqrt(width)
blocks = torch.nn.Sequential(*(Block() for _ in range(given["blocks"])))
parameters = [each for each in blocks.parameters() if each.requires_grad]
optimizer = torch.optim.AdamW(parameters, lr=1e-4)
tokens = (torch.arange(batch * length).reshape(batch, length) * 7919) % given["vocabulary"]
norm = torch.nn.RMSNorm(width, 1e-6, dtype=DTYPE).requires_grad_(False)


def step():
    states = norm(blocks(embedding[tokens]))[:, -given["learnt"]:]
    logits = (states @ embedding.T).flatten(0, 1).float()
    loss = torch.nn.functional.cross_entropy(logits, tokens[:, -given["learnt"]:].flatten())
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1)
    optimizer.step()


step()
began = time.process_time()
for _ in range(given["steps"]):
    step()
seconds = time.process_time() - began
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"speed": given["steps"] * batch * length / seconds, "megabytes": most / 1000}))
