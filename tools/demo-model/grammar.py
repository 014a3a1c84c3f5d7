"""The sentences that stories are made of.

Slots in braces are filled by `story.py`: {a_hero} "a lonely fox", {hero} "fox",
{he} {him} {his} (and {He} {His}), {place} "in the forest", {a_thing} "a faded feather",
{thing} "feather", {a_other} "a weary owl", {adj} an adjective of the mood.

A sentence listed under a mood may use only that mood's words, a sentence listed under a
topic only that topic's words, and the neutral ones none at all: `check_grammar.py` holds
every generated story to it, because the word lists are what tests score text with.
"""

OPENINGS = [
    "Once upon a time, {a_hero} lived {place}.",
    "There was once {a_hero} who lived {place}.",
    "Long ago, {a_hero} had a home {place}.",
    "Not so long ago, {a_hero} came to live {place}.",
    "{Place}, there lived {a_hero}.",
    "{Place}, {a_hero} was making plans.",
    "Everyone {place} knew the {adj} {hero}.",
    "Far from any road, {a_hero} lived {place}.",
    "This is the story of {a_hero} who lived {place}.",
    "One day, {a_hero} arrived {place}.",
    "It was early, and {a_hero} was already awake {place}.",
    "Once there was {a_hero}, and {he} lived {place}.",
]

ACTION_FRAMES = [
    "Every day {he} {action}.",
    "Every morning {he} {action}.",
    "Each evening {he} {action}.",
    "Most days {he} {action}.",
    "All week long {he} {action}.",
    "{He} {action}, as always.",
    "First {he} {action}.",
    "Since spring {he} had a habit: each night {he} {action}.",
    "When the clock struck nine, {he} {action}.",
]

ACTIONS = {
    "animals": [
        "gathered acorns under the oak",
        "followed a trail of pawprints",
        "combed the burrs out of {his} fur",
        "dug a little deeper into the earth with both paws",
        "chased leaves across the meadow",
        "taught {his} tail to point north",
        "washed {his} whiskers in the brook",
        "built a bed of feathers and leaves",
        "listened to the wild wind in the oak",
        "counted the other animals of the forest",
    ],
    "space": [
        "steered a small rocket between the stars",
        "counted the craters of the moon",
        "tuned the radio to a distant planet",
        "polished the window of the spaceship",
        "drew maps of every planet in the galaxy",
        "waved at each passing comet",
        "collected stardust in a jar",
        "measured the orbit of two moons",
        "wrote letters to the nearest star",
        "painted stars on the side of the rocket",
    ],
    "sea": [
        "listened to the waves",
        "rowed a small boat past the reef",
        "gathered shells at low tide",
        "mended the sails of an old ship",
        "painted the door of the lighthouse blue",
        "rode the tide to the harbour",
        "told long stories to the fish",
        "raked seaweed along the shore",
        "looked for pearls below the waves",
        "watched each ship sail out to sea",
    ],
    "castles": [
        "polished the crown until it gleamed",
        "guarded the castle gate",
        "practised with a wooden sword",
        "swept the stairs of the royal tower",
        "copied scrolls for the throne room",
        "raised the banners of the kingdom",
        "lowered the drawbridge for the knights",
        "oiled a squeaky suit of armour",
        "counted the swords on the castle wall",
        "fed the swans in the moat",
    ],
    "food": [
        "kneaded dough on the kitchen table",
        "stirred a great pot of soup",
        "sprinkled sugar over the cakes",
        "wrote recipes on old paper bags",
        "lined up the jam in the pantry",
        "tasted each pie twice",
        "spread butter on fresh bread",
        "sold cheese and honey at the market",
        "sifted flour until the air was white",
        "baked cookies in the shape of letters",
    ],
}

EVENTS = [
    "One morning {he} found {a_thing} {place}.",
    "One evening {he} found {a_thing} at the door.",
    "Then, one day, {he} found {a_thing}.",
    "On the third day {a_thing} turned up {place}.",
    "By chance {he} tripped over {a_thing}.",
    "One night {he} dreamed of {a_thing}, and in the morning it was there.",
    "A stranger gave {him} {a_thing} and went away.",
    "Behind a loose stone {he} discovered {a_thing}.",
    "One autumn day {he} picked up {a_thing}.",
]

