"""Writes safetensors files of random numbers, without PyTorch."""
import json
import struct

import numpy as np


def store(values: np.ndarray, dtype: str) -> bytes:
    if dtype == "F32":
        return values.astype("<f4").tobytes()
    if dtype == "F16":
        return values.astype("<f2").tobytes()
    # the nearest of the numbers that have no lower half
    bits = values.astype("<f4").view("<u4").astype(np.uint64)
    return (((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")).tobytes()


def write(path: str, tensors: dict[str, np.ndarray], dtype: str = "F32") -> None:
    header: dict = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, values in tensors.items():
        stored = store(values, dtype)
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), len(data) + len(stored)]}
        data += stored
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
