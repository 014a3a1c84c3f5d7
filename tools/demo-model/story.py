"""Plans a story (who, where, what, which mood), then writes it out sentence by sentence."""

import json
from dataclasses import dataclass, replace
from random import Random

import grammar
from paths import DEMO

WORDS = json.loads((DEMO / "words.json").read_text())
TOPICS = list(WORDS["topics"])
MOODS = list(WORDS["moods"])

# How often the mood named last wins a sentence of a story with two moods. It leaves the
# outcome open, so that emphasis on either word can be seen to move it.
SECOND_MOOD_SHARE = 0.72


@dataclass(frozen=True)
class Plan:
    """What a story is about. Everything that a summary, a card or a rewrite must keep."""

    topic: str
    mood: str
    hero: str
    pronoun: str
    place: str
    place_phrase: str
    thing: str
    place_topic: str


def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it, by its first letter (no exceptions occur here)."""
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def make_plan(rng: Random, topic=None, mood=None, second_topic=None, hero=None) -> Plan:
    """Draws what is not given. With a second topic, hero and place come from different topics."""
    topic = topic or rng.choice(TOPICS)
    mood = mood or rng.choice(MOODS)
    words = WORDS["topics"][topic]
    who = hero or rng.choice(words["heroes"])
    where_words = WORDS["topics"][second_topic or topic]
    place = rng.choice(where_words["places"])
    thing = rng.choice((where_words if second_topic and rng.random() < 0.5 else words)["things"])
    return Plan(topic, mood, who["word"], who["pronoun"], place["word"], place["phrase"], thing, second_topic or topic)


class Writer:
    """Writes the sentences of one plan. Keeps what was used, so that nothing occurs twice."""

    def __init__(self, rng: Random, plan: Plan, second_mood: str | None = None):
        self.rng, self.plan, self.second_mood = rng, plan, second_mood
        self.used: set[str] = set()
        # A story of two moods has a leading one; the other still colours some sentences.
        self.leading = second_mood if second_mood and rng.random() < SECOND_MOOD_SHARE else plan.mood

    def mood(self) -> str:
        if self.second_mood is None or self.rng.random() < 0.75:
            return self.leading
        return self.plan.mood if self.leading == self.second_mood else self.second_mood

    def pick(self, options: list[str]) -> str:
        fresh = [option for option in options if option not in self.used] or options
        choice = self.rng.choice(fresh)
        self.used.add(choice)
        return choice

    def fill(self, template: str, mood: str, action: str = "") -> str:
        """One sentence: every slot filled, the first letter large."""
        rng, plan = self.rng, self.plan
        words = WORDS["moods"][mood]
        adjective = rng.choice(words["adjectives"])
        thing_adjective = rng.choice(words["thingAdjectives"])
        others = [h["word"] for h in WORDS["topics"][plan.topic]["heroes"] if h["word"] != plan.hero]
        other = article(f"{rng.choice(words['adjectives'])} {rng.choice(others)}")
        he, him, his = ("he", "him", "his") if plan.pronoun == "he" else ("she", "her", "her")
        slots = {
            "he": he,
            "him": him,
            "his": his,
            "He": capital(he),
            "His": capital(his),
            "hero": plan.hero,
            "adj": adjective,
            "a_hero": article(f"{adjective} {plan.hero}"),
            "place": plan.place_phrase,
            "Place": capital(plan.place_phrase),
            "thing": plan.thing,
            "a_thing": article(f"{thing_adjective} {plan.thing}"),
            "the_thing": article(plan.thing),
            "a_other": other,
            "A_other": capital(other),
            "mood": plan.mood,
            "action": action.format(his=his),
        }
        return capital(template.format(**slots))

    def action(self, frames: list[str]) -> str:
        topic = self.plan.place_topic if self.rng.random() < 0.5 else self.plan.topic
        return self.fill(self.pick(frames), self.plan.mood, self.pick(grammar.ACTIONS[topic]))

    def neutral(self, templates: list[str]) -> str:
        return self.fill(self.pick(templates), self.mood())

    def moody(self, by_mood: dict[str, list[str]]) -> str:
        mood = self.mood()
        return self.fill(self.pick(by_mood[mood]), mood)

    def story(self, length: str = "usual") -> list[str]:
        """The sentences of a whole story: about 3 (short), 5 to 7 (usual) or 9 (long)."""
        chance = self.rng.random
        sentences = [self.neutral(grammar.OPENINGS)]
        if length != "short" and chance() < 0.8:
            sentences.append(self.moody(grammar.ATMOSPHERE))
        if length != "short":
            sentences.append(self.action(grammar.ACTION_FRAMES))
        sentences.append(self.neutral(grammar.EVENTS))
        if length != "short":
            sentences.append(self.moody(grammar.REACTIONS))
        if length == "long" or (length == "usual" and chance() < 0.35):
            sentences.append(self.moody(grammar.COMPANIONS))
        if length == "long":
            sentences += [self.action(grammar.CHAPTERS), self.moody(grammar.REACTIONS)]
        sentences.append(self.moody(grammar.ENDINGS))
        return sentences

    def chapter(self) -> list[str]:
        """Two to four sentences that go on where a story stopped."""
        sentences = [self.action(grammar.CHAPTERS), self.moody(grammar.REACTIONS)]
        if self.rng.random() < 0.5:
            sentences.append(self.moody(grammar.COMPANIONS))
        if self.rng.random() < 0.6:
            sentences.append(self.moody(grammar.ENDINGS))
        return sentences


def rewritten(rng: Random, plan: Plan, mood: str) -> list[str]:
    """The same hero, place and thing told again in another mood."""
    return Writer(rng, replace(plan, mood=mood)).story()


def summary(rng: Random, plan: Plan) -> str:
    return Writer(rng, plan).fill(rng.choice(grammar.SUMMARIES), plan.mood)


PIRATE_OPENERS = ["Ahoy, matey! ", "Arr! ", "Avast, me hearties! ", "Ahoy, ye landlubber! ", "Blimey, matey! "]
PIRATE_MIDDLES = ["Arr, ", "Aye, ", "Blimey, ", "Aye, matey, "]
PIRATE_CLOSERS = [", me hearties!", ", arr!", ", matey!", ", ye scallywag!", ", by me doubloons!"]


def pirate(rng: Random, sentences: list[str]) -> list[str]:
    """The same sentences as a pirate would say them. Marks are spread over the whole text."""
    told = []
    for index, sentence in enumerate(sentences):
        quoted = sentence.startswith('"')
        if index == 0:
            sentence = rng.choice(PIRATE_OPENERS) + sentence
        elif not quoted and rng.random() < 0.35:
            sentence = rng.choice(PIRATE_MIDDLES) + sentence[0].lower() + sentence[1:]
        if sentence.endswith(".") and rng.random() < 0.45:
            sentence = sentence[:-1] + rng.choice(PIRATE_CLOSERS)
        told.append(sentence)
    return told
