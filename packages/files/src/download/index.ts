export { downloadModel, findDownload } from './download-model.ts'
export { parseModelUri } from './parse-uri.ts'
export { hashFile, originOf } from './download-record.ts'
