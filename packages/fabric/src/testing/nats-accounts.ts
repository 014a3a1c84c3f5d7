import { nkeys } from '@nats-io/transport-node'

type KeyPair = ReturnType<typeof nkeys.createUser>

const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url')

/** A JWT as NATS has them: signed by an NKEY. */
function sign(issuer: KeyPair, subject: string, nats: object): string {
  const header = base64url(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }))
  const claims = {
    jti: subject,
    iat: Math.floor(Date.now() / 1_000),
    iss: issuer.getPublicKey(),
    name: 'test',
    sub: subject,
    nats: { version: 2, ...nats },
  }
  const body = `${header}.${base64url(JSON.stringify(claims))}`
  return `${body}.${base64url(issuer.sign(new TextEncoder().encode(body)))}`
}

/** Somebody known by an NKEY. */
export function createUser(): { publicKey: string; seed: string } {
  const pair = nkeys.createUser()
  return { publicKey: pair.getPublicKey(), seed: seedOf(pair) }
}

function seedOf(pair: KeyPair): string {
  return new TextDecoder().decode(pair.getSeed())
}

/** A server in operator mode with one account that may keep things, and credentials of a user of it. */
export function createOperator(): { config: string; credentials: (by?: 'account' | 'nobody') => string } {
  const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()]
  const free = {
    subs: -1,
    conn: -1,
    leaf: -1,
    imports: -1,
    exports: -1,
    data: -1,
    payload: -1,
    wildcards: true,
  }
  const kept = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 }
  const accountOf = (pair: KeyPair, limits: object): string =>
    sign(operator, pair.getPublicKey(), { type: 'account', limits })
  const config = [
    `operator: ${sign(operator, operator.getPublicKey(), { type: 'operator', system_account: system.getPublicKey() })}`,
    'resolver: MEMORY',
    'resolver_preload: {',
    `  ${account.getPublicKey()}: ${accountOf(account, { ...free, ...kept })}`,
    `  ${system.getPublicKey()}: ${accountOf(system, free)}`,
    '}',
  ].join('\n')
  return {
    config,
    credentials(by = 'account') {
      const user = nkeys.createUser()
      const issuer = by === 'account' ? account : nkeys.createAccount()
      const limits = { subs: -1, data: -1, payload: -1 }
      const jwt = sign(issuer, user.getPublicKey(), { type: 'user', ...limits })
      return [
        '-----BEGIN NATS USER JWT-----',
        jwt,
        '------END NATS USER JWT------',
        '',
        '-----BEGIN USER NKEY SEED-----',
        seedOf(user),
        '------END USER NKEY SEED------',
        '',
      ].join('\n')
    },
  }
}
