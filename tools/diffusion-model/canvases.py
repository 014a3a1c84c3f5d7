"""Training examples of masked diffusion: a prompt, a canvas behind it, and which of its tokens are hidden.

A canvas is an answer filled up with <|im_end|> to a whole number of 16 tokens. Three kinds of hiding share the
examples, since sampling meets all three: anywhere, a gap in a text, and "written up to here". Examples come in pools;
a pool depends on its number alone, so a training taken up again sees what it would have seen.
"""

from dataclasses import dataclass
from random import Random

import torch
import workshop  # noqa: F401  (sets the path)
from corpus import Conversation, Corpus, key
from tokenizer import END, EOT, START, Tokenizer

BUCKET = 16
ROWS, POOL, LONGEST = 28, 10, 176
ANYWHERE, GAP, BLOCK = 0.3, 0.3, 0.4
PROMPT_HIDDEN = 0.1
TASKS = {"story": 80, "card": 6, "describe": 5, "list": 3, "greeting": 1, "unknown": 1}


class OneTurn(Corpus):
    """The storyteller's corpus, one turn only, mostly stories."""

    tasks = TASKS

    def next(self) -> Conversation:
        while True:
            task = self.rng.choices(list(self.tasks), list(self.tasks.values()))[0]
            conversation = getattr(self, "_" + task)()
            if not any(role == "user" and key(text) in self.held_out for role, text in conversation):
                return conversation


class Pirates(OneTurn):
    tasks = {"story": 1}


def encode_prompt(turns: Conversation, tokenizer: Tokenizer) -> list[int]:
    """ChatML with the assistant's turn opened."""
    ids: list[int] = []
    for role, text in turns:
        ids += [START, *tokenizer.encode(f"{role}\n"), *tokenizer.encode(text), END, *tokenizer.encode("\n")]
    return [*ids, START, *tokenizer.encode("assistant\n")]


def canvas_of(ids: list[int], extra: int = 0) -> list[int]:
    size = -(-(len(ids) + 1) // BUCKET) * BUCKET + extra
    return ids + [END] * (size - len(ids))


@dataclass
class Batch:
    """tokens, targets: (rows, length); weights: (rows, length), of the loss at each place; keys: (rows, 1, length),
    what no place may look at is -inf."""

    tokens: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    keys: torch.Tensor


class Canvases:
    def __init__(self, tokenizer: Tokenizer, mask: int, seed: str, pirates: bool = False, kinds=(ANYWHERE, GAP, BLOCK)):
        self.tokenizer, self.mask, self.seed, self.pirates, self.kinds = tokenizer, mask, seed, pirates, kinds

    def pool(self, number: int) -> list[Batch]:
        """The `number`th POOL batches: rows of about the same length together, the batches in random order."""
        corpus = (Pirates if self.pirates else OneTurn)(f"{self.seed} {number}", everything_pirate=self.pirates)
        rng = Random(f"{self.seed} {number} masks")
        examples = sorted((self.example(corpus, rng) for _ in range(ROWS * POOL)), key=lambda e: len(e[0]) + len(e[1]))
        groups = [examples[i : i + ROWS] for i in range(0, len(examples), ROWS)]
        rng.shuffle(groups)
        return [self.batch(group, rng) for group in groups]

    def example(self, corpus: Corpus, rng: Random) -> tuple[list[int], list[int]]:
        while True:
            turns = corpus.next()
            prompt = encode_prompt(turns[:-1], self.tokenizer)
            extra = BUCKET if rng.random() < 0.1 else 0
            canvas = canvas_of(self.tokenizer.encode(turns[-1][1]), extra)
            if len(prompt) + len(canvas) <= LONGEST:
                return prompt, canvas

    def hidden(self, rng: Random, size: int, share: float) -> tuple[list[int], list[int]]:
        """(hidden places of a canvas, those of them that count in the loss)."""
        kind = rng.random()
        if kind < self.kinds[0]:
            hidden = rng.sample(range(size), max(1, round(share * size)))
            return hidden, hidden
        if kind < self.kinds[0] + self.kinds[1]:
            length = rng.randint(4, max(5, size * 3 // 4))
            start = rng.randint(0, size - length)
            count = max(1, round(share * length))
            # Part of the gap is written already: anywhere in it, or from its left.
            gap = range(start, start + length)
            hidden = rng.sample(gap, count) if rng.random() < 0.6 else list(gap[length - count :])
            return hidden, hidden
        # What lies beyond the block is anyone's guess: it is hidden, and its loss does not count.
        block = rng.choice([8, 16, 16, 32])
        start = rng.randrange(0, size, block)
        end = min(start + block, size)
        hidden = rng.sample(range(start, end), max(1, round(share * (end - start))))
        return hidden + list(range(end, size)), hidden

    def batch(self, group: list[tuple[list[int], list[int]]], rng: Random) -> Batch:
        """Rows end together, so that a place in the canvas is found from the right. The share hidden is spread
        evenly over the batch."""
        length = max(len(prompt) + len(canvas) for prompt, canvas in group)
        shape = (len(group), length)
        tokens, targets = torch.full(shape, EOT), torch.zeros(shape, dtype=torch.long)
        weights, keys = torch.zeros(shape), torch.zeros(shape)
        order = list(range(len(group)))
        rng.shuffle(order)
        for row, (prompt, canvas) in enumerate(group):
            at = length - len(canvas)
            first = at - len(prompt)
            shown = [self.mask] * len(prompt) if rng.random() < PROMPT_HIDDEN else prompt
            tokens[row, first:] = torch.tensor(shown + canvas)
            targets[row, at:] = torch.tensor(canvas)
            keys[row, :first] = float("-inf")
            hidden, counted = self.hidden(rng, len(canvas), (order[row] + rng.random()) / len(group))
            tokens[row, torch.tensor(hidden) + at] = self.mask
            weights[row, torch.tensor(counted) + at] = 1 / len(counted)
        return Batch(tokens, targets, weights, keys[:, None, :])
