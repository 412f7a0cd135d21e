import { relative } from 'node:path'
import { PROFILE } from '../channel-config.ts'
import { materialOf, ORDERERS, PEERS } from '../material.ts'
import type { OrdererNode, PeerNode } from '../topology.ts'
import { peersOf } from '../topology.ts'
import { configurationScripts } from './configuration-scripts.ts'
import { keyPairs, publicPaths } from './key-list.ts'
import type { OwnHost } from './own-host.ts'
import { ownOrderers } from './own-host.ts'
import type { Script } from './script.ts'
import { ordererOptions } from './script.ts'

/** Every step that a party takes, as scripts that run in its folder as its administrator. */
export function stepScripts(host: OwnHost): readonly Script[] {
  const { member } = host
  return [
    keysScript(host),
    publicScript(host),
    takeScript(host),
    genesisScript(host),
    checkGenesisScript(host),
    joinScript(host),
    ...(member ? [chaincodeScript(host), approveScript(host), commitScript(host)] : []),
    ...configurationScripts(host),
  ]
}

function keysScript(host: OwnHost): Script {
  const checks = keyPairs(host).map(({ key, certificate, name, use, hosts }) => {
    const unit = use === 'TLS' ? '' : use
    return `check ${certificate} ${key} ${name} '${unit}' '${hosts.join(' ')}'`
  })
  return { name: 'keys', usage: '', body: `${CHECK_FUNCTION}\n${checks.join('\n')}\n${CHECK_END}` }
}

const CHECK_FUNCTION = `
problems=0
problem() { echo "$*" >&2; problems=$((problems + 1)); }
# Arguments: certificate, key, common name, organisational unit, hosts of a TLS certificate.
check() {
  if [ ! -s "$1" ]; then problem "$1 is missing"; return; fi
  if [ ! -s "$2" ]; then problem "$2 is missing"; return; fi
  case "$(stat -c %a "$2")" in 600|400) ;; *) problem "$2 can be read by others: chmod 600";; esac
  [ "$(openssl x509 -in "$1" -noout -pubkey)" = "$(openssl pkey -in "$2" -pubout)" ] ||
    problem "$1 is not the certificate of $2"
  subject="$(openssl x509 -in "$1" -noout -subject -nameopt multiline)"
  echo "$subject" | grep -q "commonName *= $3$" || problem "$1 is not for $3"
  [ -z "$4" ] || echo "$subject" | grep -q "organizationalUnitName *= $4$" ||
    problem "$1 is not of the unit $4"
  for host in $5; do
    openssl x509 -in "$1" -noout -ext subjectAltName | grep -qE ":$host(,|$)" ||
      problem "$1 does not name $host"
  done
}`

const CHECK_END = `
[ "$problems" = 0 ] || exit 1
echo 'All keys and certificates are in place.'`

function publicScript(host: OwnHost): Script {
  const file = `public-${host.party.id}.tar.gz`
  const body = `
tar czf ${file} ${publicPaths(host).join(' \\\n  ')}
if tar tzf ${file} | grep -E '(_sk|\\.key)$'; then
  rm ${file}; echo 'These are keys: nothing was written.' >&2; exit 1
fi
sha256sum ${file}`
  return { name: 'public', usage: '', body }
}

function takeScript({ topology, party }: OwnHost): Script {
  const cases = topology.parties
    .filter(({ id }) => id !== party.id)
    .map(({ id, domain }) => {
      const hasOrderers = topology.orderers.some(({ owner }) => owner.id === id)
      const kinds = hasOrderers ? [PEERS, ORDERERS] : [PEERS]
      return `  ${id}) folders='${kinds.map((kind) => `crypto/${kind}/${domain}`).join(' ')}';;`
    })
  const body = `
case "$2" in
${cases.join('\n')}
  *) echo "$2 is no other party" >&2; exit 1;;
esac
if tar tzf "$first" | grep -E '(_sk|\\.key)$'; then echo 'It holds keys.' >&2; exit 1; fi
# Nothing but that party's own folders is taken out of it.
tar xzf "$first" --no-same-owner $folders
echo "Taken: what the others need of $2."`
  return { name: 'take', usage: 'FILE PARTY', body }
}

function genesisScript({ topology }: OwnHost): Script {
  const body = `
configtxgen -profile ${PROFILE} -channelID ${topology.consortium.channel} \\
  -configPath "$PWD/config" -outputBlock genesis.block
sha256sum genesis.block`
  return { name: 'genesis', usage: '', body }
}

