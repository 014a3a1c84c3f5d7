// Freezes what this version writes, for later versions to be tried on: documents, the log and the results of a run, a
// batch that was stopped, and a data folder. `node tools/freeze/freeze.mjs FOLDER [CHECKOUT]`, FOLDER being
// tests/fixtures/frozen/VERSION, CHECKOUT the built checkout of that version (default: this one). Never made again.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const [folder, checkout = process.cwd()] = process.argv.slice(2).map((each) => path.resolve(each))
const everything = path.join(import.meta.dirname, 'everything.json')
const at = (name) => path.join(folder, name)
const scratch = at('scratch')
const command = path.join(checkout, 'apps/cli/bin/woolgather.js')

mkdirSync(scratch, { recursive: true })
freezeDocuments()
freezeRun()
freezeBatch()
await freezeData()
rmSync(scratch, { recursive: true })

function freezeDocuments() {
  const examples = path.join(checkout, 'workflows')
  const files = readdirSync(examples).filter((file) => file.endsWith('.json'))
  const documents = [everything, ...files.map((file) => path.join(examples, file))]
  const lines = documents.map((file) => JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))))
  writeFileSync(at('documents.jsonl'), `${lines.join('\n')}\n`)
}

function freezeRun() {
  const { stdout } = woolgather(['run', everything, '--json', '--out', at('result.json')])
  writeFileSync(at('run.jsonl'), stdout)
}

/** Two rows of four: the others come when it is gone on with. */
function freezeBatch() {
  mkdirSync(at('batch'), { recursive: true })
  const rows = ['who', 'a fox', 'an owl', 'a “crow”, old', 'a cat']
  const quoted = rows.map((row) => (row.includes(',') ? `"${row}"` : row))
  writeFileSync(at('batch/rows.csv'), `${quoted.slice(0, 3).join('\n')}\n`)
  for (const results of ['results.jsonl', 'results.csv'])
    woolgather(['batch', everything, '--rows', at('batch/rows.csv'), '--out', at(`batch/${results}`)])
  copyFileSync(everything, at('batch/workflow.json'))
  writeFileSync(at('batch/rows.csv'), `${quoted.join('\n')}\n`)
}

async function freezeData() {
  const server = spawn(process.execPath, [command, 'serve', '--port', '0', ...folders(at('data'))], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const url = await new Promise((resolve) => {
    let printed = ''
    server.stdout.on('data', (text) => {
      printed += text
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)
      if (found) resolve(found[0])
    })
  })
  const ask = async (method, place, body) => {
    const headers = { 'content-type': 'application/json' }
    const request = { method, headers, body: JSON.stringify(body) }
    const answer = await fetch(`${url}/api/${place}`, request)
    if (!answer.ok) throw new Error(`${place}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const workflow = JSON.parse(readFileSync(everything, 'utf8'))
  const { revision } = await ask('PUT', 'workflows/mine', { workflow: { ...workflow, name: 'First name' } })
  await ask('PUT', 'workflows/mine', { workflow, revision })
  const runs = [
    await ask('POST', 'runs?wait=60', { id: 'mine' }),
    await ask('POST', 'runs?wait=60', { id: 'mine', inputs: { who: 'an owl' } }),
    await ask('POST', 'runs?wait=60', { id: 'first-story' }),
  ]
  const told = runs.map(({ number, name, status, outputs }) => ({ number, name, status, outputs }))
  writeFileSync(at('runs.json'), `${JSON.stringify(told)}\n`)
  server.kill('SIGTERM')
  await once(server, 'exit')
  rmSync(at('data/server.pid'), { force: true })
}

function woolgather(args) {
  const run = spawnSync(process.execPath, [command, ...args, ...folders(path.join(scratch, 'data'))], {
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return run
}

function folders(data) {
  return ['--data', data, '--output', path.join(scratch, 'output'), '--cpu']
}
