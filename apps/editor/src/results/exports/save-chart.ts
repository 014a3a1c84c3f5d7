import type { ChartData } from '@woolgather/workflow'
import { saveFile } from '../../session/files/save-file.ts'
import type { Editor } from '../../store/editor.ts'
import type { Tab } from '../../store/tab.ts'
import { drawChart } from './draw-chart.ts'
import { describeExport } from './made-by.ts'
import { createMeasure, paintPicture } from './paint-picture.ts'
import { chartAsCsv } from './write-results.ts'

export type ChartFormat = 'png' | 'svg' | 'csv'

/**
 * Saves a chart as a file that carries the workflow that made it: a picture, or its numbers.
 * @param node its id in the graph that is drawn
 * @param title of the node; a chart may have one of its own
 * @throws WoolgatherError where it is too large for a picture
 */
export async function saveChart(
  editor: Editor,
  tab: Tab,
  node: string,
  title: string,
  chart: ChartData,
  format: ChartFormat,
): Promise<void> {
  const { fileName, ...titled } = await describeExport(editor, tab, [node], chart.title || title)
  const save = (content: BlobPart, type: string): void => saveFile(fileName, format, content, type)
  if (format === 'csv') return save(chartAsCsv(chart, titled.workflow), 'text/csv')
  const measure = createMeasure()
  if (format === 'svg') return save(drawChart({ ...titled, chart }, measure).svg, 'image/svg+xml')
  const picture = drawChart({ ...titled, workflow: undefined, chart }, measure)
  save(await paintPicture(picture, titled.workflow), 'image/png')
}
