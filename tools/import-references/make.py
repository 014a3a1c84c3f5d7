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
from tokenizers_of import byte_pairs, sentence_piece, sentence_piece_added, sentence_piece_fast

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


def checkpoint(family: str, tokenizer, dtype: str = "F32", outtype: str = "f32", pre: str = "", shards: int = 1, **changes: object):
    def make(folder: str, llama_cpp: str) -> None:
        target = f"{folder}/checkpoint"
        write_config(family, target, **changes)
        tokenizer(target)
        tensors = random_tensors(folder.rsplit("/", 1)[-1], tensors_of(family))
        names = list(tensors)
        if shards == 1:
            write(f"{target}/model.safetensors", tensors, dtype)
        else:
            weight_map = {}
            for shard in range(shards):
                file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
                own = names[shard::shards]
                write(f"{target}/{file}", {name: tensors[name] for name in own}, dtype)
                weight_map.update({name: file for name in own})
            dump(f"{target}/model.safetensors.index.json", {"metadata": {}, "weight_map": weight_map})
        if pre:
            # a vocabulary this small has no hash that the converter knows
            from conversion.base import TextModel

            TextModel.get_vocab_base_pre = lambda self, tokenizer: pre
        convert(
            f"{llama_cpp}/convert_hf_to_gguf.py", target, "--outfile", f"{folder}/reference.gguf", "--outtype", outtype
        )

    return make


cases = {
    "llama": checkpoint("llama", sentence_piece, "BF16", "bf16"),
    "llama-fast": checkpoint("llama", sentence_piece_fast, "F16", "f16", rope_scaling=None),
    "llama-bytes": checkpoint(
        "llama", byte_pairs("llama-bpe"), "F32", "f16", "llama-bpe", shards=2, rope_scaling={"type": "linear", "factor": 2.0}
    ),
    "llama-smol": checkpoint("llama", byte_pairs("smollm"), "F32", "q8_0", "smollm", hidden_act="silu"),
    "mistral": checkpoint("mistral", sentence_piece_added, "BF16", "q8_0"),
    "qwen2": checkpoint("qwen2", byte_pairs("qwen2", pairs_as_lists=True), "BF16", "f32", "qwen2"),
    "qwen3": checkpoint("qwen3", byte_pairs("qwen2", template=False), "BF16", "bf16", "qwen2"),
    "gemma": checkpoint("gemma", sentence_piece, "BF16", "f16"),
    "gemma2": checkpoint("gemma2", sentence_piece, "F32", "f32"),
    "gemma3": checkpoint("gemma3", sentence_piece, "BF16", "bf16", rope_scaling={"rope_type": "linear", "factor": 8.0}),
    "phi3": checkpoint("phi3", sentence_piece_added, "BF16", "bf16"),
    "phi3-bytes": checkpoint(
        "phi3", byte_pairs("dbrx", tokenizer_class="GPT2Tokenizer"), "F16", "f16", "dbrx", rope_scaling=None, sliding_window=None
    ),
    "gptneox": checkpoint("gptneox", byte_pairs("olmo", template=False), "F16", "f16", "olmo"),
    "falcon": checkpoint("falcon", byte_pairs("falcon", template=False), "BF16", "f32", "falcon"),
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
