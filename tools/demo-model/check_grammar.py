"""Holds generated stories to their word lists: no word of another topic, mood or style."""

import re
from random import Random

from story import MOODS, TOPICS, WORDS, Writer, make_plan


def foreign_words(text: str, topic: str, mood: str) -> list[str]:
    """The words of `text` that belong to a list that this story must not use."""
    tokens = re.findall(r"[a-z-]+", text.lower())
    wrong = {w for t in TOPICS if t != topic for w in WORDS["topics"][t]["words"]}
    wrong |= {w for m in MOODS if m != mood for w in WORDS["moods"][m]["words"]}
    wrong |= set(WORDS["styles"]["pirate"]["words"])
    return [token for token in tokens if token in wrong]


def main() -> None:
    rng, problems = Random(1), {}
    for _ in range(20000):
        plan = make_plan(rng)
        writer = Writer(rng, plan)
        for sentence in writer.story("long") + writer.chapter():
            for word in foreign_words(sentence, plan.topic, plan.mood):
                problems[word] = f"{plan.topic}/{plan.mood}: {sentence}"
    for word, where in sorted(problems.items()):
        print(f"{word}: {where}")
    raise SystemExit(1 if problems else 0)


if __name__ == "__main__":
    main()
