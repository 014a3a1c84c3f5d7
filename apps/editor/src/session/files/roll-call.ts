import { lasting, tryToKeep } from '../../store/page-storage.ts'

/** Milliseconds to wait for tabs that should answer and do not: they crashed, or the browser froze them. A busy one answers late. */
const patience = 5000

const channelName = 'woolgather.tabs'

/** Where open tabs write down that they are, so that a roll call knows for whom to wait. */
const openKey = (id: string): string => `woolgather.open.${id}`

/** A call for all to say who they are, or what one of them answers. */
type Message = { is?: string }

/**
 * Names of the open tabs of this browser, asked of themselves. A page that came over plain HTTP has no locks to tell by.
 * Who says nothing for long is forgotten.
 */
export async function callRoll(): Promise<ReadonlySet<string>> {
  const present = new Set<string>()
  const channel = openChannel()
  if (!channel) return present
  const expected = openIds()
  const allHeard = (): boolean => expected.every((id) => present.has(id))
  await new Promise<void>((resolve) => {
    setTimeout(resolve, patience)
    channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.is !== undefined) present.add(data.is)
      if (allHeard()) resolve()
    }
    channel.postMessage({} satisfies Message)
    if (allHeard()) resolve()
  })
  channel.close()
  for (const id of expected) if (!present.has(id)) lasting.removeItem(openKey(id))
  return present
}

/** From now on this page answers to a name, until it goes. */
export function answerTo(id: string): void {
  const channel = openChannel()
  if (!channel) return
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.is === undefined) channel.postMessage({ is: id } satisfies Message)
  }
  const sign = (): void => {
    if (!document.hidden) tryToKeep(lasting, openKey(id), '')
  }
  tryToKeep(lasting, openKey(id), '')
  addEventListener('pagehide', () => lasting.removeItem(openKey(id)))
  // Frozen, it may have been forgotten; gone back to, it was taken off.
  for (const coming of ['pageshow', 'visibilitychange']) addEventListener(coming, sign)
}

function openIds(): string[] {
  const keys = Array.from({ length: lasting.length }, (_, at) => lasting.key(at) ?? '')
  return keys.flatMap((key) => (key.startsWith(openKey('')) ? key.slice(openKey('').length) : []))
}

/** Undefined without a page, and where the browser forbids it. */
function openChannel(): BroadcastChannel | undefined {
  if (typeof document === 'undefined') return undefined
  try {
    return new BroadcastChannel(channelName)
  } catch {
    return undefined
  }
}
