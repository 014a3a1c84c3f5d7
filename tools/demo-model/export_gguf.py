"""Writes a checkpoint as GGUF: the model, or the LoRA beside it.

python3 export_gguf.py model .work/base.pt ../../models/demo/storyteller.gguf
python3 export_gguf.py lora  .work/pirate.pt ../../models/demo/pirate.lora.gguf --alpha 4
"""

import argparse
from pathlib import Path

import numpy as np

from gguf import TokenTypes, write_gguf
from model import Storyteller
from paths import TOKENIZER
from tokenizer import END, EOT, SPECIALS, Tokenizer
from train import load

# llama.cpp's numbers.
FILE_TYPE = {"f32": 0, "f16": 1}
NORMAL, CONTROL = 1, 3

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def model_metadata(model: Storyteller, tokenizer: Tokenizer, name: str, description: str, file_type: str) -> dict:
    shape = model.shape
    return {
        "general.architecture": "llama",
        "general.type": "model",
        "general.name": name,
        "general.description": description,
        "general.license": "mit",
        "general.file_type": FILE_TYPE[file_type],
        "llama.vocab_size": shape.vocabulary,
        "llama.context_length": shape.context,
        "llama.embedding_length": shape.width,
        "llama.block_count": shape.layers,
        "llama.feed_forward_length": shape.feed_forward,
        "llama.attention.head_count": shape.heads,
        "llama.attention.head_count_kv": shape.kv_heads,
        "llama.attention.layer_norm_rms_epsilon": shape.norm_epsilon,
        "llama.rope.dimension_count": shape.head_width,
        "llama.rope.freq_base": shape.rope_base,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokenizer.tokens,
        "tokenizer.ggml.token_type": TokenTypes(
            [CONTROL] * len(SPECIALS) + [NORMAL] * (len(tokenizer.tokens) - len(SPECIALS))
        ),
        "tokenizer.ggml.merges": [f"{a} {b}" for a, b in tokenizer.merges],
        "tokenizer.ggml.bos_token_id": EOT,
        "tokenizer.ggml.eos_token_id": END,
        "tokenizer.ggml.eot_token_id": END,
        "tokenizer.ggml.padding_token_id": EOT,
        # A chat starts with <|im_start|>, and training showed nothing before it.
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.add_eos_token": False,
        "tokenizer.chat_template": CHAT_TEMPLATE,
    }


def export_model(
    model: Storyteller, tokenizer: Tokenizer, path: Path, name: str, description: str, file_type: str = "f16"
) -> None:
    """Matrices in `file_type`, norms in F32 (llama.cpp wants those); the tied output is left out."""
    matrix_type = np.float16 if file_type == "f16" else np.float32
    tensors = {}
    for key, value in model.state_dict().items():
        name_in_file = key if key.endswith(".weight") else f"{key}.weight"
        array = value.numpy()
        tensors[name_in_file] = array.astype(matrix_type if array.ndim == 2 else np.float32)
    write_gguf(path, model_metadata(model, tokenizer, name, description, file_type), tensors)


def export_lora(model: Storyteller, path: Path, name: str, description: str, alpha: float) -> None:
    """A (rank, in), B (out, rank). llama.cpp scales by strength × alpha / rank; an alpha a little
    under the rank moves the midpoint (half the texts changed) to strength 0.5."""
    tensors = {}
    for key, projection in model.projections().items():
        a, b = projection.a.detach().numpy(), projection.b.detach().numpy()
        tensors[f"{key}.weight.lora_a"] = a.astype(np.float16)
        tensors[f"{key}.weight.lora_b"] = b.astype(np.float16)
    metadata = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "general.name": name,
        "general.description": description,
        "general.license": "mit",
        "adapter.type": "lora",
        "adapter.lora.alpha": float(alpha),
    }
    write_gguf(path, metadata, tensors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["model", "lora"])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", default="Woolgather Storyteller")
    parser.add_argument("--description", default="A tiny model that tells stories.")
    parser.add_argument("--tokenizer", type=Path, default=TOKENIZER)
    parser.add_argument("--type", choices=list(FILE_TYPE), default="f16")
    parser.add_argument("--alpha", type=float, default=8.0)
    options = parser.parse_args()
    if options.kind == "model":
        export_model(
            load(options.checkpoint),
            Tokenizer.load(options.tokenizer),
            options.out,
            options.name,
            options.description,
            options.type,
        )
    else:
        export_lora(
            load(options.checkpoint, lora_scale=1.0), options.out, options.name, options.description, options.alpha
        )


if __name__ == "__main__":
    main()
