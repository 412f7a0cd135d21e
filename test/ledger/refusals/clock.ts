import type { RefusalTable } from '../../support/faults.ts'
import { ANN, openedLedger } from '../../support/opened-ledger.ts'
import { signed } from '../../support/world.ts'
import { done } from './basket-faults.ts'
import { commonFaults } from './common-faults.ts'

const tickClock: RefusalTable = {
  base: {
    type: 'TickClock',
    actor: 'mall',
    organisation: 'mall',
    body: { time: '1796083200' },
    ledger: openedLedger,
  },
  faults: [
    { name: 'no time', code: 'COMMAND_MALFORMED', body: { time: '0' } },
    ...commonFaults('mall'),
    { name: 'a person', code: 'NOT_AUTHORISED', envelope: { actor: ANN } },
    {
      name: 'an organisation that is not registered',
      code: 'NOT_AUTHORISED',
      envelope: { actor: 'port' },
      call: { organisation: 'port' },
    },
    {
      name: 'a time that it has told',
      code: 'TICK_NOT_LATER',
      before: done(() => signed('TickClock', 'mall', { time: '1796083200' })),
    },
  ],
}

export const CLOCK = [tickClock]
