import { isArtifactRef, type ArtifactRef } from '@woolgather/workflow'
import { saveFile } from '../../session/files/save-file.ts'
import { readOutput } from '../../store/artifact-store.ts'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'
import { textOfCell } from '../find-results.ts'
import type { Line, Pivot } from '../pivot.ts'
import type { ResultSet } from '../result-set.ts'
import { drawGrid } from './draw-grid.ts'
import type { ExportedGrid } from './exported-grid.ts'
import { describeExport } from './made-by.ts'
import { createMeasure, paintPicture } from './paint-picture.ts'
import { asCsv, asHtml, asJsonLines, asMarkdownFile } from './write-results.ts'

export type GridFormat = 'png' | 'svg' | 'html' | 'csv' | 'jsonl' | 'md'

export interface ShownGrid {
  /** The node whose results these are, and the one whose cells they are, by their ids in the graph that is drawn. */
  node: string
  maker: string | undefined
  title: string
  set: ResultSet
  pivot: Pivot
  rows: readonly Line[]
  /** What is said of the axes of which one value is shown. */
  page: readonly string[]
}

/**
 * Saves a grid as a file that carries the workflow that made it.
 * @throws WoolgatherError where it is too large for a picture
 */
export async function saveGrid(
  editor: Editor,
  tab: Tab,
  shown: ShownGrid,
  format: GridFormat,
): Promise<void> {
  const { node, maker, title, set, page } = shown
  await editor.artifacts.getState().request(longValues(set))
  const { fileName, ...titled } = await describeExport(editor, tab, [node, maker ?? node], title, page)
  const artifacts = editor.artifacts.getState()
  const grid: ExportedGrid = {
    ...shown,
    ...titled,
    textOf: (cell) => textOfCell(cell, (value) => readOutput(artifacts, value)),
  }
  const [content, type] = await writers[format](grid, set)
  saveFile(fileName, format, content, type)
}

const writers: Record<GridFormat, (grid: ExportedGrid, set: ResultSet) => Written | Promise<Written>> = {
  csv: ({ textOf, workflow }, set) => [asCsv(set, textOf, workflow), 'text/csv'],
  jsonl: ({ textOf, workflow }, set) => [asJsonLines(set, textOf, workflow), 'application/jsonl'],
  md: (grid) => [asMarkdownFile(grid), 'text/markdown'],
  html: (grid) => [asHtml(grid), 'text/html'],
  svg: (grid) => [drawGrid(grid, createMeasure()).svg, 'image/svg+xml'],
  async png(grid) {
    const picture = drawGrid({ ...grid, workflow: undefined }, createMeasure())
    return [await paintPicture(picture, grid.workflow), 'image/png']
  },
}

type Written = [content: BlobPart, type: string]

/** Outputs of cells that have to be fetched before they can be read. */
export function longValues({ cells }: ResultSet): ArtifactRef[] {
  return cells.flatMap(({ value }) => (value !== undefined && isArtifactRef(value) ? [value] : []))
}
