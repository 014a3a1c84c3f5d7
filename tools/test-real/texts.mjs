/** Sentences that lean neither way. */
export const neutral =
  'Once there was a fox who lived by the sea. Every morning he walked to the beach and looked at the water. ' +
  'One day he met a dog who came from the hills. They sat down on the sand and talked about the weather. ' +
  'In the evening the dog went home, and the fox walked back to his house and read a book.'

/** The same words in an order that no language has. */
export const shuffled = neutral.split(' ').toSorted().reverse().join(' ')

const feelings = [
  ['happy', 'sad'],
  ['joyful', 'gloomy'],
  ['cheerful', 'miserable'],
  ['delighted', 'unhappy'],
]
const frames = [
  (word) => `Once there was a ${word} cat who`,
  (word) => `The ${word} child told a story about`,
  (word) => `I feel so ${word} today because`,
  (word) => `It was a ${word} morning, and everyone`,
  (word) => `She was ${word}, for`,
]

/** Beginnings that differ in a feeling alone. */
export const happy = frames.flatMap((frame) => feelings.map(([word]) => frame(word)))
export const sad = frames.flatMap((frame) => feelings.map(([, word]) => frame(word)))
