import { classifyLanguages, spendRoom, type Room } from '../automaton/intersect-languages.ts'
import { charactersOf } from '../grammar/characters.ts'
import { characters, type Expression, type Graph } from '../grammar/expression.ts'
import { namesTree, type NameNode } from './names-tree.ts'
import { WeighedCache } from './weighed-cache.ts'

/** Keys that match the same patterns. */
export interface KeyClass {
  readonly matched: ReadonlySet<string>
  /** Texts of that class; any but the names where no pattern matters. */
  readonly expression: Expression | undefined
}

/** Texts by which of some languages they are in: one automaton, each of whose nodes ends the texts of one class. */
interface Product {
  readonly size: number
  readonly edgesFrom: readonly (readonly { to: number; label: CharactersOf }[])[]
  readonly classes: readonly { readonly within: readonly boolean[]; readonly finals: readonly number[] }[]
  readonly classOf: Int32Array
}

type CharactersOf = Expression & { readonly kind: 'characters' }

/** Products that take part in many schemas, by their languages; of all together so many edges are kept. */
const products = new WeighedCache<Product>(100_000)

/**
 * Texts that are none of some names, by which of some languages they are in.
 * @param languages by what tells them apart in every schema
 * @throws {ConstraintError} `too-large` past 20,000 nodes, or what room is left
 */
export function classifyKeys(
  names: readonly string[],
  languages: ReadonlyMap<string, Expression>,
  room: Room,
): KeyClass[] {
  const sources = [...languages.keys()]
  const product = productOf(languages, room)
  const { size, edges, nodesOf } = leaveOut(namesTree(names), product)
  spendRoom(room, size - product.size)
  return product.classes.map(({ within, finals }, index) => ({
    matched: new Set(sources.filter((_, language) => within[language])),
    expression: {
      kind: 'graph',
      graph: { size, edges, finals: [...finals.map((node) => node + 1), ...(nodesOf[index] ?? [])] },
    },
  }))
}

function productOf(languages: ReadonlyMap<string, Expression>, room: Room): Product {
  const name = JSON.stringify([...languages.keys()])
  const known = products.get(name)
  if (known !== undefined) {
    // As if it were made again: what a schema may take does not depend on what was compiled before.
    spendRoom(room, known.size)
    return known
  }
  const classes = classifyLanguages([], [...languages.values()], room).map(({ within, expression }) => ({
    within,
    graph: expression.graph,
  }))
  const { size, edges } = classes[0]!.graph
  const edgesFrom = Array.from({ length: size }, (): { to: number; label: CharactersOf }[] => [])
  for (const { from, to, label } of edges) edgesFrom[from]!.push({ to, label: label as CharactersOf })
  const classOf = new Int32Array(size)
  classes.forEach(({ graph }, index) => graph.finals.forEach((node) => (classOf[node] = index)))
  const product = {
    size,
    edgesFrom,
    classes: classes.map(({ within, graph }) => ({ within, finals: graph.finals })),
    classOf,
  }
  products.set(name, product, edges.length)
  return product
}

/**
 * A product beside a tree of names, which every text leaves where it differs: node 0 is the root of the tree, the product's
 * come after it, then the others of the tree. Where a name ends, no text does.
 * @returns with the nodes of the tree where texts of each class end
 */
function leaveOut(
  tree: readonly NameNode[],
  product: Product,
): { size: number; edges: Graph['edges']; nodesOf: number[][] } {
  const nodesOf: number[][] = product.classes.map(() => [])
  const edges: Graph['edges'][number][] = []
  product.edgesFrom.forEach((list, from) => {
    for (const { to, label } of list) edges.push({ from: from + 1, to: to + 1, label })
  })
  const numberOf = (node: number): number => (node === 0 ? 0 : product.size + node)
  // By node of the tree, that of the product which its text leads to.
  const beside = new Int32Array(tree.length)
  const others = new Map<string, Expression>()
  const othersThan = (label: CharactersOf, from: number, excepted: string): Expression => {
    const key = `${from} ${excepted}`
    const known = others.get(key) ?? characters(label.set.without(charactersOf(excepted)))
    others.set(key, known)
    return known
  }
  tree.forEach(({ isName, children }, node) => {
    const at = beside[node]!
    if (!isName) nodesOf[product.classOf[at]!]!.push(numberOf(node))
    product.edgesFrom[at]!.forEach(({ to, label }, index) => {
      const here = children.filter(({ point }) => label.set.has(point))
      for (const child of here) {
        beside[child.node] = to
        edges.push({ from: numberOf(node), to: numberOf(child.node), label: child.label })
      }
      const excepted = here.map(({ character }) => character).join('')
      const rest = excepted === '' ? label : othersThan(label, at * 2 ** 16 + index, excepted)
      edges.push({ from: numberOf(node), to: to + 1, label: rest })
    })
  })
  return { size: product.size + tree.length, edges, nodesOf }
}
