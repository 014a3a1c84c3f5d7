/** A process that does nothing: what its event loop waits for is the machine's doing. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { serve } from './sides.mjs'

let delay
serve({
  begin() {
    delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
  },
  end() {
    delay.disable()
    return { max: delay.max / 1e6 }
  },
})
