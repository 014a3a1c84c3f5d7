import { lexer, type Token, type Tokens } from 'marked'
import { Fragment, useMemo, type ReactNode } from 'react'

/**
 * Markdown as it is meant. Models write it, and anybody their prompts: HTML in it is shown as it is written, pictures are
 * named instead of fetched, and links lead only to the web.
 */
export function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => lexer(text, { gfm: true, breaks: true }), [text])
  return <div className="markdown">{blocks(tokens)}</div>
}

function blocks(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, at) => <Fragment key={at}>{block(token)}</Fragment>)
}

function block(token: Token): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading': {
      // The title of the window is the first heading.
      const Heading = `h${Math.min(6, (token as Tokens.Heading).depth + 2)}` as 'h3'
      return <Heading data-depth={(token as Tokens.Heading).depth}>{inline(token.tokens)}</Heading>
    }
    case 'paragraph':
      return <p>{inline(token.tokens)}</p>
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      )
    case 'blockquote':
      return <blockquote>{blocks(token.tokens)}</blockquote>
    case 'list':
      return <List list={token as Tokens.List} />
    case 'table':
      return <Table table={token as Tokens.Table} />
    case 'hr':
      return <hr />
    case 'html':
      return <p className="as-written">{(token as Tokens.HTML).text}</p>
    default:
      return inline([token])
  }
}

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, at) => (
    <li key={at}>
      {item.task && <input type="checkbox" checked={item.checked === true} disabled aria-label="Done" />}
      {blocks(item.tokens)}
    </li>
  ))
  return list.ordered ? <ol start={Number(list.start) || 1}>{items}</ol> : <ul>{items}</ul>
}

function Table({ table }: { table: Tokens.Table }) {
  return (
    <div className="markdown-table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, at) => (
              <th key={at} style={{ textAlign: cell.align ?? 'start' }}>
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={column} style={{ textAlign: cell.align ?? 'start' }}>
                  {inline(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function inline(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, at) => <Fragment key={at}>{span(token)}</Fragment>)
}

function span(token: Token): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inline(token.tokens)}</strong>
    case 'em':
      return <em>{inline(token.tokens)}</em>
    case 'del':
      return <s>{inline(token.tokens)}</s>
    case 'codespan':
      return <code>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br />
    case 'link':
      return <SafeLink link={token as Tokens.Link} />
    case 'image':
      return `[${(token as Tokens.Image).text}](${(token as Tokens.Image).href})`
    case 'checkbox':
      return null
    default:
      return 'tokens' in token && token.tokens
        ? inline(token.tokens)
        : 'text' in token
          ? decode(token)
          : token.raw
  }
}

function SafeLink({ link }: { link: Tokens.Link }) {
  const isWeb = /^(https?|mailto):/i.test(link.href)
  if (!isWeb) return link.raw
  return (
    <a href={link.href} target="_blank" rel="noreferrer noopener" title={link.href}>
      {inline(link.tokens)}
    </a>
  )
}

/** `\*` is a star; what is HTML stays as it is written. */
function decode(token: Token): string {
  return token.type === 'escape' || token.type === 'text' ? (token as Tokens.Text).text : token.raw
}
