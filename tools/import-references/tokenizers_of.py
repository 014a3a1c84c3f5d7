"""Tokenizers of every kind that llama.cpp's converter takes over, each of 320 tokens."""
import json

TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}</s>{% endfor %}"
SPACE = "\u2581"
WORDS = ["th", "in", "er", "an", "the", "ou", "ing", "and", "é", "ö", "日", "\ufeff"]


def pieces() -> list[tuple[str, float, int]]:
    """Text, score and type (1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte), some fewer than 320."""
    special = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3), ("<blank>", 0.0, 5), ("<mine>", 0.0, 4)]
    octets = [(f"<0x{byte:02X}>", 0.0, 6) for byte in range(256)]
    texts = [SPACE, *"etaoinshrdlu", *WORDS, *[SPACE + word for word in WORDS[:8]]]
    return [*special, *octets, *[(text, -float(n) / 2, 1) for n, text in enumerate(dict.fromkeys(texts))]]


def write_sentence_piece(folder: str) -> None:
    from sentencepiece import sentencepiece_model_pb2 as proto

    model = proto.ModelProto()
    for text, score, kind in pieces():
        piece = model.pieces.add()
        piece.piece, piece.score, piece.type = text, score, kind
    model.trainer_spec.model_type = proto.TrainerSpec.BPE
    model.trainer_spec.byte_fallback = True
    model.normalizer_spec.name = "identity"
    with open(f"{folder}/tokenizer.model", "wb") as file:
        file.write(model.SerializeToString())


def dump(path: str, value: object) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)


def added(content: str, id: int, special: bool, normalized: bool = False) -> dict:
    return {
        "id": id,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": normalized,
        "special": special,
    }


def config(**more: object) -> dict:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": {"__type": "AddedToken", "content": "</s>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True},
        "clean_up_tokenization_spaces": False,
        **more,
    }


def sentence_piece(folder: str) -> None:
    write_sentence_piece(folder)
    dump(
        f"{folder}/tokenizer_config.json",
        config(
            tokenizer_class="LlamaTokenizer",
            add_bos_token=True,
            add_eos_token=False,
            unk_token="<unk>",
            chat_template=TEMPLATE,
            added_tokens_decoder={
                "0": {"content": "<unk>", "special": True},
                "1": {"content": "<s>", "special": True},
                "2": {"content": "</s>", "special": True},
                "310": {"content": "<|user|>", "special": False},
                "311": {"content": f"{SPACE}{SPACE}", "special": False},
                "312": {"content": "<tool>", "special": True},
            },
        ),
    )


def sentence_piece_added(folder: str) -> None:
    """With added_tokens.json, templates by name in files of their own, and a space that is not put before."""
    write_sentence_piece(folder)
    dump(f"{folder}/added_tokens.json", {"<pad>": 315, "<far>": 9999})
    dump(f"{folder}/tokenizer_config.json", config(add_prefix_space=False, pad_token="<pad>"))
    with open(f"{folder}/chat_template.jinja", "w", encoding="utf-8") as file:
        file.write(TEMPLATE)


def sentence_piece_fast(folder: str) -> None:
    """The same pieces as tokenizer.json alone."""
    vocabulary = {text: id for id, (text, _, _) in enumerate(pieces())}
    merges = [["t", "h"], ["i", "n"], ["e", "r"], ["a", "n"], ["th", "e"], ["in", "g"]]
    merges = [pair for pair in merges if pair[0] in vocabulary and pair[1] in vocabulary and "".join(pair) in vocabulary]
    size = len(vocabulary)
    more = [added("<|user|>", size, False), added("<|end|>", size + 1, True)]
    more += [added(f"<fill{n}>", n, False) for n in range(size + 2, 320)]
    dump(
        f"{folder}/tokenizer.json",
        {
            "version": "1.0",
            "added_tokens": [added("<unk>", 0, True), added("<s>", 1, True), added("</s>", 2, True), *more],
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "Prepend", "prepend": SPACE},
                    {"type": "Replace", "pattern": {"String": " "}, "content": SPACE},
                ],
            },
            "pre_tokenizer": None,
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [
                    {"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "<s>", "type_id": 1}},
                    {"Sequence": {"id": "B", "type_id": 1}},
                ],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
            },
            "decoder": {
                "type": "Sequence",
                "decoders": [
                    {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
                    {"type": "ByteFallback"},
                    {"type": "Fuse"},
                    {"type": "Strip", "content": " ", "start": 1, "stop": 0},
                ],
            },
            "model": {
                "type": "BPE",
                "unk_token": "<unk>",
                "fuse_unk": True,
                "byte_fallback": True,
                "vocab": vocabulary,
                "merges": merges,
            },
        },
    )
    dump(f"{folder}/tokenizer_config.json", config(unk_token="<unk>", chat_template=TEMPLATE))


