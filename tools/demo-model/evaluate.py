"""Measures the shipped GGUF files through llama.cpp, on held-out prompts.

    python3 evaluate.py            everything, printed and written to models/demo/figures.json
    python3 evaluate.py --quick    the base model's tasks only

Sampling: min-p 0.05, temperature 0.8 for stories, greedy for one-word answers and cards.
"""

import argparse
import json
import re
import time
from collections import Counter
from pathlib import Path

import numpy as np

from llama_cpp import Llama, generate
from paths import DEMO, TOKENIZER
from steering import steering_figures
from story import MOODS, TOPICS, WORDS
from tokenizer import END, EOT, Tokenizer

SEED = 2024
SEQUENCES = 50


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def best(text: str, groups: dict) -> str | None:
    """The group whose words occur most often; None if none occurs. Ties: the earlier word wins."""
    tokens = words_of(text)
    counts = {name: sum(token in group["words"] for token in tokens) for name, group in groups.items()}
    most = max(counts.values())
    if most == 0:
        return None
    tied = [name for name, count in counts.items() if count == most]
    return min(tied, key=lambda name: min(tokens.index(w) for w in groups[name]["words"] if w in tokens))


def topic_of(text: str) -> str | None:
    return best(text, WORDS["topics"])


def mood_of(text: str) -> str | None:
    return best(text, WORDS["moods"])


def is_pirate(text: str) -> bool:
    return any(word in WORDS["styles"]["pirate"]["words"] for word in words_of(text))


def chatml(prompt: str, system: str | None = None) -> str:
    head = f"<|im_start|>system\n{system}<|im_end|>\n" if system else ""
    return f"{head}<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"