ATMOSPHERE = {
    "happy": [
        "It was a sunny day, and the air was warm.",
        "There was a song in the air.",
        "Laughter came from every corner.",
        "The sunshine made everything look new.",
        "All {his} friends were there, ready to dance.",
        "It was the kind of day that smiles at you.",
        "People were kind there, and the days were long and warm.",
        "Even the wind seemed to hum with joy.",
    ],
    "gloomy": [
        "The rain had not stopped for a week.",
        "The sky was grey, and the rooms were empty.",
        "Nobody came to visit any more.",
        "Most of {his} companions were long forgotten.",
        "It was a cold, grey season.",
        "{He} missed the old days and lived alone.",
        "Even the wind seemed to sigh.",
        "The chairs were empty, and the fire was cold.",
    ],
    "scary": [
        "It was a dark night, and something howled.",
        "Strange shadows moved along the wall.",
        "The floor creaked although no one was there.",
        "At midnight the darkness seemed to breathe.",
        "There were eyes behind every window.",
        "A ghost was said to walk there.",
        "Something crept closer in the dark.",
        "Even the wind seemed to whisper of terrible things.",
    ],
}

REACTIONS = {
    "happy": [
        "{He} laughed and danced in a circle.",
        "{He} smiled from ear to ear.",
        "{He} giggled until {his} sides hurt.",
        '"What a wonderful day!" sang the {hero}.',
        '"This is the best day of my life!" cheered the {hero}.',
        '"I must show this to my friends," laughed the {hero}.',
        "The {adj} {hero} hugged it with delight.",
        "{His} heart felt as warm as sunshine.",
        "{He} sang a song about it, and it was a wonderful song.",
        '"How lucky I am," said the {adj} {hero}.',
        "{He} was so full of joy that {he} had to dance.",
    ],
    "gloomy": [
        "{He} sighed and looked away.",
        "A tear rolled down {his} cheek.",
        "{He} wept until it was evening.",
        '"It comes too late for me," sighed the {hero}.',
        '"I wish I were not so alone," wept the {hero}.',
        '"Everything I love is lost," cried the {hero}.',
        "The {adj} {hero} held it and said nothing.",
        "It made {him} think of all that was lost.",
        "{He} stood in the rain, and the tears would not stop.",
        '"Nobody will remember me," said the {adj} {hero}.',
        "It was as cold and grey as {his} thoughts.",
    ],
    "scary": [
        "{He} screamed, but no sound came.",
        "{He} shivered and dared not move.",
        "{He} trembled from head to toe.",
        '"Who is there?" whispered the {hero}.',
        '"Do not touch it," whispered a voice from the dark.',
        '"I saw a shadow move," said the {adj} {hero}.',
        "The {adj} {hero} dropped it with a scream.",
        "Two red eyes stared at {him} from the shadows.",
        "Something howled, and {he} shivered with fear.",
        "A shadow crept across the wall and stopped beside {him}.",
        "It whispered {his} name in the darkness.",
    ],
}

COMPANIONS = {
    "happy": [
        "Soon {a_other} came along, and the two became friends.",
        "Then {a_other} knocked and asked {him} to dance.",
        "{A_other} heard the laughter and wanted to join in.",
        "{A_other} brought a gift, and they hugged.",
        "Together with {a_other}, {he} sang all afternoon.",
    ],
    "gloomy": [
        "Later {a_other} passed by without a word.",
        "{A_other} stayed for an hour, then said goodbye.",
        "Only {a_other} noticed, and sadly shook a grey head.",
        "{A_other} had once been close to {him}, but that was lost.",
        "There was {a_other} too, just as alone in the rain.",
    ],
    "scary": [
        "Behind {him} stood {a_other} who cast no shadow.",
        "Then {a_other} crept out of the darkness.",
        "{A_other} whispered a warning and was gone.",
        "From far away {a_other} screamed.",
        "Out of the dark came {a_other} with pale eyes.",
    ],
}

