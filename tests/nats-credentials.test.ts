import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { claimMaking } from '../packages/fabric/src/files/made-files.ts'
import { openNatsFabric } from '../packages/fabric/src/nats/open-nats.ts'
import { createOperator, createUser } from '../packages/fabric/src/testing/nats-accounts.ts'
import { createAuthority, hasOpenssl } from './certificates.ts'
import { woolgather } from './cli.ts'
import { hasNatsServer, startNatsServer, type NatsServer } from './nats-server.ts'
import { createScratch, root } from './scratch.ts'
import { startServer } from './server.ts'

type Env = Record<string, string | undefined>

/** Opens a fabric with these variables, and says what became of it. */
async function tryWith({ url }: Pick<NatsServer, 'url'>, env: Env): Promise<string> {
  try {
    await using fabric = await openNatsFabric([url], { env })
    await fabric.results.putIfAbsent('ab', 1)
    return 'let in'
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint?: string }
    for (const secret of Object.values(env))
      if (secret && !path.isAbsolute(secret)) expect(`${message} ${hint}`).not.toContain(secret)
    return `${code}: ${message}`
  }
}

describe.runIf(hasNatsServer())('credentials of a fabric', () => {
  afterEach(() => void vi.unstubAllEnvs())

  test('a token lets in, from the environment or a file, and also after it was changed', async () => {
    await using scratch = await createScratch()
    const file = await scratch.write('token', 'the-first-token\n')
    vi.stubEnv('TEST_FABRIC_TOKEN', 'the-first-token')
    await using nats = await startNatsServer('authorization { token: $TEST_FABRIC_TOKEN }')
    expect(await tryWith(nats, {})).toBe(
      `fabric-refused: The NATS server at ${nats.url} lets nobody in without credentials.`,
    )
    expect(await tryWith(nats, { WOOLGATHER_FABRIC_TOKEN: 'another token' })).toBe(
      `fabric-refused: The NATS server at ${nats.url} does not let this user in.`,
    )
    expect(await tryWith(nats, { WOOLGATHER_FABRIC_TOKEN: 'the-first-token' })).toBe('let in')
    expect(await tryWith(nats, { WOOLGATHER_FABRIC_TOKEN_FILE: `${file}-not` })).toBe(
      `invalid-input: WOOLGATHER_FABRIC_TOKEN_FILE names “${file}-not”, which cannot be read: ENOENT.`,
    )

    await using fabric = await openNatsFabric([nats.url], { env: { WOOLGATHER_FABRIC_TOKEN_FILE: file } })
    await nats.kill()
    vi.stubEnv('TEST_FABRIC_TOKEN', 'the-second-token')
    await scratch.write('token', 'the-second-token\n')
    await nats.bringBack()
    expect(await fabric.results.putIfAbsent('cd', 2)).toBe(2)
  })

  test('a file of credentials lets in, with a JWT of the account', async () => {
    await using scratch = await createScratch()
    const { config, credentials } = createOperator()
    await using nats = await startNatsServer(config)
    const fileWith = async (text: string): Promise<Env> => ({
      WOOLGATHER_FABRIC_CREDS: await scratch.write('user.creds', text),
    })
    expect(await tryWith(nats, await fileWith(credentials()))).toBe('let in')
    expect(await tryWith(nats, await fileWith(credentials('nobody')))).toMatch(/^fabric-refused: .* in\.$/)
    expect(await tryWith(nats, await fileWith('no credentials'))).toMatch(
      /^invalid-input: WOOLGATHER_FABRIC_CREDS does not hold a file of credentials/,
    )
  })

  test.runIf(hasOpenssl())(
    'TLS: the authority, the name and the certificate of either end must be right',
    async () => {
      await using scratch = await createScratch()
      const authority = createAuthority(scratch.folder)
      const other = createAuthority(scratch.folder, 'other')
      const server = authority.issue('server', 'IP:127.0.0.1')
      const user = authority.issue('user', 'DNS:user')
      const client = {
        WOOLGATHER_FABRIC_CA: authority.ca,
        WOOLGATHER_FABRIC_CERT: user.cert,
        WOOLGATHER_FABRIC_KEY: user.key,
      }
      const tls = `cert_file: "${server.cert}", key_file: "${server.key}", ca_file: "${authority.ca}"`
      await using nats = await startNatsServer(`tls { ${tls}, verify: true }`)
      expect(await tryWith(nats, client)).toBe('let in')
      expect(await tryWith(nats, {})).toMatch(/^fabric-refused: .* not to be trusted \(UNABLE_TO_VERIFY/)
      expect(await tryWith(nats, { ...client, WOOLGATHER_FABRIC_CA: other.ca })).toMatch(
        /^fabric-refused: .* not to be trusted/,
      )
      // It is for the number, not for the name.
      expect(await tryWith({ url: nats.url.replace('127.0.0.1', 'localhost') }, client)).toMatch(
        /^fabric-refused: .*\(ERR_TLS_CERT_ALTNAME_INVALID\)/,
      )
      expect(await tryWith(nats, { ...client, WOOLGATHER_FABRIC_KEY: server.key })).toMatch(
        /^invalid-input: WOOLGATHER_FABRIC_KEY names .* no key to the certificate/,
      )
      expect(await tryWith(nats, { ...client, WOOLGATHER_FABRIC_KEY: undefined })).toMatch(
        /^invalid-input: .* only of use together/,
      )
      expect(await tryWith(nats, { WOOLGATHER_FABRIC_CA: user.key })).toMatch(
        /^invalid-input: WOOLGATHER_FABRIC_CA names .* no certificate/,
      )
      // Nothing secret goes to a server that speaks in the clear.
      await using open = await startNatsServer()
      const inTheClear = /^fabric-unreachable: .* does not support 'tls'/
      expect(await tryWith(open, { WOOLGATHER_FABRIC_CA: authority.ca })).toMatch(inTheClear)
      expect(await tryWith({ url: open.url.replace('nats:', 'tls:') }, {})).toMatch(inTheClear)
    },
  )

  test('servers and workers, known by NKEYS, may do what they need to and nothing else', async () => {
    const [server, worker] = [createUser(), createUser()]
    const users = await readFile(path.join(root, 'deploy/nats-users.conf'), 'utf8')
    await using nats = await startNatsServer(`
      WOOLGATHER_SERVER_NKEY: ${server.publicKey}
      WOOLGATHER_WORKER_NKEY: ${worker.publicKey}
      ${users}`)
    const troubles: string[] = []
    const open = (seed: string): ReturnType<typeof openNatsFabric> =>
      openNatsFabric([nats.url], {
        env: { WOOLGATHER_FABRIC_NKEY: seed },
        onTrouble: (text) => troubles.push(text),
      })
    expect(await tryWith(nats, { WOOLGATHER_FABRIC_NKEY: createUser().seed })).toMatch(/^fabric-refused/)
    expect(await tryWith(nats, { WOOLGATHER_FABRIC_NKEY: 'SUnoseed' })).toMatch(
      /^invalid-input: WOOLGATHER_FABRIC_NKEY does not hold the seed/,
    )
    await using asks = await open(server.seed)
    await using works = await open(worker.seed)

    const heard: unknown[] = []
    works.listen('who', (message) => heard.push(message))
    asks.listen('cells', (message) => heard.push(message))
    asks.follow('work', 0, (message) => heard.push(message))
    const large = { text: 'ä'.repeat(600_000) }
    const work = { id: 'a', queue: 'q', interactive: false, run: 'r', body: large }
    await asks.results.putIfAbsent('needs', { files: {} })
    await asks.offer(work)
    expect(await asks.has(work)).toBe(true)
    expect(await works.queues()).toEqual([{ queue: 'q', interactive: 0, others: 1 }])
    await (await works.take(['q']))?.giveBack()
    const lease = await works.take(['q'])
    expect(lease?.work.body).toEqual(large)
    lease?.beat()
    await works.offer({ ...work, id: 'b' })
    await works.results.putIfAbsent('ab', large)
    expect(await asks.results.get('ab')).toEqual(large)
    await works.append('work', 'ended')
    await lease?.done()
    // What one worker makes another waits for.
    await using waits = await open(worker.seed)
    const claim = await claimMaking(works, 'merge.gguf')
    expect(await claimMaking(waits, 'merge.gguf')).toBeUndefined()
    await claim?.done()
    expect(await claimMaking(waits, 'merge.gguf').then((late) => late?.done())).toBeUndefined()
    await asks.drop({ run: 'r' })
    expect(await asks.queues()).toEqual([])
    await expect
      .poll(() => {
        asks.tell('who', 'who?')
        works.tell('cells', 'token')
        return new Set(heard)
      })
      .toEqual(new Set(['ended', 'who?', 'token']))
    expect(troubles).toEqual([])

    const refusal = { code: 'fabric-refused' }
    await expect(works.drop({ run: 'r' })).rejects.toMatchObject(refusal)
    await expect(works.pause(true)).rejects.toMatchObject(refusal)
    await expect(asks.take(['q'])).rejects.toMatchObject(refusal)
    await expect(asks.append('work', 'ended')).rejects.toMatchObject({
      message: `The NATS server at ${nats.url} does not let this user publish to “woolgather.log.work”.`,
    })
    expect(troubles.length).toBeGreaterThan(0)
  })

  test('a server that keeps nothing is named as such', async () => {
    await using nats = await startNatsServer('jetstream: false')
    expect(await tryWith(nats, {})).toBe(
      `fabric-refused: The NATS server at ${nats.url} keeps nothing: JetStream is off.`,
    )
  })

  test('`worker` and `serve` say who does not let them in, and nothing of what is secret', async () => {
    await using scratch = await createScratch()
    await using nats = await startNatsServer('authorization { token: "the right token" }')
    vi.stubEnv('WOOLGATHER_FABRIC_TOKEN', 'a wrong token')
    vi.stubEnv('WOOLGATHER_FABRIC', nats.url)
    const said = `The NATS server at ${nats.url} does not let this user in.`
    const worker = await woolgather(['worker', '--data', scratch.path('worker')])
    expect(worker.code).not.toBe(0)
    expect(worker.stderr).toContain(said)
    expect(worker.stderr).toContain('WOOLGATHER_FABRIC_TOKEN')
    expect(worker.stderr).not.toContain('a wrong token')

    let log = ''
    const server = startServer(scratch, { stderr: 'pipe' })
    server.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text))
    await expect.poll(() => log).toContain(said)
    server.kill('SIGTERM')
    await once(server, 'exit')
    expect(log).not.toContain('a wrong token')
  })
})

test('what stands before an @ in an address is never shown', async () => {
  for (const address of [
    'nats://secret@127.0.0.1',
    'nats://wool:secret@host:99999999',
    'http://secret@host',
  ]) {
    const { code, stderr } = await woolgather(['worker', '--fabric', address])
    expect(code).not.toBe(0)
    expect(stderr).toContain('…@')
    expect(stderr).not.toContain('secret')
  }
})
