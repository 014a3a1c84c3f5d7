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
  const isJson = reference?.type.startsWith('application/json') === true
  useEffect(() => {
    if (hash === undefined) return
    let wanted = true
    client.artifact(hash).then(
      (text) => wanted && setFetched({ hash, text: isJson ? formatJson(text) : text }),
      (error: unknown) => wanted && setFetched({ hash, error: describeError(error)[0] }),
    )
    return () => {
      wanted = false
    }
  }, [client, hash, isJson])
  return fetched.hash === hash ? fetched : {}
}

function formatJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
