export { createFakeLlama } from './create-fake-llama.ts'
export type { FakeLlama, FakeLlamaOptions, FakeModelOptions } from './create-fake-llama.ts'
