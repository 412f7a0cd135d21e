import { rolesOf } from '../../consortium-file.ts'
import { chaincodePort, ownGatewayPort, peersOf, serviceAddress } from '../topology.ts'
import { keyPairs, mspFolders } from './key-list.ts'
import type { OwnHost } from './own-host.ts'
import { ownOrderers } from './own-host.ts'
import { SERVICE_USER, systemdUnits } from './systemd-units.ts'

/** Who makes the party's keys: an authority of its own, or cryptogen when rendering. */
export type KeySource = 'own-ca' | 'cryptogen'

/** The order of commands on the party's own hosts, as Markdown. */
export function runbook(host: OwnHost, keys: KeySource): string {
  const { member } = host
  const sections = [
    introduction(host),
    addresses(host),
    installation(host),
    keys === 'own-ca' ? ownKeys(host) : KEYS_ARE_HERE,
    exchange(host),
    start(host),
    ...(member ? [chaincode(host), gateway(host)] : []),
    LATER,
  ]
  return `${sections.map((section) => section.trim()).join('\n\n')}\n`
}

function introduction({ topology, party, member }: OwnHost): string {
  const roles = member ? `, in the business as ${rolesOf(member).join(' and ')}` : ''
  return `
# Running the nodes of ${party.id}

Channel \`${topology.consortium.channel}\`, ${topology.ordering} ordering; ${party.name} is MSP \`${party.id}\`${roles}.
These files are for a host on which they lie in \`${topology.folder}\`. Who sends what to whom in the
consortium, and why, is in \`docs/runbooks/own-hosts.md\` of the application.

Where nodes run on several hosts, copy the folder to each, start on each only its own services, and
leave on each only the keys of its own nodes. Take the steps with \`peer\` and \`osnadmin\` on the
host of the node that they are about; they need the administrator's keys there for that time.`
}

function addresses(host: OwnHost): string {
  const { topology, party, member } = host
  const rows = [
    ...ownOrderers(host).map(({ name, address, port }) => [name, address, port, 'all parties']),
    ...peersOf(topology, party.id).map(({ name, address, port }) => [
      name,
      address,
      port,
      'all parties',
    ]),
  ]
  if (member) {
    const server = serviceAddress(topology, party, 'chaincode')
    const gatewayPort = ownGatewayPort(topology, party.id)
    rows.push(
      ['chaincode, odd sequences', server, chaincodePort(topology, party.id, 1), 'own peers'],
      ['chaincode, even sequences', server, chaincodePort(topology, party.id, 2), 'own peers'],
      ['gateway', serviceAddress(topology, party, 'gateway'), gatewayPort, 'clients, gateways'],
    )
  }
  const lines = rows.map((row) => `| ${row.join(' | ')} |`)
  return `
## Addresses

| what | host | port | open to |
|---|---|---|---|
${lines.join('\n')}

Nothing else is to be reached from outside: the ports of operations (metrics) and of the orderers'
administration are on loopback. \`localhost\` stands where \`hosts\` of consortium.yaml names no
host; such a node can only be reached from its own machine.`
}

function installation(host: OwnHost): string {
  const { topology } = host
  const { folder } = topology
  return `
## 1. Install

Needed: Fabric 3.1 (\`peer\`, \`orderer\`, \`osnadmin\`, \`configtxgen\`, \`configtxlator\`), the
application's sources at the commit that the consortium agreed on, and Node for \`npm ci\`.

\`\`\`sh
sudo useradd --system --home-dir ${folder} --shell /usr/sbin/nologin ${SERVICE_USER}
sudo mkdir -p ${folder} && sudo cp -r . ${folder}/
sudo mkdir ${folder}/bin && sudo cp PATH_OF_FABRIC/{peer,orderer,osnadmin,configtxgen,configtxlator} ${folder}/bin/
sudo cp -r PATH_OF_SOURCES ${folder}/app && (cd ${folder}/app && sudo npm ci)
sudo chown -R ${SERVICE_USER}: ${folder} && sudo chown -R root: ${folder}/bin ${folder}/app
sudo cp ${folder}/systemd/*.service /etc/systemd/system/ && sudo systemctl daemon-reload
\`\`\`

All scripts below run as that user: \`sudo -u ${SERVICE_USER} sh ${folder}/steps/NAME.sh\`.`
}

const KEYS_ARE_HERE = `
## 2. Keys

cryptogen has made them in \`crypto/\` when this folder was rendered: keys of this party alone. They
end after ten years and nothing can revoke them: for trials. The authorities' own keys are
\`crypto/*/*/ca/priv_sk\` and \`crypto/*/*/tlsca/priv_sk\`: take them off the hosts. Check the
rest: \`steps/keys.sh\`.`

