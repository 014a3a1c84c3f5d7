import { readFileSync } from 'node:fs'
import path from 'node:path'
import { runEventTypes } from '@woolgather/workflow'
import { root } from '../scratch.ts'
import { table } from './table.ts'

/** `/** What it means. *\/ | (RunEventBase & { type: 'run.started'; cells: number })` */
const member = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*\| \(\w+ & \{ type: '([\w.]+)'((?:;[^\n]*)?) \}\)/g

/** Every event of a run, with what it carries and what stands above it in the source. */
export function describeEvents(): string {
  const source = readFileSync(path.join(root, 'packages/workflow/src/events/events.ts'), 'utf8')
  const found = new Map(
    [...source.matchAll(member)].map(([, words, type, fields]) => [type, { words, fields }] as const),
  )
  const rows = runEventTypes.map((type) => {
    const { words = '', fields = '' } = found.get(type) ?? {}
    if (words === '') throw new Error(`Nothing says above “${type}” in events.ts what it tells`)
    const names = [...fields.matchAll(/; (\w+\??):/g)].map(([, name]) => `\`${name}\``)
    return [`\`${type}\``, names.join(', '), words.replace(/\s+(?:\* )?/g, ' ').trim()]
  })
  return table(['event', 'carries', ''], rows).join('\n')
}
