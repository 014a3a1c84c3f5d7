export { showBytes } from './show-bytes.ts'
export { StopMatcher } from './stop-matcher.ts'
export { Utf8Stream } from './utf8-stream.ts'
