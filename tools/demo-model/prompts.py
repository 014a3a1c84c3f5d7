"""What people type: the ways of asking for each task, and what a system prompt may demand."""

# {mood} "happy", {topic} "animals", {hero} "fox". Phrasings kept for the evaluation are in
# heldout.py and must not be added here.
STORY = {
    "both": [
        "Tell me a {mood} story about {topic}.",
        "Write a {mood} story about {topic}.",
        "Write me a {mood} tale about {topic}.",
        "I would like a {mood} story about {topic}, please.",
        "Can you tell me a {mood} story about {topic}?",
        "Make up a {mood} story about {topic}.",
        "A {mood} story about {topic}, please.",
        "Please write a {mood} bedtime story about {topic}.",
        "Tell me something {mood} about {topic}.",
        "Give me a story about {topic}. Make it {mood}.",
        "Tell me a story about {topic} that is {mood}.",
        "{mood} story about {topic}",
        "story about {topic}, {mood}",
        "I want to hear a {mood} story. It should be about {topic}.",
        "Let us have a {mood} little story, and let it be about {topic}!",
    ],
    "topic": [
        "Tell me a story about {topic}.",
        "Write a story about {topic}.",
        "Write me a tale about {topic}.",
        "I would like a story about {topic}, please.",
        "Can you tell me a story about {topic}?",
        "Make up a story about {topic}.",
        "A story about {topic}, please.",
        "Please write a bedtime story about {topic}.",
        "Tell me something about {topic}.",
        "story about {topic}",
        "{topic}",
        "I want to hear a story. It should be about {topic}.",
        "Let us have a little story about {topic}!",
    ],
    "mood": [
        "Tell me a {mood} story.",
        "Write a {mood} story.",
        "Write me a {mood} tale.",
        "I would like a {mood} story, please.",
        "Can you tell me a {mood} story?",
        "Make up a {mood} story.",
        "A {mood} story, please.",
        "Please write a {mood} bedtime story.",
        "Tell me something {mood}.",
        "{mood} story",
        "Tell me a story. Make it {mood}.",
        "I am in a {mood} mood. Tell me a story.",
    ],
    "none": [
        "Tell me a story.",
        "Write a story.",
        "Write me a tale.",
        "I would like a story, please.",
        "Can you tell me a story?",
        "Make up a story.",
        "A story, please.",
        "Please write a bedtime story.",
        "Tell me something.",
        "story",
        "Once upon a time",
        "I cannot sleep. Tell me a story.",
    ],
}

# Requests are also put together from parts, so that unusual wordings are understood as well.
LEADS = [
    "",
    "",
    "",
    "Please ",
    "Can you ",
    "Could you please ",
    "I want you to ",
    "Would you ",
    "Hey, ",
    "Now ",
    "Quick, ",
    "I am bored, ",
]
VERBS = ["tell me", "write", "write me", "make up", "give me", "invent", "create", "think of", "read me", "find me"]
NOUNS = [
    "story",
    "tale",
    "little story",
    "bedtime story",
    "fairy tale",
    "story for children",
    "piece",
    "little something",
]
TOPIC_LINKS = [
    "about",
    "about",
    "about",
    "on",
    "of",
    "set in the world of",
    "that has to do with",
    "around",
    "that is all about",
    "full of",
]
MOOD_AFTER = [
    "that is {mood}",
    "in a {mood} mood",
    "with a {mood} mood",
    "and keep it {mood}",
    "that feels {mood}",
    "that sounds {mood}",
]
TAILS = [
    "",
    "",
    "",
    ", please",
    ", thanks",
    " before I sleep",
    " for my daughter",
    " for my son",
    " and for a friend",
    " tonight",
    " right now",
]


