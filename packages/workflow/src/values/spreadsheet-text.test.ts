import { expect, test } from 'vitest'
import { spreadsheetText } from './spreadsheet-text.ts'

test.each([
  '=HYPERLINK("http://x","y")',
  '+1',
  '-1+2',
  '- a',
  '-',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '\n=1',
  '＝1',
  '-1e5x',
])('%j would be run, and is made text', (text) => expect(spreadsheetText(text)).toBe(`'${text}`))

test.each(['', 'a=b', '1+1', '-1', '-0.5', '-1e-7', "'=1", ' x', '–'])('%j stays as it is', (text) =>
  expect(spreadsheetText(text)).toBe(text),
)