function checkGenesisScript({ topology }: OwnHost): Script {
  const body = `
work="$(mktemp -d)"
trap 'rm -r "$work"' EXIT
configtxgen -profile ${PROFILE} -channelID ${topology.consortium.channel} \\
  -configPath "$PWD/config" -outputBlock "$work/own.block"
configuration() {
  configtxlator proto_decode --type common.Block --input "$1" --output "$work/block.json"
  "$NODE" -e '
    const block = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))
    console.log(JSON.stringify(block.data.data[0].payload.data, undefined, 1))
  ' "$work/block.json"
}
configuration "$first" > "$work/given"
configuration "$work/own.block" > "$work/own"
diff "$work/own" "$work/given" || { echo 'It is another configuration.' >&2; exit 1; }
[ "$first" = "$PWD/genesis.block" ] || cp "$first" genesis.block
echo 'The block has the configuration that follows from consortium.yaml and the certificates here.'
sha256sum "$first"`
  return { name: 'check-genesis', usage: 'FILE', body }
}

function joinScript(host: OwnHost): Script {
  const { topology, party } = host
  const { channel } = topology.consortium
  const { tlsRoot, user } = materialOf(topology, party)
  const client = user('Admin').tls
  const local = (path: string): string => relative(topology.folder, path)
  const osnadmin = (node: OrdererNode): string =>
    `-o localhost:${String(node.adminPort)} --ca-file ${local(tlsRoot)} ` +
    `--client-cert ${local(client.certificate)} --client-key ${local(client.key)}`
  const orderers = ownOrderers(host).map(
    (node) => `
echo '${node.name}'
if ! osnadmin channel list -c ${channel} ${osnadmin(node)} | grep '^Status: 200'; then
  osnadmin channel join -c ${channel} -b "$first" ${osnadmin(node)} | grep '^Status: 201'
fi`,
  )
  const peers = peersOf(topology, party.id).map(
    (node) => `
echo '${node.name}'
export ${at(node)}
peer channel list | grep -x ${channel} || peer channel join --blockpath "$first"`,
  )
  return { name: 'join', usage: 'FILE', body: [...orderers, ...peers].join('\n') }
}

function at({ address, port }: PeerNode): string {
  return `CORE_PEER_ADDRESS=${address}:${String(port)}`
}

function chaincodeScript({ topology, party }: OwnHost): Script {
  const installs = peersOf(topology, party.id).map(
    (node) => `
export ${at(node)}
peer lifecycle chaincode queryinstalled | grep -F "Package ID: $PACKAGE_ID," ||
  peer lifecycle chaincode install "$PACKAGE"`,
  )
  const body = `
"$NODE" app/network/network.ts own-chaincode --folder "$PWD" --sequence "$1"
. "env/definition-$1.env"
${installs.join('\n')}`
  return { name: 'chaincode', usage: 'SEQUENCE', body }
}

/** Options of `peer` for the definition that the organisations agree on. */
function definitionOptions({ topology }: OwnHost): string {
  const { channel, chaincode } = topology.consortium
  return `--channelID ${channel} --name ${chaincode} --version "$VERSION" --sequence "$1"`
}

function approveScript(host: OwnHost): Script {
  const body = `
. "env/definition-$1.env"
peer lifecycle chaincode approveformyorg ${ordererOptions(host)} \\
  ${definitionOptions(host)} --package-id "$PACKAGE_ID"
# It is committed already where a newcomer approves it.
peer lifecycle chaincode checkcommitreadiness ${definitionOptions(host)} 2>/dev/null ||
  peer lifecycle chaincode querycommitted --channelID ${host.topology.consortium.channel}`
  return { name: 'approve', usage: 'SEQUENCE', body }
}

function commitScript(host: OwnHost): Script {
  const { topology } = host
  const targets = topology.consortium.organisations.flatMap((party) => {
    const [peer] = peersOf(topology, party.id)
    if (peer === undefined) return []
    const root = relative(topology.folder, materialOf(topology, party).tlsRoot)
    const address = `${peer.address}:${String(peer.port)}`
    return [`--peerAddresses ${address} --tlsRootCertFiles "$PWD/${root}"`]
  })
  const body = `
. "env/definition-$1.env"
peer lifecycle chaincode commit ${ordererOptions(host)} \\
  ${definitionOptions(host)} \\
  ${targets.join(' \\\n  ')}
peer lifecycle chaincode querycommitted --channelID ${topology.consortium.channel}`
  return { name: 'commit', usage: 'SEQUENCE', body }
}
