"""Packs conversations into windows, with the weight of every token in the loss."""

from dataclasses import dataclass

import torch
from torch import Tensor

from corpus import Conversation, Corpus
from tokenizer import END, EOT, START, Tokenizer

PROMPT_WEIGHT = 0.1
# An answer of one word would otherwise count for a fortieth of a story.
USUAL_ANSWER, LARGEST_WEIGHT = 40, 4.0


@dataclass
class Encoded:
    tokens: list[int]
    weights: list[float]  # of predicting tokens[i]; the first is never predicted


def encode(conversation: Conversation, tokenizer: Tokenizer) -> Encoded:
    """ChatML, as the chat template writes it: <|im_start|>role\\ntext<|im_end|>\\n."""
    tokens: list[int] = []
    weights: list[float] = []

    def add(ids: list[int], weight: float) -> None:
        tokens.extend(ids)
        weights.extend([weight] * len(ids))

    for role, text in conversation:
        body = tokenizer.encode(text)
        if role == "text":
            add([*body, EOT], 1.0)
            continue
        add([START, *tokenizer.encode(f"{role}\n")], PROMPT_WEIGHT)
        answer_weight = min(max(USUAL_ANSWER / len(body), 1.0), LARGEST_WEIGHT)
        add([*body, END], answer_weight if role == "assistant" else PROMPT_WEIGHT)
        add(tokenizer.encode("\n"), PROMPT_WEIGHT)
    return Encoded(tokens, weights)


class Packer:
    """Fills rows of a window with whole conversations, the fullest fit first."""

    def __init__(self, corpus: Corpus, tokenizer: Tokenizer, pool: int = 48):
        self.corpus, self.tokenizer, self.pool_size = corpus, tokenizer, pool
        self.pool: list[Encoded] = []
        self.long: list[Encoded] = []

    def _refill(self, window: int, largest: int) -> None:
        while len(self.pool) < self.pool_size:
            example = encode(self.corpus.next(), self.tokenizer)
            if len(example.tokens) <= window:
                self.pool.append(example)
            elif len(example.tokens) <= largest:
                self.long.append(example)

    def _row(self, window: int, largest: int) -> list[Encoded]:
        row, room = [], window
        while True:
            self._refill(min(window, 256), largest)
            # The oldest goes first, so that none waits for ever; then whatever fills best.
            fitting = [e for e in self.pool if len(e.tokens) <= room]
            if not fitting:
                return row
            chosen = max(fitting, key=lambda e: len(e.tokens)) if row else self.pool[0]
            self.pool = [e for e in self.pool if e is not chosen]
            row.append(chosen)
            room -= len(chosen.tokens)

    def batch(self, rows: int, window: int, largest: int) -> tuple[Tensor, Tensor, Tensor]:
        """tokens (rows, window), weights (rows, window), mask (rows, window, window)."""
        return collate([self._row(window, largest) for _ in range(rows)], window)

    def long_batch(self, rows: int, window: int) -> tuple[Tensor, Tensor, Tensor] | None:
        """A batch of conversations too long for the usual window, once enough have gathered."""
        if len(self.long) < rows:
            return None
        chosen, self.long = self.long[:rows], self.long[rows:]
        return collate([[example] for example in chosen], window)


def collate(rows: list[list[Encoded]], window: int) -> tuple[Tensor, Tensor, Tensor]:
    tokens = torch.full((len(rows), window), EOT)
    weights = torch.zeros(len(rows), window)
    # Padding gets an owner too (0), or its rows of scores would be empty and turn into NaN.
    owner = torch.zeros(len(rows), window, dtype=torch.long)
    for r, row in enumerate(rows):
        at = 0
        for index, example in enumerate(row, start=1):
            end = at + len(example.tokens)
            tokens[r, at:end] = torch.tensor(example.tokens)
            weights[r, at + 1 : end] = torch.tensor(example.weights[1:])
            owner[r, at:end] = index
            at = end
    visible = (owner[:, :, None] == owner[:, None, :]).tril()
    mask = torch.zeros(len(rows), window, window).masked_fill_(~visible, float("-inf"))
    return tokens, weights, mask
