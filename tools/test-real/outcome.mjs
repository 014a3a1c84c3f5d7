/** Woolgather said that it does not do this for this model, and why. */
export class Refused extends Error {}

/** It did something else than it should. */
export class Wrong extends Error {}

/** What says that something broke; every other error of a cell is a refusal. */
const breakages = new Set([
  'internal',
  'native-crash',
  'native-error',
  'native-missing',
  'node-failed',
  'invalid-output',
  'worker-lost',
  'timeout',
  'upstream-failed',
  // the lines themselves are written wrong
  'unknown-node-type',
  'unknown-input',
  'unknown-output',
  'type-mismatch',
  'invalid-zone',
])

/** @param errors as the server tells them: code, message, node, hint */
export function failure(errors) {
  const [first] = errors.filter(({ code }) => code !== 'upstream-failed')
  const { code = 'internal', message = 'The run failed without an error.', node, hint } = first ?? {}
  const said = [node && `${node}:`, message, hint && `(${hint})`].filter(Boolean).join(' ')
  return breakages.has(code) ? new Wrong(`${code}: ${said}`) : new Refused(said)
}

export function check(holds, otherwise) {
  if (!holds) throw new Wrong(otherwise)
}

/** @returns `what`, so that it can be told */
export function near(what, value, expected, tolerance) {
  const off = Math.abs(value - expected) / Math.abs(expected)
  const told = `${what} ${round(value)} beside ${round(expected)}`
  check(off <= tolerance, `${told}: ${(100 * off).toFixed(1)} % apart, at most ${100 * tolerance} %`)
  return told
}

export const round = (value) => Number(value.toPrecision(4))
