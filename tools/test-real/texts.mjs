/** Sentences that lean neither way. */
export const neutral =
  'Once there was a fox who lived by the sea. Every morning he walked to the beach and looked at the water. ' +
  'One day he met a dog who came from the hills. They sat down on the sand and talked about the weather. ' +
  'In the evening the dog went home, and the fox walked back to his house and read a book.'

/** 500 words of plain statements, each by itself. */
export const statements = [
  'The library opens at nine on weekdays and at ten on Saturdays.',
  'A bus stops in front of the station every twenty minutes.',
  'The recipe asks for two cups of flour and a pinch of salt.',
  'Water boils at a lower temperature on high mountains.',
  'She put the letter into an envelope and wrote the address on it.',
  'The meeting was moved from Tuesday to Thursday afternoon.',
  'Most of the houses in this street were built before the war.',
  'He repaired the fence with some boards from the old shed.',
  'The river flows through three towns before it reaches the sea.',
  'In autumn the leaves of the maple turn red and yellow.',
  'The museum shows maps, coins and tools from the last five centuries.',
  'A new bridge was opened for cars and bicycles last year.',
  'The teacher wrote the numbers from one to ten on the board.',
  'Rain is expected in the north, with some wind along the coast.',
  'The shop sells bread, milk, eggs and other things for every day.',
  'They walked along the canal and sat down on a bench.',
  'The train to the city leaves from the second platform.',
  'Glass is made of sand that is heated until it melts.',
  'My neighbour keeps bees and sells the honey at the market.',
  'The office is on the third floor, next to the stairs.',
  'Copper wires carry the current from the roof to the meter.',
  'The book has twelve chapters and a list of names at the end.',
  'Farmers plant wheat in October and harvest it in July.',
  'The committee will read the report and answer within a month.',
  'A ladder was leaning against the wall of the barn.',
  'The clock in the hall is four minutes slow.',
  'Ships wait outside the harbour until the tide comes in.',
  'The road is closed for repairs between the mill and the church.',
  'She counted the chairs and carried two more into the room.',
  'Paper was once made from old cloth rather than from wood.',
  'The moon goes around the earth in about twenty-seven days.',
  'He parked the car under the trees and locked the doors.',
  'The village has one school, one bakery and a small post office.',
  'Many birds fly south before the winter and return in spring.',
  'The instructions are printed on the back of the box.',
  'A path leads from the garden gate down to the lake.',
  'The carpenter measured the window twice before he cut the frame.',
  'Trade between the two countries grew slowly over ten years.',
  'The students wrote down the results and compared them.',
  'Coffee is grown on hills where the nights are cool.',
  'The keys are in the drawer below the telephone.',
  'An old map shows where the wall of the town used to stand.',
  'The ticket is valid for two hours on all lines.',
  'The mayor spoke for ten minutes and then answered questions.',
  'Salt was carried over this pass on the backs of mules.',
  'Two men painted the front of the town hall in a light grey.',
]

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
