import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '@woolgather/disk'
import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { recordSuffix } from './download-record.ts'
import { folderOfHost, locateFiles } from './locate-files.ts'
import { parseModelUri } from './parse-uri.ts'

/** Hosts that models are downloaded from: those that a person has allowed, once for each. */
export interface DownloadHosts {
  /** The host that an address would be asked for the first time; undefined where nobody has to allow that. */
  unasked(address: string): string | undefined
  /** @throws WoolgatherError host-not-allowed where that host would be asked for the first time */
  check(address: string): void
  list(): string[]
  /** @throws WoolgatherError invalid-input */
  allow(host: string): Promise<void>
  /** Notes the host of an address that a person has chosen by itself: asking for it would be asking twice. */
  trust(address: string): Promise<void>
  /** False where it was not allowed by anyone. */
  forget(host: string): Promise<boolean>
}

/** Models come from there unless another hub was chosen; who asks for a model there says only which. */
const usualHosts: ReadonlySet<string> = new Set(['huggingface.co'])

const schema = z.object({ hosts: z.array(z.string()) })

/**
 * Besides what is noted in the data folder, hosts count as allowed from which something lies in a models folder. It is
 * read at every question: other processes on the same folder may have noted something.
 */
export function openDownloadHosts({
  data,
  models,
}: {
  data: string
  models: readonly string[]
}): DownloadHosts {
  const file = path.join(data, 'download-hosts.json')

  const list = (): string[] => {
    try {
      return schema.parse(JSON.parse(readFileSync(file, 'utf8'))).hosts
    } catch {
      return []
    }
  }

  const save = async (hosts: readonly string[]): Promise<void> => {
    await mkdir(data, { recursive: true })
    await writeWhole(file, `${JSON.stringify({ hosts }, undefined, 2)}\n`)
  }

  const unasked = (address: string): string | undefined => {
    const url = urlOf(address)
    if (url === undefined || usualHosts.has(url.host) || list().includes(url.host)) return undefined
    const known = models.some((folder) => hasDownloads(path.join(folder, folderOfHost(url))))
    return known || isHere(models, address) ? undefined : url.host
  }

  const allow = async (written: string): Promise<void> => {
    const host = readHost(written)
    const hosts = list()
    if (!hosts.includes(host)) await save([...hosts, host].sort())
  }

  return {
    unasked,
    check(address) {
      const host = unasked(address)
      if (host !== undefined) throw hostNotAllowed(host)
    },
    list,
    allow,
    async trust(address) {
      const host = unasked(address)
      if (host !== undefined) await allow(host)
    },
    async forget(written) {
      const host = readHost(written)
      const hosts = list()
      if (!hosts.includes(host)) return false
      await save(hosts.filter((other) => other !== host))
      return true
    },
  }
}

export function hostNotAllowed(host: string): WoolgatherError {
  return new WoolgatherError('host-not-allowed', `Nothing was downloaded from ${host} yet.`, {
    input: 'file',
    host,
    hint: `If you trust it, allow it once: in the editor, with --allow-host ${host}, or PUT /api/hosts/${host}.`,
  })
}

/** Undefined where it is the hub’s, whose place is configured, or none: then the download tells. */
function urlOf(address: string): URL | undefined {
  try {
    const parsed = parseModelUri(address)
    return parsed.kind === 'url' ? parsed.url : undefined
  } catch {
    return undefined
  }
}

function isHere(models: readonly string[], address: string): boolean {
  const parsed = parseModelUri(address)
  const [first] = parsed.kind === 'url' ? locateFiles(address, parsed, '') : []
  return first !== undefined && models.some((folder) => existsSync(path.join(folder, first.place)))
}

function hasDownloads(folder: string): boolean {
  try {
    return readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith(recordSuffix))
  } catch {
    return false
  }
}

/** `example.com`, `example.com:8443`, or an address there. */
function readHost(written: string): string {
  const address = written.includes('://') ? written : `https://${written}`
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url !== undefined && url.host !== '' && url.username === '') return url.host
  throw new WoolgatherError(
    'invalid-input',
    `“${written}” is no host: write example.com, or example.com:8443.`,
  )
}
