import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

/** What a test would wait by that holds on fast machines only, and what there is instead. */
const limits: [RegExp, string][] = [
  [/\btimeout: ?\d.*/g, 'leave it out: vitest.config.ts has the limit'],
  [/^\s*\}, ?\d[\d_]{3,}\)/gm, 'leave it out: vitest.config.ts has the limit'],
  [/\bsetDefault(Navigation)?Timeout\(\d.*/g, "inject('patience')"],
  [/\bAbortSignal\.timeout\(.*/g, 'an AbortController'],
  [/\bvi\.wait(For|Until)\(.*/g, 'expect.poll'],
  [/\bwaitForTimeout\(.*/g, 'wait for what must happen'],
  [/\b(performance|Date)\.now\(\) \+ \d[\d_]{3,}/g, "inject('patience')"],
  [/\b(performance|Date)\.now\(\).*\.toBeLess.*/g, 'toCostAtMost, which measures against other work'],
]

test('no test has a limit of time of its own', () => {
  const places = ['*.test.ts', '*.test.tsx', '*.test.mjs', '*/testing/*', 'tests/*.ts']
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...places], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = stdout.split('\n').filter((file) => /\.(ts|tsx|mjs)$/.test(file))
  expect(files.length).toBeGreaterThan(200)
  const found = files
    .filter((file) => file !== 'tests/limits.test.ts')
    .flatMap((file) => {
      const text = readFileSync(path.join(root, file), 'utf8')
      return limits.flatMap(([limit, instead]) =>
        [...text.matchAll(limit)].map(([line]) => `${file}: “${line.trim()}” (instead: ${instead})`),
      )
    })
  expect(found).toEqual([])
})
