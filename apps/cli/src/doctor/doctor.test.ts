import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { startModelServer } from '@woolgather/files/testing/model-server'
import { createRegistry } from '@woolgather/engine'
import { encodeModel } from '@woolgather/gguf/testing/encode-header'
import { definitions } from '@woolgather/nodes/definitions'
import type { RequiredModel, WorkflowNode } from '@woolgather/workflow'
import { describe, expect, test, vi } from 'vitest'
import type { CliIo } from '../io/cli-io.ts'
import { runCli } from '../run-cli.ts'
import { checkMachine } from './check-machine.ts'
import type { Finding } from './finding.ts'

const scriptedWorker = createRequire(import.meta.url).resolve(
  '@woolgather/supervisor/testing/scripted-worker.mjs',
)
const descriptions = [...createRegistry(definitions).descriptions.values()]

function createIo(): CliIo & { text: () => string } {
  let text = ''
  const sink = { write: (more: string) => (text += more) }
  return {
    stdout: sink,
    stderr: sink,
    stdin: Readable.from([]),
    onInterrupt: () => () => {},
    descriptions: (packages) =>
      packages.length > 0 ? Promise.reject(new Error('no such package')) : Promise.resolve(descriptions),
    workerEntry: () => scriptedWorker,
    text: () => text,
  }
}

const createFolder = (): string => mkdtempSync(path.join(tmpdir(), 'woolgather-doctor-'))

async function doctor(
  args: string[],
  folder = createFolder(),
): Promise<{ code: number; text: string; folder: string }> {
  const io = createIo()
  const folders = [
    '--models',
    path.join(folder, 'models'),
    '--data',
    path.join(folder, 'data'),
    '--output',
    folder,
  ]
  const code = await runCli(['doctor', ...args, ...folders], '1.2.3', io)
  return { code, text: io.text(), folder }
}