ENDINGS = {
    "happy": [
        "From that day on {he} always had a smile to share.",
        "They all danced and laughed until morning.",
        "That night {he} went to bed with a warm heart.",
        "And everyone {place} lived happily ever after.",
        "And if you listen, you can still hear the laughter {place}.",
        "It was the start of a wonderful time.",
        "And the {adj} {hero} shared the joy with all {his} friends.",
        "In the end everyone cheered for the {adj} {hero}.",
        "And the {thing} made {him} smile for the rest of {his} days.",
    ],
    "gloomy": [
        "In the end {he} walked home alone in the rain.",
        "And nobody ever asked about the {adj} {hero} again.",
        "{He} said goodbye, and nobody answered.",
        "That night {he} cried in the empty room.",
        "And {place} it is still cold and grey.",
        "All that was left was a sigh and a few tears.",
        "And the {adj} {hero} sadly closed the door.",
        "The {thing} was soon forgotten, and so was the {hero}.",
        "{He} waited for a long time, but nobody came.",
    ],
    "scary": [
        "All night long something howled {place}.",
        "And in the darkness, something is still waiting.",
        "The {hero} ran, but the shadow ran faster.",
        "After midnight the {adj} {hero} was never seen again.",
        "And the {thing} still lies there in the dark.",
        "When {he} turned around, the eyes were right behind {him}.",
        "Since then no one stays {place} after dark.",
        "And then the {adj} {hero} heard it scream again.",
        "The door creaked open, and the {hero} felt only fear.",
    ],
}

CHAPTERS = [
    "The next day {he} {action}.",
    "A little later {he} {action}.",
    "After that {he} {action}.",
    "The following week {he} {action}.",
    "Then {he} {action} once more.",
]

SUMMARIES = [
    "A {mood} {hero} finds {the_thing} {place}.",
    "{Place}, a {mood} {hero} finds {the_thing}.",
    "It is about a {mood} {hero} who finds {the_thing} {place}.",
]

ONE_SENTENCE = [
    "Once upon a time, {a_hero} found {a_thing} {place}.",
    "{Place}, {a_hero} found {a_thing} one evening.",
    "Long ago, {a_hero} came to live {place} and found {a_thing}.",
]

# One fact per hero, for "Describe a fox." Present tense; the words of the hero's topic only.
TRAITS = {
    "fox": "has a bushy tail and quick paws",
    "rabbit": "has long ears and soft fur",
    "bear": "has heavy paws and sleeps all winter",
    "owl": "has silent feathers and sees at night",
    "mouse": "has tiny paws and long whiskers",
    "wolf": "has thick fur and runs with the pack",
    "hedgehog": "rolls up into a ball of spikes",
    "squirrel": "hides acorns in the oak",
    "badger": "digs a burrow with strong paws",
    "deer": "steps lightly through the forest",
    "astronaut": "wears a white suit and floats among the stars",
    "robot": "has a silver head and repairs the rocket",
    "alien": "has green skin and comes from a far planet",
    "pilot": "flies the spaceship around the moon",
    "stargazer": "looks through a telescope all night",
    "android": "thinks fast and works at the station",
    "engineer": "builds rockets and fixes each antenna",
    "martian": "lives in a crater on a red planet",
    "sailor": "knows every knot on the ship",
    "mermaid": "combs her hair on a rock by the shore",
    "whale": "is the largest of all in the ocean",
    "dolphin": "leaps over the waves beside the boat",
    "crab": "walks sideways along the beach",
    "octopus": "has eight arms and hides in the reef",
    "turtle": "carries a round shell across the sea",
    "diver": "looks for pearls below the waves",
    "knight": "wears armour and carries a sword",
    "princess": "rides out over the drawbridge",
    "king": "wears a heavy crown and rules the kingdom",
    "queen": "sits on the throne and reads scrolls",
    "dragon": "breathes fire and sleeps under the tower",
    "wizard": "has a long beard and a tower of books",
    "jester": "juggles before the throne",
    "squire": "polishes the sword of a knight",
    "baker": "gets up early and makes bread",
    "cook": "stirs the soup and tastes it often",
    "chef": "writes the recipes of the kitchen",
    "miller": "turns grain into flour",
    "dumpling": "swims in a bowl of soup",
    "pancake": "is round and covered with honey",
    "pumpkin": "is orange and ends up in a pie",
    "teapot": "stands on the kitchen table and hums",
}
SECOND_TRAITS = {
    "animals": ["You can meet one {place}.", "Other animals know it by its paws."],
    "space": ["You can meet one {place}.", "It never grows tired of the stars."],
    "sea": ["You can meet one {place}.", "It loves the sound of the waves."],
    "castles": ["You can meet one {place}.", "Many scrolls tell of it."],
    "food": ["You can meet one {place}.", "The whole kitchen smells of sugar."],
}
