import { useEffect, useState } from 'react'
import type { ArtifactRef } from '@woolgather/workflow'
import { describeError } from '../session/describe-error.ts'
import { useEditor } from '../store/editor-context.ts'

export interface Fetched {
  text?: string
  error?: string
}

/** Fetches a long output. Artifacts are named by their content: one that was fetched never changes. */
export function useArtifact(reference: ArtifactRef | undefined): Fetched {
  const { client } = useEditor()
  const [fetched, setFetched] = useState<Fetched & { hash?: string }>({})
  const hash = reference?.artifact
  useEffect(() => {
    if (hash === undefined) return
    let wanted = true
    client.artifact(hash).then(
      (text) => wanted && setFetched({ hash, text: readText(text) }),
      (error: unknown) => wanted && setFetched({ hash, error: describeError(error)[0] }),
    )
    return () => {
      wanted = false
    }
  }, [client, hash])
  return fetched.hash === hash ? fetched : {}
}

/** An artifact is the JSON of a value; text is shown as text. */
function readText(json: string): string {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  } catch {
    return json
  }
}