function ownKeys(host: OwnHost): string {
  const rows = keyPairs(host).map(
    ({ certificate, key, name, use, hosts }) =>
      `| \`${certificate}\` | \`${key}\` | ${name} | ${use === 'TLS' ? 'TLS' : `OU=${use}`} | ${hosts.join(', ')} |`,
  )
  const { domain } = host.party
  return `
## 2. Keys

Made by this party's own certificate authorities, one for identities and one for TLS; nobody else
ever sees a key. P-256 keys in PKCS#8 PEM, mode 0600. Put in place:

| certificate | key | common name | use | names (subjectAltName) |
|---|---|---|---|---|
${rows.join('\n')}

TLS certificates are for servers and clients (extendedKeyUsage). Every MSP folder, which are
${mspFolders(host)
  .map((folder) => `\`${folder}\``)
  .join(', ')},
also holds \`cacerts/ca.${domain}-cert.pem\`, \`tlscacerts/tlsca.${domain}-cert.pem\` and this
\`config.yaml\`:

\`\`\`yaml
NodeOUs:
  Enable: true
${['Client', 'Peer', 'Admin', 'Orderer']
  .map(
    (unit) =>
      `  ${unit}OUIdentifier:\n    Certificate: cacerts/ca.${domain}-cert.pem\n` +
      `    OrganizationalUnitIdentifier: ${unit.toLowerCase()}`,
  )
  .join('\n')}
\`\`\`

The authority for TLS stands in
\`crypto/peerOrganizations/${domain}/tlsca/tlsca.${domain}-cert.pem\` too. Check: \`steps/keys.sh\`.`
}

function exchange({ topology, party }: OwnHost): string {
  const others = topology.parties.filter(({ id }) => id !== party.id).map(({ id }) => id)
  const takes = others.map((id) => `steps/take.sh public-${id}.tar.gz ${id}`)
  return `
## 3. Exchange certificates

\`steps/public.sh\` writes \`public-${party.id}.tar.gz\`: certificates, no keys. Send it to every other
party, and tell the sha256 that it prints by another way (by telephone). Take theirs:

\`\`\`sh
${takes.join('\n')}
\`\`\``
}

function start(host: OwnHost): string {
  const services = systemdUnits(host)
    .map(({ name }) => name.replace('.service', ''))
    .filter((name) => !/chaincode|gateway/.test(name))
  return `
## 4. The channel

One party, whom the others chose, runs \`steps/genesis.sh\` and sends \`genesis.block\` to all. The
others check that it is what consortium.yaml and the certificates that they hold give:

\`\`\`sh
steps/check-genesis.sh genesis.block
\`\`\`

## 5. Start and join

\`\`\`sh
sudo systemctl enable --now ${services.join(' ')}
steps/join.sh genesis.block
\`\`\`

The step may be repeated. Blocks flow once more than two thirds of the orderers (with Raft: more than
half) have joined. \`journalctl -u ${services[0] ?? ''}\` shows a node's log.`
}

function chaincode({ party }: OwnHost): string {
  return `
## 6. The chaincode

\`\`\`sh
steps/chaincode.sh 1
sudo systemctl enable --now tallystick-chaincode@1
steps/approve.sh 1
\`\`\`

The first builds the chaincode, installs the package on the peers of ${party.id}, and prints the
version. Compare it with the others before you approve: it is the sha256 of the code, and must be
the same everywhere. Once all have approved, one of them runs \`steps/commit.sh 1\`.

An upgrade is the same with the next number, from sources at the next agreed commit. Stop the server
of the number before when \`steps/commit.sh\` of the new one has shown that it is committed.`
}

function gateway({ topology, party }: OwnHost): string {
  const others = topology.consortium.organisations.filter(({ id }) => id !== party.id)
  const files = others.map(({ id }) => `\`gateway-for-${id}.json\` to ${id}`)
  return `
## 7. The gateway

\`\`\`sh
sudo systemctl enable --now tallystick-gateway
\`\`\`

\`gateway-tokens.json\` has the tokens of its users. Send ${files.join(', ')},
each by a way that nobody else reads, since a token stands in it; put what they send you into the
list \`others\` of \`gateway.json\`. The gateway reads that list again while it runs. It speaks plain
HTTP: beyond the machine put a TLS server in front, and its https address in those files.`
}

const LATER = `
## Later

A new member, a certificate that ends, a revoked one: \`steps/config-fetch.sh\`, edit
\`change/after.json\`, \`steps/config-propose.sh\`, let the others sign \`change/envelope.pb\` with
\`steps/config-sign.sh\`, then \`steps/config-submit.sh\`. docs/runbooks/own-hosts.md says what to edit.`
