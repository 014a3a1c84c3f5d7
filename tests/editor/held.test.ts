import { writeFile } from 'node:fs/promises'
import type { CDPSession } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEditor, type Editor } from './open-editor.ts'

let editor: Editor
let session: CDPSession

beforeAll(async () => {
  editor = await openEditor()
  session = await editor.page.context().newCDPSession(editor.page)
  // What is drawn from here on is drawn on a screen that is touched.
  await session.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 })
  const file = editor.scratch.path('held.json')
  const words = { type: 'text/text', inputs: { text: 'words' }, view: { x: 0, y: 0, title: 'Words' } }
  const shown = {
    type: 'output/preview',
    links: { value: ['words', 'text'] },
    view: { x: 420, y: 0, title: 'Shown' },
  }
  const workflow = { format: 'woolgather', version: 1, name: 'Held', nodes: { words, shown } }
  await writeFile(file, JSON.stringify(workflow))
  await editor.openFile(file)
})
afterAll(() => editor?.[Symbol.asyncDispose]())

interface Finger {
  x: number
  y: number
  id?: number
}

const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: Finger[]): Promise<unknown> =>
  session.send('Input.dispatchTouchEvent', { type, touchPoints })

const zoom = (): Promise<number> =>
  editor.page.evaluate(
    () => new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')!).transform).a,
  )

async function header(name: string): Promise<Finger> {
  const { x, y, width, height } = (await editor.node(name).locator('.node-header').boundingBox())!
  return { x: x + width / 2, y: y + height / 2 }
}

/** Where a node lies in the graph. */
const placeOf = (id: string): Promise<string> =>
  editor.page
    .locator(`.react-flow__node[data-id=${id}]`)
    .evaluate((element) => (element as HTMLElement).style.transform)

test('a window that changes its size moves nothing of what is held, and the drag goes on from the pointer', async () => {
  const { page } = editor
  const { x, y } = await header('words')
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 40, y + 40, { steps: 4 })
  await page.mouse.move(x + 60, y + 60, { steps: 4 })
  await expect.poll(() => placeOf('words')).not.toBe('translate(0px, 0px)')
  await editor.rest()
  const held = await header('words')
  const before = await placeOf('words')
  await page.setViewportSize({ width: 1100, height: 640 })
  await editor.rest()
  const after = await header('words')
  expect([Math.round(after.x - held.x), Math.round(after.y - held.y)]).toEqual([0, 0])
  expect(await placeOf('words')).toBe(before)
  await page.mouse.move(x + 80, y + 60, { steps: 4 })
  await page.mouse.up()
  await expect.poll(async () => Math.round((await header('words')).x - after.x)).toBeGreaterThan(15)
  expect(Math.round((await header('words')).x - after.x)).toBeLessThan(25)
  await page.setViewportSize({ width: 1280, height: 720 })
  await editor.rest()
})

test('a box of selection ends where the window loses the focus', async () => {
  const { page } = editor
  await page.keyboard.press('Escape')
  await page.keyboard.down('Shift')
  await page.locator('.react-flow__pane.selection').waitFor()
  await page.mouse.move(1000, 500)
  await page.mouse.down()
  await page.mouse.move(900, 400, { steps: 4 })
  const box = page.locator('.react-flow__selection')
  await box.waitFor()
  await page.evaluate(() => dispatchEvent(new Event('blur')))
  await box.waitFor({ state: 'detached' })
  await page.mouse.up()
  await page.keyboard.up('Shift')
})

test('two fingers over nodes zoom; neither is dragged by it', async () => {
  const places = [await placeOf('words'), await placeOf('shown')]
  const before = await zoom()
  const a = await header('words')
  const b = await header('shown')
  await touch('touchStart', [{ ...a, id: 1 }])
  await touch('touchStart', [
    { ...a, id: 1 },
    { ...b, id: 2 },
  ])
  for (let step = 1; step <= 8; step++)
    await touch('touchMove', [
      { x: a.x + step * 8, y: a.y, id: 1 },
      { x: b.x - step * 8, y: b.y, id: 2 },
    ])
  await touch('touchEnd', [])
  await expect.poll(zoom).toBeLessThan(before * 0.9)
  await editor.rest()
  expect([await placeOf('words'), await placeOf('shown')]).toEqual(places)
})

