import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startModelServer, type ModelServer } from '@woolgather/files/testing/model-server'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { runHere } from './testing/run-here.ts'

const content = readFileSync(new URL('../../../models/demo/storyteller.gguf', import.meta.url))

let models: ModelServer
let folder: string
beforeAll(async () => {
  models = await startModelServer()
  models.files.set('/far/model.gguf', { content })
})
afterAll(() => models[Symbol.asyncDispose]())
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'woolgather-hosts-'))
  models.requests.length = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const hostOf = ({ url }: ModelServer): string => new URL(url).host

/** `woolgather run` of a workflow whose model is far away. */
function runIt(more: string[] = [], confirm?: (question: string) => Promise<boolean>) {
  const file = path.join(folder, 'workflow.json')
  mkdirSync(path.join(folder, 'models'), { recursive: true })
  const model = { type: 'loading/model', inputs: { file: `${models.url}/far/model.gguf` } }
  writeFileSync(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'far', nodes: { model } }))
  const folders = ['models', 'data', 'output'].flatMap((name) => [`--${name}`, path.join(folder, name)])
  return runHere(['run', file, '--cpu', ...folders, ...more], confirm)
}

test('without a terminal nothing is asked of a new host before --allow-host names it, once', async () => {
  const refused = await runIt()
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain(`Nothing was downloaded from ${hostOf(models)} yet.`)
  expect(refused.stderr).toContain(`--allow-host ${hostOf(models)}`)
  expect(models.requests).toEqual([])
  expect(await runIt(['--allow-host', hostOf(models)])).toMatchObject({ code: 0 })
  expect(models.requests.length).toBeGreaterThan(0)
  rmSync(path.join(folder, 'models'), { recursive: true })
  expect(await runIt()).toMatchObject({ code: 0 })
})

test('at a terminal the person is asked, once, and no is no', async () => {
  const questions: string[] = []
  const saying = (answer: boolean) => (question: string) => {
    questions.push(question)
    return Promise.resolve(answer)
  }
  expect(await runIt([], saying(false))).toMatchObject({ code: 2 })
  expect(models.requests).toEqual([])
  expect(await runIt([], saying(true))).toMatchObject({ code: 0 })
  expect(await runIt([], saying(false))).toMatchObject({ code: 0 })
  expect(questions).toEqual(Array(2).fill(`Nothing was downloaded from ${hostOf(models)} yet. Allow it?`))
})
