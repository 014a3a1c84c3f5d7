"""Writes models/demo/sentences.json: every sentence that a story may have, as templates with slots, so that a text can be
held to the grammar. `python3 sentences.py --check` holds stories of the grammar itself to it."""

import json
import re
import sys
from random import Random

import workshop  # noqa: F401  (sets the path)
import grammar
from paths import DEMO
from story import WORDS, Writer, article, capital, make_plan

FILE = DEMO / "sentences.json"


def slots() -> dict[str, list[str]]:
    """Slot → what may stand in it, whatever stands elsewhere."""
    topics, moods = WORDS["topics"].values(), WORDS["moods"].values()
    heroes = [hero["word"] for topic in topics for hero in topic["heroes"]]
    things = [thing for topic in topics for thing in topic["things"]]
    places = [place["phrase"] for topic in topics for place in topic["places"]]
    adjectives = [word for mood in moods for word in mood["adjectives"]]
    thing_adjectives = [word for mood in moods for word in mood["thingAdjectives"]]
    named = [article(f"{adjective} {{hero}}") for adjective in adjectives]
    found = [article(f"{adjective} {{thing}}") for adjective in thing_adjectives]
    return {
        "he": ["he", "she"],
        "him": ["him", "her"],
        "his": ["his", "her"],
        "He": ["He", "She"],
        "His": ["His", "Her"],
        "hero": heroes,
        "adj": adjectives,
        "a_hero": named,
        "place": places,
        "Place": [capital(place) for place in places],
        "thing": things,
        "a_thing": found,
        "the_thing": [article(thing) for thing in things],
        "a_other": named,
        "A_other": [capital(name) for name in named],
        "mood": list(WORDS["moods"]),
        "action": [action for actions in grammar.ACTIONS.values() for action in actions],
    }


def templates() -> list[str]:
    moody = (grammar.ATMOSPHERE, grammar.REACTIONS, grammar.COMPANIONS, grammar.ENDINGS)
    plain = (grammar.OPENINGS, grammar.ACTION_FRAMES, grammar.EVENTS, grammar.CHAPTERS, grammar.ONE_SENTENCE)
    found = [*(one for group in plain for one in group), *(one for group in moody for mood in group.values() for one in mood)]
    return [capital(template) for template in [*found, "The end."]]


def pattern_of(template: str, choices: dict[str, list[str]]) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    spelled = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            spelled.append(re.escape(part))
        else:
            spelled.append("(?:" + "|".join(pattern_of(choice, choices) for choice in choices[part]) + ")")
    return "".join(spelled)


def check() -> None:
    """Stories of the grammar are valid to the last sentence."""
    choices = slots()
    patterns = [re.compile(pattern_of(template, choices)) for template in templates()]
    rng = Random(5)
    wrong = set()
    for _ in range(400):
        for sentence in Writer(rng, make_plan(rng)).story("long"):
            if not any(pattern.fullmatch(sentence) for pattern in patterns):
                wrong.add(sentence)
    print("\n".join(sorted(wrong)[:20]), len(wrong), "sentences of the grammar are not found")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
    about = "The sentences that the demo models may write in stories: slots in braces, and what may stand in each."
    FILE.write_text(json.dumps({"about": about, "slots": slots(), "sentences": templates()}, indent=1) + "\n")
