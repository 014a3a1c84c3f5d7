/** A node; what is linked has no value. */
export function node(type, inputs = {}, links = {}) {
  const literals = Object.entries(inputs).filter(([name]) => !(name in links))
  return { type, inputs: Object.fromEntries(literals), links }
}

export const load = (file, inputs = {}) => node('loading/model', { file, ...inputs })

/** A text continued as it stands; one that is linked goes before it. */
export const write = (prompt, inputs = {}, links = {}) =>
  node(
    'generation/generate',
    { prompt, template: 'none', temperature: 0, maxTokens: 24, seed: 1, ...inputs },
    { model: ['model', 'model'], ...links },
  )

/** How likely a model finds a text. */
export const score = (text, links = { model: ['model', 'model'] }, inputs = {}) =>
  node('generation/score', { choices: [text], template: 'none', ...inputs }, links)

/** Eight seeds as an axis, as many as lines try. */
export const seeds = Array.from({ length: 8 }, (_, index) => index + 1)
export const seedAxis = node('matrix/axis', { values: seeds })

export const cellsOf = (value) => value.cells.map((cell) => cell.value)
