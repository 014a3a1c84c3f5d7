/** Time that passes only from one event to the next: a heap of what is to happen, the soonest first. */
export function createClock() {
  const times = []
  const events = []
  const clock = {
    now: 0,
    after(delay, event) {
      let at = times.push(clock.now + delay) - 1
      events.push(event)
      for (let above = (at - 1) >> 1; at > 0 && times[above] > times[at]; above = (at - 1) >> 1) {
        swap(at, above)
        at = above
      }
    },
    /** Until nothing more is to happen. */
    run() {
      while (times.length > 0) {
        clock.now = times[0]
        const event = events[0]
        removeFirst()
        event()
      }
    },
  }

  function swap(a, b) {
    ;[times[a], times[b]] = [times[b], times[a]]
    ;[events[a], events[b]] = [events[b], events[a]]
  }

  function removeFirst() {
    const [time, event] = [times.pop(), events.pop()]
    if (times.length === 0) return
    times[0] = time
    events[0] = event
    for (let at = 0; ;) {
      const left = 2 * at + 1
      const least = times[left + 1] < times[left] ? left + 1 : left
      if (!(times[least] < times[at])) return
      swap(at, least)
      at = least
    }
  }

  return clock
}
