/** Of examples with several ends, the node whose picture says most; of others it is the last that shows something. */
const shown = {
  'extract-lora': 'kept',
  quantise: 'coarser',
  'token-probabilities': 'show',
  'first-story': 'show',
}

/** As wide as two columns of a grid, and in the shape of the pictures in the dialog. */
const size = { width: 792, height: 432 }

/** Runs an example, and takes a picture of what it made: its grid or chart at large, or what its node shows. */
export async function takeExample(page, url, id) {
  // Large enough that nodes are seen from near.
  await page.setViewportSize({ width: 2000, height: 1200 })
  await page.goto(`${url}?workflow=${id}`)
  await page.locator('[data-node-id]').first().waitFor()
  await page.keyboard.press('Control+Enter')
  await page.locator('.run-summary[data-status=completed]').waitFor({ timeout: 300_000 })
  const card =
    shown[id] === undefined
      ? page.locator('[data-node-id]:has(.node-result)').last()
      : page.locator(`[data-node-id="${shown[id]}"]`)
  const all = card.locator('.open-results')
  if ((await all.count()) > 0) {
    // From far away it is not drawn.
    await all.dispatchEvent('click')
    return clipped(page, page.locator('.results-grid, .results-chart').first())
  }
  return clipped(page, card.locator('.node-result'))
}

async function clipped(page, element) {
  await element.waitFor()
  // What is fetched has come, and what moves stands still.
  await page.waitForLoadState('networkidle')
  const { x, y, width, height } = await element.boundingBox()
  return page.screenshot({
    clip: { x, y, width: Math.min(width, size.width), height: Math.min(height, size.height) },
  })
}