def symbols() -> list[str]:
    """Printable stand-ins for the 256 bytes, in GPT-2's order."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + n) for n in range(len(others))]


LLAMA = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}


def split(pattern: str) -> dict:
    return {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
            {**byte_level, "use_regex": False},
        ],
    }


# llama.cpp's name: what stands in tokenizer.json
pre_tokenizers: dict[str, dict] = {
    "llama-bpe": split(LLAMA),
    "dbrx": split(LLAMA),
    "qwen2": split(LLAMA.replace(r"\p{N}{1,3}", r"\p{N}")),
    "gpt-2": byte_level,
    "olmo": byte_level,
    "smollm": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
    "starcoder": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
    "falcon": {
        "type": "Sequence",
        "pretokenizers": [
            {"type": "Punctuation", "behavior": "Contiguous"},
            byte_level,
            {"type": "Digits", "individual_digits": False},
            {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated", "invert": False},
        ],
    },
}


def byte_pairs(pre: str, *, pairs_as_lists: bool = False, template: bool = True, **more_config: object):
    def make(folder: str) -> None:
        texts = [*symbols(), "th", "in", "er", "an", "the", "ou", "ing", "and", "\u0120the", "\u0120an"]
        # a hole in the ids before the last
        vocabulary = {text: id for id, text in enumerate(texts)} | {texts[-1]: 310}
        merges = [["t", "h"], ["i", "n"], ["e", "r"], ["a", "n"], ["th", "e"], ["o", "u"], ["in", "g"], ["an", "d"]]
        merges += [["\u0120", "the"], ["\u0120", "an"]]
        size = len(vocabulary)
        names = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|pad|>"]
        # special by its look, by its flag, and neither
        tokens = [added(name, size + n, n != 2) for n, name in enumerate(names)]
        tokens += [added("<think>", size + 5, False), added("  ", size + 6, False, True), added("<é>", size + 7, False)]
        dump(
            f"{folder}/tokenizer.json",
            {
                "version": "1.0",
                "added_tokens": tokens,
                "normalizer": {"type": "NFC"} if pre in ("qwen2", "olmo") else None,
                "pre_tokenizer": pre_tokenizers[pre],
                "post_processor": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
                if pre != "llama-bpe"
                else {
                    "type": "Sequence",
                    "processors": [
                        byte_level,
                        {
                            "type": "TemplateProcessing",
                            "single": [
                                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                                {"Sequence": {"id": "A", "type_id": 0}},
                            ],
                            "pair": [
                                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                                {"Sequence": {"id": "A", "type_id": 0}},
                                {"SpecialToken": {"id": "<s>", "type_id": 1}},
                                {"Sequence": {"id": "B", "type_id": 1}},
                            ],
                            "special_tokens": {"<s>": {"id": "<s>", "ids": [size], "tokens": ["<s>"]}},
                        },
                    ],
                },
                "decoder": byte_level,
                "model": {
                    "type": "BPE",
                    "dropout": None,
                    "unk_token": None,
                    "fuse_unk": False,
                    "byte_fallback": False,
                    "ignore_merges": pre == "llama-bpe",
                    "vocab": vocabulary,
                    "merges": merges if pairs_as_lists else [" ".join(pair) for pair in merges],
                },
            },
        )
        more: dict = {"chat_template": [{"name": "default", "template": TEMPLATE}, {"name": "tool use", "template": "x"}]} if template else {}
        if pre == "starcoder":
            more["clean_up_tokenization_spaces"] = True
        dump(f"{folder}/tokenizer_config.json", config(pad_token="<|pad|>", **more, **more_config))

    return make


