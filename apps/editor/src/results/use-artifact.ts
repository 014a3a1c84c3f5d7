import { useEffect } from 'react'
import type { ArtifactRef } from '@woolgather/workflow'
import { useArtifacts, useEditor } from '../store/editor-context.ts'

/** Fetches a long output, as text to be read. */
export function useArtifact(reference: ArtifactRef | undefined): { text?: string; error?: string } {
  const { artifacts } = useEditor()
  const fetched = useArtifacts((state) => state.byHash.get(reference?.artifact ?? ''))
  useEffect(() => {
    if (reference) void artifacts.getState().request([reference])
  }, [artifacts, reference])
  if (!fetched || 'error' in fetched) return fetched ?? {}
  return { text: fetched.json === undefined ? fetched.text : JSON.stringify(fetched.json, null, 2) }
}