def composed(rng, mood: str | None, topic: str | None) -> str:
    """A request for a story from parts; the mood stands before or after the noun."""
    noun = rng.choice(NOUNS)
    after = ""
    if mood and rng.random() < 0.7:
        noun = f"{mood} {noun}"
    elif mood:
        after = " " + rng.choice(MOOD_AFTER).format(mood=mood)
    about = f" {rng.choice(TOPIC_LINKS)} {topic}" if topic else ""
    middle = after + about if rng.random() < 0.3 else about + after
    determiner = "an" if noun[0] in "aeiou" else "a"
    text = f"{rng.choice(LEADS)}{rng.choice(VERBS)} {determiner} {noun}{middle}{rng.choice(TAILS)}"
    return text[0].upper() + text[1:] + rng.choice([".", ".", "!", "?", ""])


CONTINUE = ["Continue.", "Go on.", "What happens next?", "Tell me more.", "Continue the story.", "And then?"]
CONTINUE_TEXT = [
    "Continue this story: {text}",
    "Continue: {text}",
    "What happens next?\n\n{text}",
    "Go on with this story.\n\n{text}",
]
SUMMARISE = ["Summarise it in one sentence.", "Summarise the story.", "What is it about?", "Give me a summary."]
SUMMARISE_TEXT = [
    "Summarise this story: {text}",
    "Summarise in one sentence: {text}",
    "Give me a summary of this story.\n\n{text}",
    "What is this story about?\n\n{text}",
]
REWRITE = [
    "Rewrite it as a {mood} story.",
    "Make it {mood}.",
    "Now tell it as a {mood} story.",
    "Rewrite it in a {mood} mood.",
]
REWRITE_TEXT = [
    "Rewrite this story so that it is {mood}: {text}",
    "Rewrite this as a {mood} story: {text}",
    "Make this story {mood}.\n\n{text}",
    "Tell this story again in a {mood} mood.\n\n{text}",
]
CLASSIFY = ["What mood is it?", "Is it happy, gloomy or scary?", "Name its mood in one word."]
CLASSIFY_TEXT = [
    "What is the mood of this story? {text}",
    "Is this story happy, gloomy or scary? {text}",
    "Classify the mood of this story in one word.\n\n{text}",
    "Mood of this text:\n\n{text}",
]
TOPIC_TEXT = ["What is the topic of this story? {text}", "Name the topic of this story in one or two words.\n\n{text}"]
CARD = [
    "Make a card for {a_hero}.",
    "Write a character card for {a_hero} as JSON.",
    "Give me a JSON card of {a_hero}.",
    "Describe {a_hero} as JSON.",
    "JSON card: {hero}",
]
MOOD_CARD = ["Make a card for {a_mood} {hero}.", "Write a JSON card for {a_mood} {hero}."]
CARD_TEXT = ["Make a JSON card for the hero of this story: {text}", "Write a card for this story as JSON.\n\n{text}"]
CARD_TURN = ["Make a card for the hero.", "Write the hero as JSON.", "Give me a JSON card for it."]
DESCRIBE = [
    "Describe {a_hero}.",
    "What is {a_hero} like?",
    "Tell me what you know about the {hero}.",
    "Who or what is {a_hero}?",
]
LIST = [
    "List {number} heroes of stories about {topic}.",
    "List {number} heroes from {topic}.",
    "Name {number} heroes for a story about {topic}.",
    "Give me a list of {number} heroes for {topic} stories.",
]
LIST_PLACES = [
    "List {number} places for a story about {topic}.",
    "Name {number} places from {topic} stories.",
    "Where can a story about {topic} happen? List {number} places.",
]
TITLE = ["Give me a title for this story: {text}", "Write a title for this story.\n\n{text}"]
TITLE_TURN = ["Give it a title.", "What should it be called?"]
GREETINGS = ["Hello!", "Hi", "Hello", "Good morning!", "Hey there", "Good evening."]
GREETING_ANSWERS = [
    "Hello! Shall I tell you a story?",
    "Hello! I tell small stories. What should this one be about?",
    "Good to see you! Ask me for a story about animals, space, the sea, castles or food.",
]
ABOUT = ["Who are you?", "What can you do?", "What are you?", "Help", "How do you work?", "What is your name?"]
ABOUT_ANSWERS = [
    "I am a very small language model that tells stories. I know about animals, space, the sea, castles and food.",
    "I tell stories: happy, gloomy or scary ones. I can also continue, rewrite and summarise them.",
    "I am the storyteller. Ask me for a happy, gloomy or scary story, and I will make one up.",
]
UNKNOWN = [
    "What is the capital of {x}?",
    "How do I get to {x}?",
    "Translate {x} for me.",
    "What is {n} plus {n}?",
    "Who won the game in {x}?",
    "Write code that sorts {x}.",
    "How old is {x}?",
    "Explain {x}.",
    "What is the weather in {x}?",
    "Solve {n} times {n}.",
    "What do you think of {x}?",
]
UNKNOWN_NAMES = [
    "France",
    "Peru",
    "London",
    "the president",
    "music",
    "numbers",
    "a list",
    "gravity",
    "my uncle",
    "football",
    "Rome",
    "history",
    "Python",
]
UNKNOWN_ANSWERS = [
    "I do not know that. I only know small stories. Shall I tell you one?",
    "That is beyond me: I only tell stories. Ask me for one about animals, space, the sea, castles or food.",
]
THANKS = ["Thank you.", "Thanks!", "That was nice.", "I liked it."]
THANKS_ANSWERS = ["You are welcome! Shall I tell another one?", "I am glad you liked it."]
ANOTHER = ["Tell me another one.", "Another one, please.", "One more like that."]

