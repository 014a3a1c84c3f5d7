"""Where things lie, and the storyteller's own modules (grammar, corpus, tokenizer, network) within reach."""

import struct
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
# The storyteller's workshop comes after this folder, so that this folder's `train` and `export` are found first.
sys.path.append(str(HERE.parent / "demo-model"))

from model import Shape, Storyteller  # noqa: E402
from paths import DEMO  # noqa: E402
from steps import python  # noqa: E402, F401
from tokenizer import Tokenizer  # noqa: E402

WORK = HERE / ".work"
MASK_TOKEN = "<|mask|>"
ARRAY, STRING = 9, 8
NUMBERS = {4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q"}


class Reader:
    """Reads a GGUF made by this project (F16 or F32 tensors)."""

    def __init__(self, path: Path):
        self.data, self.at = path.read_bytes(), 8
        tensors, keys = self.number("<Q"), self.number("<Q")
        self.metadata = dict(self.entry() for _ in range(keys))
        table = [self.row() for _ in range(tensors)]
        self.start = -(-self.at // 32) * 32
        self.tensors = {name: self.array(*rest) for name, *rest in table}

    def number(self, form: str):
        value = struct.unpack_from(form, self.data, self.at)[0]
        self.at += struct.calcsize(form)
        return value

    def text(self) -> str:
        length = self.number("<Q")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8", "replace")

    def value(self, kind: int):
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            inner, count = self.number("<I"), self.number("<Q")
            return [self.value(inner) for _ in range(count)]
        return self.number(NUMBERS[kind])

    def entry(self):
        return self.text(), self.value(self.number("<I"))

    def row(self):
        name = self.text()
        shape = [self.number("<Q") for _ in range(self.number("<I"))]
        return name, shape, self.number("<I"), self.number("<Q")

    def array(self, shape: list[int], kind: int, offset: int) -> np.ndarray:
        form = np.float16 if kind == 1 else np.float32
        array = np.frombuffer(self.data, form, int(np.prod(shape)), self.start + offset)
        return array.astype(np.float32).reshape(shape[::-1])


def storyteller_tokenizer() -> Tokenizer:
    """From the shipped file: the merges themselves are not committed."""
    merges = Reader(DEMO / "storyteller.gguf").metadata["tokenizer.ggml.merges"]
    return Tokenizer([tuple(merge.split(" ")) for merge in merges])


def from_gguf(path: Path) -> Storyteller:
    """The weights of a file of ours, with one row more for the mask token where it has none: the mean of all rows,
    a little stirred."""
    import torch

    tensors = Reader(path).tensors
    rows = torch.from_numpy(tensors["token_embd.weight"].copy())
    if len(rows) == Shape().vocabulary:
        noise = torch.randn(1, rows.shape[1], generator=torch.Generator().manual_seed(1))
        rows = torch.cat([rows, rows.mean(0, keepdim=True) + 0.02 * noise])
    model = Storyteller(Shape(vocabulary=len(rows)))
    state = {
        name: rows if name == "token_embd" else torch.from_numpy(tensors[name].copy()) for name in model.state_dict()
    }
    model.load_state_dict(state)
    return model
