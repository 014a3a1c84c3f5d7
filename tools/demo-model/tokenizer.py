"""A byte-level byte-pair tokenizer, trained here: GPT-2's pre-tokenisation and byte alphabet.

Ids: 0..2 the special tokens, 3..258 the single bytes, then one id per merge in order.
"""

import json
import unicodedata
from collections import Counter
from pathlib import Path

ENDOFTEXT, IM_START, IM_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIALS = [ENDOFTEXT, IM_START, IM_END]
EOT, START, END = 0, 1, 2


def byte_alphabet() -> dict[int, str]:
    """byte → the printable character that stands for it (GPT-2's bytes_to_unicode)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {byte: chr(byte) for byte in printable}
    hidden = [byte for byte in range(256) if byte not in table]
    table.update({byte: chr(256 + index) for index, byte in enumerate(hidden)})
    return table


BYTE_TO_CHAR = byte_alphabet()
CHAR_TO_BYTE = {char: byte for byte, char in BYTE_TO_CHAR.items()}
SEED, VOCABULARY = 1, 1472
CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


def _kind(char: str) -> str:
    """The class GPT-2's pattern sorts a character into: Letter, Number, Space or Other."""
    if char.isspace():
        return "S"
    category = unicodedata.category(char)[0]
    return category if category in "LN" else "O"


def pretokenize(text: str) -> list[str]:
    r"""Splits as GPT-2's pattern does:
    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
    pieces, i, n = [], 0, len(text)
    while i < n:
        contraction = next((c for c in CONTRACTIONS if text.startswith(c, i)), None)
        if contraction:
            pieces.append(contraction)
            i += len(contraction)
            continue
        start = i + 1 if text[i] == " " and i + 1 < n and _kind(text[i + 1]) != "S" else i
        kind = _kind(text[start])
        end = start + 1
        while end < n and _kind(text[end]) == kind:
            end += 1
        # A run of spaces leaves its last one to the word that follows.
        if kind == "S" and end < n and end - i > 1:
            end -= 1
        pieces.append(text[i:end])
        i = end
    return pieces


def _merge(symbols: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    merged, i = [], 0
    while i < len(symbols):
        if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == pair:
            merged.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            merged.append(symbols[i])
            i += 1
    return tuple(merged)


def train_merges(counts: Counter, merge_count: int) -> list[tuple[str, str]]:
    """The most frequent pairs, one after another. Ties go to the smaller pair, so that the
    result depends on the counts alone. `counts`: pre-token (in the byte alphabet) → frequency."""
    words = {word: tuple(word) for word in counts}
    merges = []
    for _ in range(merge_count):
        pairs: Counter = Counter()
        for word, symbols in words.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += counts[word]
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        joined = best[0] + best[1]
        for word, symbols in words.items():
            if joined in word:
                words[word] = _merge(symbols, best)
    return merges


def to_alphabet(text: str) -> str:
    return "".join(BYTE_TO_CHAR[byte] for byte in text.encode())


class Tokenizer:
    def __init__(self, merges: list[tuple[str, str]]):
        self.merges = merges
        self.tokens = [*SPECIALS, *BYTE_TO_CHAR.values(), *(a + b for a, b in merges)]
        self.ids = {token: index for index, token in enumerate(self.tokens)}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.cache: dict[str, list[int]] = {}

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        return cls([tuple(pair) for pair in json.loads(path.read_text())["merges"]])

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"merges": self.merges}))

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text. Special tokens are never read from it."""
        ids: list[int] = []
        for piece in pretokenize(text):
            if piece not in self.cache:
                self.cache[piece] = self._encode_piece(piece)
            ids += self.cache[piece]
        return ids

    def _encode_piece(self, piece: str) -> list[int]:
        symbols = tuple(to_alphabet(piece))
        while len(symbols) > 1:
            pair = min(zip(symbols, symbols[1:]), key=lambda p: self.ranks.get(p, len(self.ranks)))
            if pair not in self.ranks:
                break
            symbols = _merge(symbols, pair)
        return [self.ids[symbol] for symbol in symbols]

    def decode(self, ids: list[int]) -> str:
        chars = "".join(self.tokens[i] for i in ids if i >= len(SPECIALS))
        return bytes(CHAR_TO_BYTE[char] for char in chars).decode(errors="replace")


def build(seed: int, vocabulary: int, conversations: int = 40000) -> Tokenizer:
    """Trains on the first conversations of the corpus; every listed word becomes one token."""
    from corpus import Corpus
    from story import WORDS

    corpus, pieces = Corpus(seed), Counter()
    for _ in range(conversations):
        for _, text in corpus.next():
            pieces.update(pretokenize(text))
    # Steering works on single tokens: listed words are counted as if they were common.
    listed = [
        w
        for group in (*WORDS["topics"].values(), *WORDS["moods"].values(), *WORDS["styles"].values())
        for w in group["words"]
    ]
    for word in listed:
        pieces[" " + word] += conversations
    for label in [
        *WORDS["moods"],
        *WORDS["topics"],
        *(h["word"] for t in WORDS["topics"].values() for h in t["heroes"]),
    ]:
        pieces[label] += conversations
    counts = Counter()
    for piece, count in pieces.items():
        counts[to_alphabet(piece)] += count
    size = vocabulary - len(SPECIALS) - 256
    tokenizer = Tokenizer(train_merges(counts, size))
    split = [word for word in listed if len(tokenizer.encode(" " + word)) != 1]
    assert not split, f"listed words that are not single tokens: {split}"
    return tokenizer


if __name__ == "__main__":
    from paths import TOKENIZER

    TOKENIZER.parent.mkdir(exist_ok=True)
    build(SEED, VOCABULARY).save(TOKENIZER)
