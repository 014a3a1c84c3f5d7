import { useEffect, useState } from 'react'
import { chooseTraining, estimateTraining } from '@woolgather/workflow'
import { trainingPlan, type TrainingAsked } from '../document/training-plan.ts'
import { formatBytes } from '../run/show-run.ts'
import { useEditor, useServer, useWorkflow } from '../store/editor-context.ts'
import { findByName } from '../widgets/find-models.ts'

/** Under the fields of a node that trains: what it will take in memory as it is set, and whether that is there. */
export function TrainingMemory({ id }: { id: string }) {
  const models = useServer((state) => state.models)
  const types = useServer((state) => state.byType)
  const workflow = useWorkflow((state) => state)
  const free = useFreeMemory()
  const asked = trainingPlan(workflow, id, types, (file) => findByName(models, file) !== undefined)
  const model = asked && findByName(models, asked.file)
  if (!asked || !model?.sizes) return null
  const need = estimateTraining({ ...model, sizes: model.sizes }, asked)
  if (!need) return null
  const { total, compute, twice, fits } = chooseTraining(need, free ?? Infinity)
  const parts = `${formatBytes(need.weights)} for the model, ${formatBytes(need.lora)} for the LoRA, ${formatBytes(compute)} for computing ${tellExamples(asked)}${twice ? ', blocks twice' : ''}`
  return (
    <p
      className={fits ? 'training-memory model-facts' : 'training-memory field-problem'}
      role="status"
      title="Estimated for all layers and targets; before it starts it is measured"
    >
      {fits
        ? `Takes up to ${formatBytes(total)}: ${parts}`
        : `Would take ${formatBytes(total)}, and ${formatBytes(free ?? 0)} are free: ${parts}. Make the batch, the dataset’s cutoff or the rank smaller, or choose a smaller model.`}
    </p>
  )
}

function tellExamples({ batch, tokens }: TrainingAsked): string {
  return `${batch === 1 ? '1 example' : `${batch} examples`} of up to ${tokens.toLocaleString('en')} tokens`
}

/** Bytes of this machine; undefined where it is not known, or others do the work. */
function useFreeMemory(): number | undefined {
  const editor = useEditor()
  const { memory, fabric } = useServer((state) => state.worker)
  const [free, setFree] = useState<number>()
  useEffect(() => {
    editor.client.ask('machine').then(
      (machine) => setFree(machine.memory.free),
      () => setFree(undefined),
    )
  }, [editor, memory])
  return fabric === undefined ? free : undefined
}
