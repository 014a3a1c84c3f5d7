"""Writes tests/fixtures/diffusion.json: what plain PyTorch makes of the shipped model, step by step at temperature 0, and
logits of it and of a tiny random model, for the runtime to be held against. `python3 reference.py`"""

import json

import torch
from canvases import canvas_of, encode_prompt
from workshop import DEMO, HERE, Storyteller, from_gguf, storyteller_tokenizer
from tokenizer import END

FILE = HERE.parents[1] / "tests" / "fixtures" / "diffusion.json"
STORY = "One night a gloomy robot sat inside a wide crater. It was a cold and dark evening. He counted the stars. The end."
BLANK = 48
GAP = (14, 34)

CASES = [
    {"name": "confidence", "asked": "Tell me a happy story about the sea.", "steps": 16, "end": "free"},
    {"name": "from the left, ends last", "asked": "Tell me a gloomy story about space.", "steps": 48, "order": "left", "end": "last"},
    {"name": "entropy", "asked": "Tell me a story.", "steps": 12, "order": "entropy", "end": "free"},
    {"name": "margin", "asked": "Tell me a spooky story about animals.", "steps": 12, "order": "margin", "end": "free"},
    {"name": "blocks of 16", "asked": "Tell me a happy story about animals.", "steps": 12, "blockLength": 16, "end": "free"},
    {"name": "guidance 2", "asked": "Tell me a gloomy story about the sea.", "steps": 8, "guidance": 2.0, "end": "free"},
    {"name": "a gap", "asked": "Tell me a gloomy story about space.", "steps": 10, "end": "never", "gap": True},
]


class Reference:
    def __init__(self, model: Storyteller, mask: int):
        self.model, self.mask = model, mask

    def rows(self, tokens: list[int]) -> torch.Tensor:
        """Logits (length, vocabulary); every token sees every other."""
        with torch.no_grad():
            hidden = self.model(torch.tensor([tokens]), torch.zeros(1, len(tokens), len(tokens)))
            return self.model.logits(hidden)[0].double()

    def guesses(self, prompt: list[int], canvas: list[int], guidance: float) -> torch.Tensor:
        """Logits of every place of the canvas: the row before a place predicts it."""
        def placed(before: list[int]) -> torch.Tensor:
            rows = self.rows(before + canvas)
            return rows[len(before) - 1 : len(before) + len(canvas) - 1]

        asked = placed(prompt)
        if guidance == 1:
            return asked
        return guidance * asked + (1 - guidance) * placed([self.mask] * len(prompt))


def score(logprobs: torch.Tensor, order: str, place: int, token: int) -> float:
    if order == "left":
        return -place
    if order == "entropy":
        return float((logprobs.exp() * logprobs.clamp(min=-60)).sum())
    if order == "margin":
        best, second = logprobs.exp().topk(2).values
        return float((best - second + 1e-9).log())
    return float(logprobs[token])


def blocks_of(canvas: list[int], mask: int, width: int, steps: int) -> list[tuple[int, int, int]]:
    found = [(start, min(start + width, len(canvas))) for start in range(0, len(canvas), width)]
    found = [(start, end) for start, end in found if mask in canvas[start:end]]
    each, over = max(1, steps // len(found)), max(0, steps - max(1, steps // len(found)) * len(found))
    return [
        (start, end, min(each + (index < over), canvas[start:end].count(mask)))
        for index, (start, end) in enumerate(found)
    ]


def fill(reference: Reference, prompt: list[int], canvas: list[int], case: dict) -> list[list[list[int]]]:
    """For each step what it set, as [place, token]."""
    mask, order, end = reference.mask, case.get("order", "confidence"), case["end"]
    told = []
    for start, stop, steps in blocks_of(canvas, mask, case.get("blockLength", len(canvas)), case["steps"]):
        for left in range(steps, 0, -1):
            holes = [place for place in range(start, stop) if canvas[place] == mask]
            logits = reference.guesses(prompt, canvas, case.get("guidance", 1.0))
            ranked = []
            for place in holes:
                row = logits[place].clone()
                row[mask] = float("-inf")
                if end == "never":
                    # llama.cpp counts <|endoftext|> among the tokens that end a text.
                    row[[0, END]] = float("-inf")
                logprobs = torch.log_softmax(row, -1)
                token = int(row.argmax())
                late = 1000 if end == "last" and token in (0, END) else 0
                ranked.append((score(logprobs, order, place, token) - late, place, token))
            count = -(-len(holes) // left)
            chosen = sorted(sorted(ranked, key=lambda one: -one[0])[:count], key=lambda one: one[1])
            for _, place, token in chosen:
                canvas[place] = token
            told.append([[place, token] for _, place, token in chosen])
    return told


def main() -> None:
    torch.set_num_threads(1)
    tokenizer = storyteller_tokenizer()
    mask = len(tokenizer.tokens)
    reference = Reference(from_gguf(DEMO / "diffuser.gguf"), mask)
    cases = []
    for case in CASES:
        prompt = encode_prompt([("user", case["asked"])], tokenizer)
        canvas = [mask] * BLANK
        if case.get("gap"):
            canvas = [mask if GAP[0] <= place < GAP[1] else token for place, token in enumerate(canvas_of(tokenizer.encode(STORY)))]
        given = [None if token == mask else token for token in canvas]
        settings = {key: value for key, value in case.items() if key not in ("gap", "asked")}
        cases.append({**settings, "prompt": prompt, "canvas": given, "told": fill(reference, prompt, list(canvas), case)})
    tokens = encode_prompt([("user", "Tell me a gloomy story about space.")], tokenizer) + [
        mask if GAP[0] <= place < GAP[1] else token for place, token in enumerate(canvas_of(tokenizer.encode(STORY)))
    ]
    rows = reference.rows(tokens)
    masked = [place for place, token in enumerate(tokens) if token == mask]
    best = {place: rows[place - 1].topk(5) for place in masked}
    logits = {
        "tokens": tokens,
        "best": [[place, best[place].indices.tolist(), [round(v, 4) for v in best[place].values.tolist()]] for place in masked],
    }
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    about = "What PyTorch in F32 makes of models/demo/diffuser.gguf; written by tools/diffusion-model/reference.py"
    FILE.write_text(f'{{"about":"{about}","mask":{mask},\n"logits":{json.dumps(logits, separators=(",", ":"))},\n"cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
