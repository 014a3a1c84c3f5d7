import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../run.mjs'

/** Pictures of whole pages: what is open, how it is seen, and what is done before the picture is taken. */
export const pages = {
  editor: { open: 'first-story' },
  app: { open: 'first-story', view: 'app' },
  'compare-models': { open: 'compare-models' },
  'token-probabilities': { open: 'token-probabilities' },
  dark: { open: 'loopback', colorScheme: 'dark' },
  code: { file: codeNodes(), colorScheme: 'dark', run: false },
  'frames-and-notes': { file: framed() },
  subgraph: {
    open: 'subgraphs',
    act: (page) =>
      page
        .getByRole('button', { name: /^Open the subgraph/ })
        .first()
        .click(),
  },
  grid: {
    open: 'length-by-temperature',
    async act(page) {
      await page.locator('[data-node-id="story"] .open-results').click()
      await page.getByRole('combobox', { name: /colour/i }).selectOption({ label: 'words' })
    },
  },
  compare: {
    open: 'first-story',
    async act(page, run) {
      await page.locator('[data-node-id="topic"] textarea').fill('space')
      await run()
      await page.getByRole('button', { name: 'Runs', exact: true }).click()
      // The newest two, which are listed first.
      const compare = page.getByRole('button', { name: /^Compare run #/ })
      await compare.nth(1).click()
      await compare.nth(0).click()
      await page.getByRole('dialog', { name: 'What changed between two runs' }).waitFor()
    },
  },
}

function framed() {
  const workflow = JSON.parse(readFileSync(path.join(root, 'workflows/first-story.json'), 'utf8'))
  workflow.nodes.topic.view.color = workflow.nodes.mood.view.color = 'green'
  return {
    ...workflow,
    groups: [
      { title: 'What it is about', x: -350, y: 130, width: 290, height: 420, color: 'green' },
      {
        title: 'How to read this',
        text: 'The mood and the topic are put into one sentence.\n\nChange them, then press **Run**.',
        x: 740,
        y: -150,
        width: 260,
        height: 180,
        color: 'yellow',
      },
    ],
  }
}

function codeNodes() {
  const node = (type, inputs, x, y) => ({ type, inputs, view: { x, y, width: 300 } })
  return {
    format: 'woolgather',
    version: 1,
    name: 'Code',
    nodes: {
      grammar: node(
        'steering/grammar',
        { grammar: '# yes or no\nroot  ::= "yes" | other\nother ::= "no" [a-z]*' },
        0,
        0,
      ),
      prompt: node(
        'steering/prompt',
        { prompt: 'a (happy:1.4) story about the [sun:night:30], {{topic}}' },
        340,
        0,
      ),
      schema: node(
        'steering/json-schema',
        { schema: '{ "type": "object",\n  "properties": { "name": { "type": "string" } } }' },
        0,
        380,
      ),
      regex: node('steering/regex', { pattern: 'a[a-z]+ol(d|t){1,3}' }, 340, 380),
    },
  }
}
