import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetSecrets } from '../forget-secrets.ts'
import { bucket, startS3, type S3StandIn } from '../testing/s3-stand-in.ts'
import { openS3Artifacts, readS3Address } from './s3.ts'

let s3: S3StandIn

beforeEach(async () => {
  s3 = await startS3()
  for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await s3[Symbol.asyncDispose]()
})

const bytes = new TextEncoder().encode('Once upon a time')
const hash = createHash('sha256').update(bytes).digest('hex')

test('artifacts lie in a bucket under their hashes, each once', async () => {
  using artifacts = await openS3Artifacts(`s3://${bucket}/made/here/`)
  expect(await artifacts.get(hash)).toBeUndefined()
  expect(await artifacts.put(bytes)).toBe(hash)
  expect([...s3.objects.keys()]).toEqual([`made/here/${hash}`])
  s3.objects.set(`made/here/${hash}`, Buffer.from('not put again'))
  expect(await artifacts.put(bytes)).toBe(hash)
  expect(s3.objects.get(`made/here/${hash}`)?.toString()).toBe('not put again')
  await expect(artifacts.get(hash)).rejects.toMatchObject({ code: 'data-damaged' })
  s3.objects.set(`made/here/${hash}`, Buffer.from(bytes))
  expect(Buffer.from((await artifacts.get(hash)) ?? []).toString()).toBe('Once upon a time')
})

test('credentials are known once it is open, and may be forgotten by the process', async () => {
  using artifacts = await openS3Artifacts(`s3://${bucket}`)
  vi.stubEnv('WOOLGATHER_FABRIC_ARTIFACTS', `s3://${bucket}`)
  forgetSecrets(process.env)
  expect(process.env['AWS_SECRET_ACCESS_KEY']).toBeUndefined()
  expect(await artifacts.put(bytes)).toBe(hash)
})

test('what breaks off while it is read is read again', async () => {
  using artifacts = await openS3Artifacts(`s3://${bucket}`)
  await artifacts.put(bytes)
  s3.breakOff()
  expect(Buffer.from((await artifacts.get(hash)) ?? []).toString()).toBe('Once upon a time')
})

test('what could be put nowhere is not taken for kept', async () => {
  using artifacts = await openS3Artifacts(`s3://${bucket}`)
  s3.leadNowhere()
  await expect(artifacts.put(bytes)).rejects.toMatchObject({ code: 'fabric-unreachable' })
})

test('who is not let in, and what is not there, is named, and nothing secret', async () => {
  await expect(openS3Artifacts('s3://another')).rejects.toMatchObject({
    code: 'invalid-input',
    message: 'There is no bucket “another”.',
  })
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIANOBODY')
  await expect(openS3Artifacts(`s3://${bucket}`)).rejects.toMatchObject({
    code: 'fabric-refused',
    message: expect.stringContaining(`s3://${bucket} does not let this user in`) as string,
  })
  for (const address of ['wool', 's3://', 's3://UPPER', 'https://wool'])
    expect(() => readS3Address(address)).toThrow('names no bucket')
})