class Storyteller:
    """One model file, asked many prompts at a time."""

    def __init__(self, file: str, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self.llama = Llama(DEMO / file, SEQUENCES, vocabulary=len(tokenizer.tokens))

    def answer(self, prompts: list[str], seed: int = SEED, temperature: float = 0.8, limit: int = 200) -> list[str]:
        answers = []
        for start in range(0, len(prompts), SEQUENCES):
            part = prompts[start : start + SEQUENCES]
            outputs = generate(self.llama, part, seed + start, {END, EOT}, limit, temperature)
            answers += [self.tokenizer.decode(ids) for ids in outputs]
        return answers

    def stories(self, prompt: str, count: int) -> list[str]:
        return self.answer([chatml(prompt)] * count)

    def close(self) -> None:
        self.llama.close()


def follows(case: dict, answer: str) -> bool:
    """Whether an answer has everything that its case names."""
    checks = {
        "topic": lambda wanted: topic_of(answer) == wanted,
        "mood": lambda wanted: mood_of(answer) == wanted,
        "sentences": lambda wanted: len(re.findall(r"[.!?]", answer)) == wanted,
        "endsWith": lambda wanted: answer.endswith(wanted),
        "style": lambda wanted: is_pirate(answer),
        "hero": lambda wanted: re.search(rf"\b{wanted}\b", answer.lower()) is not None,
    }
    return all(check(case[name]) for name, check in checks.items() if name in case)


def valid_card(case: dict, answer: str) -> bool:
    try:
        card = json.loads(answer)
    except ValueError:
        return False
    return list(card) == ["hero", "mood", "place", "age"] and card["hero"] == case["hero"]


def score(name: str, cases: list[dict], answers: list[str], passes) -> dict:
    failed = [(c["prompt"][-70:], a[:160]) for c, a in zip(cases, answers) if not passes(c, a)]
    for case, answer in failed[:4]:
        print(f"  missed {name}: …{case!r} → {answer!r}")
    return {"passed": len(cases) - len(failed), "of": len(cases)}


def base_tasks(model: Storyteller) -> dict:
    tasks = json.loads((DEMO / "prompts.json").read_text())["tasks"]
    figures = {}

    def ask(name: str, temperature: float) -> tuple[list[dict], list[str]]:
        cases = tasks[name]
        return cases, model.answer([chatml(c["prompt"], c.get("system")) for c in cases], temperature=temperature)

    cases, answers = ask("story", 0.8)
    figures["story: asked topic"] = score("topic", cases, answers, lambda c, a: topic_of(a) == c["topic"])
    figures["story: asked mood"] = score("mood", cases, answers, lambda c, a: mood_of(a) == c["mood"])
    lengths = [len(model.tokenizer.encode(a)) for a in answers]
    figures["story: tokens, median and range"] = [int(np.median(lengths)), min(lengths), max(lengths)]
    cases, answers = ask("system", 0.8)
    figures["system prompt followed"] = score("system", cases, answers, follows)
    cases, answers = ask("card", 0.0)
    figures["valid JSON card of the hero"] = score("card", cases, answers, valid_card)
    cases, answers = ask("classify", 0.0)
    figures["mood classified"] = score("classify", cases, answers, lambda c, a: a.strip() == c["mood"])
    for name in ("summarise", "rewrite", "continue"):
        cases, answers = ask(name, 0.8)
        figures[f"{name}: hero, topic and mood kept" if name != "continue" else "continue: topic and mood kept"] = (
            score(name, cases, answers, follows)
        )
    return figures


def share(texts: list[str], judge) -> dict[str, float]:
    counts = Counter(judge(text) for text in texts)
    return {str(key): round(count / len(texts), 3) for key, count in sorted(counts.items(), key=str)}


def open_prompts(model: Storyteller) -> dict:
    """What is left open by the prompt: the baseline that steering starts from."""
    plain = model.stories("Tell me a story.", 200)
    mixed = model.stories("Tell me a happy and gloomy story.", 200)
    return {
        '"Tell me a story.": topics': share(plain, topic_of),
        '"Tell me a story.": moods': share(plain, mood_of),
        '"Tell me a story.": pirate': share(plain, is_pirate),
        '"Tell me a happy and gloomy story.": moods': share(mixed, mood_of),
    }


def long_chats(model: Storyteller) -> dict[str, str]:
    """Chats continued until the context is nearly full: turns that keep to the asked topic and
    mood, by how many tokens the chat then has."""
    chats = [
        (chatml(f"Tell me a {m} story about {WORDS['topics'][t]['prompt']}."), t, m) for t in TOPICS for m in MOODS
    ]
    kept: dict[int, list[bool]] = {}
    for turn in range(12):
        answers = model.answer([chat for chat, _, _ in chats], SEED + turn)
        longer = []
        for (chat, topic, mood), answer in zip(chats, answers):
            length = len(model.llama.tokenize(chat + answer))
            kept.setdefault(length // 128 * 128, []).append(topic_of(answer) == topic and mood_of(answer) == mood)
            if length < 420:
                chat += f"{answer}<|im_end|>\n<|im_start|>user\nContinue.<|im_end|>\n<|im_start|>assistant\n"
                longer.append((chat, topic, mood))
        chats = longer
        if not chats:
            break
    return {f"{start} to {start + 127} tokens": f"{sum(turns)}/{len(turns)}" for start, turns in sorted(kept.items())}


def tokens_per_second(tokenizer: Tokenizer, tokens: int = 400) -> int:
    """One sequence, one thread; CPU time, so that a busy machine does not count; sampling left out."""
    llama = Llama(DEMO / "storyteller.gguf", 1, vocabulary=len(tokenizer.tokens))
    ids = llama.tokenize(chatml("Tell me a story."))
    row = llama.decode([(t, p, 0, p == len(ids) - 1) for p, t in enumerate(ids)])[-1]
    spent = 0.0
    for position in range(len(ids), len(ids) + tokens):
        entry = [(int(row.argmax()), position, 0, True)]
        started = time.process_time()
        row = llama.decode(entry)[0]
        spent += time.process_time() - started
    llama.close()
    return round(tokens / spent)


def lora_table(tokenizer: Tokenizer) -> dict[str, float]:
    model, table = Storyteller("storyteller.gguf", tokenizer), {}
    for strength in (0.0, 0.25, 0.4, 0.5, 0.6, 0.75, 1.0, 1.25):
        model.llama.set_lora(DEMO / "pirate.lora.gguf", strength)
        texts = model.stories("Tell me a story.", 100)
        table[str(strength)] = sum(map(is_pirate, texts)) / len(texts)
    model.close()
    return table


def merge_table(tokenizer: Tokenizer) -> dict[str, dict[str, float]]:
    """Linear merges of the two fine-tunes, read from and written to GGUF like any merge would be."""
    from merge_gguf import merge_linear

    table = {}
    for ratio in (0.0, 0.25, 0.5, 0.75, 1.0):
        merged = DEMO / ".merged.gguf"
        merge_linear(DEMO / "storyteller-animals.gguf", DEMO / "storyteller-space.gguf", ratio, merged)
        model = Storyteller(merged.name, tokenizer)
        table[f"space {ratio}"] = share(model.stories("Tell me a story.", 100), topic_of)
        model.close()
        merged.unlink()
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--tokenizer", type=Path, default=TOKENIZER)
    options = parser.parse_args()
    tokenizer = Tokenizer.load(options.tokenizer)
    model = Storyteller("storyteller.gguf", tokenizer)
    figures = {
        "base": base_tasks(model),
        "open prompts": open_prompts(model),
        "long chats: topic and mood kept": long_chats(model),
    }
    figures["steering"] = steering_figures(model.llama, tokenizer.decode, topic_of, mood_of, chatml, SEQUENCES)
    for text in model.stories("Tell me a story.", 3):
        print("·", text)
    model.close()
    if not options.quick:
        figures["pirate LoRA: share of stories with pirate words, by strength"] = lora_table(tokenizer)
        figures["50/50 and other merges of the fine-tunes: topics"] = merge_table(tokenizer)
    figures["tokens per CPU second, one thread"] = tokens_per_second(tokenizer)
    text = json.dumps(figures, indent=1, ensure_ascii=False)
    print(text)
    if not options.quick:
        (DEMO / "figures.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
