export * as placeholder from './error.ts'
