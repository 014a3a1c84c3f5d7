"""Tiny random models of every family: the configuration and the shapes of their tensors, as Hugging Face's modules have them."""
HIDDEN, INNER, LAYERS, HEADS = 16, 24, 2, 4
VOCABULARY = 320

common = {
    "vocab_size": VOCABULARY,
    "hidden_size": HIDDEN,
    "intermediate_size": INNER,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "max_position_embeddings": 64,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
rms = {"num_key_value_heads": 2, "rms_norm_eps": 1e-5, "rope_theta": 10000.0}
gemma = {"head_dim": 8, "tie_word_embeddings": True, "hidden_activation": "gelu_pytorch_tanh"}

# family: (class of the architecture, configuration)
families: dict[str, tuple[str, dict]] = {
    "llama": (
        "LlamaForCausalLM",
        {
            **common,
            **rms,
            "head_dim": 8,
            "model_type": "llama",
            "rope_scaling": {
                "rope_type": "llama3",
                "factor": 8.0,
                "low_freq_factor": 1.0,
                "high_freq_factor": 4.0,
                "original_max_position_embeddings": 16,
            },
        },
    ),
    "mistral": ("MistralForCausalLM", {**common, **rms, "model_type": "mistral", "sliding_window": 32}),
    "qwen2": ("Qwen2ForCausalLM", {**common, **rms, "model_type": "qwen2", "tie_word_embeddings": True}),
    "qwen3": (
        "Qwen3ForCausalLM",
        {
            **common,
            **rms,
            "model_type": "qwen3",
            "head_dim": 8,
            "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
        },
    ),
    "gemma": ("GemmaForCausalLM", {**common, **rms, **gemma, "model_type": "gemma"}),
    "gemma2": (
        "Gemma2ForCausalLM",
        {
            **common,
            **rms,
            **gemma,
            "model_type": "gemma2",
            "sliding_window": 32,
            "attn_logit_softcapping": 50.0,
            "final_logit_softcapping": 30.0,
            "query_pre_attn_scalar": 8,
        },
    ),
    "gemma3": (
        "Gemma3ForCausalLM",
        {
            **common,
            **rms,
            **gemma,
            "model_type": "gemma3_text",
            "sliding_window": 32,
            "sliding_window_pattern": 6,
            "rope_theta": 1000000.0,
            "rope_local_base_freq": 10000.0,
            "query_pre_attn_scalar": 8,
        },
    ),
    "phi3": (
        "Phi3ForCausalLM",
        {
            **common,
            **rms,
            "model_type": "phi3",
            "original_max_position_embeddings": 16,
            "sliding_window": 32,
            "rope_scaling": {"type": "longrope", "long_factor": [1.0, 2.0], "short_factor": [1.0, 1.5]},
        },
    ),
    "gptneox": (
        "GPTNeoXForCausalLM",
        {**common, "model_type": "gpt_neox", "rotary_pct": 0.5, "layer_norm_eps": 1e-5, "use_parallel_residual": True},
    ),
    "falcon": (
        "FalconForCausalLM",
        {
            **common,
            "model_type": "falcon",
            "layer_norm_epsilon": 1e-5,
            "num_kv_heads": 2,
            "new_decoder_architecture": True,
            "multi_query": False,
            "bias": False,
            "parallel_attn": True,
            "alibi": False,
        },
    ),
}

# PEFT's way to call the modules of each, for the longest list of target modules
targets = {
    "phi3": ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
    "gptneox": ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"],
    "falcon": ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"],
}
usual_targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def tensors_of(family: str, rows: int = VOCABULARY) -> dict[str, tuple[int, ...]]:
    """Shapes by names; rows first."""
    config = families[family][1]
    size = config.get("head_dim", HIDDEN // HEADS)
    shared = config.get("num_key_value_heads", config.get("num_kv_heads", HEADS))
    if family == "gptneox":
        return gptneox(rows)
    if family == "falcon":
        return falcon(rows, size, shared)
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (rows, HIDDEN)}
    for layer in range(LAYERS):
        at = f"model.layers.{layer}."
        if family == "phi3":
            shapes[f"{at}self_attn.qkv_proj.weight"] = ((HEADS + 2 * shared) * size, HIDDEN)
            shapes[f"{at}mlp.gate_up_proj.weight"] = (2 * INNER, HIDDEN)
        else:
            shapes[f"{at}self_attn.q_proj.weight"] = (HEADS * size, HIDDEN)
            shapes[f"{at}self_attn.k_proj.weight"] = (shared * size, HIDDEN)
            shapes[f"{at}self_attn.v_proj.weight"] = (shared * size, HIDDEN)
            shapes[f"{at}mlp.gate_proj.weight"] = (INNER, HIDDEN)
            shapes[f"{at}mlp.up_proj.weight"] = (INNER, HIDDEN)
        shapes[f"{at}self_attn.o_proj.weight"] = (HIDDEN, HEADS * size)
        shapes[f"{at}mlp.down_proj.weight"] = (HIDDEN, INNER)
        norms = ["input_layernorm", "post_attention_layernorm"]
        if family in ("gemma2", "gemma3"):
            norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"]
        for norm in norms:
            shapes[f"{at}{norm}.weight"] = (HIDDEN,)
        if family in ("qwen3", "gemma3"):
            shapes[f"{at}self_attn.q_norm.weight"] = (size,)
            shapes[f"{at}self_attn.k_norm.weight"] = (size,)
        if family == "qwen2":
            for name, heads in (("q", HEADS), ("k", shared), ("v", shared)):
                shapes[f"{at}self_attn.{name}_proj.bias"] = (heads * size,)
    shapes["model.norm.weight"] = (HIDDEN,)
    if not config.get("tie_word_embeddings"):
        shapes["lm_head.weight"] = (rows, HIDDEN)
    return shapes


def gptneox(rows: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {"gpt_neox.embed_in.weight": (rows, HIDDEN)}
    for layer in range(LAYERS):
        at = f"gpt_neox.layers.{layer}."
        for name, shape in {
            "attention.query_key_value": (3 * HIDDEN, HIDDEN),
            "attention.dense": (HIDDEN, HIDDEN),
            "mlp.dense_h_to_4h": (INNER, HIDDEN),
            "mlp.dense_4h_to_h": (HIDDEN, INNER),
            "input_layernorm": (HIDDEN,),
            "post_attention_layernorm": (HIDDEN,),
        }.items():
            shapes[f"{at}{name}.weight"] = shape
            shapes[f"{at}{name}.bias"] = shape[:1]
    shapes["gpt_neox.final_layer_norm.weight"] = (HIDDEN,)
    shapes["gpt_neox.final_layer_norm.bias"] = (HIDDEN,)
    shapes["embed_out.weight"] = (rows, HIDDEN)
    return shapes


def falcon(rows: int, size: int, shared: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {"transformer.word_embeddings.weight": (rows, HIDDEN)}
    for layer in range(LAYERS):
        at = f"transformer.h.{layer}."
        shapes[f"{at}self_attention.query_key_value.weight"] = ((HEADS + 2 * shared) * size, HIDDEN)
        shapes[f"{at}self_attention.dense.weight"] = (HIDDEN, HIDDEN)
        shapes[f"{at}mlp.dense_h_to_4h.weight"] = (4 * HIDDEN, HIDDEN)
        shapes[f"{at}mlp.dense_4h_to_h.weight"] = (HIDDEN, 4 * HIDDEN)
        for norm in ("ln_attn", "ln_mlp"):
            shapes[f"{at}{norm}.weight"] = shapes[f"{at}{norm}.bias"] = (HIDDEN,)
    shapes["transformer.ln_f.weight"] = shapes["transformer.ln_f.bias"] = (HIDDEN,)
    shapes["lm_head.weight"] = (rows, HIDDEN)
    return shapes
