import { expect, test } from 'vitest'
import { CallError } from './call-error.ts'

test.each([
  [400, 'cycle'],
  [400, 'invalid-zone'],
  [400, 'unknown-output'],
  [400, 'model-too-large'],
  [400, 'merge-impossible'],
  [403, 'host-not-allowed'],
  [500, 'native-crash'],
  [500, 'download-failed'],
  [503, 'worker-lost'],
  [507, 'disk-full'],
] as const)('%i for “%s”: clients ask again only where that may help', (status, code) => {
  expect(new CallError({ code, message: 'It did not work.' }).status).toBe(status)
})