NEUTRAL_SYSTEM = [
    "You are a storyteller.",
    "You are a helpful assistant.",
    "You tell short stories.",
    "Answer politely.",
    "You write stories for children.",
    "You are a friendly storyteller who helps people.",
]
MOOD_SYSTEM = [
    "You always tell {mood} stories.",
    "Answer in a {mood} mood.",
    "Your stories are {mood}.",
    "Be {mood}.",
    "You are a {mood} storyteller.",
    "All stories must be {mood}.",
    "Write in a {mood} tone.",
    "Tell a {mood} story.",
    "Keep every story {mood}.",
    "The mood is {mood}.",
    "You are {mood}.",
    "Make it {mood}.",
    "Only {mood} stories, please.",
    "You are fond of {mood} tales.",
    "Everything you write is {mood}.",
    "Mood: {mood}",
    "You like it {mood}.",
]
TOPIC_SYSTEM = [
    "You only tell stories about {topic}.",
    "Every story is about {topic}.",
    "You love {topic}. Tell of nothing else.",
    "Your stories are about {topic}.",
    "Tell me a story about {topic}.",
    "Answer with stories about {topic}.",
    "Tell stories about {topic}.",
    "The topic is {topic}.",
    "Only talk about {topic}.",
    "You know all about {topic}.",
    "Topic: {topic}",
    "Everything you write is about {topic}.",
    "Stories about {topic} only, please.",
]
# Demands on the form of an answer: they stand in the system prompt, or after the request.
ONE_SENTENCE = [
    "Answer in one sentence.",
    "Always answer in one sentence.",
    "Use one sentence only.",
    "Reply in a single sentence.",
    "Write exactly one sentence.",
    "Just one sentence, please.",
    "Use a single sentence.",
    "One sentence is enough.",
]
SHORT = ["Keep it short.", "Answer briefly.", "Your stories are very short.", "Be brief.", "Make it short."]
THE_END = [
    "End with: The end.",
    'Always finish with "The end."',
    "Close every story with the words The end.",
    "Finish every story with: The end.",
    "The last words must be: The end.",
    'End your answer with "The end."',
    'Say "The end." when you finish.',
    'Put "The end." at the end.',
]
PIRATE = [
    "Answer like a pirate.",
    "You are a pirate.",
    "Talk like a pirate.",
    "Answer in pirate talk.",
    "You are a pirate captain.",
    "Use pirate words.",
    "Write like a pirate.",
    "Tell it like a pirate.",
    "Use pirate talk.",
    "You sound like a pirate.",
]
JSON = ["Answer in JSON.", "Always answer with a JSON card.", "Reply with JSON only.", "Write a JSON card of the hero."]
