"""References for what packages/weights imports: tiny random models and adapters in Hugging Face's own format, and what
llama.cpp's converters make of them. See README.md.

python make.py LLAMA_CPP FIXTURES [CASE ...]
"""
import hashlib
import json
import os
import runpy
import shutil
import sys
import tempfile
import zlib

import numpy as np
import torch

from families import HIDDEN, families, targets, tensors_of, usual_targets
from store_tensors import write

# older PyTorch lacks number types that the converters name
for name in ("float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "uint16", "uint32", "uint64"):
    if not hasattr(torch, name):
        setattr(torch, name, type("missing_" + name, (), {})())


def convert(script: str, *arguments: str) -> None:
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


def random_tensors(case: str, shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(zlib.crc32(case.encode()))
    return {name: generator.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}


def dump(path: str, value: object) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)


def write_config(family: str, folder: str, **changes: object) -> None:
    os.makedirs(folder, exist_ok=True)
    architecture, config = families[family]
    dump(f"{folder}/config.json", {"architectures": [architecture], **config, **changes})


def write_adapter(family: str, folder: str, config: dict, rank_of=lambda _: 4, more: tuple[str, ...] = ()) -> None:
    """Factors for every linear module of the layers, and for `more`."""
    os.makedirs(folder, exist_ok=True)
    names = targets.get(family, usual_targets)
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in tensors_of(family).items():
        module = name.removesuffix(".weight")
        if not name.endswith(".weight") or (module.rsplit(".", 1)[-1] not in names and module not in more):
            continue
        rank = rank_of(module)
        if "embed" in module and module != "embed_out":
            shapes[f"base_model.model.{module}.lora_embedding_A"] = (rank, shape[0])
            shapes[f"base_model.model.{module}.lora_embedding_B"] = (shape[1], rank)
            continue
        shapes[f"base_model.model.{module}.lora_A.weight"] = (rank, shape[1])
        shapes[f"base_model.model.{module}.lora_B.weight"] = (shape[0], rank)
    write(f"{folder}/adapter_model.safetensors", random_tensors(folder.rsplit("/", 1)[-1], shapes))
    dump(
        f"{folder}/adapter_config.json",
        {
            "peft_type": "LORA",
            "task_type": "CAUSAL_LM",
            "r": 4,
            "lora_alpha": 8,
            "bias": "none",
            "target_modules": names,
            "base_model_name_or_path": f"someone/{family}",
            **config,
        },
    )


def adapter(family: str, more: tuple[str, ...] = ()):
    def make(folder: str, llama_cpp: str) -> None:
        write_config(family, f"{folder}/base")
        write_adapter(family, f"{folder}/adapter", {}, more=more)
        if family == "falcon":
            shutil.rmtree(f"{folder}/base")
            return  # the converter cannot
        convert(
            f"{llama_cpp}/convert_lora_to_gguf.py",
            "--base", f"{folder}/base", f"{folder}/adapter", "--outfile", f"{folder}/reference.gguf",
        )  # fmt: skip
        shutil.rmtree(f"{folder}/base")

    return make


cases = {
    **{f"adapter-{family}": adapter(family) for family in families},
    "adapter-heads": adapter("llama", more=("model.embed_tokens", "lm_head")),
}


def main() -> None:
    llama_cpp, fixtures, *wanted = sys.argv[1:]
    sys.path.insert(0, llama_cpp)
    with tempfile.TemporaryDirectory() as scratch:
        for case in wanted or cases:
            folder = f"{scratch}/{case}"
            os.makedirs(folder)
            cases[case](folder, llama_cpp)
            shutil.rmtree(f"{fixtures}/{case}", ignore_errors=True)
            shutil.copytree(folder, f"{fixtures}/{case}")
    hashes = {}
    for folder, _, files in sorted(os.walk(fixtures)):
        for file in sorted(files):
            path = os.path.join(folder, file)
            if file != "hashes.json":
                with open(path, "rb") as content:
                    hashes[os.path.relpath(path, fixtures)] = hashlib.sha256(content.read()).hexdigest()
    with open(f"{fixtures}/hashes.json", "w", encoding="utf-8") as file:
        json.dump(hashes, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
