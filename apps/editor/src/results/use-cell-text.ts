import { useCallback, useEffect } from 'react'
import { isArtifactRef, type Json } from '@woolgather/workflow'
import { readOutput } from '../store/artifact-store.ts'
import { useArtifacts, useEditor } from '../store/editor-context.ts'
import { textOfCell } from './find-results.ts'
import type { ResultCell } from './result-set.ts'

/** Reads cells as text; long ones once they are fetched. */
export function useCellText(): (cell: ResultCell) => string {
  const artifacts = useArtifacts((state) => state)
  return useCallback((cell) => textOfCell(cell, (value) => readOutput(artifacts, value)), [artifacts])
}

/** The value of a cell; undefined where it has none, or as long as it is not fetched. */
export function useCellValue({ value }: ResultCell): Json | undefined {
  return useArtifacts((artifacts) => readOutput(artifacts, value))
}

/** Fetches the long outputs among these cells. */
export function useFetchedCells(cells: readonly ResultCell[]): void {
  const { artifacts } = useEditor()
  useEffect(() => {
    void artifacts
      .getState()
      .request(cells.flatMap(({ value }) => (value !== undefined && isArtifactRef(value) ? [value] : [])))
  }, [artifacts, cells])
}
