"""A llama-architecture model in plain PyTorch, laid out as llama.cpp reads it.

RoPE turns the pairs (2i, 2i + 1) of each head, so no weight needs permuting on export.
"""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 1472
    width: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 352
    context: int = 512
    rope_base: float = 10000.0
    norm_epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def as_dict(self) -> dict:
        return asdict(self)


class Norm(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape.width))
        self.epsilon = shape.norm_epsilon

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon) * self.weight


class Linear(nn.Module):
    """A bias-free projection, with a LoRA beside it once `add_lora` was called."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.a: nn.Parameter | None = None
        self.b: nn.Parameter | None = None
        self.lora_scale = 0.0

    def add_lora(self, rank: int, scale: float) -> None:
        self.a = nn.Parameter(torch.randn(rank, self.weight.shape[1]) * self.weight.shape[1] ** -0.5)
        self.b = nn.Parameter(torch.zeros(self.weight.shape[0], rank))
        self.lora_scale = scale

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight)
        if self.a is None:
            return y
        return y + self.lora_scale * F.linear(F.linear(x, self.a), self.b)


def rope_tables(shape: Shape, length: int) -> tuple[Tensor, Tensor]:
    """cos and sin of every position and pair: (length, head_width / 2) each."""
    frequency = shape.rope_base ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)
    angle = torch.arange(length).float()[:, None] * frequency
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """x: (batch, heads, length, head_width)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.attn_norm, self.ffn_norm = Norm(shape), Norm(shape)
        self.attn_q = Linear(shape.width, shape.width)
        self.attn_k = Linear(shape.width, kv_width)
        self.attn_v = Linear(shape.width, kv_width)
        self.attn_output = Linear(shape.width, shape.width)
        self.ffn_gate = Linear(shape.width, shape.feed_forward)
        self.ffn_up = Linear(shape.width, shape.feed_forward)
        self.ffn_down = Linear(shape.feed_forward, shape.width)

    def attend(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        batch, length, _ = x.shape
        s = self.shape

        def split(y: Tensor, heads: int) -> Tensor:
            return y.view(batch, length, heads, s.head_width).transpose(1, 2)

        group = s.heads // s.kv_heads
        q = rotate(split(self.attn_q(x), s.heads), cos, sin) * s.head_width**-0.5
        k = rotate(split(self.attn_k(x), s.kv_heads), cos, sin)
        v = split(self.attn_v(x), s.kv_heads)
        # The query heads of a group share one key: they are stacked along the length.
        q = q.reshape(batch, s.kv_heads, group * length, s.head_width)
        scores = (q @ k.transpose(-1, -2)).view(batch, s.kv_heads, group, length, length)
        weights = torch.softmax(scores + mask[:, None, None], -1).view(batch, s.kv_heads, group * length, length)
        y = (weights @ v).view(batch, s.heads, length, s.head_width)
        return self.attn_output(y.transpose(1, 2).reshape(batch, length, s.width))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        x = x + self.attend(self.attn_norm(x), cos, sin, mask)
        y = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(y)) * self.ffn_up(y))


class Storyteller(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Parameter(torch.empty(shape.vocabulary, shape.width))
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape)

    def initialise(self, generator: torch.Generator) -> None:
        """Small normal weights; what writes into the residual stream starts smaller still."""
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                quiet = name.endswith(("attn_output.weight", "ffn_down.weight"))
                deviation = 0.04 / ((2 * self.shape.layers) ** 0.5 if quiet else 1)
                parameter.data.normal_(0, deviation, generator=generator)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Hidden states (batch, length, width) for tokens (batch, length).

        mask: (batch, length, length), added to the scores: 0 where attention may look.
        """
        length = tokens.shape[1]
        cos, sin = rope_tables(self.shape, length)
        if mask is None:
            mask = torch.full((1, length, length), float("-inf")).triu(1)
        x = F.embedding(tokens, self.token_embd)
        for block in self.blk:
            x = block(x, cos, sin, mask)
        return self.output_norm(x)

    def logits(self, hidden: Tensor) -> Tensor:
        """The output matrix is the embedding (tied)."""
        return F.linear(hidden, self.token_embd)

    def projections(self) -> dict[str, Linear]:
        """The seven projections of every block, by their GGUF names without ".weight"."""
        return {name: module for name, module in self.named_modules() if isinstance(module, Linear)}
