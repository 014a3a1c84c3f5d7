import { mkdirSync, mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { createFileArtifactStore } from '@woolgather/engine'
import type { NodeDescription, RunEvent, Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

/** Plays the script in a workflow's name: a real process, see the file itself. */
const scriptedWorker = createRequire(import.meta.url).resolve(
  '@woolgather/supervisor/testing/scripted-worker.mjs',
)

const textNode: NodeDescription = {
  type: 'text/text',
  version: 1,
  title: 'Text',
  description: 'Some text',
  family: 'text',
  inputs: [
    {
      name: 'text',
      title: 'Text',
      description: 'The text',
      type: 'text',
      schema: { type: 'string' },
      required: true,
    },
    {
      name: 'size',
      title: 'Size',
      description: 'A size',
      type: 'integer',
      schema: { type: 'integer', maximum: 9 },
      required: false,
    },
  ],
  outputs: [{ name: 'text', type: 'text', description: 'The same' }],
}

interface Called {
  code: number
  stdout: string
  stderr: string
}

interface CallOptions {
  stdin?: string
  tty?: boolean
  /** Presses Ctrl-C when stderr or stdout shows this. */
  interruptAt?: string
}

async function call(
  args: string[],
  { stdin = '', tty = false, interruptAt }: CallOptions = {},
): Promise<Called> {
  let [stdout, stderr] = ['', '']
  const listeners = new Set<() => void>()
  let interrupted = false
  const watch = (): void => {
    if (interrupted || interruptAt === undefined || !(stdout + stderr).includes(interruptAt)) return
    interrupted = true
    for (const listener of listeners) listener()
  }
  const code = await runCli(args, '1.2.3', {
    stdout: { write: (text) => ((stdout += text), watch()), isTTY: tty },
    stderr: { write: (text) => ((stderr += text), watch()), isTTY: tty },
    stdin: Readable.from([stdin]),
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    descriptions: () => Promise.resolve([textNode]),
    workerEntry: () => scriptedWorker,
  })
  return { code, stdout, stderr }
}

/** A temporary folder with a workflow whose name is the worker's script. */
function prepare(
  script: string,
  nodes: Workflow['nodes'] = { text: { type: 'text/text', inputs: { text: 'hi' } } },
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-cli-'))
  const file = path.join(folder, 'workflow.json')
  const workflow: Workflow = { format: 'woolgather', version: 1, name: script, nodes }
  writeFileSync(file, JSON.stringify(workflow))
  const out = path.join(folder, 'result.json')
  const data = path.join(folder, 'data')
  return {
    folder,
    file,
    out,
    data,
    run: (args: string[] = [], options?: CallOptions) =>
      call(['run', file, '--data', data, '--out', out, ...args], options),
    result: (): unknown => JSON.parse(readFileSync(out, 'utf8')),
  }
}

describe('run', () => {
  test('prints what the workflow makes, shows how it got there, and writes the result whole [R68]', async () => {
    const { run, result, file, folder } = prepare(
      'start text; token Once upon; token  a time; output text {"text":"Once upon a time"}; end completed',
    )
    expect(await run()).toEqual({
      code: 0,
      stdout: 'Once upon a time\n',
      stderr: expect.stringMatching(/^“start text.*” completed in \d+\.\d s: 1 cell run\.\n$/) as string,
    })
    expect(result()).toEqual({
      workflow: JSON.parse(readFileSync(file, 'utf8')) as unknown,
      status: 'completed',
      outputs: { text: { text: 'Once upon a time' } },
      errors: [],
    })
    expect(readdirSync(folder).sort()).toEqual(['result.json', 'workflow.json'])
  })

  test('tells everything that happens with --verbose, and nothing with --quiet', async () => {
    const { run } = prepare(
      'start text; token Once upon; token  a time; output text {"text":"x"}; end completed',
    )
    const { stderr } = await run(['--verbose'])
    expect(stderr).toMatch(/^text: started\ntext │ Once upon a time\ntext: finished in 0\.0 s\n“.*\n$/)
    expect((await run(['--quiet'])).stderr).toBe('')
    const failed = await prepare('start text; fail text; end failed').run(['--quiet'])
    expect([failed.code, failed.stdout, failed.stderr]).toEqual([1, '', ''])
    const both = await run(['--quiet', '--verbose'])
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--verbose')])
  })

  test('prints events and nothing else on stdout with --json', async () => {
    const { run } = prepare('start text; output text {"text":"x"}; end completed')
    const { stdout, stderr } = await run(['--json'])
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
    expect(events.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      '0 run.started',
      '1 cell.started',
      '2 cell.finished',
      '3 run.finished',
    ])
    expect(stderr).toBe('')
  })

  test('puts outputs too long for events back together from the data folder', async () => {
    const text = 'long '.repeat(1_000)
    const data = mkdtempSync(path.join(tmpdir(), 'woolgather-cli-data-'))
    const ref = createFileArtifactStore(path.join(data, 'artifacts')).put(
      new TextEncoder().encode(text),
      'text/plain',
    )
    const { file, out, result } = prepare(`output text ${JSON.stringify({ text: ref })}; end completed`)
    const { code, stdout } = await call(['run', file, '--data', data, '--out', out])
    expect([code, stdout]).toEqual([0, `${text}\n`])
    expect(result()).toMatchObject({ outputs: { text: { text } } })
  })

  test('writes what carries the workflow: imported again it is the same, and can be run [R68]', async () => {
    const { run, file, out } = prepare('output text {"text":"x"}; end completed')
    await run()
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const imported = await call(['import', out])
    expect([imported.code, JSON.parse(imported.stdout)]).toEqual([0, document])
    expect(await call(['run', out])).toMatchObject({ code: 0, stdout: 'x\n' })
    expect(await call(['import', '-'], { stdin: 'Once upon a time.' })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^This file carries no workflow/) as string,
    })
  })

  test('reads standard input as -', async () => {
    const { file } = prepare('output text {"text":"from stdin"}; end completed')
    expect(await call(['run', '-'], { stdin: readFileSync(file, 'utf8') })).toMatchObject({
      code: 0,
      stdout: 'from stdin\n',
    })
  })

  for (const [status, code] of [
    ['completed', 0],
    ['partial', 3],
    ['failed', 1],
    ['cancelled', 130],
  ] as const) {
    test(`ends with ${code} where the run ends ${status}`, async () => {
      expect(await prepare(`end ${status}`).run()).toMatchObject({ code })
    })
  }

  test('tells what failed with node and hint, and keeps what worked [R69]', async () => {
    const nodes: Workflow['nodes'] = {
      good: { type: 'text/text', inputs: { text: 'a' } },
      bad: { type: 'text/text', inputs: { text: 'b' } },
    }
    const { run, result } = prepare('output good {"text":"A"}; start bad; fail bad; end partial', nodes)
    const { code, stdout, stderr } = await run()
    expect({ code, stdout, told: stderr.split('\n') }).toEqual({
      code: 3,
      stdout: 'A\n',
      told: [
        'bad: It did not work. (Try again.)',
        expect.stringMatching(/completed in part in .*: 1 cell run, 1 failed\.$/),
        '',
      ],
    })
    expect(result()).toMatchObject({
      status: 'partial',
      outputs: { good: { text: 'A' } },
      errors: [{ code: 'node-failed', message: 'It did not work.', hint: 'Try again.', node: 'bad', at: {} }],
    })
  })

  test('names the signal and the last log lines where the worker is killed', async () => {
    const { code, stderr } = await prepare(
      'start text; log ggml: out of memory; crash SIGSEGV; end failed',
    ).run()
    expect(code).toBe(1)
    expect(stderr).toContain('text: The worker process was ended by SIGSEGV')
    expect(stderr).toContain('│ ggml: out of memory')
  })

  test('tells once what befell many nodes', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const nodes = Object.fromEntries(ids.map((id) => [id, { type: 'text/text', inputs: { text: id } }]))
    const { stderr } = await prepare(
      `${ids.map((id) => `start ${id}; fail ${id}`).join('; ')}; end failed`,
      nodes,
    ).run()
    expect(stderr.match(/It did not work/g)).toHaveLength(1)
    expect(stderr).toContain('a and 4 more: It did not work.')
  })

  test('is cancelled by Ctrl-C, with its result written [R69]', async () => {
    const { run, result } = prepare('start text; cancellable')
    const { code, stderr } = await run(['--verbose'], { interruptAt: 'text: started' })
    expect(code).toBe(130)
    expect(stderr).toContain('press Ctrl-C again')
    expect(result()).toMatchObject({ status: 'cancelled', outputs: {}, errors: [] })
  })

  test('changes an input by --set, also from a value that holds an equals sign', async () => {
    const { file, data } = prepare('output text {"text":"ok"}; end completed')
    expect(
      await call(['run', file, '--data', data, '--set', 'text.text=a=b', '--set', 'text.size=3']),
    ).toMatchObject({
      code: 0,
    })
  })

  test('shows a terminal one line per node that stays, and lets no control sequence of a model through', async () => {
    const { code, stdout, stderr } = await prepare(
      'start text; token \u001b[31mred; wait 200; output text {"text":"\\u001b[31mred"}; end completed',
    ).run([], { tty: true })
    expect([code, stdout]).toEqual([0, '␛[31mred\n'])
    expect(stderr).toMatch(/✓.* text/)
    expect(stderr).not.toContain('\u001b[31mred')
  })
})

