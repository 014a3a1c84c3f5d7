"""Writes models/demo/diffuser.gguf, diffuser-pirate.lora.gguf and diffuser.json from the checkpoints: `python3 export.py`."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from train import load
from workshop import DEMO, MASK_TOKEN, WORK, Storyteller, Tokenizer, storyteller_tokenizer
from export_gguf import CONTROL, model_metadata
from gguf import TokenTypes, write_gguf

ARCHITECTURE = "llada"
# Strength 0.5 is to turn about two stories in three.
LORA_ALPHA = 8.0
LICENSE = "mit"
MODEL, LORA = "diffuser.gguf", "diffuser-pirate.lora.gguf"
SEED = 1


def metadata(model: Storyteller, tokenizer: Tokenizer, name: str, file_type: str = "f16") -> dict:
    """As llama.cpp's converter writes a LLaDA model; rows are shifted, as this one was trained."""
    about = "The storyteller as a masked diffusion model: tells small stories that come out of the noise."
    base = model_metadata(model, tokenizer, name, about, file_type)
    keys = {key.replace("llama.", f"{ARCHITECTURE}.", 1): value for key, value in base.items()}
    return {
        **keys,
        "general.architecture": ARCHITECTURE,
        f"{ARCHITECTURE}.attention.causal": False,
        "diffusion.shift_logits": True,
        "tokenizer.ggml.tokens": [*tokenizer.tokens, MASK_TOKEN],
        "tokenizer.ggml.token_type": TokenTypes([*base["tokenizer.ggml.token_type"], CONTROL]),
        "tokenizer.ggml.mask_token_id": len(tokenizer.tokens),
    }


def export_model(model: Storyteller, tokenizer: Tokenizer, path: Path, file_type: str = "f16") -> None:
    kind = {"f16": np.float16, "f32": np.float32}[file_type]
    tensors = {}
    for key, value in model.state_dict().items():
        array = value.numpy()
        name = key if key.endswith(".weight") else f"{key}.weight"
        tensors[name] = array.astype(kind if array.ndim == 2 else np.float32)
    write_gguf(path, metadata(model, tokenizer, "Woolgather Diffuser", file_type), tensors)


def export_lora(model: Storyteller, path: Path) -> None:
    tensors = {}
    for key, projection in model.projections().items():
        tensors[f"{key}.weight.lora_a"] = projection.a.detach().numpy().astype(np.float16)
        tensors[f"{key}.weight.lora_b"] = projection.b.detach().numpy().astype(np.float16)
    about = "A LoRA for the diffuser: every story in pirate talk."
    keys = {
        "general.architecture": ARCHITECTURE,
        "general.type": "adapter",
        "general.name": "Pirate talk, for the diffuser",
        "general.description": about,
        "general.license": LICENSE,
        "adapter.type": "lora",
        "adapter.lora.alpha": LORA_ALPHA,
    }
    write_gguf(path, keys, tensors)


def describe(file: str, checkpoint: str) -> dict:
    data = (DEMO / file).read_bytes()
    trained = torch.load(WORK / checkpoint)
    return {
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "trainingTokens": trained["tokens"],
        "trainingCpuSeconds": round(trained["cpu_seconds"]),
    }


def main() -> None:
    export_model(load(WORK / "diffuser.pt"), storyteller_tokenizer(), DEMO / MODEL)
    files = {MODEL: describe(MODEL, "diffuser.pt")}
    if (WORK / "pirate.pt").exists():
        export_lora(load(WORK / "pirate.pt", lora=True), DEMO / LORA)
        files[LORA] = describe(LORA, "pirate.pt")
    manifest = {"license": "MIT", "seed": SEED, "command": "python3 tools/diffusion-model/build.py", "files": files}
    (DEMO / "diffuser.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
