/** A workflow of so many nodes: chains of six, ten beside each other, and a note to type into. */
export function chains(count, name = `${count} nodes`) {
  const nodes = { note: { type: 'text/text', inputs: { text: '' }, view: { x: -420, y: 0, title: 'Note' } } }
  for (let i = 0; i < (count - 1) / 6; i++) {
    const place = (column, row = 0) => ({
      x: (i % 10) * 2300 + column * 360,
      y: Math.floor(i / 10) * 760 + row,
    })
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
    nodes[`upper-${i}`] = {
      type: 'text/template',
      inputs: { template: '{{x}}!' },
      links: { x: [`story-${i}`, 'text'] },
      view: place(4),
    }
  }
  return { format: 'woolgather', version: 1, name, nodes }
}
