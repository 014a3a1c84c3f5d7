import type { ModelFile } from '@woolgather/protocol'
import { freePlaceIn, type Surroundings } from '../../layout/free-place-in.ts'
import type { Point } from '../../layout/free-place.ts'
import { describeError } from '../../store/describe-error.ts'
import type { Editor } from '../../store/editor.ts'
import { addNode } from '../editing/edit-graph.ts'
import { placeOnGraph } from '../editing/open-search.ts'
import { loadModels } from '../server/load-library.ts'
import { showImported } from './import-file.ts'

/** Sends a GGUF file to the models folder of the server. Returns how workflows name it; undefined where it was not taken. */
export async function addModel(editor: Editor, file: File): Promise<string | undefined> {
  const upload = { name: file.name, bytes: file.size }
  editor.server.setState(({ uploads }) => ({ uploads: [...uploads, upload] }))
  try {
    const added = await editor.client.ask('addModel', { query: { name: file.name }, body: file })
    await loadModels(editor)
    return added.file
  } catch (error) {
    const [message, hint] = describeError(error)
    editor.workbench.getState().notify('error', message, hint)
    return undefined
  } finally {
    editor.server.setState(({ uploads }) => ({ uploads: uploads.filter((other) => other !== upload) }))
  }
}

/** Has a file of the server's machine used where it lies. Returns how workflows name it; of a folder nothing. */
export async function chooseModel(editor: Editor, path: string): Promise<string | undefined> {
  try {
    const { file } = await editor.client.ask('chooseModel', { body: { path } })
    await loadModels(editor)
    return file
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
    return undefined
  }
}

/**
 * Opens the workflow that made a GGUF file, where it carries one; else puts a node on the graph that loads it. What is not
 * among the models is sent there first.
 */
export async function dropModel(
  editor: Editor,
  file: File,
  flow: Surroundings,
  screen: Point,
): Promise<void> {
  const imported = await editor.client.ask('importWorkflow', { body: file }).catch(() => undefined)
  if (imported) return showImported(editor, file.name, imported)
  await loadModels(editor).catch(() => undefined)
  const known = editor.server.getState().models.find((model) => isSame(model, file))
  const { notify } = editor.workbench.getState()
  if (!known) notify('info', `${file.name} is being added to the models…`)
  const name = known?.file ?? (await addModel(editor, file))
  const model = editor.server.getState().models.find((one) => one.file === name)
  if (model) putModel(editor, model, flow, screen)
}

/** A browser does not tell where a file lies: its name and size have to do. */
function isSame({ file, bytes }: ModelFile, { name, size }: File): boolean {
  return bytes === size && file.split('/').at(-1) === name
}

/** Puts a node on the graph that loads a model, LoRA or control vector. */
export function putModel(
  editor: Editor,
  { file, kind }: Pick<ModelFile, 'file' | 'kind'>,
  flow: Surroundings,
  screen: Point = placeOnGraph(),
): void {
  const { nodes = [] } = editor.server.getState()
  const { boxes } = editor.front.view.getState()
  const loads = nodes.find(({ inputs }) => inputs.some(({ widget }) => widget === kind))
  const input = loads?.inputs.find(({ widget }) => widget === kind)
  if (!loads || !input) return
  addNode(editor, loads, freePlaceIn(flow, screen, boxes.values()), undefined, { [input.name]: file })
  editor.workbench.getState().notify('info', `${file} is on the graph`)
}

/** Deletes what Woolgather downloaded. */
export async function deleteModel(editor: Editor, file: string): Promise<void> {
  await change(editor, () => editor.client.ask('deleteModel', { query: { file } }))
}

/** Uses a file no more that was chosen where it lies. */
export async function forgetModel(editor: Editor, file: string): Promise<void> {
  await change(editor, () => editor.client.ask('forgetModel', { query: { file } }))
}

async function change(editor: Editor, act: () => Promise<void>): Promise<void> {
  try {
    await act()
    await loadModels(editor)
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
}
