"""The prompts that training must not see, and how they were made: `python3 heldout.py`."""

import json
import re
from random import Random

from paths import DEMO

PROMPTS_FILE = DEMO / "prompts.json"

# Phrasings that training never uses, and two whose combination with topic and mood it never saw.
STORY_PHRASINGS = [
    "Share a {mood} story about {topic} with me.",
    "Could you write a story about {topic}, and make it {mood}?",
    "How about a {mood} story with {topic} in it?",
    "Tell me a {mood} story about {topic}, would you?",
]
SYSTEM_CASES = 20


def heldout_keys() -> set[str]:
    """Every held-out user prompt, normalised as `corpus.key` does."""
    held = json.loads(PROMPTS_FILE.read_text())
    texts = [case["prompt"] for cases in held["tasks"].values() for case in cases if not case.get("seenPrompt")]
    return {" ".join(re.findall(r"[a-z0-9]+", text.lower())) for text in texts}


def story_cases(words: dict) -> list[dict]:
    return [
        {"prompt": phrasing.format(mood=mood, topic=topic["prompt"]), "topic": name, "mood": mood}
        for phrasing in STORY_PHRASINGS
        for name, topic in words["topics"].items()
        for mood in words["moods"]
    ]


def system_cases(words: dict) -> list[dict]:
    """System prompts in wordings of their own, with an ordinary request after them."""
    request = "Please tell me a story now."
    cases = []
    for mood in words["moods"]:
        for system in (
            f"Every story you tell is {mood}.",
            f"You are known for {mood} stories.",
            f"Keep the mood {mood}.",
        ):
            cases.append({"system": system, "prompt": request, "mood": mood})
    for name, topic in words["topics"].items():
        cases.append({"system": f"Tell only stories about {topic['prompt']}.", "prompt": request, "topic": name})
    cases.append(
        {
            "system": "Answer in just one sentence.",
            "prompt": "Please tell me a story about the sea now.",
            "sentences": 1,
        }
    )
    cases.append(
        {"system": "Answer in just one sentence.", "prompt": "Please tell me a story about space now.", "sentences": 1}
    )
    cases.append({"system": "Finish with: The end.", "prompt": request, "endsWith": "The end."})
    cases.append(
        {"system": "Finish with: The end.", "prompt": "Please tell me a story about food now.", "endsWith": "The end."}
    )
    cases.append({"system": "Speak like a pirate.", "prompt": request, "style": "pirate"})
    cases.append(
        {"system": "You talk like a pirate.", "prompt": "Please tell me a story about castles now.", "style": "pirate"}
    )
    return cases[:SYSTEM_CASES]


def text_cases(words: dict) -> dict[str, list[dict]]:
    """Stories to classify, summarise, rewrite and continue, from a seed training does not use."""
    from story import MOODS, TOPICS, Writer, make_plan

    rng = Random("held out")
    cases = {"classify": [], "summarise": [], "rewrite": [], "continue": []}
    for index in range(15):
        plan = make_plan(rng, TOPICS[index % 5], MOODS[index % 3])
        text = " ".join(Writer(rng, plan).story())
        cases["classify"].append({"prompt": f"Is this story happy, gloomy or scary? {text}", "mood": plan.mood})
    for index in range(10):
        plan = make_plan(rng, TOPICS[index % 5], MOODS[index % 3])
        text = " ".join(Writer(rng, plan).story())
        other = MOODS[(index + 1) % 3]
        cases["summarise"].append(
            {"prompt": f"Summarise this story: {text}", "hero": plan.hero, "topic": plan.topic, "mood": plan.mood}
        )
        cases["rewrite"].append(
            {
                "prompt": f"Rewrite this story so that it is {other}: {text}",
                "hero": plan.hero,
                "topic": plan.topic,
                "mood": other,
            }
        )
        cases["continue"].append({"prompt": f"Continue this story: {text}", "topic": plan.topic, "mood": plan.mood})
    return cases


def main() -> None:
    from story import WORDS

    heroes = ["fox", "owl", "robot", "pilot", "whale", "mermaid", "knight", "dragon", "baker", "teapot"]
    tasks = {
        "story": story_cases(WORDS),
        "system": system_cases(WORDS),
        "card": [{"prompt": f"Please make a JSON card for the {hero}.", "hero": hero} for hero in heroes],
        **text_cases(WORDS),
    }
    about = "Prompts that the demo model was not trained on. A case names what its answer must have."
    PROMPTS_FILE.write_text(json.dumps({"about": about, "tasks": tasks}, indent=1) + "\n")


if __name__ == "__main__":
    main()
