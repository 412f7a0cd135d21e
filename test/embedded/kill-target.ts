import { ProbeNetwork } from './probe-network.ts'

// Submits until it is killed, and says so of each transaction that was committed.
const [dataDir] = process.argv.slice(2)
const network = new ProbeNetwork(dataDir)
await network.start()
const { contract } = network.connect('bank')
await contract.submitTransaction('Fail', 'this must not be printed').catch(() => undefined)
await contract.evaluateTransaction('NoFunction').catch(() => undefined)
for (let number = 0; number < 10_000; number += 1) {
  const key = `acknowledged ${number}`
  await contract.submitTransaction('Put', key, 'committed')
  process.stdout.write(`${key}\n`)
}
