import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

const page = readFileSync(path.join(root, 'docs/specification.md'), 'utf8')
const rules = [...page.matchAll(/^- \*\*([WR]\d+)\*\* \S.+/gm)].map(([, rule]) => rule as string)

const tests = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.test.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
const cited = new Set(
  tests.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/ \[([WR]\d+)\](?=['"`])/g)].map(
      ([, rule]) => rule as string,
    ),
  ),
)

test('every rule has a number of its own, in the order of the page', () => {
  const numbers = (letter: string): number[] =>
    rules.filter((rule) => rule.startsWith(letter)).map((rule) => Number(rule.slice(1)))
  for (const letter of ['W', 'R']) {
    const found = numbers(letter)
    expect(found.length).toBeGreaterThan(30)
    expect(new Set(found).size).toBe(found.length)
    expect(found).toEqual(found.toSorted((a, b) => a - b))
  }
})

test('every rule is cited by a test, and every citation is of a rule', () => {
  expect(rules.filter((rule) => !cited.has(rule))).toEqual([])
  expect([...cited].filter((rule) => !rules.includes(rule))).toEqual([])
})
