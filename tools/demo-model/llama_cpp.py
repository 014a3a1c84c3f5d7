"""Just enough of llama.cpp's C API to evaluate the shipped files with it, through ctypes.

The library is the one node-llama-cpp installs (`npm install` in the repository's root); the
structures below are those of its release v0.4.0 and are checked against known default values.
"""

import ctypes as c
from pathlib import Path

import numpy as np

from paths import REPOSITORY

LIBRARIES = REPOSITORY / "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"

pointer, integer, floating, boolean = c.c_void_p, c.c_int32, c.c_float, c.c_bool


class ModelParams(c.Structure):
    _fields_ = [
        ("devices", pointer), ("buffer_overrides", pointer), ("n_gpu_layers", integer), ("split_mode", integer),
        ("load_mode", integer), ("lazy_mode", integer), ("main_gpu", integer), ("tensor_split", pointer),
        ("progress", pointer), ("progress_data", pointer), ("kv_overrides", pointer), ("vocab_only", boolean),
        ("check_tensors", boolean), ("use_extra_bufts", boolean), ("no_host", boolean), ("no_alloc", boolean),
        ("load_mtp", boolean),
    ]  # fmt: skip


class ContextParams(c.Structure):
    _fields_ = [
        ("n_ctx", integer), ("n_batch", integer), ("n_ubatch", integer), ("n_seq_max", integer), ("n_rs_seq", integer),
        ("n_outputs_max", integer), ("n_outputs_max_per_seq", integer), ("n_threads", integer), ("n_threads_batch", integer),
        ("ctx_type", integer), ("rope_scaling_type", integer), ("pooling_type", integer), ("attention_type", integer),
        ("flash_attn_type", integer), ("rope_freq_base", floating), ("rope_freq_scale", floating),
        ("yarn_ext_factor", floating), ("yarn_attn_factor", floating), ("yarn_beta_fast", floating),
        ("yarn_beta_slow", floating), ("yarn_orig_ctx", integer), ("defrag_thold", floating), ("cb_eval", pointer),
        ("cb_eval_data", pointer), ("type_k", integer), ("type_v", integer), ("abort", pointer), ("abort_data", pointer),
        ("embeddings", boolean), ("offload_kqv", boolean), ("no_perf", boolean), ("op_offload", boolean),
        ("swa_full", boolean), ("kv_unified", boolean), ("samplers", pointer), ("n_samplers", c.c_size_t),
        ("ctx_other", pointer),
    ]  # fmt: skip


class Batch(c.Structure):
    _fields_ = [
        ("n_tokens", integer), ("token", c.POINTER(integer)), ("embd", pointer), ("pos", c.POINTER(integer)),
        ("n_seq_id", c.POINTER(integer)), ("seq_id", c.POINTER(c.POINTER(integer))), ("logits", c.POINTER(c.c_int8)),
    ]  # fmt: skip


QUIET = c.CFUNCTYPE(None, integer, c.c_char_p, pointer)(lambda level, text, data: None)


def load_library(folder: Path = LIBRARIES) -> c.CDLL:
    ggml = next(folder.glob("libggml.v*.so"), folder / "libggml.so")
    ggml_library = c.CDLL(str(ggml), mode=c.RTLD_GLOBAL)
    library = c.CDLL(str(next(folder.glob("libllama.v*.so"), folder / "libllama.so")))
    library.llama_log_set(QUIET, None)
    ggml_library.ggml_backend_load_all_from_path(str(folder).encode())
    library.llama_model_default_params.restype = ModelParams
    library.llama_context_default_params.restype = ContextParams
    for name in (
        "llama_model_load_from_file",
        "llama_init_from_model",
        "llama_model_get_vocab",
        "llama_get_memory",
        "llama_adapter_lora_init",
    ):
        getattr(library, name).restype = pointer
    library.llama_model_load_from_file.argtypes = [c.c_char_p, ModelParams]
    library.llama_init_from_model.argtypes = [pointer, ContextParams]
    library.llama_adapter_lora_init.argtypes = [pointer, c.c_char_p]
    library.llama_set_adapters_lora.argtypes = [pointer, c.POINTER(pointer), c.c_size_t, c.POINTER(floating)]
    for name in ("llama_model_get_vocab", "llama_get_memory", "llama_free", "llama_model_free"):
        getattr(library, name).argtypes = [pointer]
    library.llama_memory_clear.argtypes = [pointer, boolean]
    library.llama_decode.argtypes = [pointer, Batch]
    library.llama_tokenize.argtypes = [pointer, c.c_char_p, integer, c.POINTER(integer), integer, boolean, boolean]
    library.llama_get_logits_ith.argtypes = [pointer, integer]
    library.llama_get_logits_ith.restype = c.POINTER(floating)
    defaults = library.llama_context_default_params()
    assert (defaults.n_ctx, defaults.n_batch, round(defaults.yarn_beta_fast)) in {
        (512, 2048, 32),
        (512, 2048, -1),
    }, "another llama.cpp"
    return library


