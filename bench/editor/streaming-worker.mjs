// In place of the worker: every `generation/generate` of a run streams words at a steady rate until it is cancelled.
// What the editor costs is measured without a model that takes the processor from it.
const rate = Number(process.env.STREAMING_RATE ?? 25)
const seconds = Number(process.env.STREAMING_SECONDS ?? 60)

const send = (message) => new Promise((resolve) => process.send(message, resolve))
const cancelled = new Set()

async function play({ run, workflow }) {
  let seq = 0
  const tell = (events) =>
    send({
      type: 'events',
      run,
      events: events.map((event) => ({ ...event, run, seq: seq++, time: Date.now() })),
    })
  const nodes = Object.keys(workflow.nodes).filter((id) => workflow.nodes[id].type === 'generation/generate')
  await tell([
    { type: 'run.started', cells: nodes.length, seeds: {} },
    ...nodes.map((node) => ({ type: 'cell.started', node, at: {} })),
  ])
  for (let word = 0; word < rate * seconds && !cancelled.has(run); word++) {
    await tell(nodes.map((node) => ({ type: 'cell.token', node, at: {}, text: `word${word} ` })))
    await new Promise((resolve) => setTimeout(resolve, 1000 / rate))
  }
  await tell([{ type: 'run.finished', status: cancelled.has(run) ? 'cancelled' : 'completed' }])
}

process.on('message', (message) => {
  if (message.type === 'run') void play(message)
  if (message.type === 'cancel') cancelled.add(message.run)
  if (message.type === 'shutdown') process.exit(0)
})
process.on('disconnect', () => process.exit(0))
await send({ type: 'ready', device: 'Streaming', build: 'bench' })
