import { createRequire } from 'node:module'
import type { Workflow } from '@woolgather/workflow'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/start-test-server.ts'

const workerEntry = createRequire(import.meta.url).resolve('@woolgather/worker/main')

const nodes = (template: string): Workflow['nodes'] => ({
  prompt: { type: 'api/input', inputs: { name: 'prompt', value: 'nothing' } },
  temperature: { type: 'api/input', inputs: { name: 'temperature', value: 1 } },
  answer: {
    type: 'text/template',
    inputs: { template },
    links: { prompt: ['prompt', 'value'], temperature: ['temperature', 'value'] },
  },
  out: { type: 'api/output', links: { value: ['answer', 'text'] } },
})

/** Long enough, by its pattern, not to come in one piece: the demo model writes a plain story in some milliseconds. */
const story: Workflow['nodes'] = {
  model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
  prompt: { type: 'api/input', inputs: { name: 'prompt' } },
  letters: { type: 'steering/regex', inputs: { pattern: '[a-z ]{1200}' } },
  story: {
    type: 'generation/generate',
    inputs: { seed: 7, maxTokens: 1200 },
    links: {
      model: ['model', 'model'],
      prompt: ['prompt', 'value'],
      constraint: ['letters', 'constraint'],
    },
  },
  out: { type: 'api/output', links: { value: ['story', 'text'] } },
}

/** Only where something is run, it has a real worker. */
async function serve(
  saved: Record<string, Workflow['nodes']>,
  { token, runs = false }: { token?: string; runs?: boolean } = {},
): Promise<TestServer> {
  const server = await startTestServer({
    descriptions: undefined,
    ...(runs && { workerEntry, workerEnv: { WOOLGATHER_GPU: 'cpu' } }),
    ...(token !== undefined && { token }),
    models: [new URL('../../../../models', import.meta.url).pathname],
  })
  for (const [id, graph] of Object.entries(saved)) {
    const workflow: Workflow = { format: 'woolgather', version: 1, name: id, nodes: graph }
    const answer = await fetch(`${server.url}/api/workflows/${id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ workflow }),
    })
    expect(answer.status).toBe(200)
  }
  return server
}

const clientOf = (server: TestServer, apiKey = 'none'): OpenAI =>
  new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0 })

describe('with the official client a workflow', () => {
  let server: TestServer
  beforeAll(async () => {
    const failing: Workflow['nodes'] = {
      n: { type: 'api/input', inputs: { name: 'n', type: 'number' } },
      out: { type: 'api/output', links: { value: ['n', 'value'] } },
    }
    server = await serve(
      {
        said: nodes('You said {{prompt}} at {{temperature}}.'),
        called: nodes('{{prompt}}! {{temperature}}'),
        story,
        cut: { ...story, story: { ...story['story']!, inputs: { seed: 7, maxTokens: 5 } } },
        failing,
      },
      { runs: true },
    )
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('is a model where it has an input and an output', async () => {
    const { prompt, answer } = nodes('x')
    await using own = await serve({
      echo: nodes('You said {{prompt}}.'),
      deaf: { prompt: prompt!, answer: answer! },
    })
    const models = await clientOf(own).models.list()
    expect(models.data.map(({ id }) => id)).toEqual(['echo'])
    await expect(clientOf(own).models.retrieve('deaf')).rejects.toMatchObject({ status: 404 })
  })

  test('answers a chat with what its output is given, settings by their names', async () => {
    const answer = await clientOf(server).chat.completions.create({
      model: 'said',
      temperature: 0.5,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'yes?' },
        { role: 'user', content: [{ type: 'text', text: 'second' }] },
      ],
    })
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'said',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'You said second at 0.5.' },
        },
      ],
    })
  })

  test('completes a prompt', async () => {
    const answer = await clientOf(server).completions.create({ model: 'called', prompt: 'hello' })
    expect(answer.choices[0]?.text).toBe('hello! 1')
  })

  test('streams what a model generates as it comes, in both interfaces the same', async () => {
    const client = clientOf(server)
    const prompt = 'Tell me a happy story about the sea.'
    const pieces: string[] = []
    let end: string | null = null
    const stream = await client.chat.completions.create({
      model: 'story',
      stream: true,
      messages: [{ role: 'user', content: prompt }],
    })
    for await (const { choices } of stream) {
      if (choices[0]?.delta.content) pieces.push(choices[0].delta.content)
      end = choices[0]?.finish_reason ?? end
    }
    expect(end).toBe('stop')
    expect(pieces.length).toBeGreaterThan(1)
    const whole = await client.completions.create({ model: 'story', prompt })
    expect(whole.choices[0]?.text).toBe(pieces.join(''))
  })

  test('says that an answer was cut at its length', async () => {
    const answer = await clientOf(server).completions.create({ model: 'cut', prompt: 'Tell me a story.' })
    expect(answer.choices[0]?.finish_reason).toBe('length')
  })

  test('that is not there, is asked for in a wrong way, or fails, is an error the client understands', async () => {
    const client = clientOf(server)
    const messages = [{ role: 'user' as const, content: 'no number' }]
    await expect(client.chat.completions.create({ model: 'none', messages })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
    await expect(client.chat.completions.create({ model: 'failing', messages: [] })).rejects.toMatchObject({
      status: 400,
    })
    for (const stream of [false, true]) {
      await expect(client.chat.completions.create({ model: 'failing', messages, stream })).rejects.toThrow(
        'must be a number',
      )
    }
  })

  test('needs the token as its key where there is one', async () => {
    const token = 'a-long-enough-token'
    await using own = await serve({ echo: nodes('{{prompt}} {{temperature}}') }, { token })
    await expect(clientOf(own, 'wrong').models.list()).rejects.toMatchObject({ status: 401 })
    expect((await clientOf(own, token).models.list()).data).toHaveLength(1)
  })
})