class Llama:
    """A model with one context of several sequences, decoded together on `threads` threads."""

    def __init__(
        self,
        path: Path,
        sequences: int,
        context: int = 512,
        threads: int = 1,
        vocabulary: int = 1472,
        exact: bool = False,
    ):
        self.library, self.vocabulary = load_library(), vocabulary
        model_params = self.library.llama_model_default_params()
        model_params.n_gpu_layers = 0
        self.model = self.library.llama_model_load_from_file(str(path).encode(), model_params)
        assert self.model, f"llama.cpp does not load {path}"
        params = self.library.llama_context_default_params()
        params.n_ctx, params.n_seq_max = context * sequences, sequences
        params.n_batch = params.n_ubatch = 2048
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type, params.kv_unified = 0, False
        if exact:
            # The usual cache of keys and values is F16, which alone moves logits by 0.005.
            params.type_k = params.type_v = 0
        self.context = self.library.llama_init_from_model(self.model, params)
        assert self.context, "no context"
        self.vocab = self.library.llama_model_get_vocab(self.model)

    def close(self) -> None:
        self.library.llama_free(self.context)
        self.library.llama_model_free(self.model)

    def set_lora(self, path: Path, strength: float) -> None:
        adapter = self.library.llama_adapter_lora_init(self.model, str(path).encode())
        assert adapter, f"llama.cpp does not load {path}"
        code = self.library.llama_set_adapters_lora(self.context, (pointer * 1)(adapter), 1, (floating * 1)(strength))
        assert code == 0, code

    def tokenize(self, text: str, special: bool = True) -> list[int]:
        data = text.encode()
        room = (integer * (len(data) + 8))()
        count = self.library.llama_tokenize(self.vocab, data, len(data), room, len(room), False, special)
        return list(room[:count])

    def clear(self) -> None:
        self.library.llama_memory_clear(self.library.llama_get_memory(self.context), True)

    def decode(self, entries: list[tuple[int, int, int, bool]]) -> list[np.ndarray]:
        """entries: (token, position, sequence, wants logits). Returns the wanted logits in order."""
        rows = []
        for start in range(0, len(entries), 2048):
            rows += self._decode(entries[start : start + 2048])
        return rows

    def _decode(self, entries) -> list[np.ndarray]:
        count = len(entries)
        sequences = [(integer * 1)(entry[2]) for entry in entries]
        batch = Batch(
            count,
            (integer * count)(*(entry[0] for entry in entries)),
            None,
            (integer * count)(*(entry[1] for entry in entries)),
            (integer * count)(*[1] * count),
            (c.POINTER(integer) * count)(*(c.cast(s, c.POINTER(integer)) for s in sequences)),
            (c.c_int8 * count)(*(int(entry[3]) for entry in entries)),
        )
        code = self.library.llama_decode(self.context, batch)
        assert code == 0, f"llama_decode returned {code}"
        wanted = [index for index, entry in enumerate(entries) if entry[3]]
        return [
            np.ctypeslib.as_array(self.library.llama_get_logits_ith(self.context, i), (self.vocabulary,)).copy()
            for i in wanted
        ]


def sample(logits: np.ndarray, rng: np.random.Generator, temperature: float, min_p: float) -> int:
    """llama.cpp's usual order: min-p on the plain distribution, then temperature. 0 is greedy."""
    if temperature == 0:
        return int(logits.argmax())
    kept = logits >= logits.max() + np.log(min_p)
    scaled = np.where(kept, (logits - logits.max()) / temperature, -np.inf)
    weights = np.exp(scaled)
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def generate(
    llama: Llama,
    prompts: list[str],
    seed: int,
    stop: set[int],
    limit: int = 200,
    temperature: float = 0.8,
    min_p: float = 0.05,
) -> list[list[int]]:
    """The generated ids of every prompt (without the stop token), one sequence each."""
    llama.clear()
    encoded = [llama.tokenize(prompt) for prompt in prompts]
    rngs = [np.random.default_rng([seed, index]) for index in range(len(prompts))]
    entries = [(t, p, s, p == len(ids) - 1) for s, ids in enumerate(encoded) for p, t in enumerate(ids)]
    rows = dict(enumerate(llama.decode(entries)))
    outputs: list[list[int]] = [[] for _ in prompts]
    for _ in range(limit):
        step = []
        for s, row in rows.items():
            token = sample(row, rngs[s], temperature, min_p)
            if token not in stop:
                outputs[s].append(token)
                step.append((token, len(encoded[s]) + len(outputs[s]) - 1, s, True))
        if not step:
            break
        rows = dict(zip([entry[2] for entry in step], llama.decode(step)))
    return outputs
