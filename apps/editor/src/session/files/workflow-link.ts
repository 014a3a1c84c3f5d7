import { linkBeginning, mostLinkRead, parseWorkflow, type Issue, type Workflow } from '@woolgather/workflow'

/** Longer links are cut by programs that pass them on. */
export const mostLinkCharacters = 8_000

/** Well above what is written, and far below what would hold up a page. */
const mostUnpacked = 2_097_152

/** A whole workflow as the end of an address: JSON, deflated, in letters that addresses may have. */
export async function packWorkflow(workflow: Workflow): Promise<string> {
  const json = new Blob([JSON.stringify(workflow)])
  const packed = json.stream().pipeThrough(new CompressionStream('deflate-raw'))
  return linkBeginning + toBase64Url(new Uint8Array(await new Response(packed).arrayBuffer()))
}

export function holdsWorkflow(hash: string): boolean {
  return hash.startsWith(linkBeginning)
}

/** The end of an address that holds a workflow, where a text is such a link and nothing else. */
export function linkedEnd(text: string): string | undefined {
  const link = text.trim()
  const at = link.indexOf(linkBeginning)
  return /^https?:\/\/\S+$/.test(link) && at >= 0 ? link.slice(at) : undefined
}

/** The workflow in the end of an address, which anybody may have written. */
export async function unpackWorkflow(
  hash: string,
): Promise<{ workflow: Workflow; issue?: undefined } | { workflow?: undefined; issue: Issue }> {
  if (hash.length > mostLinkRead) return { issue: tooLarge }
  try {
    const json = await unpack(hash.slice(linkBeginning.length))
    if (json === undefined) return { issue: tooLarge }
    const { workflow, issues } = parseWorkflow(json)
    return workflow ? { workflow } : { issue: issues[0] ?? damaged }
  } catch {
    return { issue: damaged }
  }
}

/** Undefined where it unpacks to more than is read. @throws where it is not packed text */
async function unpack(packed: string): Promise<string | undefined> {
  const reader = new Blob([fromBase64Url(packed)])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))
    .getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  for (let read = 0; ;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    read += value.length
    if (read > mostUnpacked) {
      void reader.cancel().catch(() => {})
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  // Programs that pass links on may write other letters by their numbers.
  const binary = atob(decodeURIComponent(text).replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

const damaged: Issue = {
  code: 'invalid-workflow',
  message: 'The link is damaged: what it holds is no workflow.',
  hint: 'It may have been cut where it was passed on. Ask for it again, or for the workflow as a file.',
}

const tooLarge: Issue = {
  code: 'file-too-large',
  message: 'What the link holds is too large for a link.',
  hint: 'Ask for the workflow as a file.',
}
