import { FileInput, FolderOpen, Search } from 'lucide-react'
import { useRef } from 'react'
import { addModel, chooseModel } from '../session/files/add-model.ts'
import { useEditor } from '../store/editor-context.ts'
import { isPath } from './find-models.ts'

/** What can be done where the list does not have what is wanted: use a path, add a file, look for one. */
export function ModelOffers({ query, onChoose }: { query: string; onChoose: (file: string) => void }) {
  const editor = useEditor()
  const picker = useRef<HTMLInputElement>(null)
  const take = async (named: Promise<string | undefined>): Promise<void> => {
    const file = await named
    if (file !== undefined) onChoose(file)
  }
  const words = isPath(query) ? lastWords(query) : query
  return (
    <div className="model-offers">
      {isPath(query) && (
        <button
          type="button"
          className="button"
          title="For a path of the machine that Woolgather runs on: nothing is copied"
          onClick={() => void take(chooseModel(editor, query))}
        >
          <FileInput /> Use it where it lies
        </button>
      )}
      <button
        type="button"
        className="button"
        title="It is copied into the models folder"
        onClick={() => picker.current?.click()}
      >
        <FolderOpen /> Add a file…
      </button>
      <button
        type="button"
        className="button"
        onClick={() => editor.workbench.setState({ dialog: { kind: 'models', search: words } })}
      >
        <Search /> Hugging Face…
      </button>
      <input
        ref={picker}
        type="file"
        accept=".gguf"
        hidden
        aria-label="Model file"
        onChange={(event) => {
          const [file] = event.target.files ?? []
          event.target.value = ''
          if (file) void take(addModel(editor, file))
        }}
      />
    </div>
  )
}

/** What a file is called, as one would search for it: `gemma 3 270m` of `/models/gemma-3-270m-Q4_K_M.gguf`. */
function lastWords(path: string): string {
  const name = path.trim().replaceAll(/["']/g, '').split(/[\\/]/).at(-1) ?? ''
  return name
    .replace(/\.gguf$/i, '')
    .replace(/[-._](I?Q\d\w*|B?F\d+)$/i, '')
    .replaceAll(/[-_]+/g, ' ')
}
