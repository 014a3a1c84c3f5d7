"""A linear merge of two of our GGUF files, for the evaluation: same tensors, same layout."""

import struct
from pathlib import Path

import numpy as np

from gguf import ALIGNMENT, ARRAY, BOOL, F16, FLOAT32, INT32, STRING, UINT32

SIZES = {UINT32: 4, INT32: 4, FLOAT32: 4, BOOL: 1}


def read_layout(data: bytes) -> tuple[int, list[tuple[int, int, int]]]:
    """(where tensor data starts, [(offset, elements, type)]) of a GGUF that gguf.py wrote."""
    at = 4

    def number(form: str) -> int:
        nonlocal at
        value = struct.unpack_from(form, data, at)[0]
        at += struct.calcsize(form)
        return value

    def skip(kind: int) -> None:
        nonlocal at
        if kind == STRING:
            length = number("<Q")
            at += length
        elif kind == ARRAY:
            inner, count = number("<I"), number("<Q")
            for _ in range(count):
                skip(inner)
        else:
            at += SIZES[kind]

    number("<I")
    tensor_count, metadata_count = number("<Q"), number("<Q")
    for _ in range(metadata_count):
        skip(STRING)
        skip(number("<I"))
    tensors = []
    for _ in range(tensor_count):
        skip(STRING)
        elements = 1
        for _ in range(number("<I")):
            elements *= number("<Q")
        kind = number("<I")
        tensors.append((number("<Q"), elements, kind))
    return -(-at // ALIGNMENT) * ALIGNMENT, tensors


def merge_linear(first: Path, second: Path, ratio: float, out: Path) -> None:
    """(1 - ratio) · first + ratio · second, with the first file's metadata."""
    a, b = first.read_bytes(), second.read_bytes()
    start_a, tensors = read_layout(a)
    start_b, _ = read_layout(b)
    merged = bytearray(a)
    for offset, elements, kind in tensors:
        form = np.float16 if kind == F16 else np.float32
        x = np.frombuffer(a, form, elements, start_a + offset).astype(np.float32)
        y = np.frombuffer(b, form, elements, start_b + offset).astype(np.float32)
        data = ((1 - ratio) * x + ratio * y).astype(form).tobytes()
        merged[start_a + offset : start_a + offset + len(data)] = data
    out.write_bytes(merged)
