import { parentPort, workerData } from 'node:worker_threads'
// First, because it quiets Fabric's logger before the contract makes it speak.
import { startEmbeddedLedger } from './embedded-ledger.ts'
import type { EmbeddedLedgerOptions } from './embedded-ledger.ts'
import { LedgerContract } from '../../chaincode/index.ts'
import { CHAINCODE_NAME } from '../../ledger/index.ts'

type ThreadOptions = Omit<EmbeddedLedgerOptions, 'chaincodes'>

const port = parentPort
if (port === null) throw new Error('this module runs as a thread of network/embedded-engine.ts')

const options = workerData as ThreadOptions
const ledger = await startEmbeddedLedger({
  ...options,
  chaincodes: [{ name: CHAINCODE_NAME, contracts: [LedgerContract] }],
})
port.once('message', () => {
  void ledger.close().then(() => port.close())
})
port.postMessage({
  address: ledger.address,
  tlsRootCertificate: ledger.tlsRootCertificate,
  identities: Object.fromEntries(
    options.organisations.map((organisation) => [
      organisation,
      {
        client: ledger.identity(organisation, 'client'),
        admin: ledger.identity(organisation, 'admin'),
      },
    ]),
  ),
})
