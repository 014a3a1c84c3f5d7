import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { WoolgatherError } from '@woolgather/workflow'
import type { Artifacts } from '../interface/fabric.ts'

/** Where artifacts lie, where that is not the fabric itself. */
export const artifactsVariable = 'WOOLGATHER_FABRIC_ARTIFACTS'

/** How often S3 is asked, with waits that grow to 20 seconds, before what needed it fails. */
const attempts = 10
/** Milliseconds to connect, and in which nothing comes or goes, after which an attempt has failed. */
const connectPatience = 10_000
const silencePatience = 20_000

interface Place {
  bucket: string
  /** Before each hash: empty, or with a slash at its end. */
  prefix: string
}

/** @param text `s3://bucket`, or `s3://bucket/folder` @throws WoolgatherError invalid-input */
export function readS3Address(text: string): Place {
  const [, bucket, folder = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/[\w./-]*)?$/.exec(text) ?? []
  if (bucket === undefined)
    throw new WoolgatherError('invalid-input', `${artifactsVariable} is “${text}”, which names no bucket.`, {
      hint: 'Write s3://bucket, or s3://bucket/folder.',
    })
  const prefix = folder.replace(/^\/+|\/+$/g, '')
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` }
}

/**
 * Artifacts in a bucket of S3, or of what speaks as it does, under their hashes. Region, credentials and endpoint are found
 * as every client of AWS finds them.
 * @throws WoolgatherError invalid-input, fabric-unreachable, fabric-refused
 */
export async function openS3Artifacts(text: string): Promise<Artifacts & Disposable> {
  const place = readS3Address(text)
  // Only here: it is as large as all else that a worker loads.
  const aws = await import('@aws-sdk/client-s3')
  const client = createClient(aws)
  const keyOf = (hash: string): { Bucket: string; Key: string } => ({
    Bucket: place.bucket,
    Key: `${place.prefix}${hash}`,
  })
  const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> =>
    question().catch((error: unknown) => {
      throw explain(error, text)
    })
  /** Undefined where there is no such thing. */
  const askFor = <Answer>(question: () => Promise<Answer>): Promise<Answer | undefined> =>
    ask(() =>
      question().catch((error: unknown) => {
        if (statusOf(error) === 404 && !(error instanceof aws.NoSuchBucket)) return undefined
        throw error
      }),
    )
  const has = async (hash: string): Promise<boolean> =>
    (await askFor(() => client.send(new aws.HeadObjectCommand(keyOf(hash))))) !== undefined

  // Credentials are read with it, too, before they are taken out of the environment.
  if ((await askFor(() => client.send(new aws.HeadBucketCommand({ Bucket: place.bucket })))) === undefined)
    throw new WoolgatherError('invalid-input', `There is no bucket “${place.bucket}”.`, {
      hint: `${artifactsVariable} is “${text}”.`,
    })
  return {
    async put(bytes) {
      const hash = sha256(bytes)
      if (!(await has(hash)))
        await ask(() => client.send(new aws.PutObjectCommand({ ...keyOf(hash), Body: bytes })))
      return hash
    },
    async get(hash) {
      const bytes = await askFor(() =>
        whileBroken(async () => {
          const { Body } = await client.send(new aws.GetObjectCommand(keyOf(hash)))
          return Body?.transformToByteArray()
        }),
      )
      if (bytes !== undefined && sha256(bytes) !== hash)
        throw new WoolgatherError('data-damaged', `What lies in ${text} as ${hash} is something else.`)
      return bytes
    },
    [Symbol.dispose]: () => client.destroy(),
  }
}

function createClient({ S3Client }: typeof import('@aws-sdk/client-s3')): S3Client {
  const { env } = process
  const isElsewhere = Boolean(env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'])
  return new S3Client({
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: connectPatience, socketTimeout: silencePatience },
    // What speaks as S3 does seldom has a name for each bucket.
    forcePathStyle: isElsewhere,
    ...(!env['AWS_REGION'] && isElsewhere && { region: 'us-east-1' }),
  })
}

/** The client asks again for what does not come, and not for what breaks off in the middle. */
async function whileBroken<Answer>(read: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read()
    } catch (error) {
      const wasAsked = (error as Answered).$metadata !== undefined
      if (wasAsked || attempt === attempts) throw error
      await delay(attempt * 100)
    }
  }
}

/** What the client says of an error that it had instead of an answer. */
interface Answered {
  $metadata?: { httpStatusCode?: number }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function statusOf(error: unknown): number | undefined {
  return (error as Answered).$metadata?.httpStatusCode
}

function explain(error: unknown, text: string): WoolgatherError {
  const { name, message } = error as Error
  const isRefusal = [401, 403].includes(statusOf(error) ?? 0)
  return isRefusal
    ? new WoolgatherError('fabric-refused', `${text} does not let this user in (${name}).`, {
        hint: 'It needs s3:ListBucket, s3:GetObject and s3:PutObject; credentials are found as every client of AWS finds them.',
        cause: error,
      })
    : new WoolgatherError('fabric-unreachable', `${text} cannot be used: ${message || name}.`, {
        hint: 'AWS_REGION and, where it is not Amazon, AWS_ENDPOINT_URL_S3 say where it is.',
        cause: error,
      })
}
