import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

test.each([
  ['lower', 'the quick fox. and été!'],
  ['upper', 'THE QUICK FOX. AND ÉTÉ!'],
  ['capital', 'The quick fox. and été!'],
  ['sentence', 'The quick fox. And été!'],
  ['title', 'The Quick Fox. And Été!'],
  ['camel', 'theQuickFoxAndÉté'],
  ['snake', 'the_quick_fox_and_été'],
  ['kebab', 'the-quick-fox-and-été'],
  ['constant', 'THE_QUICK_FOX_AND_ÉTÉ'],
])('%s: %s', async (to, text) => {
  expect(await runNode('text/case', { text: 'the quick fox. and été!', to })).toEqual({ text })
})
