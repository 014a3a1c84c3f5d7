// Two workflows of 1,000 nodes in tabs: coming back to one, which takes away the other's nodes, beside opening one.
import { openEditorPage, quantile, tell } from './editor-page.mjs'
import { chains } from './chains.mjs'

/** In the page: from the press on a tab until its first node is another element, in view, and painted. */
function switchTab(name) {
  return new Promise((resolve) => {
    const before = document.querySelector('.react-flow__node')
    const tab = [...document.querySelectorAll('.tab-name')].find(({ textContent }) => textContent === name)
    const began = performance.now()
    tab.click()
    const look = () => {
      const nodes = document.querySelectorAll('.react-flow__node')
      const drawn = nodes.length === 1000 && nodes[0] !== before
      if (!drawn || getComputedStyle(nodes[999]).visibility !== 'visible') return requestAnimationFrame(look)
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
    }
    look()
  })
}

const { server, page, openWorkflow, close } = await openEditorPage()
try {
  await page.goto(server.url)
  await page.locator('.react-flow__node').first().waitFor()
  await page.waitForTimeout(1500)
  // The first opening compiles the code of the page.
  await openWorkflow(chains(1003, 'One'))
  await page.waitForTimeout(1500)
  // An empty one in between, so that a thousand nodes are those of the other.
  await page.keyboard.press('Shift+T')
  await page.waitForTimeout(1500)
  const opened = await openWorkflow(chains(1003, 'Two'))
  const switched = []
  for (let turn = 0; turn < 6; turn++) {
    await page.waitForTimeout(1500)
    switched.push(await page.evaluate(switchTab, turn % 2 === 0 ? 'One' : 'Two'))
  }
  const usual = quantile(switched, 0.5)
  console.log(
    `1,000 nodes opened in a second tab: ${opened.toFixed(1)} ms; tabs switched: ${usual.toFixed(1)} ms`,
  )
  tell('switching to a tab of 1,000 nodes, of the time to open it', usual / opened, 2, 'times')
} finally {
  await close()
}
