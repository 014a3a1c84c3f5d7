import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

/** Names that sentences for people go by. */
const sentence = String.raw`(?:message|reason|hint|cause|summary|stderr|explanation)`
const looks = String.raw`(?:includes|startsWith|endsWith|match|matchAll|search|indexOf|split)`

/** How code would read in a text what it should be told as a fact, and what there is instead. */
const matches: [RegExp, string][] = [
  [RegExp(String.raw`\b${sentence}\)?[!?]?\.${looks}\(.*`, 'g'), 'a code or a field beside the sentence'],
  [
    RegExp(String.raw`\.(?:test|exec)\((?:[\w.?!]+\.)?${sentence}\b.*`, 'g'),
    'a code or a field beside the sentence',
  ],
  [
    RegExp(String.raw`(?:\.(?:test|exec|match)|\bmatch)\(String\((?:error|thrown|cause|reason)\b.*`, 'g'),
    'a code or a field beside the sentence',
  ],
  [
    RegExp(String.raw`\b${sentence}\s*[!=]==\s*(?:'[^']* [^']*'|${'`'}[^${'`'}]* ).*`, 'g'),
    'a code or a field beside the sentence',
  ],
  [RegExp(String.raw`\bswitch \((?:\w+\.)*${sentence}\).*`, 'g'), 'a switch over a code'],
  [
    RegExp(String.raw`\bmethod\)?\.(?:includes|match|search|startsWith|endsWith)\(.*`, 'g'),
    'a field in the table of methods',
  ],
  [RegExp(String.raw`\.(?:test|exec)\((?:\w+\.)*method\b.*`, 'g'), 'a field in the table of methods'],
  [/\/[^/\n]*\\?"(?:type|code|status|node)\\?"\s*:.*\/\w*\.(?:test|exec)\(.*/g, 'the event itself'],
  [/\bstringify\([^)]*\)\.(?:includes|match|search|indexOf|startsWith)\(.*/g, 'the value itself'],
  [/\bLIKE '%?["{].*/g, 'a column'],
]

/** Where a text is looked into for good, and why. */
const allowed: Record<string, string> = {
  'apps/cli/src/print/print-issues.ts':
    'what a sentence says already is not printed twice; log lines are indented',
  'apps/cli/src/doctor/check-machine.ts': 'the last of the log lines is shown',
}

test('no code decides by matching a message, a method’s name or the text of an event', () => {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: root,
    encoding: 'utf8',
  })
  const files = stdout
    .split('\n')
    .filter((file) => /^(?:apps|packages|nodes)\//.test(file) && !/\.test\.tsx?$|\/testing\//.test(file))
  expect(files.length).toBeGreaterThan(500)
  const found = files
    .filter((file) => !(file in allowed))
    .flatMap((file) => {
      const text = readFileSync(path.join(root, file), 'utf8')
      return matches.flatMap(([match, instead]) =>
        [...text.matchAll(match)].map(([line]) => `${file}: “${line.trim()}” (instead: ${instead})`),
      )
    })
  expect(found).toEqual([])
})
