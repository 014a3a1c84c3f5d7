import { afterEach, expect, test, vi } from 'vitest'
import { createDocumentStore, emptyWorkflow } from './document-store.ts'
import { watchPress } from './step-time.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a drag is one step however long it rests on its way, and what follows it is another', () => {
  vi.useFakeTimers()
  const page = new EventTarget()
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  const stop = watchPress()
  const store = createDocumentStore({
    workflow: { ...emptyWorkflow, nodes: { a: { type: 'text/text', view: { x: 0, y: 0 } } } },
  })
  const { dispatch, undo } = store.getState()
  const dragTo = (x: number): void => dispatch({ type: 'nodes.move', positions: { a: { x, y: 0 } } })
  const at = (): number | undefined => store.getState().graph.nodes['a']?.view?.x

  page.dispatchEvent(new Event('pointerdown'))
  for (const x of [10, 20, 30]) {
    dragTo(x)
    vi.advanceTimersByTime(5000)
  }
  page.dispatchEvent(new Event('pointerup'))
  dragTo(31)
  vi.runAllTimers()
  dragTo(40)

  undo()
  expect(at()).toBe(31)
  undo()
  expect(at()).toBe(0)
  stop()
})