test('a long press on a node is its menu, and lifting the finger leaves it open', async () => {
  const { page } = editor
  const at = await header('words')
  await touch('touchStart', [{ ...at, id: 1 }])
  await page.getByRole('menuitem', { name: /Duplicate/ }).waitFor()
  await touch('touchEnd', [])
  await editor.rest()
  await page.getByRole('menuitem', { name: /Duplicate/ }).waitFor()
  await page.keyboard.press('Escape')
})

test('with forced colours ports are seen, and what is selected is ringed', async () => {
  const { page, node, output } = editor
  await page.emulateMedia({ forcedColors: 'active' })
  await page.mouse.click((await header('words')).x, (await header('words')).y)
  const ring = (name: string): Promise<string> =>
    node(name).evaluate((card) => getComputedStyle(card).outlineStyle)
  await expect.poll(() => ring('words')).toBe('solid')
  await expect.poll(() => ring('shown')).toBe('none')
  const port = await output('words', 'text').evaluate((element) => {
    const colours = [element, ...element.querySelectorAll('*')].flatMap((part) => [
      getComputedStyle(part).backgroundColor,
      getComputedStyle(part, '::before').backgroundColor,
      getComputedStyle(part, '::after').backgroundColor,
    ])
    return new Set(colours).size
  })
  expect(port).toBeGreaterThan(1)
  await page.emulateMedia({ forcedColors: 'none' })
})

test('the view glides to what is shown only where motion is wanted', async () => {
  const { page } = editor
  /** Different places of the view in the frames after showing all. */
  const steps = async (): Promise<number> => {
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await editor.rest()
    return page.evaluate(async () => {
      const seen = new Set<string>()
      dispatchEvent(new KeyboardEvent('keydown', { key: 'f', code: 'KeyF', bubbles: true }))
      for (let frame = 0; frame < 40; frame++) {
        seen.add(document.querySelector<HTMLElement>('.react-flow__viewport')!.style.transform)
        await new Promise(requestAnimationFrame)
      }
      return seen.size
    })
  }
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await steps()).toBeLessThanOrEqual(2)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await expect.poll(steps).toBeGreaterThan(2)
  await page.emulateMedia({ reducedMotion: 'reduce' })
})

test('what is pasted right after a middle click on the canvas goes nowhere; a paste by the keyboard does', async () => {
  const { page } = editor
  const count = (): Promise<number> => page.locator('[data-node-id]').count()
  const paste = (): Promise<void> =>
    page.evaluate(() => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', '{"type":"text/text","inputs":{"text":"pasted"}}')
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      )
    })
  await page.mouse.click(1000, 620)
  const before = await count()
  // As Linux does: what is selected is pasted in the same turn as the button comes up.
  await page.evaluate(() =>
    addEventListener(
      'mouseup',
      () => {
        const clipboardData = new DataTransfer()
        clipboardData.setData('text/plain', '{"type":"text/text","inputs":{"text":"pasted"}}')
        document.body.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
        )
      },
      { once: true },
    ),
  )
  await page.mouse.click(1000, 620, { button: 'middle' })
  await editor.rest()
  expect(await count()).toBe(before)
  await page.waitForFunction(
    (from) => performance.now() - from > 400,
    await page.evaluate(() => performance.now()),
  )
  await paste()
  await expect.poll(count).toBe(before + 1)
})

test('nothing scrolls the graph under the pointer, wherever what has the focus lies', async () => {
  const scrolled = await editor.page.locator('.react-flow').evaluate((graph) => {
    const far = document.createElement('button')
    far.style.cssText = 'position: absolute; top: 5000px; left: 5000px'
    graph.append(far)
    far.focus()
    const place = [graph.scrollLeft, graph.scrollTop]
    far.remove()
    return place
  })
  expect(scrolled).toEqual([0, 0])
})
