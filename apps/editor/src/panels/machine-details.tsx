import { Box, Network, Power } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Machine } from '@woolgather/protocol'
import { describePlace } from '../ui/describe-place.ts'
import { formatBytes } from '../run/show-run.ts'
import { unloadModels } from '../session/server/unload-models.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { FabricDetails } from './fabric-details.tsx'
import './machine-details.css'

const folderNames: Record<Machine['folders'][number]['what'], string> = {
  models: 'Models',
  output: 'Output',
  data: 'Data',
}

export interface MachineDetailsProps {
  word: string
  detail: string | undefined
  onDone: () => void
}

/** What is loaded, on what it runs, and how much room there is. */
export function MachineDetails({ word, detail, onDone }: MachineDetailsProps) {
  const editor = useEditor()
  const { memory, build, fabric } = useServer((state) => state.worker)
  const [machine, setMachine] = useState<Machine>()
  useEffect(() => {
    editor.client.ask('machine').then(setMachine, () => undefined)
  }, [editor, memory])
  const models = memory?.models ?? []
  const bytes = models.reduce((sum, model) => sum + model.bytes, 0)
  return (
    <>
      <section>
        <h3>{word}</h3>
        <p className="machine-facts">
          {[detail, build && !fabric && `llama.cpp ${build}`].filter(Boolean).join(' · ')}
        </p>
        {machine && (
          <p className="machine-facts">
            {formatBytes(machine.memory.free)} of {formatBytes(machine.memory.total)} memory free
            {memory && `, the worker has ${formatBytes(memory.rss)}`}
          </p>
        )}
      </section>
      {fabric ? (
        <FabricDetails fabric={fabric} />
      ) : (
        <section>
          <h3>
            {models.length === 0
              ? 'No model is loaded'
              : `${models.length === 1 ? '1 model' : `${models.length} models`} loaded, ${formatBytes(bytes)}`}
          </h3>
          {models.length > 0 && (
            <ul>
              {models.map((model, at) => (
                <li key={at}>
                  <span>{model.file}</span> <span className="machine-facts">{formatBytes(model.bytes)}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {machine && (
        <section>
          <h3>Folders</h3>
          <ul>
            {machine.folders.map(({ what, path, free }) => (
              <li key={what + path}>
                <span>
                  {folderNames[what]} <code>{path}</code>
                </span>{' '}
                <span className="machine-facts">{formatBytes(free)} free</span>
              </li>
            ))}
            {machine.places.map(({ source, path }) => (
              <li key={path}>
                <span>
                  Models {describePlace(source)} <code>{path}</code>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="machine-buttons">
        {fabric ? (
          <button
            type="button"
            className="button"
            onClick={() => {
              onDone()
              editor.workbench.setState({ dialog: { kind: 'workers' } })
            }}
          >
            <Network /> Workers…
          </button>
        ) : (
          <button
            type="button"
            className="button"
            disabled={models.length === 0}
            onClick={() => void unloadModels(editor)}
          >
            <Power /> Unload
          </button>
        )}
        <button
          type="button"
          className="button primary"
          onClick={() => {
            onDone()
            editor.workbench.setState({ dialog: { kind: 'models' } })
          }}
        >
          <Box /> Models…
        </button>
      </div>
    </>
  )
}
