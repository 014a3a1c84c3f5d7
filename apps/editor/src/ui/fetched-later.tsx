import { useEffect, useSyncExternalStore, type ComponentType } from 'react'
import { useEditor, useServer } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'

/** Fetches of all parts that the first screen does without. */
const fetches: (() => Promise<void>)[] = []

/**
 * A part of the editor that the first screen does without. Until it is there, `Meanwhile` stands for it, or nothing. A
 * server that cannot be reached takes nothing with it: the part is fetched when the connection is open again.
 */
export function fetchedLater<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Meanwhile?: ComponentType<Props>,
): ComponentType<Props> {
  let part: ComponentType<Props> | undefined
  const watchers = new Set<() => void>()
  const subscribe = (watcher: () => void): (() => void) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }
  const fetchPart = async (): Promise<void> => {
    if (part) return
    part = await load()
    for (const tell of watchers) tell()
  }
  fetches.push(fetchPart)

  return function FetchedLater(props) {
    const editor = useEditor()
    const connected = useServer((state) => state.connection === 'open')
    const Part = useSyncExternalStore(subscribe, () => part)
    useEffect(() => {
      fetchPart().catch(() => tellUnfetched(editor))
    }, [editor, connected])
    if (Part) return <Part {...props} />
    return Meanwhile ? <Meanwhile {...props} /> : null
  }
}

/** Where the server is gone that is told already, and the next attempt is made when it is back. */
async function tellUnfetched({ client, workbench }: Editor): Promise<void> {
  const answers = await client.ask('health').then(
    () => true,
    () => false,
  )
  if (!answers) return
  const hint = 'Reload the page: the server may have a newer editor. Your work is kept in this browser.'
  workbench.getState().notify('error', 'A part of the editor could not be fetched', hint)
}

/** Fetches every part that is not there yet, one by one: from then on, none of them needs the server. */
export async function fetchParts(): Promise<void> {
  for (const fetchPart of fetches) await fetchPart()
}
