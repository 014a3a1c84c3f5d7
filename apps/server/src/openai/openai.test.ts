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
    inputs: { seed: 7, maxTokens: 1200, finish: false },
    links: {
      model: ['model', 'model'],
      prompt: ['prompt', 'value'],
      constraint: ['letters', 'constraint'],
    },
  },
  out: { type: 'api/output', links: { value: ['story', 'text'] } },
}

const plain: Workflow['nodes'] = {
  model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
  prompt: { type: 'api/input', inputs: { name: 'prompt' } },
  story: {
    type: 'generation/generate',
    inputs: { seed: 7, maxTokens: 20 },
    links: { model: ['model', 'model'], prompt: ['prompt', 'value'] },
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

test('what is refused before it is looked at has the shape that clients of OpenAI read, below /v1 only', async () => {
  await using server = await startTestServer({
    token: 'a-long-enough-token',
    rates: { loopback: 2, window: 3_600_000 },
  })
  const client = clientOf(server, 'not-the-right-token')
  await expect(client.models.list()).rejects.toMatchObject({ status: 401, code: 'unauthorized' })
  await expect(clientOf(server, 'a-long-enough-token').get('/nothing')).rejects.toMatchObject({
    status: 404,
    type: 'invalid_request_error',
  })
  await expect(client.models.list()).rejects.toMatchObject({
    status: 429,
    code: 'rate_limit_exceeded',
    type: 'invalid_request_error',
  })
  const elsewhere = (await (await fetch(`${server.url}/api/runs`)).json()) as object
  expect(elsewhere).toEqual({ error: expect.objectContaining({ code: 'too-many-requests' }) as object })
})

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
        plain,
        warm: {
          ...plain,
          temperature: { type: 'api/input', inputs: { name: 'temperature' } },
          story: {
            ...plain['story']!,
            links: { ...plain['story']!.links, temperature: ['temperature', 'value'] },
          },
        },
        vectors: {
          model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
          prompt: { type: 'api/input', inputs: { name: 'prompt' } },
          embed: {
            type: 'generation/embed',
            links: { model: ['model', 'model'], text: ['prompt', 'value'] },
          },
          out: { type: 'api/output', links: { value: ['embed', 'list'] } },
        },
        loading: {
          file: { type: 'api/input', inputs: { name: 'prompt' } },
          model: { type: 'loading/model', links: { file: ['file', 'value'] } },
          story: {
            type: 'generation/generate',
            inputs: { prompt: 'x', maxTokens: 1 },
            links: { model: ['model', 'model'] },
          },
          out: { type: 'api/output', links: { value: ['story', 'text'] } },
        },
        stopping: {
          prompt: { type: 'api/input', inputs: { name: 'prompt' } },
          stop: { type: 'api/input', inputs: { name: 'stop' } },
          out: { type: 'api/output', links: { value: ['stop', 'value'] } },
        },
        full: {
          ...plain,
          model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf', contextSize: 64 } },
          story: { ...plain['story']!, inputs: { seed: 7, maxTokens: 1000 } },
        },
        cut: { ...story, story: { ...story['story']!, inputs: { seed: 7, maxTokens: 5, finish: false } } },
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
    // Beside the files that are models by themselves.
    expect(models.data.map(({ id }) => id).filter((id) => !id.endsWith('.gguf'))).toEqual(['echo'])
    await expect(clientOf(own).models.retrieve('deaf')).rejects.toMatchObject({ status: 404 })
  })

  test('may be a model file by itself, listed, with its template in a chat and as it stands in a completion', async () => {
    const client = clientOf(server)
    const file = 'demo/storyteller.gguf'
    expect((await client.models.retrieve(file)).id).toBe(file)
    // Not every client writes the slash as %2F.
    expect(await (await fetch(`${server.url}/v1/models/${file}`)).json()).toMatchObject({ id: file })
    const asked = { model: file, max_tokens: 12, seed: 7, temperature: 0 }
    const content = 'Tell me a happy story about the sea.'
    const chat = await client.chat.completions.create({ ...asked, messages: [{ role: 'user', content }] })
    expect(chat.choices[0]?.message.content).toMatch(/\w+ \w+/)
    const completion = await client.completions.create({ ...asked, prompt: 'Once upon a' })
    expect(completion.choices[0]?.text).toMatch(/\w/)
    await expect(
      client.chat.completions.create({ ...asked, model: 'demo/pirate.lora.gguf', messages: [] }),
    ).rejects.toThrow()
    await expect(client.models.retrieve('demo/pirate.lora.gguf')).rejects.toMatchObject({ status: 404 })
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

  test.each(['cut', 'full'])(
    'says that an answer was cut, by its length or a full context: %s',
    async (model) => {
      const answer = await clientOf(server).completions.create({ model, prompt: 'Tell me a story.' })
      expect(answer.choices[0]?.finish_reason).toBe('length')
      expect(answer.usage?.completion_tokens).toBeLessThan(300)
    },
  )

  test('counts the tokens it took, in a stream where the client asks for it', async () => {
    const client = clientOf(server)
    const asked = { model: 'cut', prompt: 'Tell me a story.' }
    const { usage } = await client.completions.create(asked)
    expect(usage).toMatchObject({ completion_tokens: 5, total_tokens: usage!.prompt_tokens + 5 })
    expect(usage!.prompt_tokens).toBeGreaterThan(5)
    const chunks = []
    const stream = { stream: true, stream_options: { include_usage: true } } as const
    for await (const chunk of await client.completions.create({ ...asked, ...stream })) chunks.push(chunk)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage })
    expect(chunks.slice(0, -1).every((chunk) => chunk.choices.length === 1)).toBe(true)
  })

  test('is given what was set where the node that generates takes it', async () => {
    const client = clientOf(server)
    const prompt = 'Tell me a story.'
    const [whole] = (await client.completions.create({ model: 'plain', prompt })).choices
    const end = whole!.text.slice(10, 13)
    const [stopped] = (await client.completions.create({ model: 'plain', prompt, stop: end })).choices
    expect(stopped!.text).toBe(whole!.text.slice(0, whole!.text.indexOf(end)))
    const [short] = (await client.completions.create({ model: 'plain', prompt, max_tokens: 3, logprobs: 2 }))
      .choices
    expect(short!.logprobs!.tokens!.join('')).toBe(short!.text)
    expect(Object.keys(short!.logprobs!.top_logprobs![0]!)).toHaveLength(2)
    const messages = [{ role: 'user' as const, content: prompt }]
    const asked = { model: 'plain', messages, logprobs: true, top_logprobs: 1 }
    const [said] = (await client.chat.completions.create(asked)).choices
    const chunks = []
    for await (const { choices } of await client.chat.completions.create({ ...asked, stream: true }))
      chunks.push(choices[0]!)
    expect(chunks.flatMap((chunk) => chunk.logprobs?.content ?? [])).toEqual(said!.logprobs!.content)
    const early = chunks.find(({ delta }) => delta.content)!
    expect(early.logprobs!.content!.map(({ token }) => token).join('')).toContain(early.delta.content)
    const offsets = []
    const stream = await client.completions.create({ model: 'plain', prompt, logprobs: 0, stream: true })
    for await (const { choices } of stream) offsets.push(...(choices[0]!.logprobs?.text_offset ?? []))
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
    expect(new Set(offsets).size).toBeGreaterThan(10)
    const { choices } = await client.chat.completions.create({
      model: 'plain',
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'mood', schema: { enum: ['happy', 'sad'] } },
      },
    })
    expect(['happy', 'sad']).toContain(JSON.parse(choices[0]!.message.content!))
  })

  test('gives properties in the order of the body, names like integers too, over /v1 and as a workflow', async () => {
    const schema = `{ "type": "object", "required": ["1", "b", "2"], "properties":
      { "b": { "const": 0 }, "2": { "const": 1 }, "a": false, "1": { "const": { "y": 2, "0": 3 } } } }`
    const inOrder = '{"b":0,"2":1,"1":{"y":2,"0":3}}'
    const post = async (path: string, body: string): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' }
      return await (await fetch(`${server.url}${path}`, { method: 'POST', headers, body })).json()
    }
    const answer = await post(
      '/v1/chat/completions',
      `{ "model": "plain", "messages": [{ "role": "user", "content": "x" }], "max_tokens": 60,
         "response_format": { "type": "json_schema", "json_schema": { "name": "x", "schema": ${schema} } } }`,
    )
    expect(answer).toMatchObject({ choices: [{ message: { content: inOrder } }] })
    const node = (inputs: string): string =>
      `{ "form": { "type": "steering/json-schema", "inputs": ${inputs} },
         "check": { "type": "steering/check", "inputs": { "text": ${JSON.stringify(inOrder)} },
                    "links": { "constraint": ["form", "constraint"] } } }`
    const workflow = (inputs: string): string =>
      `{ "format": "woolgather", "version": 1, "name": "x", "nodes": ${node(inputs)} }`
    for (const body of [
      `{ "workflow": ${workflow(`{ "schema": ${schema} }`)} }`,
      `{ "workflow": ${workflow('{ "schema": {} }')}, "inputs": { "form.schema": ${schema} } }`,
    ]) {
      expect(await post('/api/runs?wait=60', body)).toMatchObject({ outputs: { check: { boolean: true } } })
    }
  })

  test('tells what a schema says that is ignored in a field beside the others, in a stream with the last piece', async () => {
    const client = clientOf(server)
    const ask = (schema: Record<string, unknown>) =>
      ({
        model: 'plain',
        messages: [{ role: 'user' as const, content: 'x' }],
        response_format: { type: 'json_schema' as const, json_schema: { name: 'mood', schema } },
      }) satisfies OpenAI.ChatCompletionCreateParams
    const noted = { enum: ['happy', 'sad'], nullable: true, format: 'feeling' }
    const warnings = [
      expect.stringMatching(/“nullable” at # asserts nothing and is ignored/) as string,
      expect.stringMatching(/format “feeling” at # is not known/) as string,
    ]
    expect(await client.chat.completions.create(ask(noted))).toMatchObject({ warnings })
    expect(await client.chat.completions.create(ask({ enum: ['happy', 'sad'] }))).not.toHaveProperty(
      'warnings',
    )
    const chunks = []
    for await (const chunk of await client.chat.completions.create({ ...ask(noted), stream: true }))
      chunks.push(chunk)
    expect(chunks.filter((chunk) => 'warnings' in chunk)).toEqual([
      expect.objectContaining({
        warnings,
        choices: [expect.objectContaining({ finish_reason: 'stop' })],
      }),
    ])
  })

  test('tells what nodes inside a subgraph warn of, too', async () => {
    const form = { type: 'steering/json-schema', inputs: { schema: { nullable: true } } }
    const workflow = {
      format: 'woolgather',
      version: 1,
      name: 'nested',
      nodes: {
        prompt: { type: 'api/input', inputs: { name: 'prompt' } },
        form: { type: 'subgraph/form' },
        check: {
          type: 'steering/check',
          links: { text: ['prompt', 'value'], constraint: ['form', 'constraint'] },
        },
        out: { type: 'api/output', links: { value: ['check', 'boolean'] } },
      },
      subgraphs: {
        form: {
          name: 'form',
          inputs: [],
          outputs: [{ name: 'constraint', type: 'constraint', from: ['form', 'constraint'] }],
          nodes: { form },
        },
      },
    }
    const body = JSON.stringify({ workflow })
    const headers = { 'content-type': 'application/json' }
    const saved = await fetch(`${server.url}/api/workflows/nested`, { method: 'PUT', headers, body })
    expect(saved.status).toBe(200)
    const messages = [{ role: 'user' as const, content: '1' }]
    expect(await clientOf(server).chat.completions.create({ model: 'nested', messages })).toMatchObject({
      warnings: [expect.stringMatching(/“nullable” at # asserts nothing and is ignored/) as string],
    })
  })

  test('ends JSON within the maximum of tokens, and says where that is too small for any', async () => {
    const client = clientOf(server)
    const ask = (max_tokens: number) =>
      client.chat.completions.create({
        model: 'plain',
        messages: [{ role: 'user', content: 'x' }],
        max_tokens,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'list', schema: { type: 'array', items: { type: 'string' }, minItems: 2 } },
        },
      })
    for (const maxTokens of [12, 20]) {
      const [choice] = (await ask(maxTokens)).choices
      expect(choice).toMatchObject({ finish_reason: 'stop' })
      expect((JSON.parse(choice!.message.content!) as unknown[]).length).toBeGreaterThanOrEqual(2)
    }
    await expect(ask(1)).rejects.toMatchObject({ status: 400, code: 'too-few-tokens' })
  })

  test.each([
    ['type', { type: 'yaml' }, /“json_schema” with/],
    ['keyword', { type: 'json_schema', json_schema: { schema: { type: 'whole' } } }, /#\/type: there is no/],
  ])('names response_format where it is wrong, by its %s', async (_, response_format, message) => {
    const ask = { model: 'plain', messages: [{ role: 'user' as const, content: 'x' }] }
    await expect(
      clientOf(server).chat.completions.create({ ...ask, ...({ response_format } as object) }),
    ).rejects.toMatchObject({
      status: 400,
      param: 'response_format',
      message: expect.stringMatching(message) as string,
    })
  })

  test('gives as many answers as were asked for, to each of several prompts', async () => {
    const client = clientOf(server)
    const answer = await client.completions.create({ model: 'plain', prompt: ['A cat', 'A dog'], n: 2 })
    expect(answer.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3])
    expect(new Set(answer.choices.map(({ text }) => text)).size).toBe(4)
    expect(answer.usage!.completion_tokens).toBeGreaterThan(20)
    const parts = ['', '']
    const stream = await client.completions.create({ model: 'plain', prompt: 'A cat', n: 2, stream: true })
    for await (const { choices } of stream) for (const { index, text } of choices) parts[index] += text
    expect(parts).toEqual(answer.choices.slice(0, 2).map(({ text }) => text))
  })

  test.each([
    ['stop', { stop: ['a'] }],
    ['response_format', { response_format: { type: 'json_object' } }],
    ['tools', { tools: [{ type: 'function', function: { name: 'look' } }] }],
    ['logprobs', { logprobs: true }],
    ['top_logprobs', { top_logprobs: 2 }],
    ['frequency_penalty', { frequency_penalty: 0.5 }],
    ['logit_bias', { logit_bias: { 5: 10 } }],
  ] as const)(
    'refuses %s where nothing takes it, and what asks for nothing does not count',
    async (param, set) => {
      const client = clientOf(server)
      const ask = { model: 'said', messages: [{ role: 'user' as const, content: 'x' }] }
      await expect(client.chat.completions.create({ ...ask, ...(set as object) })).rejects.toMatchObject({
        status: 400,
        param,
      })
      await client.chat.completions.create({
        ...ask,
        stop: null,
        n: 1,
        logprobs: false,
        frequency_penalty: 0,
        tools: [],
        logit_bias: {},
        response_format: { type: 'text' },
        user: 'me',
      })
    },
  )

  test('completes with JSON, where that is asked for of a completion', async () => {
    const { choices } = await clientOf(server).completions.create({
      model: 'plain',
      prompt: 'Tell me a story.',
      max_tokens: 60,
      ...{ response_format: { type: 'json_object' } },
    })
    expect(JSON.parse(choices[0]!.text)).toBeTypeOf('object')
  })

  test('hands it to an input of that name', async () => {
    const { choices } = await clientOf(server).chat.completions.create({
      model: 'stopping',
      messages: [{ role: 'user', content: 'x' }],
      stop: 'end',
    })
    expect(choices[0]!.message.content).toBe('["end"]')
  })

  test('gives embeddings of texts, packed or not, and says where it gives none', async () => {
    const client = clientOf(server)
    const input = ['A cat', 'A dog']
    const { data: packed, usage } = await client.embeddings.create({ model: 'vectors', input })
    expect(usage.prompt_tokens).toBeGreaterThanOrEqual(4)
    expect(usage.total_tokens).toBe(usage.prompt_tokens)
    const plain = (await client.embeddings.create({ model: 'vectors', input, encoding_format: 'float' })).data
    expect(packed.map(({ index }) => index)).toEqual([0, 1])
    packed.forEach(({ embedding }, index) =>
      embedding.forEach((value, place) => expect(value).toBeCloseTo(plain[index]!.embedding[place]!, 5)),
    )
    expect(Math.hypot(...plain[0]!.embedding)).toBeCloseTo(1, 3)
    expect(plain[0]!.embedding).not.toEqual(plain[1]!.embedding)
    const file = 'demo/storyteller.gguf'
    const { data: bare } = await client.embeddings.create({ model: file, input, encoding_format: 'float' })
    expect(bare).toEqual(plain)
    for (const set of [{ model: 'said' }, { model: 'vectors', dimensions: 8 }])
      await expect(client.embeddings.create({ input, ...set })).rejects.toMatchObject({ status: 400 })
  })

  test('tells what the client did wrong as that, and a paused queue at once', async () => {
    const client = clientOf(server)
    const long = client.completions.create({ model: 'plain', prompt: 'word '.repeat(3_000) })
    await expect(long).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' })
    for (const model of ['plain', 'warm']) {
      const cold = client.completions.create({ model, prompt: 'x', temperature: -1 })
      await expect(cold).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' })
    }
    const ask = server.connect().ask
    await ask('changeQueue', { body: { paused: true } })
    const paused = client.completions.create({ model: 'plain', prompt: 'x' })
    await expect(paused).rejects.toMatchObject({ status: 503, code: 'queue-paused' })
    await ask('changeQueue', { body: { paused: false } })
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

  test.each(['../../etc/model.gguf', '/etc/passwd', 'not/there.gguf'])(
    'the file “%s” is the mistake of who asks for it: 400, which no client sends again',
    async (prompt) => {
      const asked = clientOf(server).completions.create({ model: 'loading', prompt })
      await expect(asked).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' })
    },
  )

  test('needs the token as its key where there is one', async () => {
    const token = 'a-long-enough-token'
    await using own = await serve({ echo: nodes('{{prompt}} {{temperature}}') }, { token })
    await expect(clientOf(own, 'wrong').models.list()).rejects.toMatchObject({ status: 401 })
    expect((await clientOf(own, token).models.list()).data).toContainEqual(
      expect.objectContaining({ id: 'echo' }),
    )
  })
})
