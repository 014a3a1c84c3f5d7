import { expect, test } from 'vitest'
import { checkHop } from './check-hop.ts'

const refuses = (from: string, to: string): boolean => {
  try {
    checkHop(new URL(from), new URL(to))
    return false
  } catch {
    return true
  }
}
const hub = 'https://huggingface.co/owner/repo/m.gguf'

test.each([
  'https://10.0.0.7/m',
  'https://127.0.0.1/m',
  'https://192.168.1.1:8443/m',
  'https://169.254.169.254/latest',
])('nobody outside sends a download to %s', (to) => expect(refuses(hub, to)).toBe(true))

test.each([
  'https://[::1]/m',
  'https://[fd00::1]/m',
  'https://[::ffff:10.0.0.1]/m',
  'https://localhost/m',
  'https://nas/m',
  'https://nas.local/m',
])('nor to %s', (to) => expect(refuses(hub, to)).toBe(true))

test('downloads are sent on to other hosts of the public network, and within one origin', () => {
  expect(refuses(hub, 'https://cdn.example.com/m')).toBe(false)
  expect(refuses('http://mirror.lan:8080/m', 'http://mirror.lan:8080/other')).toBe(false)
  expect(refuses('http://127.0.0.1:1/m', 'http://localhost:2/m')).toBe(false)
  expect(refuses('https://192.168.1.1/m', 'https://192.168.1.2/m')).toBe(false)
})
