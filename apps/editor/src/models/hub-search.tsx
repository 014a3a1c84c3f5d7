import { Download, ExternalLink, Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { HubFile, HubModel, HubRepository } from '@woolgather/protocol'
import { fetchSource } from '../session/files/fetch-model.ts'
import { describeError } from '../store/describe-error.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { formatBytes } from '../run/show-run.ts'
import { Prose } from '../ui/prose.tsx'

type Asked<Answer> = { state: 'asking' } | { state: 'answered'; answer: Answer } | { state: 'failed'; why: string }

const tellWhy = (error: unknown): string => describeError(error).filter(Boolean).join(' ')

/** Repositories of Hugging Face, and what of one to download here. */
export function HubSearch({ begin }: { begin: string }) {
  const editor = useEditor()
  const [query, setQuery] = useState(begin)
  const [found, setFound] = useState<Asked<HubModel[]>>()
  const [open, setOpen] = useState<string>()
  const search = async (words: string): Promise<void> => {
    if (words.trim() === '') return
    setFound({ state: 'asking' })
    setOpen(undefined)
    try {
      setFound({ state: 'answered', answer: await editor.client.ask('searchHub', { query: { search: words.trim() } }) })
    } catch (error) {
      setFound({ state: 'failed', why: tellWhy(error) })
    }
  }
  return (
    <>
      <form
        className="models-bar"
        onSubmit={(event) => {
          event.preventDefault()
          void search(query)
        }}
      >
        <label className="models-search">
          <Search aria-hidden />
          <input
            type="search"
            autoFocus
            placeholder="Name of a model, such as gemma 3 270m"
            aria-label="Search Hugging Face"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary" disabled={found?.state === 'asking'}>
          Search
        </button>
      </form>
      <div className="models-table" aria-live="polite" aria-busy={found?.state === 'asking'}>
        {found === undefined && (
          <p className="models-none">
            Looks for models in GGUF format. What is downloaded goes into the models folder, and its checksum is held against the
            published one.
          </p>
        )}
        {found?.state === 'asking' && <p className="models-none">Searching…</p>}
        {found?.state === 'failed' && (
          <p className="models-none" role="alert">
            <Prose text={found.why} />
          </p>
        )}
        {found?.state === 'answered' && found.answer.length === 0 && (
          <p className="models-none">Nothing was found. Fewer words find more.</p>
        )}
        {found?.state === 'answered' && (
          <ul className="hub-models">
            {found.answer.map((model) => (
              <li key={model.repo}>
                <button
                  type="button"
                  className="hub-model"
                  aria-expanded={open === model.repo}
                  onClick={() => setOpen(open === model.repo ? undefined : model.repo)}
                >
                  <span className="models-name">{model.repo}</span>
                  <span className="models-facts">{factsOf(model)}</span>
                </button>
                {open === model.repo && <Repository repo={model.repo} />}
              </li>
            ))}
          </ul>
        )}
      </div>
    </>
  )
}

function factsOf({ downloads, likes, gated, updated }: HubModel): string {
  const facts = [
    `${downloads.toLocaleString('en')} downloads`,
    likes === 1 ? '1 like' : `${likes.toLocaleString('en')} likes`,
    updated !== undefined && `changed ${updated.slice(0, 10)}`,
    gated && 'its licence must be accepted first',
  ]
  return facts.filter((fact) => typeof fact === 'string').join(' · ')
}

/** Its quantisations, the one to take here chosen. */
function Repository({ repo }: { repo: string }) {
  const editor = useEditor()
  const [found, setFound] = useState<Asked<HubRepository>>({ state: 'asking' })
  const [chosen, setChosen] = useState<string>()
  useEffect(() => {
    const [owner = '', name = ''] = repo.split('/')
    editor.client.ask('hubRepository', { owner, repo: name }).then(
      (answer) => setFound({ state: 'answered', answer }),
      (error: unknown) => setFound({ state: 'failed', why: tellWhy(error) }),
    )
  }, [editor, repo])
  const downloads = useServer((state) => state.downloads)
  if (found.state === 'asking') return <p className="models-none">Asking what it has…</p>
  if (found.state === 'failed')
    return (
      <p className="models-none" role="alert">
        <Prose text={found.why} />
      </p>
    )
  const { files, license, architecture, context, gated } = found.answer
  if (files.length === 0) return <p className="models-none">There is no GGUF file in it.</p>
  const file = files.find(({ source }) => source === chosen) ?? files.find(({ recommended }) => recommended) ?? files[0]!
  const facts = [
    architecture,
    context !== undefined && `${context.toLocaleString('en')} tokens of context`,
    license !== undefined && `licence ${license}`,
  ].filter((fact) => typeof fact === 'string')
  return (
    <div className="hub-files">
      <p className="models-facts">
        {facts.join(' · ')}{' '}
        <a href={`https://huggingface.co/${repo}`} target="_blank" rel="noreferrer">
          its page <ExternalLink aria-hidden />
        </a>
      </p>
      {gated && (
        <p className="models-facts">
          <Prose text="Accept its licence on its page, and start the server with your token in `HF_TOKEN` (or log in with `hf auth login`)." />
        </p>
      )}
      <fieldset>
        <legend className="visually-hidden">Quantisation of {repo}</legend>
        {files.map((one) => (
          <label key={one.source} className="hub-file">
            <input
              type="radio"
              name={repo}
              checked={one === file}
              onChange={() => setChosen(one.source)}
            />
            <span className="hub-type">{one.quantization || one.file}</span>
            <span className="models-number">{formatBytes(one.bytes)}</span>
            <span className="models-facts">{judge(one)}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        className="button primary"
        disabled={downloads.some(({ source, state }) => source === file.source && state === 'running')}
        onClick={() => void fetchSource(editor, file.source, file.sha256)}
      >
        <Download /> Download {file.quantization || file.file}, {formatBytes(file.bytes)}
      </button>
    </div>
  )
}

function judge({ fits, recommended, parts }: HubFile): string {
  const facts = [
    recommended === true && 'recommended for this machine',
    !fits && 'takes more memory than this machine has for models',
    parts > 1 && `in ${parts} files`,
  ]
  return facts.filter((fact) => typeof fact === 'string').join(' · ')
}
