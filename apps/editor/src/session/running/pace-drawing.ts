/** Milliseconds between drawings of what streams in: faster than reading, slower than the events. */
const shortestRest = 33

/** Rest after a drawing, as a multiple of what it cost: typing then waits for a drawing rarely, and for one at most. */
const restPerCost = 2

/** Milliseconds after which what streamed in is drawn even though something else keeps the page busy. */
const longestWait = 100

/**
 * Gathers lists and passes them on together, no more often than the page can draw them while someone types: the more
 * there is to draw, the longer the rest after it.
 */
export function paceDrawing<T>(pass: (items: T[]) => void): (items: T[]) => void {
  let waiting: T[] = []
  let resting = false
  const flush = (): void => {
    resting = waiting.length > 0
    if (!resting) return
    const items = waiting
    waiting = []
    const began = performance.now()
    pass(items)
    const cost = performance.now() - began
    afterPaint((painting) => {
      setTimeout(() => whenFree(flush), Math.max(shortestRest, (cost + painting) * restPerCost))
    })
  }
  return (items) => {
    for (const item of items) waiting.push(item)
    if (!resting) flush()
  }
}

/** Once the next frame is on screen, with the milliseconds it took; a page that is hidden paints none. */
function afterPaint(then: (painting: number) => void): void {
  if (!isSeen()) setTimeout(() => then(0))
  else requestAnimationFrame((frame) => setTimeout(() => then(performance.now() - frame)))
}

/** Whether there is a page, and somebody can see it. */
function isSeen(): boolean {
  return typeof document !== 'undefined' && !document.hidden
}

/** Milliseconds after a key within which another is expected. */
const typingTime = 300

let lastKey = -Infinity
let watching = false

/**
 * At a moment when nothing else wants the page. While someone types that is right after the frame that shows a letter:
 * the next one is furthest away then. At any other time a drawing could begin just before a letter, and hold it up.
 */
function whenFree(then: () => void): void {
  if (!isSeen()) return then()
  watchKeys()
  if (performance.now() - lastKey > typingTime) return whenIdle(then)
  const drawn = new AbortController()
  const draw = (): void => {
    if (drawn.signal.aborted) return
    drawn.abort()
    clearTimeout(timer)
    then()
  }
  const timer = setTimeout(draw, typingTime)
  addEventListener('keydown', () => requestAnimationFrame(() => setTimeout(draw)), {
    capture: true,
    once: true,
    signal: drawn.signal,
  })
}

function watchKeys(): void {
  if (watching) return
  watching = true
  addEventListener('keydown', () => (lastKey = performance.now()), { capture: true, passive: true })
}

function whenIdle(then: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(then, { timeout: longestWait })
  else then()
}
