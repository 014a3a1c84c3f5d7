"""How far the base model can be steered: negative prompts, emphasis and logit bias.

A mix is prompts with coefficients; every step combines their logits, samples one token and
appends it to all of them. Used by evaluate.py; the figures are what the engine should find too.
"""

import numpy as np

from llama_cpp import Llama, sample
from story import WORDS
from tokenizer import END, EOT

Mix = list[tuple[float, str]]


def generate_mix(
    llama: Llama, mix: Mix, count: int, seed: int, bias: dict[int, float] | None = None, limit: int = 150
) -> list[list[int]]:
    """`count` texts of one mix. Sequence s · terms + k holds term k of text s."""
    llama.clear()
    terms = [(weight, llama.tokenize(prompt)) for weight, prompt in mix]
    weights = np.array([weight for weight, _ in terms])
    offset = np.zeros(llama.vocabulary)
    for token, value in (bias or {}).items():
        offset[token] = value
    rngs = [np.random.default_rng([seed, s]) for s in range(count)]
    outputs: list[list[int]] = [[] for _ in range(count)]
    entries, running = [], list(range(count))
    for s in running:
        for k, (_, ids) in enumerate(terms):
            entries += [(t, p, s * len(terms) + k, p == len(ids) - 1) for p, t in enumerate(ids)]
    rows = llama.decode(entries)
    for _ in range(limit):
        entries, still = [], []
        for index, s in enumerate(running):
            own = np.stack(rows[index * len(terms) : (index + 1) * len(terms)])
            token = sample(weights @ own + offset, rngs[s], 0.8, 0.05)
            if token in (END, EOT):
                continue
            outputs[s].append(token)
            still.append(s)
            entries += [
                (token, len(ids) + len(outputs[s]) - 1, s * len(terms) + k, True) for k, (_, ids) in enumerate(terms)
            ]
        running = still
        if not running:
            break
        rows = llama.decode(entries)
    return outputs


def steering_figures(llama: Llama, decode, topic_of, mood_of, chatml, sequences: int, texts: int = 100) -> dict:
    """Shares over `texts` stories a point."""

    def share(judge, wanted: str, mix: Mix, bias=None) -> float:
        batch = sequences // len(mix)
        told = [
            ids
            for start in range(0, texts, batch)
            for ids in generate_mix(llama, mix, min(batch, texts - start), 77 + start, bias)
        ]
        return round(sum(judge(decode(ids)) == wanted for ids in told) / texts, 2)

    plain, animals = chatml("Tell me a story."), chatml("Tell me a story about animals.")
    negative = {str(g): share(topic_of, "animals", [(g, plain), (1 - g, animals)]) for g in (1.0, 1.5, 2.0)}
    full = chatml("Tell me a happy and gloomy story.")
    without = chatml("Tell me a happy and  story.")
    emphasis = {
        str(w): share(mood_of, "gloomy", [(w, full), (1 - w, without)]) for w in (-1.0, 0.0, 0.5, 1.0, 1.5, 2.0)
    }
    space = {llama.tokenize(" " + word)[0]: 3.0 for word in WORDS["topics"]["space"]["words"]}
    return {
        'negative prompt "Tell me a story about animals.", share of animals by guidance': negative,
        '"Tell me a happy and (gloomy:w) story.", share of gloomy by w': emphasis,
        "bias on every space word, share of space": {
            "0": share(topic_of, "space", [(1.0, plain)]),
            "+3": share(topic_of, "space", [(1.0, plain)], space),
        },
    }
