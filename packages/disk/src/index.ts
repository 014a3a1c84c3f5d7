export { takeName } from './take-name.ts'
export { writeAll, writeAllSync, type ByteSink } from './write-all.ts'
export { writeWhole, writeWholeSync, type WholeContent, type WholeOptions } from './write-whole.ts'
