import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { failure, Wrong } from './outcome.mjs'

const program = fileURLToPath(new URL('../../apps/cli/bin/woolgather.js', import.meta.url))

/** `woolgather serve` as a process of its own, on a free port, with folders of its own. */
export async function startServer({ models, data, output }) {
  const folders = [...models.flatMap((folder) => ['--models', folder]), '--data', data, '--output', output]
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--cpu', ...folders], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // It ends with this process, not with whoever started this one.
    env: { ...process.env, WOOLGATHER_PARENT: String(process.pid) },
  })
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}.`)))
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const found = /http:\/\/[^\s/]+/.exec(text)?.[0]
      if (found) resolve(found)
    })
  })
  return { url, pid: child.pid, stop: () => stop(child) }
}

async function stop(child) {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

export async function ask(url, path, { method = 'GET', body } = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  const answer = await response.json()
  return { ok: response.ok, status: response.status, answer }
}

/**
 * Runs a graph; cells outside sweeps are not taken from the cache.
 * @returns what its targets made: node → output → value
 * @throws Refused, Wrong where a cell fails
 */
export async function runGraph(url, nodes, targets) {
  const workflow = { format: 'woolgather', version: 1, name: 'test-real', nodes }
  const fresh = Object.keys(nodes).map((node) => ({ node, at: {} }))
  const submitted = { workflow, fresh, ...(targets && { targets }) }
  let { ok, answer } = await ask(url, '/api/runs?wait=60', { method: 'POST', body: submitted })
  if (!ok) throw new Wrong(`The graph is refused: ${JSON.stringify(answer)}`)
  while (['queued', 'running'].includes(answer.status)) {
    ;({ answer } = await ask(url, `/api/runs/${answer.id ?? answer.run}?wait=60`))
  }
  if (answer.status === 'completed') return answer.outputs
  const failed = await failuresOf(url, answer.id ?? answer.run)
  if (failed.length === 0 && !answer.error) throw new Wrong(`The run ended ${answer.status}.`)
  throw failure(failed.length > 0 ? failed : [answer.error])
}

async function failuresOf(url, run, after = 0) {
  const { answer } = await ask(url, `/api/runs/${run}/events?after=${after}`)
  const failed = answer.events.filter(({ type }) => type === 'cell.failed').map(({ error }) => error)
  return answer.more ? [...failed, ...(await failuresOf(url, run, answer.events.at(-1).seq))] : failed
}
