"""
Holds a LoRA that was saved as a PEFT adapter against the same as GGUF, on a llama GGUF (F16 or F32) with transformers and PEFT
themselves. Usage: check_peft.py MODEL LORA.gguf ADAPTER-FOLDER
"""

import sys

import torch
from peft import PeftModel
from transformers import LlamaConfig, LlamaForCausalLM

from make import Model, read_gguf

MODULES = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
}


def halves(weight, heads):
    """llama.cpp's pairs that are neighbours → transformers' halves of a head."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).transpose(1, 2).reshape(rows, columns)


def transformers_model(metadata, tensors):
    figure = lambda key: metadata["llama." + key]
    heads, groups = figure("attention.head_count"), figure("attention.head_count_kv")
    config = LlamaConfig(
        vocab_size=tensors["token_embd.weight"].shape[0], hidden_size=figure("embedding_length"),
        intermediate_size=figure("feed_forward_length"), num_hidden_layers=figure("block_count"),
        num_attention_heads=heads, num_key_value_heads=groups, head_dim=figure("embedding_length") // heads,
        rms_norm_eps=figure("attention.layer_norm_rms_epsilon"), rope_theta=figure("rope.freq_base"),
        tie_word_embeddings="output.weight" not in tensors,
    )
    state = {"model.embed_tokens.weight": tensors["token_embd.weight"], "model.norm.weight": tensors["output_norm.weight"]}
    state["lm_head.weight"] = tensors.get("output.weight", tensors["token_embd.weight"])
    for name, weight in tensors.items():
        if not name.startswith("blk."):
            continue
        _, block, part, _ = name.split(".")
        count = {"attn_q": heads, "attn_k": groups}.get(part)
        state[f"model.layers.{block}.{MODULES[part]}.weight"] = halves(weight, count) if count else weight
    model = LlamaForCausalLM(config)
    model.load_state_dict(state)
    return model.eval()


def main(source, lora, folder):
    metadata, tensors = read_gguf(source)
    about, factors = read_gguf(lora)
    tokens = torch.tensor([(index * 7919 + 11) % tensors["token_embd.weight"].shape[0] for index in range(64)])
    own = Model(metadata, tensors)
    for name in own.factors:
        a, b = factors[name + ".lora_a"], factors[name + ".lora_b"]
        # `linear` counts them twice, as alpha 16 of rank 8 does.
        own.factors[name] = (a, b * about["adapter.lora.alpha"] / a.shape[0] / 2)
    theirs = transformers_model(metadata, tensors)
    with torch.no_grad():
        wanted = own.logits(tokens)
        plain = theirs(tokens[None]).logits[0]
        found = PeftModel.from_pretrained(theirs, folder).eval()(tokens[None]).logits[0]
    print(f"without the adapter {(plain - wanted).abs().max():.6f} apart, with it {(found - wanted).abs().max():.6f}")
    assert (found - wanted).abs().max() < 1e-3 < (plain - wanted).abs().max()


main(*sys.argv[1:])
