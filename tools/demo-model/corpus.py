"""Conversations for training, written by a seeded grammar.

A conversation is a list of (role, text). `Corpus(seed)` yields them without end; the same
seed gives the same conversations. Held-out prompts are never used.
"""

import json
import re
from dataclasses import replace
from random import Random

import grammar
import prompts as P
from heldout import heldout_keys
from story import MOODS, TOPICS, WORDS, Writer, article, capital, make_plan, pirate, rewritten, summary

Conversation = list[tuple[str, str]]

NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}

# Task → share of the conversations.
TASKS = {
    "story": 47,
    "chat": 11,
    "continue": 6,
    "summarise": 6,
    "rewrite": 9,
    "classify": 6,
    "topic": 1,
    "card": 8,
    "describe": 3,
    "list": 4,
    "title": 1,
    "greeting": 1,
    "about": 1,
    "unknown": 2,
    "plain": 3,
}


def key(prompt: str) -> str:
    """A prompt without case, punctuation and spacing: what counts as the same prompt."""
    return " ".join(re.findall(r"[a-z0-9]+", prompt.lower()))


class Corpus:
    def __init__(self, seed: int, topic_bias: str | None = None, everything_pirate: bool = False):
        """`topic_bias` makes every story that names no topic one of that topic (fine-tunes);
        `everything_pirate` tells every story in pirate talk (the LoRA)."""
        self.rng = Random(seed)
        self.topic_bias, self.everything_pirate = topic_bias, everything_pirate
        self.held_out = heldout_keys()

    def next(self) -> Conversation:
        """The next conversation whose prompts are not held out."""
        while True:
            task = self.rng.choices(list(TASKS), list(TASKS.values()))[0]
            conversation = getattr(self, "_" + task)()
            if not any(role == "user" and key(text) in self.held_out for role, text in conversation):
                return conversation

    # What a person may call a mood or a topic.

    def _mood_name(self, mood: str) -> str:
        return mood if self.rng.random() < 0.75 else self.rng.choice(WORDS["moods"][mood]["also"])

    def _topic_name(self, topic: str) -> str:
        words = WORDS["topics"][topic]
        return words["prompt"] if self.rng.random() < 0.7 else self.rng.choice(words["also"])

    def _typed(self, prompt: str) -> str:
        """The prompt as someone in a hurry types it, now and then; a word deleted from a prompt
        (what emphasis does at weight 0) leaves double spaces, so some prompts have them too."""
        roll = self.rng.random()
        if roll < 0.08:
            return prompt.rstrip(".!")
        if roll < 0.12:
            return prompt.lower()
        if roll < 0.15:
            return prompt.replace(" story", "  story", 1)
        return prompt

    def _ask(self, templates: list[str], **slots: str) -> str:
        return self._typed(self.rng.choice(templates).format(**slots))

    def _request(self, mood: str | None, topic: str | None) -> str:
        """A request for a story that names what it is given."""
        if self.rng.random() < 0.35:
            return self._typed(P.composed(self.rng, mood, topic))
        kind = "both" if mood and topic else "mood" if mood else "topic" if topic else "none"
        return self._ask(P.STORY[kind], mood=mood or "", topic=topic or "")

    def _plan(self, topic=None, mood=None, **more):
        return make_plan(self.rng, topic or self.topic_bias, mood, **more)

    def _text(self, sentences: list[str]) -> str:
        if self.everything_pirate:
            sentences = pirate(self.rng, sentences)
        return " ".join(sentences)

    # Stories.

    def _story(self) -> Conversation:
        rng = self.rng
        roll = rng.random()
        if roll < 0.09:
            return self._two_moods()
        if roll < 0.13:
            return self._two_topics()
        if roll < 0.19:
            return self._hero_story()
        if roll < 0.46:
            return self._instructed_story()
        return self._plain_request()

    def _plain_request(self) -> Conversation:
        rng = self.rng
        kind = rng.choices(["both", "topic", "mood", "none"], [42, 22, 18, 18])[0]
        named_topic = rng.choice(TOPICS) if kind in ("both", "topic") else None
        plan = self._plan(topic=named_topic)
        prompt = self._request(
            self._mood_name(plan.mood) if kind in ("both", "mood") else None,
            self._topic_name(plan.topic) if named_topic else None,
        )
        length = rng.choices(["usual", "short", "long"], [86, 9, 5])[0]
        if " story" not in prompt:
            length = "usual"
        if length != "usual":
            prompt = prompt.replace(" story", f" {length} story", 1)
        sentences = Writer(rng, plan).story(length)
        return self._with_system(
            rng.choice(P.NEUTRAL_SYSTEM) if rng.random() < 0.12 else None, prompt, self._text(sentences)
        )

    def _two_moods(self) -> Conversation:
        rng = self.rng
        first, second = rng.sample(MOODS, 2)
        topic = rng.choice(TOPICS) if rng.random() < 0.4 else None
        plan = self._plan(topic=topic, mood=first)
        moods = f"{first} and {second}"
        prompt = self._request(moods, self._topic_name(topic) if topic else None)
        return self._with_system(None, prompt, self._text(Writer(rng, plan, second).story()))

    def _two_topics(self) -> Conversation:
        rng = self.rng
        first, second = rng.sample(TOPICS, 2)
        mood_named = rng.random() < 0.4
        plan = self._plan(topic=first, second_topic=second)
        topics = f"{WORDS['topics'][first]['prompt']} and {WORDS['topics'][second]['prompt']}"
        prompt = self._request(plan.mood if mood_named else None, topics)
        return self._with_system(None, prompt, self._text(Writer(rng, plan).story()))

    def _hero_story(self) -> Conversation:
        """Asked by the hero: "a story about a fox"."""
        rng = self.rng
        plan = self._plan(topic=rng.choice(TOPICS))
        mood = self._mood_name(plan.mood) if rng.random() < 0.5 else None
        prompt = self._request(mood, article(plan.hero))
        return self._with_system(None, prompt, self._text(Writer(rng, plan).story()))

    def _instructed_story(self) -> Conversation:
        """A system prompt demands something; the user's prompt leaves that open."""
        rng = self.rng
        demand = rng.choices(
            ["mood", "topic", "one", "short", "end", "pirate", "json", "both"], [28, 22, 10, 5, 11, 32, 5, 7]
        )[0]
        topic = rng.choice(TOPICS) if demand in ("topic", "both") or rng.random() < 0.6 else None
        plan = self._plan(topic=topic)
        mood_name, topic_name = self._mood_name(plan.mood), self._topic_name(plan.topic)
        user_names_topic = topic is not None and demand not in ("topic", "both")
        user_names_mood = demand not in ("mood", "both") and rng.random() < 0.5
        prompt = self._request(mood_name if user_names_mood else None, topic_name if user_names_topic else None)
        system, answer = self._meet(demand, plan)
        system = system.format(mood=mood_name, topic=topic_name)
        if demand in ("one", "short", "end", "pirate", "json") and rng.random() < 0.35:
            return self._with_system(None, f"{prompt} {system}", answer)
        return self._with_system(system, prompt, answer)

    def _meet(self, demand: str, plan) -> tuple[str, str]:
        """(wording of the demand, an answer that meets it)."""
        rng, writer = self.rng, Writer(self.rng, plan)
        if demand == "mood":
            return rng.choice(P.MOOD_SYSTEM), self._text(writer.story())
        if demand == "topic":
            return rng.choice(P.TOPIC_SYSTEM), self._text(writer.story())
        if demand == "both":
            return f"{rng.choice(P.TOPIC_SYSTEM)} {rng.choice(P.MOOD_SYSTEM)}", self._text(writer.story())
        if demand == "one":
            return rng.choice(P.ONE_SENTENCE), self._text([writer.neutral(grammar.ONE_SENTENCE)])
        if demand == "short":
            return rng.choice(P.SHORT), self._text(writer.story("short"))
        if demand == "end":
            return rng.choice(P.THE_END), self._text(writer.story()) + " The end."
        if demand == "pirate":
            return rng.choice(P.PIRATE), " ".join(pirate(rng, writer.story()))
        return rng.choice(P.JSON), self._card_of(plan)

    def _with_system(self, system: str | None, prompt: str, answer: str) -> Conversation:
        turns = [("user", prompt), ("assistant", answer)]
        return [("system", system), *turns] if system else turns

    def _maybe_system(self, prompt: str, answer: str) -> Conversation:
        return self._with_system(self.rng.choice(P.NEUTRAL_SYSTEM) if self.rng.random() < 0.3 else None, prompt, answer)

    def _plain(self) -> Conversation:
        """A story without a chat around it, for people who use the model to complete text."""
        return [("text", self._text(Writer(self.rng, self._plan()).story()))]

    # Work on a given story.

    def _given(self):
        """(plan, text): a story to work on, sometimes one that has already grown by chapters."""
        plan = self._plan()
        writer = Writer(self.rng, plan)
        sentences = writer.story(self.rng.choices(["usual", "short", "long"], [70, 20, 10])[0])
        for _ in range(self.rng.choices([0, 1, 2], [78, 15, 7])[0]):
            sentences += writer.chapter()
        return plan, writer, sentences

    def _continue(self) -> Conversation:
        plan, writer, sentences = self._given()
        if self.rng.random() < 0.5:
            cut = self.rng.randint(1, len(sentences) - 1)
            shown, answer = sentences[:cut], sentences[cut:] if cut > 1 else sentences[cut : cut + 6]
        else:
            shown, answer = sentences, writer.chapter()
        return self._maybe_system(self._ask(P.CONTINUE_TEXT, text=" ".join(shown)), self._text(answer))

    def _summarise(self) -> Conversation:
        plan, _, sentences = self._given()
        return self._maybe_system(self._ask(P.SUMMARISE_TEXT, text=" ".join(sentences)), summary(self.rng, plan))

    def _rewrite(self) -> Conversation:
        plan, _, sentences = self._given()
        mood = self.rng.choice([m for m in MOODS if m != plan.mood])
        prompt = self._ask(P.REWRITE_TEXT, mood=self._mood_name(mood), text=" ".join(sentences))
        return self._maybe_system(prompt, self._text(rewritten(self.rng, plan, mood)))

    def _classify(self) -> Conversation:
        plan, _, sentences = self._given()
        return self._maybe_system(self._ask(P.CLASSIFY_TEXT, text=" ".join(sentences)), plan.mood)

    def _topic(self) -> Conversation:
        plan, _, sentences = self._given()
        return self._maybe_system(
            self._ask(P.TOPIC_TEXT, text=" ".join(sentences)), WORDS["topics"][plan.topic]["prompt"]
        )

    def _title(self) -> Conversation:
        plan, _, sentences = self._given()
        return self._maybe_system(self._ask(P.TITLE, text=" ".join(sentences)), self._title_of(plan))

    def _title_of(self, plan) -> str:
        return f"The {plan.mood} {plan.hero} and the {plan.thing}"

    def _card_of(self, plan) -> str:
        card = {"hero": plan.hero, "mood": plan.mood, "place": plan.place, "age": self.rng.randint(2, 99)}
        return json.dumps(card)

    def _card(self) -> Conversation:
        rng = self.rng
        plan = self._plan(topic=rng.choice(TOPICS))
        roll = rng.random()
        if roll < 0.45:
            prompt = self._ask(P.CARD, a_hero=article(plan.hero), hero=plan.hero)
        elif roll < 0.75:
            prompt = self._ask(P.MOOD_CARD, a_mood=article(plan.mood), hero=plan.hero)
        else:
            prompt = self._ask(P.CARD_TEXT, text=" ".join(Writer(rng, plan).story("short")))
        return self._maybe_system(prompt, self._card_of(plan))

    def _describe(self) -> Conversation:
        plan = self._plan(topic=self.rng.choice(TOPICS))
        writer = Writer(self.rng, plan)
        answer = f"{capital(article(plan.hero))} {grammar.TRAITS[plan.hero]}. {writer.neutral(grammar.SECOND_TRAITS[plan.topic])}"
        return self._maybe_system(self._ask(P.DESCRIBE, a_hero=article(plan.hero), hero=plan.hero), answer)

    def _list(self) -> Conversation:
        rng = self.rng
        topic, number = rng.choice(TOPICS), rng.choice(list(NUMBERS))
        words = WORDS["topics"][topic]
        templates, items = (P.LIST, words["heroes"]) if rng.random() < 0.6 else (P.LIST_PLACES, words["places"])
        chosen = rng.sample([item["word"] for item in items], NUMBERS[number])
        prompt = self._ask(templates, number=number, topic=self._topic_name(topic))
        return self._maybe_system(prompt, "\n".join(f"- {word}" for word in chosen))

    def _greeting(self) -> Conversation:
        return self._maybe_system(self._ask(P.GREETINGS), self.rng.choice(P.GREETING_ANSWERS))

    def _about(self) -> Conversation:
        return self._maybe_system(self._ask(P.ABOUT), self.rng.choice(P.ABOUT_ANSWERS))

    def _unknown(self) -> Conversation:
        prompt = self._ask(P.UNKNOWN, x=self.rng.choice(P.UNKNOWN_NAMES), n=str(self.rng.randint(1, 99)))
        return self._maybe_system(prompt, self.rng.choice(P.UNKNOWN_ANSWERS))

    # Conversations of several turns, up to the whole context.

    def _chat(self) -> Conversation:
        rng = self.rng
        plan = self._plan()
        asked = rng.choices(["both", "topic", "mood", "none"], [35, 25, 20, 20])[0]
        prompt = self._request(
            self._mood_name(plan.mood) if asked in ("both", "mood") else None,
            self._topic_name(plan.topic) if asked in ("both", "topic") else None,
        )
        writer = Writer(rng, plan)
        turns = self._maybe_system(prompt, self._text(writer.story()))
        for _ in range(rng.choice([1, 1, 2, 3, 4])):
            plan, writer, turn = self._follow_up(plan, writer)
            turns += turn
        return turns

    def _follow_up(self, plan, writer):
        """(plan, writer, [user, assistant]) of one more turn about the story told so far."""
        rng = self.rng
        kind = rng.choices(
            ["continue", "rewrite", "summary", "mood", "card", "title", "thanks", "another"],
            [34, 20, 14, 10, 6, 4, 4, 8],
        )[0]
        if kind == "continue":
            prompt, answer = self._ask(P.CONTINUE), self._text(writer.chapter())
        elif kind == "rewrite":
            mood = rng.choice([m for m in MOODS if m != plan.mood])
            plan = replace(plan, mood=mood)
            writer = Writer(rng, plan)
            prompt, answer = self._ask(P.REWRITE, mood=self._mood_name(mood)), self._text(writer.story())
        elif kind == "summary":
            prompt, answer = self._ask(P.SUMMARISE), summary(rng, plan)
        elif kind == "mood":
            prompt, answer = self._ask(P.CLASSIFY), plan.mood
        elif kind == "card":
            prompt, answer = self._ask(P.CARD_TURN), self._card_of(plan)
        elif kind == "title":
            prompt, answer = self._ask(P.TITLE_TURN), self._title_of(plan)
        elif kind == "thanks":
            prompt, answer = self._ask(P.THANKS), rng.choice(P.THANKS_ANSWERS)
        else:
            plan = make_plan(rng, plan.topic, plan.mood)
            writer = Writer(rng, plan)
            prompt, answer = self._ask(P.ANOTHER), self._text(writer.story())
        return plan, writer, [("user", prompt), ("assistant", answer)]
