import { relative } from 'node:path'
import { materialOf } from '../material.ts'
import type { OwnHost } from './own-host.ts'
import { hostNode, ownOrderers } from './own-host.ts'

/** A shell script for a step of the runbook. */
export interface Script {
  readonly name: string
  /** Arguments, as its usage line shows them. */
  readonly usage: string
  readonly body: string
}

/** The whole text of a script. Everything in it is relative to the party's folder. */
export function scriptText(host: OwnHost, { name, usage, body }: Script): string {
  const required = usage.split(' ').filter((word) => /^[A-Z]/.test(word)).length
  const check =
    required === 0
      ? ''
      : `if [ $# -lt ${String(required)} ]; then echo "usage: $0 ${usage}" >&2; exit 2; fi\n`
  const paths = usage.includes('FILE') ? ABSOLUTE_FIRST : ''
  return (
    `#!/bin/sh\n# ${name}.sh ${usage}\nset -eu\n${check}${paths}` +
    'cd "$(dirname "$0")/.."\n' +
    'PATH="$PWD/bin:$PATH"\n' +
    `NODE="$PWD/${relative(host.topology.folder, hostNode(host))}"\n` +
    'set -a; . env/admin.env; set +a\n' +
    `umask 077\n${body.trim()}\n`
  )
}

/** A file that is named from where the user is has to be found after the change of folder. */
const ABSOLUTE_FIRST = 'first="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"\n'

/** The party's own orderer, else the first. */
export function ordererOptions(host: OwnHost): string {
  const [orderer] = [...ownOrderers(host), ...host.topology.orderers]
  if (orderer === undefined) throw new Error('a consortium without orderers')
  const { tlsRoot } = materialOf(host.topology, orderer.owner)
  const address = `${orderer.address}:${String(orderer.port)}`
  return `--tls --orderer ${address} --cafile "$PWD/${relative(host.topology.folder, tlsRoot)}"`
}
