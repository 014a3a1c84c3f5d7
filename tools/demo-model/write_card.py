"""Writes models/demo/MODEL_CARD.md from manifest.json and figures.json, so that they agree."""

import json

from evaluate import SEED as EVALUATION_SEED
from paths import DEMO
from story import MOODS, TOPICS, WORDS

CARD = """# The demo model: Woolgather Storyteller

A language model of {parameters:,} parameters that tells small stories. It exists so that Woolgather can be tried,
and tested on real weights, with nothing downloaded. It knows five topics ({topics})
and three moods ({moods}). It can continue, summarise, rewrite and classify a story, and write a JSON card,
a list, a title and a description. It knows nothing about the world: asked for anything else, it says so.

## Files

| file | what | bytes | parameters | training tokens | CPU seconds |
|---|---|---|---|---|---|
{files}

All are F16 GGUF files under the {license} licence; their hashes are in [manifest.json](manifest.json). Every word of the
training text was written by the grammar in `tools/demo-model`, every weight was trained from it. Nothing was taken
from elsewhere. The command that made them, from seed {seed}: `{command}`.

## Shape

Architecture `llama`: width {width}, {layers} layers, {heads} query and {kv_heads} key-value heads, feed-forward {feed_forward},
vocabulary {vocabulary} (byte-level BPE, GPT-2 pre-tokenisation), tied embeddings, RoPE base 10,000 on interleaved pairs,
context {context}. Most training windows held 256 tokens, longer conversations had windows of {context}.
Every word of [words.json](words.json) is a single token (with its leading space).

Special tokens: `<|endoftext|>` 0 (bos, padding; ends plain text), `<|im_start|>` 1, `<|im_end|>` 2 (eos and eot).
`add_bos_token` is false. Chat template: ChatML with system, user and assistant.

## How to ask

```text
Tell me a happy story about the sea.
Write a scary bedtime story about a teapot.
Tell me a short gloomy story about castles. End with: The end.
Continue.                              (after a story, or followed by one)
Summarise this story: …
Rewrite it as a scary story.
Is this story happy, gloomy or scary? …
Make a JSON card for a fox.
List three places for a story about space.
```

System prompts that it follows: a mood ("You always tell gloomy stories."), a topic ("You only tell stories about
space."), "Answer in one sentence.", "End with: The end.", "Answer like a pirate.", "Answer in JSON.".

## Figures

Measured on the F16 files above, by llama.cpp on one thread, on the prompts of [prompts.json](prompts.json), none of which
was in the training text. Sampling: min-p 0.05 and temperature 0.8; greedy for cards and moods. Evaluation seed {evaluation_seed}.

| task | passed |
|---|---|
{tasks}

Stories have {median} tokens in the median ({shortest} to {longest}). Speed: about {speed:,} tokens per CPU second for one sequence, on the machine that trained it.

What an open prompt gives (200 stories each):

| prompt | shares |
|---|---|
{open}

Chats continued until the context is nearly full, turns that keep topic and mood: {long}.

**Pirate LoRA** ("Tell me a story.", 100 stories a strength, share with pirate words):

{lora}

**Merging the two fine-tunes** (linear, 100 × "Tell me a story." each):

{merges}

**Steering** the base model (100 stories a point):

| what | shares |
|---|---|
{steering}

## How text is scored

Topic and mood: whichever has the most words of its list in words.json in the text, whole words, case ignored; at a tie
the one that occurs first. Pirate: any word of the list. A summary or a rewrite passes when hero, topic and mood are all right;
a card when it is valid JSON with the expected keys and hero.

## Limits

It is a toy with a vocabulary of a few hundred words, and its plots are all alike. With two heroes in one story it can
mistake one for the other, or "he" for "she". It writes only English, and only about its five topics. Asked for two topics at
once, it often keeps to one of them; a list may name the same thing twice.
"""


def table(rows: list[dict], columns: list[str]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(str(row.get(column, "")) for column in columns) + " |" for row in rows])


def shares(counts: dict[str, float]) -> str:
    return ", ".join(f"{name}: {value:.2f}" for name, value in counts.items())


def card(manifest: dict, figures: dict) -> str:
    base = figures["base"]
    median, shortest, longest = base["story: tokens, median and range"]
    passed = {task: value for task, value in base.items() if isinstance(value, dict)}
    loras = figures["pirate LoRA: share of stories with pirate words, by strength"]
    merges = figures["50/50 and other merges of the fine-tunes: topics"]
    open_rows = {name: counts for name, counts in figures["open prompts"].items() if "pirate" not in name}
    return CARD.format(
        **manifest["shape"],
        parameters=manifest["files"]["storyteller.gguf"]["parameters"],
        topics=", ".join(WORDS["topics"][t]["prompt"] for t in TOPICS),
        moods=", ".join(MOODS),
        files="\n".join(
            f"| `{name}` | {f['description']} | {f['bytes']:,} | {f['parameters']:,} | {f['trainingTokens']:,} | {f['trainingCpuSeconds']:,} |"
            for name, f in manifest["files"].items()
        ),
        license=manifest["license"],
        seed=manifest["seed"],
        command=manifest["command"],
        evaluation_seed=EVALUATION_SEED,
        tasks="\n".join(f"| {task} | {value['passed']}/{value['of']} |" for task, value in passed.items()),
        median=median,
        shortest=shortest,
        longest=longest,
        speed=figures["tokens per CPU second, one thread"],
        open="\n".join(f"| {name} | {shares(counts)} |" for name, counts in open_rows.items()),
        steering="\n".join(f"| {name} | {shares(values)} |" for name, values in figures["steering"].items()),
        long=", ".join(f"{count} at {name}" for name, count in figures["long chats: topic and mood kept"].items()),
        lora=table([{"strength": "share", **loras}], ["strength", *loras]),
        merges=table(
            [
                {"weight of space": name.split()[1], **{t: f"{s:.2f}" for t, s in row.items()}}
                for name, row in merges.items()
            ],
            ["weight of space", *TOPICS],
        ),
    )


def main() -> None:
    manifest = json.loads((DEMO / "manifest.json").read_text())
    figures = json.loads((DEMO / "figures.json").read_text())
    (DEMO / "MODEL_CARD.md").write_text(card(manifest, figures))


if __name__ == "__main__":
    main()
