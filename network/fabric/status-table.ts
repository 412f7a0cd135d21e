import type { NetworkStatus, NodeStatus } from './network-status.ts'

const COLUMNS = ['node', 'kind', 'state', 'pid', 'restarts', 'height', 'lag', 'memory', ''] as const
const MEBIBYTE = 1024 * 1024

/** A network's state for people. */
export function statusTable(status: NetworkStatus): string {
  if (!status.isUp) return 'The network is down. Bring it up with: npm run network -- up'
  const rows = [COLUMNS, ...status.nodes.map(row)]
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const { chaincode } = status
  const runs =
    chaincode === undefined
      ? 'no chaincode is committed'
      : `chaincode sequence ${String(chaincode.sequence)}, sha256 ${chaincode.version}`
  return [
    `Channel ${status.channel}, ${status.ordering} ordering, ${runs}`,
    '',
    ...lines,
    '',
    `Memory of all nodes: ${memory(status.memoryBytes)}`,
  ].join('\n')
}

function row(node: NodeStatus): readonly string[] {
  return [
    node.name,
    node.kind,
    node.state,
    node.pid === undefined ? '-' : String(node.pid),
    String(node.restarts),
    node.height === undefined ? '-' : String(node.height),
    node.lag === undefined ? '-' : String(node.lag),
    node.memoryBytes === undefined ? '-' : memory(node.memoryBytes),
    notes(node).join(', '),
  ]
}

function notes({ isLeader, isReady, lastExit }: NodeStatus): readonly string[] {
  return [
    ...(isLeader === true ? ['leader'] : []),
    ...(isReady === false ? ['not ready'] : []),
    ...(lastExit === undefined ? [] : [`last exit: ${lastExit}`]),
  ]
}

function memory(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(0)} MiB`
}
