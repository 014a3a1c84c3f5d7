// A graph as large as people make them.

/** 200 little stories side by side: model, text, template, generate, preview. */
export function thousandNodes() {
  const nodes = {}
  for (let i = 0; i < 200; i++) {
    const x = (i % 10) * 1900
    const y = Math.floor(i / 10) * 760
    const place = (column, row = 0) => ({ x: x + column * 360, y: y + row })
    nodes[`model-${i}`] = { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' }, view: place(0) }
    nodes[`topic-${i}`] = { type: 'text/text', inputs: { text: `the sea ${i}` }, view: place(0, 320) }
    nodes[`prompt-${i}`] = {
      type: 'text/template',
      inputs: { template: 'Tell me a story about {{topic}}.' },
      links: { topic: [`topic-${i}`, 'text'] },
      view: place(1, 320),
    }
    nodes[`story-${i}`] = {
      type: 'generation/generate',
      inputs: { seed: i, maxTokens: 60 },
      links: { model: [`model-${i}`, 'model'], prompt: [`prompt-${i}`, 'text'] },
      view: place(2),
    }
    nodes[`show-${i}`] = { type: 'output/preview', links: { value: [`story-${i}`, 'text'] }, view: place(3) }
  }
  return { format: 'woolgather', version: 1, name: 'A thousand nodes', nodes }
}
