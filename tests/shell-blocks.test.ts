import { spawn } from 'node:child_process'
import { chmod, copyFile, mkdir, readFile, rm, symlink } from 'node:fs/promises'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createScratch, root, type Scratch } from './scratch.ts'
import { serve } from './server.ts'

/** Commands of the pages that no test runs as they stand, by their beginning, and why not. */
const notRun: Record<string, string> = {
  'git clone': 'fetches the project',
  'npm run demo': 'installs and builds: tests/install.test.ts',
  'npm start': 'installs and builds, then serves as `woolgather serve` does',
  'npm test': 'is this',
  'npm run test:real': 'needs a model from elsewhere: tests/real-model.test.ts',
  'npm run test:architectures': 'takes a quarter of an hour: tests/architectures.test.ts',
  'curl -s localhost:7860/api/downloads':
    'fetches from Hugging Face: tests/editor/drop.test.ts, of a server here',
  'nats-server -js': 'stays: tests/nats-fabric.test.ts',
  'npx woolgather serve --fabric': 'several machines: tests/many-machines.test.ts',
  'npx woolgather worker --fabric': 'several machines: tests/many-machines.test.ts',
  'npx woolgather batch workflows/story-for-each-row.json --rows workflows/stories.csv --out stories.jsonl --concurrency':
    'several machines: tests/many-machines.test.ts',
  "curl -s 'localhost:7860/api/hub": 'searches on Hugging Face',
}

/** What stands for something of the reader's, and what it is here: files that `beforeAll` puts there. */
const stands: readonly [RegExp, string][] = [
  [/(?<=batch )FILE\b/, 'workflows/story-for-each-row.json'],
  [/\bdata\.csv\b/, 'workflows/stories.csv'],
  [/\bFILE\.gguf\b/, 'made.gguf'],
  [/\bFILE\.json\b/, 'first-graph.json'],
  [/(?<=import )FILE\b/, 'output/stories/first-story.txt'],
  [/\bFILE\b/, 'workflows/first-story.json'],
  [/(?<=run )workflow\.json\b/, 'shouting.json'],
  [/~\/big\.gguf/, 'model.gguf'],
  [/\/data\/model\.gguf/, 'PWD/model.gguf'],
]

const pages = ['README.md', ...readdirSync(path.join(root, 'docs')).map((file) => path.join('docs', file))]

/** Each command of the shell blocks of a page, without comments; what goes over several lines is one. */
function commandsOf(page: string): string[] {
  return [...readFileSync(path.join(root, page), 'utf8').matchAll(/^```sh\n([^]*?)^```/gm)]
    .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
    .map((line) => line.replace(/\s+#.*/, '').trim())
    .filter((line) => line !== '')
}

const commands = pages
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => commandsOf(page).map((command) => ({ page, command })))

const reasonOf = (command: string): string | undefined =>
  Object.entries(notRun).find(([beginning]) => command.startsWith(beginning))?.[1]

const run = commands.filter(({ command }) => reasonOf(command) === undefined)

/** As a reader would give it: without what is optional, and with files of their own. */
function asGiven(command: string): string {
  let text = command
  // In calls of the HTTP interface brackets are JSON's.
  while (text.startsWith('npx') && /\[[^[\]]*\]…?/.test(text)) text = text.replace(/\[[^[\]]*\]…?/, '')
  return stands.reduce((given, [what, here]) => given.replace(what, here), text)
}

test('every command of the pages is run by a test, or it is said why not', () => {
  for (const { page, command } of run)
    expect(`${page}: ${command}`).toMatch(/: (npx woolgather |curl |WOOLGATHER_)/)
  const beginnings = Object.keys(notRun)
  expect(
    beginnings.filter((beginning) => !commands.some(({ command }) => command.startsWith(beginning))),
  ).toEqual([])
  expect(run.length).toBeGreaterThan(20)
  for (const { command } of run.filter((each) => each.command.startsWith('npx')))
    expect(asGiven(command)).not.toMatch(/\bFILE|[[\]…]|~\//)
})

const full = process.env['WOOLGATHER_TEST_FULL'] === '1'

let here: Scratch
let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  if (!full) return
  here = await createScratch()
  await symlink(path.join(root, 'workflows'), here.path('workflows'))
  await copyFile(path.join(root, 'models/demo/storyteller.gguf'), here.path('model.gguf'))
  // What `npx woolgather` is in the checkout.
  await here.write(
    'npx',
    `#!/bin/sh\nshift\nexec '${process.execPath}' '${root}apps/cli/bin/woolgather.js' "$@"\n`,
  )
  await chmod(here.path('npx'), 0o755)
  await writeShout()
  await here.write('first-graph.json', JSON.stringify(firstGraph))
  await here.write('saving.json', JSON.stringify({ ...document, nodes: { model, save } }))
  expect(await shell('npx woolgather run saving.json')).toMatchObject({ code: 0 })
  server = await serve({ command: true })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await here?.[Symbol.asyncDispose]()
})

const model = { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } }
const document = { format: 'woolgather', version: 1, name: 'Mine' }

const save = {
  type: 'output/save-model',
  inputs: { file: 'made.gguf', type: 'Q8_0' },
  links: { model: ['model', 'model'] },
}

/** What the first steps of docs/first-graph.md make. */
const firstGraph = {
  ...document,
  nodes: { model, generate: { type: 'generation/generate', links: { model: ['model', 'model'] } } },
}

/** The package that docs/custom-nodes.md shows, and a workflow with its node. */
async function writeShout(): Promise<void> {
  const page = await readFile(path.join(root, 'docs/custom-nodes.md'), 'utf8')
  const block = (language: string): string => page.split(`\`\`\`${language}\n`)[1]?.split('\n```')[0] ?? ''
  await mkdir(here.path('shout'))
  await here.write('shout/package.json', block('json'))
  await here.write('shout/index.js', block('js'))
  const nodes = { shout: { type: 'mine/shout', inputs: { text: 'hello' } } }
  await here.write('shouting.json', JSON.stringify({ ...document, nodes }))
}

interface Ended {
  code: number | null
  output: string
}

/** Runs a command in a folder of its own; what serves is ended once it says where. */
function shell(command: string): Promise<Ended> {
  const env = {
    ...process.env,
    PATH: `${here.folder}:${process.env['PATH'] ?? ''}`,
    WOOLGATHER_DATA: here.path('data'),
    WOOLGATHER_MODELS: here.path('models'),
    WOOLGATHER_PORT: '0',
    WOOLGATHER_GPU: 'cpu',
    NO_COLOR: '1',
  }
  const serves = command.includes('woolgather serve')
  const child = spawn('bash', ['-c', command], { cwd: here.folder, env, detached: true })
  return new Promise((resolve, reject) => {
    let output = ''
    const hear = (text: string): void => {
      output += text
      if (serves && /^http:\S+/m.test(output)) process.kill(-(child.pid ?? 0), 'SIGTERM')
    }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: serves && /^http:/m.test(output) ? 0 : code, output }))
  })
}

test.runIf(full).each(run)('$page, followed as it stands: $command', async ({ command }) => {
  const address = new URL(server.there[1] ?? '').host
  const given = asGiven(command)
    .replace(/(localhost|127\.0\.0\.1):7860/, address)
    .replace('PWD', here.folder)
  await rm(here.path('results.jsonl'), { force: true })
  const { code, output } = await shell(given)
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(output).not.toMatch(/"error"|not found/i)
})
