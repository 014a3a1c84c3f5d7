/** Plain statements of many kinds, none of which a contrast is likely to be about. */
export const neutralSentences: readonly string[] = [
  'The train to the coast leaves at nine in the morning and arrives shortly after noon.',
  'She put the keys on the table, opened the window and began to read the letter.',
  'Most of the river’s water comes from rain that falls in the hills to the north.',
  'Water boils at a lower temperature on high mountains, because the air presses on it less.',
  'The town council meets on the first Tuesday of every month in the old library.',
  'To make bread, mix flour, water, salt and yeast, and leave the dough to rest for an hour.',
  'The report lists the number of visitors for each month and the countries they came from.',
  'He walked along the street, past the bakery and the post office, and turned left at the bridge.',
  'A triangle has three sides, and its angles add up to one hundred and eighty degrees.',
  'The new software can be installed on any computer that has enough memory.',
  'In autumn the leaves of these trees turn yellow and fall to the ground.',
  'The box on the shelf holds paper, pencils, a ruler and a small pair of scissors.',
]