/** A port that something listens on until it is let go. */
async function takePort(status: number, answer: string): Promise<{ port: string } & AsyncDisposable> {
  const server = createServer((_request, response) => void response.writeHead(status).end(answer))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: String((server.address() as AddressInfo).port),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

describe('a machine', () => {
  test('that is well is told so, thing by thing', async () => {
    const { code, text } = await doctor(['--port', '65123'])
    expect(code).toBe(0)
    for (const line of [
      `✓ Node ${process.versions.node}`,
      '✓ llama.cpp test computes on scripted',
      /✓ \d+ node types/,
      /[✓!] [\d.]+ GiB of [\d.]+ GiB memory free/,
      /[✓!] Models: .*models, [\d.]+ GiB free/,
      /✓ \d+ models/,
      '✓ Port 65123 is free',
    ]) {
      expect(text).toMatch(line)
    }
  })

  test('whose native library does not load is told why, with exit code 1', async () => {
    vi.stubEnv('SCRIPTED_START', 'failed')
    const { code, text } = await doctor([])
    vi.unstubAllEnvs()
    expect([code, text]).toEqual([
      1,
      expect.stringContaining('✗ The native library does not load: No native library.'),
    ])
  })

  test('with packages of nodes that do not load, or a models file that is broken', async () => {
    const folder = createFolder()
    mkdirSync(path.join(folder, 'models'))
    writeFileSync(path.join(folder, 'models', 'broken.gguf'), 'nonsense')
    const { code, text } = await doctor(['--nodes', path.join(folder, 'none')], folder)
    expect(code).toBe(1)
    expect(text).toContain('✗ Packages of nodes cannot be loaded: no such package')
    expect(text).toContain('! broken.gguf cannot be read\n    It is not a GGUF file.')
  })

  test('with a folder that cannot be written to', async () => {
    const folder = createFolder()
    writeFileSync(path.join(folder, 'data'), 'a file in its place')
    const { code, text } = await doctor([], folder)
    expect([code, text]).toEqual([1, expect.stringMatching(/✗ Data: .*data cannot be written to/)])
  })

  test('with a port that is taken, by another program or a server of ours', async () => {
    await using other = await takePort(404, '')
    expect((await doctor(['--port', other.port])).text).toContain(`! Port ${other.port} is taken`)
    await using ours = await takePort(200, '{"status":"ok","version":"9.9"}')
    expect((await doctor(['--port', ours.port])).text).toContain(
      `✓ Port ${ours.port}: Woolgather 9.9 runs there`,
    )
    expect((await doctor(['--port', 'x'])).code).toBe(2)
  })

  test('with an old Node', async () => {
    const folder = createFolder()
    const folders = { models: [folder], output: folder, data: folder }
    const found = await checkMachine({ folders, port: 65124, cpu: true, nodeVersion: '18.20.1' }, createIo())
    expect(found[0]).toEqual({
      state: 'fail',
      text: 'Node 18.20.1 is too old',
      hint: 'Install Node 20 or newer.',
    } satisfies Finding)
  })
})

describe('a workflow', () => {
  const write = (folder: string, nodes: Record<string, WorkflowNode>, models?: RequiredModel[]): string => {
    const file = path.join(folder, 'workflow.json')
    const requires = models && { requires: { models } }
    writeFileSync(
      file,
      JSON.stringify({ format: 'woolgather', version: 1, name: 'mine', nodes, ...requires }),
    )
    return file
  }
  const model = (file: string): Record<string, WorkflowNode> => ({
    model: { type: 'loading/model', inputs: { file } },
  })

  test('that can run is told so', async () => {
    const folder = createFolder()
    const file = write(folder, { text: { type: 'text/text', inputs: { text: 'x' } } })
    expect(await doctor([file], folder)).toMatchObject({ code: 0, text: '✓ “mine” can run here: 1 node\n' })
  })

  test('whose models are cut, or lack a part, is told so', async () => {
    const folder = createFolder()
    mkdirSync(path.join(folder, 'models'))
    const whole = encodeModel({ 'general.architecture': 'llama' }, { 'output.weight': [4, 8] })
    writeFileSync(path.join(folder, 'models/cut.gguf'), whole.subarray(0, whole.length - 32))
    writeFileSync(path.join(folder, 'models/big-00001-of-00002.gguf'), whole)
    writeFileSync(path.join(folder, 'models/other.gguf'), 'not asked for')
    const file = write(folder, {
      cut: { type: 'loading/model', inputs: { file: 'cut.gguf' } },
      big: { type: 'loading/model', inputs: { file: 'big-00001-of-00002.gguf' } },
    })
    const { code, text } = await doctor([file], folder)
    expect(code).toBe(1)
    expect(text).toMatch(/✗ cut\.gguf: The tensor output\.weight ends at byte \d+, but the file has \d+\.\n/)
    expect(text).toContain('✗ big-00001-of-00002.gguf: Its part big-00002-of-00002.gguf is not beside it.\n')
    expect(text).not.toContain('other.gguf')
  })

  test('is told every issue, node types that are not known, and models with where to get them', async () => {
    const folder = createFolder()
    const file = write(
      folder,
      {
        ...model('big.gguf'),
        other: { type: 'loading/model', inputs: { file: 'lost.gguf' } },
        text: { type: 'text/text', inputs: { txt: 'x' } },
        odd: { type: 'people/odd' },
        slip: { type: 'loading/modle' },
      },
      [{ file: 'big.gguf', source: 'hf:some/where/big.gguf', bytes: 5_000_000_000 }],
    )
    const { code, text } = await doctor([file, '--json'], folder)
    expect([code, (JSON.parse(text) as Finding[]).map((finding) => finding.text)]).toEqual([
      1,
      [
        'Node type people/odd is not known here (odd)',
        'Node type loading/modle is not known here (slip)',
        expect.stringMatching(/^text\.txt: /),
        'Model big.gguf (5000.0 MB) is missing',
        'Model lost.gguf is missing',
      ],
    ])
    expect(text).toContain('Did you mean loading/model?')
    expect((await doctor([file], folder)).text).toContain(
      `Get it with: woolgather doctor ${file} --fetch (from hf:some/where/big.gguf)`,
    )
  })

  test('whose model has other contents here is told so', async () => {
    const folder = createFolder()
    mkdirSync(path.join(folder, 'models'))
    const demo = readFileSync(new URL('../../../../models/demo/pirate.lora.gguf', import.meta.url))
    writeFileSync(path.join(folder, 'models', 'mine.gguf'), demo)
    const sha256 = 'ab'.repeat(32)
    const file = write(folder, model('mine.gguf'), [{ file: 'mine.gguf', sha256 }])
    expect(await doctor([file], folder)).toMatchObject({
      code: 0,
      text: `! Model mine.gguf is not the one this was made with, whose sha256 is ${sha256}\n`,
    })
  })

  test('gets its models with --fetch, checked, and can run then', async () => {
    await using server = await startModelServer()
    const content = readFileSync(new URL('../../../../models/demo/storyteller.gguf', import.meta.url))
    server.files.set('/far/model.gguf', { content })
    const sha256 = createHash('sha256').update(content).digest('hex')
    const source = `${server.url}/far/model.gguf`
    const folder = createFolder()
    const file = write(folder, model('near/model.gguf'), [{ file: 'near/model.gguf', source, sha256 }])
    const { code, text } = await doctor([file, '--fetch'], folder)
    expect([code, text]).toEqual([0, expect.stringContaining('near/model.gguf: fetched, ')])
    expect(text).toContain('✓ “mine” can run here')
    expect(readFileSync(path.join(folder, 'models', 'near', 'model.gguf')).equals(content)).toBe(true)

    const wrong = write(folder, model('far.gguf'), [{ file: 'far.gguf', source, sha256: 'ab'.repeat(32) }])
    expect(await doctor([wrong, '--fetch'], folder)).toMatchObject({
      code: 2,
      text: expect.stringContaining('has the sha256') as string,
    })
  })

  test('saves a model beside the file that has its name with --existing beside, and writes the workflow that names it', async () => {
    await using server = await startModelServer()
    const content = readFileSync(new URL('../../../../models/demo/storyteller.gguf', import.meta.url))
    server.files.set('/far/model.gguf', { content })
    const sha256 = createHash('sha256').update(content).digest('hex')
    const folder = createFolder()
    const mine = path.join(folder, 'models', 'near.gguf')
    mkdirSync(path.dirname(mine), { recursive: true })
    writeFileSync(mine, content.subarray(0, 1_000))
    const file = write(folder, model('near.gguf'), [
      { file: 'near.gguf', source: `${server.url}/far/model.gguf`, sha256, bytes: content.length },
    ])
    await doctor([file, '--fetch'], folder)
    expect(server.requests).toEqual([])
    const out = path.join(folder, 'again.json')
    const { code, text } = await doctor([file, '--fetch', '--existing', 'beside', '--out', out], folder)
    expect([code, text]).toEqual([0, expect.stringContaining('near.gguf: fetched as near-2.gguf')])
    expect(readFileSync(mine).length).toBe(1_000)
    const written = JSON.parse(readFileSync(out, 'utf8')) as { nodes: { model: { inputs: unknown } } }
    expect(JSON.stringify(written)).toContain('"file":"near-2.gguf"')
    expect(JSON.stringify(written)).not.toContain('"near.gguf"')
    expect((await doctor([file, '--fetch', '--existing', 'replace'], folder)).code).toBe(0)
    expect(readFileSync(mine).equals(content)).toBe(true)
  })
})
