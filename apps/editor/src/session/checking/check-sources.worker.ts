import { checkSource, type ConstraintSource } from '@woolgather/constraint/check'

addEventListener('message', ({ data }: MessageEvent<ConstraintSource>) => postMessage(checkSource(data)))

// Listening from now on.
postMessage(undefined)
