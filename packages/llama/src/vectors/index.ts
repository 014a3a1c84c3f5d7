export { readVectorFile, writeVectorFile } from './vector-file.ts'
