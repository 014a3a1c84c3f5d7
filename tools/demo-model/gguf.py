"""A small GGUF version 3 writer: metadata and F16/F32 tensors. Little-endian, aligned to 32."""

import struct
from pathlib import Path

import numpy as np

UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32, F16 = 0, 1
ALIGNMENT = 32


class TokenTypes(list):
    """An array of INT32; a plain list is an array of strings."""


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _value(value) -> bytes:
    """A metadata value with its type before it."""
    if isinstance(value, bool):
        return struct.pack("<I?", BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", FLOAT32, value)
    if isinstance(value, str):
        return struct.pack("<I", STRING) + _string(value)
    if isinstance(value, TokenTypes):
        return struct.pack("<IIQ", ARRAY, INT32, len(value)) + struct.pack(f"<{len(value)}i", *value)
    return struct.pack("<IIQ", ARRAY, STRING, len(value)) + b"".join(map(_string, value))


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def write_gguf(path: Path, metadata: dict, tensors: dict[str, np.ndarray]) -> None:
    """tensors: numpy arrays of float16 or float32, in row-major order (out, in)."""
    header = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    for name, value in metadata.items():
        header += _string(name) + _value(value)
    offset = 0
    for name, array in tensors.items():
        # GGUF lists the fastest dimension first, numpy the slowest.
        dimensions = array.shape[::-1]
        kind = {np.dtype(np.float16): F16, np.dtype(np.float32): F32}[array.dtype]
        header += _string(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, offset)
        offset += _aligned(array.nbytes)
    with path.open("wb") as file:
        file.write(header.ljust(_aligned(len(header)), b"\0"))
        for array in tensors.values():
            file.write(np.ascontiguousarray(array).tobytes().ljust(_aligned(array.nbytes), b"\0"))