describe('bad input: one clear line each, exit code 2, nothing written', () => {
  const expectRefusal = async (args: string[], folder: string, lines: (string | RegExp)[]): Promise<void> => {
    const before = readdirSync(folder).sort()
    const { code, stdout, stderr } = await call([...args, '--data', path.join(folder, 'data')])
    const told = stderr.trimEnd().split('\n')
    expect([code, stdout, told.length]).toEqual([2, '', lines.length])
    lines.forEach((line, index) => expect(told[index]).toMatch(line))
    expect(readdirSync(folder).sort()).toEqual(before)
  }

  test('every issue of a workflow, with node, input and hint', async () => {
    const { file, out, folder } = prepare('wrong', {
      a: { type: 'text/txt' },
      b: { type: 'text/text', inputs: { text: 7, size: 100 } },
      c: { type: 'text/text', links: { text: ['b', 'nothing'] } },
      d: { type: 'text/text', links: { text: ['gone', 'text'] } },
    })
    await expectRefusal(['run', file, '--out', out], folder, [
      /^a: .*text\/txt.*\(.*text\/text/,
      /^b\.text: .*/,
      /^b\.size: .*9/,
      /^c\.text: .*nothing/,
      /^d\.text: .*gone/,
    ])
    expect((await call(['validate', file])).code).toBe(2)
  })

  test('a cycle', async () => {
    const { file, folder } = prepare('cycle', {
      a: { type: 'text/text', links: { text: ['b', 'text'] } },
      b: { type: 'text/text', links: { text: ['a', 'text'] } },
    })
    await expectRefusal(['run', file], folder, [/a.*b|b.*a/])
  })

  test('--set of what is not there, and without a value: all of them', async () => {
    const { file, folder } = prepare('end completed')
    const sets = [
      '--set',
      'txt.text=a',
      '--set',
      'text.txet=a',
      '--set',
      'nonsense',
      '--set',
      'text.size=big',
    ]
    await expectRefusal(['run', file, ...sets], folder, [/txt/, /^text\.txet: /, /nonsense/, /^text\.size: /])
  })

  test('a target that is not there', async () => {
    const { file, folder } = prepare('end completed')
    await expectRefusal(['run', file, '--target', 'txet'], folder, [/txet.*\(.*text/])
  })

  test('a file that is missing, a folder, no text, no JSON, no workflow, empty', async () => {
    const { folder } = prepare('end completed')
    const write = (name: string, content: string | Buffer): string => {
      writeFileSync(path.join(folder, name), content)
      return path.join(folder, name)
    }
    await expectRefusal(['run', path.join(folder, 'missing.json')], folder, [/missing\.json.*no such file/])
    await expectRefusal(['run', folder], folder, [/it is a folder/])
    await expectRefusal(['run', write('image.json', Buffer.from([0x89, 0x50, 0xff, 0xfe, 0]))], folder, [
      /no text/,
    ])
    await expectRefusal(['run', write('cut.json', '{"format": "wool')], folder, [/JSON/])
    await expectRefusal(['run', write('list.json', '[1, 2]')], folder, [/./])
    await expectRefusal(['run', write('empty.json', '')], folder, [/empty\.json: .*it is empty/])
  })

  test('files of others, large ones too: whose they are', async () => {
    const { folder } = prepare('end completed')
    const file = path.join(folder, 'comfy.json')
    writeFileSync(file, JSON.stringify({ nodes: [{ id: 1, type: 'KSampler' }], links: [] }))
    await expectRefusal(['run', file], folder, [/comfy\.json: This is a ComfyUI workflow/])
    const model = path.join(folder, 'model.safetensors')
    writeFileSync(model, Buffer.from('\x40\0\0\0\0\0\0\0{"', 'latin1'))
    truncateSync(model, 200_000_000)
    await expectRefusal(['run', model], folder, [/model\.safetensors: This is a safetensors file/])
  })

  test('3 GB, more than can be read', async () => {
    const { folder } = prepare('end completed')
    const file = path.join(folder, 'huge.json')
    writeFileSync(file, '')
    truncateSync(file, 3 * 2 ** 30)
    await expectRefusal(['run', file], folder, [/huge\.json.*3072 MiB.*16 MiB/])
  })

  test('a result file in a folder that is not there, before anything runs', async () => {
    const { file, folder } = prepare('end completed')
    await expectRefusal(['run', file, '--out', path.join(folder, 'none', 'result.json')], folder, [
      /no folder/,
    ])
    mkdirSync(path.join(folder, 'taken'))
    await expectRefusal(['run', file, '--out', path.join(folder, 'taken')], folder, [/is a folder/])
  })

  test('a result in place of the workflow that is read', async () => {
    const { file, folder } = prepare('end completed')
    const before = readFileSync(file, 'utf8')
    await expectRefusal(['run', file, '--out', file], folder, [/--out .* is the workflow/])
    expect((await call(['import', file, '--out', file])).stderr).toMatch(/--out .* is the file that is read/)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('an unknown command or option', async () => {
    expect(await call(['rnu'])).toMatchObject({ code: 2, stderr: expect.stringContaining('rnu') as string })
    expect((await call(['run', 'a.json', '--fast'])).code).toBe(2)
  })

  test('a worker whose name nobody could read, before it goes anywhere', async () => {
    for (const name of ['', ' ', 'x'.repeat(201)]) {
      const { code, stderr } = await call(['worker', '--fabric', 'nats://127.0.0.1:1', '--name', name])
      expect([code, stderr]).toEqual([2, expect.stringContaining('The name of this worker')])
    }
  })

  test('a command without its file, and says where its options are told', async () => {
    const { code, stderr } = await call(['run'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/missing.*file[^]*--help/)])
  })

  test('a folder in place of a GGUF file, and a folder of models that is not there', async () => {
    const { folder } = prepare('end completed')
    const recipe = await call(['recipe', folder])
    expect([recipe.code, recipe.stderr]).toEqual([2, expect.stringContaining('There is no file')])
    const models = await call(['models', '--models', path.join(folder, 'modles')])
    expect([models.code, models.stderr]).toEqual([2, expect.stringMatching(/modles.*no such folder/)])
  })
})

test('validate says that a workflow is fine', async () => {
  const { file } = prepare('Hello')
  expect(await call(['validate', file])).toEqual({
    code: 0,
    stdout: '“Hello” is valid: 1 node.\n',
    stderr: '',
  })
})

test('nodes lists what can be in a workflow, and whole descriptions with --json', async () => {
  expect((await call(['nodes'])).stdout).toMatch(/text\/text.*Some text/)
  expect(JSON.parse((await call(['nodes', '--json'])).stdout)).toEqual([textNode])
})

test('models names what is broken and goes on', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-cli-'))
  writeFileSync(path.join(folder, 'zz-broken.gguf'), 'no model at all, only some text')
  const { code, stderr } = await call(['models', '--models', folder])
  expect(code).toBe(0)
  expect(stderr).toContain('zz-broken.gguf: It is not a GGUF file')
})

test('the version and help are told, exit code 0', async () => {
  expect(await call(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n' })
  expect((await call(['run', '--help'])).stdout).toContain('--set <name=value>')
})
