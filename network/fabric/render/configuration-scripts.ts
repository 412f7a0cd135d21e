import { peersOf } from '../topology.ts'
import type { OwnHost } from './own-host.ts'
import type { Script } from './script.ts'
import { ordererOptions } from './script.ts'

/** The steps of a change of the channel: read it, propose, sign, submit. */
export function configurationScripts(host: OwnHost): readonly Script[] {
  const { channel } = host.topology.consortium
  const fetch = `
mkdir -p change
peer channel fetch config change/block.pb -c ${channel} ${ordererOptions(host)}
configtxlator proto_decode --type common.Block --input change/block.pb --output change/block.json
"$NODE" -e '
  const fs = require("fs")
  const block = JSON.parse(fs.readFileSync("change/block.json", "utf8"))
  const { config } = block.data.data[0].payload.data
  fs.writeFileSync("change/before.json", JSON.stringify(config, undefined, 2))
'
cp change/before.json change/after.json
echo 'Edit change/after.json.'`
  const admit = editScript(
    `"$first" "$2"`,
    'groups.Application.groups[process.argv[3]] = read(process.argv[2])',
  )
  const count = editScript(
    'config/endorsement.json',
    'groups.Application.policies.Endorsement.policy = read(process.argv[2])',
  )
  return [
    organisationScript(host),
    { name: 'config-fetch', usage: '', body: fetch },
    { name: 'config-admit', usage: 'FILE PARTY', body: admit },
    { name: 'config-count', usage: '', body: count },
    proposeScript(host),
    { name: 'config-sign', usage: 'FILE', body: 'peer channel signconfigtx --file "$first"' },
    {
      name: 'config-submit',
      usage: 'FILE',
      body: `peer channel update -c ${channel} --file "$first" ${ordererOptions(host)}`,
    },
  ]
}

/** What makes the party a member, as the channel's configuration has it. */
function organisationScript({ topology, party }: OwnHost): Script {
  const anchors = peersOf(topology, party.id)
    .slice(0, 1)
    .map(({ address, port }) => ({ host: address, port }))
  const body = `
configtxgen -printOrg ${party.id} -configPath "$PWD/config/organisation" > organisation.json
"$NODE" -e '
  const fs = require("fs")
  const group = JSON.parse(fs.readFileSync("organisation.json", "utf8"))
  const anchors = JSON.parse(process.argv[1])
  const value = { anchor_peers: anchors }
  if (anchors.length > 0) {
    group.values.AnchorPeers = { mod_policy: "Admins", value, version: "0" }
  }
  fs.writeFileSync("organisation-${party.id}.json", JSON.stringify(group, undefined, 2))
' '${JSON.stringify(anchors)}'
rm organisation.json
sha256sum organisation-${party.id}.json`
  return { name: 'organisation', usage: '', body }
}

function proposeScript({ topology }: OwnHost): Script {
  const { channel } = topology.consortium
  const body = `
for state in before after; do
  configtxlator proto_encode --type common.Config \\
    --input change/$state.json --output change/$state.pb
done
configtxlator compute_update --channel_id ${channel} \\
  --original change/before.pb --updated change/after.pb --output change/update.pb
configtxlator proto_decode --type common.ConfigUpdate \\
  --input change/update.pb --output change/update.json
"$NODE" -e '
  const fs = require("fs")
  const update = JSON.parse(fs.readFileSync("change/update.json", "utf8"))
  const header = { channel_header: { channel_id: "${channel}", type: 2 } }
  const payload = { header, data: { config_update: update } }
  fs.writeFileSync("change/envelope.json", JSON.stringify({ payload }))
'
configtxlator proto_encode --type common.Envelope \\
  --input change/envelope.json --output change/envelope.pb
sha256sum change/envelope.pb`
  return { name: 'config-propose', usage: '', body }
}

/** Changes change/after.json: `statement` may use `groups` of the channel and `read` JSON files. */
function editScript(args: string, statement: string): string {
  return `
"$NODE" -e '
  const fs = require("fs")
  const read = (path) => JSON.parse(fs.readFileSync(path, "utf8"))
  const config = read(process.argv[1])
  const { groups } = config.channel_group
  ${statement}
  fs.writeFileSync(process.argv[1], JSON.stringify(config, undefined, 2))
' change/after.json ${args}`
}
