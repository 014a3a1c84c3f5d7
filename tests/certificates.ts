import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

/** Makes certificates of an authority of its own, with OpenSSL, in a folder. */
export interface Authority {
  /** File of its own certificate. */
  ca: string
  /** @param alternatives such as `IP:127.0.0.1` */
  issue(name: string, alternatives: string): { cert: string; key: string }
}

/** Whether there is one to test with; says once why not. */
export function hasOpenssl(): boolean {
  const there = spawnSync('openssl', ['version']).status === 0
  if (!there) console.log('No openssl found: the test of TLS is skipped.')
  return there
}

export function createAuthority(folder: string, name = 'authority'): Authority {
  const file = (ending: string): string => path.join(folder, ending)
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const authority = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=${name}`, '-days', '2']
  openssl('req', '-x509', ...newKey, ...authority)
  return {
    ca: file(`${name}.pem`),
    issue(who, alternatives) {
      openssl('req', ...newKey, '-keyout', `${who}.key`, '-out', `${who}.csr`, '-subj', `/CN=${who}`)
      writeFileSync(file(`${who}.ext`), `subjectAltName=${alternatives}\n`)
      const signed = ['-CA', `${name}.pem`, '-CAkey', `${name}.key`, '-CAcreateserial', '-days', '2']
      openssl('x509', '-req', '-in', `${who}.csr`, ...signed, '-extfile', `${who}.ext`, '-out', `${who}.pem`)
      return { cert: file(`${who}.pem`), key: file(`${who}.key`) }
    },
  }
}
