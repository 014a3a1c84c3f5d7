import type { AboutExample } from '@woolgather/protocol'

/** What the examples in `workflows/` are about, in the order in which they are shown. */
interface ExampleGroup {
  name: string
  /** Workflow id → one sentence on what is seen when it runs. */
  examples: Record<string, string>
}

export const exampleGroups: readonly ExampleGroup[] = [
  {
    name: 'Start',
    examples: {
      'first-story': 'A story streams into its node, from a mood and a topic you can change.',
      'length-by-temperature': 'A line for each seed: how long stories get as the temperature rises.',
      'json-schema': 'Character cards that always are JSON of one schema, whatever the seed.',
      'lora-strength': 'The same stories at LoRA strength 0, 0.5 and 1: from none to all told by a pirate.',
      'negative-prompt': 'Castles come up less, and from guidance 1.5 on never, though they fit the prompt.',
    },
  },
  {
    name: 'Sweep',
    examples: {
      'two-temperatures': 'One story at temperature 0.2 beside the same at 1.4.',
      'prompt-matrix': 'A prompt without, with one and with both of two endings: a story for each.',
      'search-and-replace':
        'One word of the prompt replaced by others: a row for each, a column for each seed.',
      'aligned-axes': 'Two axes that go together: each topic with its own mood, not each with all.',
      'for-each-line':
        'A story for each line of a text, joined again: two for the first shelf, one for the second.',
      branches: 'Where a number is too small a sentence says so; where it is not, a story is told.',
      'best-of-four': 'Four stories are told, and the one the model finds likeliest is kept.',
      vote: 'Where five stories are set, and the place that most of them name.',
      'token-probabilities':
        'Each token coloured by how sure the model was, with what it might have said instead.',
      perplexity: 'A story, and its own words shuffled: the second surprises the model a hundred times more.',
      similarity: 'How alike texts are to a model: a whale and a dolphin more than a whale and a knight.',
      'multiple-choice': 'Three stories, and which of three moods the model finds the likeliest for each.',
      subgraphs: 'Nodes folded into one, used twice with other words.',
    },
  },
  {
    name: 'Steer',
    examples: {
      emphasis: 'The more “gloomy” weighs in the prompt, the more stories are gloomy.',
      'and-prompts': 'One prompt asks for the mood, one for the topic: every story has both.',
      'alternating-prompts': 'Two topics taking turns from token to token: most stories have both.',
      'prompt-schedule':
        'A prompt that turns from happy to gloomy at once, after 16 tokens, or not before the end.',
      'guidance-between-models': 'A pirate leads a storyteller: more of his voice the stronger the guidance.',
      'word-bias': 'Words of space made likelier bring it into the stories; forbidden, no story has them.',
      'only-these-words':
        'The mood of three stories, by a model that may say nothing but one of three words.',
      'control-vector': 'From strength −2 to 2 stories go from hardly ever gloomy to nearly always.',
      'two-vectors': 'Two directions added up: stories get gloomier and closer to the sea at once.',
      regex: 'Texts that always match a pattern, checked.',
      grammar: 'Lists of two to four items, as a GBNF grammar says, checked.',
      'lark-grammar': 'Stories of three or four sentences, as a Lark grammar says, checked.',
    },
  },
  {
    name: 'LoRA',
    examples: {
      'style-in-a-minute':
        'Twelve lines teach the model a style in seconds: at strength 0 no story has it, at 1 all do.',
      'rank-by-learning-rate':
        'Four LoRAs from the same lines: the loss of each on what was held back, and the best one’s story.',
      'stacked-loras':
        'A pirate at half strength, and half taken away again, left, or added: none, some, all.',
      'combine-loras': 'A voice and a topic from two LoRAs, alone and added up.',
      'extract-lora':
        'The difference of two models as a LoRA: how much of it each rank keeps, and what it tells.',
      'bake-lora': 'A LoRA written into the weights tells the same stories as one applied.',
    },
  },
  {
    name: 'Merge',
    examples: {
      'blend-models': 'From a model of animals to one of space in five steps: the share of space rises.',
      'merge-methods': 'Eleven ways to merge the same three models, and stories of each.',
      'merge-sweep': 'Ratio, method and prompt of a merge in one table.',
      'add-difference': 'What one model learned given to another: a pirate who tells of space.',
      'stack-layers':
        'Layers of two models stacked in four ways, one with a layer more; all tell stories still.',
      'compare-models': 'Which layers a fine-tune changed, as a heat map.',
      mergekit: 'A mergekit configuration, run as it is.',
      quantise: 'One model in four sizes: how small, how far from the original, and what it tells.',
    },
  },
  {
    name: 'Diffusion',
    examples: {
      diffusion: 'A story comes out of the noise: a canvas of masks is filled anywhere, step by step.',
      'diffusion-steps':
        'Steps against the order in which places are filled: four steps give a jumble, 64 a story.',
      'text-to-text':
        'A happy story masked again and filled in as a gloomy one: the stronger, the less of it is left.',
      'draft-and-repair':
        'One model drafts too freely and marks what is unlikely, another fills that in: likelier than before.',
    },
  },
  {
    name: 'Loop',
    examples: {
      loopback: 'A story that goes on from its own end, four times over.',
      'loop-until': 'A text grows until it matches a pattern.',
      'nested-loops': 'A loop within a loop, once for each name.',
      agent: 'A rehearsed agent calls a calculator and answers with its result.',
    },
  },
  {
    name: 'Serve',
    examples: {
      'chat-endpoint': 'A model for OpenAI’s clients: messages come in, an answer streams out.',
    },
  },
  {
    name: 'Batch',
    examples: {
      'story-for-each-row':
        'A story with the hero and mood of a row; `batch` runs it for every row of a table.',
      'rows-of-a-table': 'A table within the graph: a column of stories, one for each row.',
    },
  },
]

const shown = new Map(
  exampleGroups.flatMap(({ name, examples }) =>
    Object.entries(examples).map(([id, sentence]): [string, AboutExample] => [id, { group: name, sentence }]),
  ),
)
const places = new Map([...shown.keys()].map((id, place) => [id, place]))

export const aboutExample = (id: string): AboutExample | undefined => shown.get(id)

/** In the order of their groups; others come behind, as they were. */
export function inOrder<T extends { id: string }>(examples: readonly T[]): T[] {
  const place = ({ id }: T): number => places.get(id) ?? places.size
  return examples.toSorted((a, b) => place(a) - place(b))
}
