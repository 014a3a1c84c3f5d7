import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file)),
]

test.each(pages)('every link in %s leads to something', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8')
  const targets = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target as string)
  const dead = targets.filter((target) => !existsSync(path.join(root, path.dirname(page), target)))
  expect(dead).toEqual([])
})
