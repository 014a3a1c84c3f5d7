import { replacePart } from '../test-real/page.mjs'
import { cells } from './cells.mjs'
import { diffusionCells } from './diffusion-cells.mjs'

const begin = '<!-- written by npm run test:architectures -->'
const beginDiffusion = '<!-- written by npm run test:architectures: diffusion -->'
const words = { works: 'works', refused: 'refused', unheld: 'not held', wrong: '**wrong**', dies: '**dies**' }

/** Writes the tables between the marks of a page, each with the reasons below it. */
export async function writePage(file, results) {
  const [diffusers, others] = [true, false].map((diffuses) =>
    results.filter((row) => Boolean(row.diffuses) === diffuses),
  )
  await replacePart(file, begin, () => tableOf(others, Object.keys(cells)))
  await replacePart(file, beginDiffusion, () => tableOf(diffusers, Object.keys(diffusionCells)))
}

function tableOf(results, columns) {
  const reasons = []
  const number = (reason) => {
    if (!reasons.includes(reason)) reasons.push(reason)
    return reasons.indexOf(reason) + 1
  }
  const made = results.filter((row) => row.cells)
  const rows = made.map((row) => [nameOf(row), ...columns.map((name) => cellOf(row, name, number))])
  const head = ['architecture', ...columns]
  const table = [head, head.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n')
  const told = reasons.map((reason, index) => `${index + 1}. ${reason}`).join('\n')
  return [table, told, missing(results.filter((row) => !row.cells))].filter(Boolean).join('\n\n')
}

const nameOf = ({ name, knownAs }) => (knownAs ? `${name} (${knownAs})` : name)

function cellOf(row, name, number) {
  const { outcome, told } = row.cells[name]
  const word = name === 'chat' && outcome === 'works' ? row.formats.join(', ') : words[outcome]
  return told === undefined ? word : `${word} (${number(reasonOf(told, row))})`
}

/** As it is told of every model: without names of nodes and files. */
function reasonOf(told, { architecture }) {
  return told
    .replace(/^\w+: /, '')
    .replaceAll(/\S*\/lora\.gguf/g, 'the LoRA')
    .replaceAll(/\w+\([^()]*\.gguf[^()]*\)|\S*\.gguf/g, 'the model')
    .replaceAll(`tiny ${architecture}`, 'the model')
    .replaceAll(` (${architecture})`, '')
    .replace(/^[a-z](?!\w*\.cpp)/, (first) => first.toUpperCase())
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .replaceAll(/[_*<]/g, '\\$&')
    .slice(0, 300)
}

function missing(rows) {
  if (rows.length === 0) return ''
  const told = rows.map(({ name, notMade }) => `- ${name}: ${notMade.replaceAll(/[_*<]/g, '\\$&')}`)
  return `llama.cpp’s own test of architectures makes no tiny model of these:\n\n${told.join('\n')}`
}
