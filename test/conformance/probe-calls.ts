import type { Dice } from './dice.ts'

/** A function of the probe contract and its arguments. */
export type ProbeCall = readonly [name: string, ...args: string[]]

/** Keys that many transactions share. */
export const KEYS = Array.from({ length: 10 }, (_, index) => `k${index}`)
/** What a peer reads ahead of a chaincode is a page of 100 and one; here are more keys than that. */
const READ_AHEAD = 101
const WIDE_KEYS = 130
const WIDE = 'wide'
const WIDE_ORDER = Array.from({ length: WIDE_KEYS }, (_, index) => `${WIDE}-${index}`).sort()

type MakeCall = (dice: Dice, serial: string) => ProbeCall

const key = (dice: Dice): string => dice.pick(KEYS)

/** Where a range starts and ends: mostly some of the shared keys, sometimes none, sometimes all. */
function range(dice: Dice): [string, string] {
  if (dice.chance(8)) return [key(dice), '']
  return [key(dice), key(dice)]
}

function ordered(dice: Dice): [string, string] {
  const [start = '', end = ''] = [key(dice), key(dice)].sort()
  return [start, `${end}~`]
}

/** One of the many keys, mostly near the last that a peer reads ahead; or one between them. */
function wideKey(dice: Dice): string {
  const near = dice.chance(70) ? READ_AHEAD - 3 + dice.below(6) : dice.below(WIDE_KEYS)
  const found = WIDE_ORDER[near] ?? WIDE
  return dice.chance(20) ? `${found}x` : found
}

const CALLS: readonly (readonly [number, MakeCall])[] = [
  [12, (dice, serial) => ['Put', key(dice), serial]],
  [20, (dice, serial) => ['Append', key(dice), `${serial},`]],
  [5, (dice) => ['Get', key(dice)]],
  [8, (dice) => ['Delete', key(dice)]],
  [2, (dice) => ['Put', key(dice), '']],
  [8, (dice) => ['Copy', key(dice), key(dice)]],
  [5, (dice, serial) => ['Recreate', key(dice), serial]],
  [8, (dice) => ['Count', ...ordered(dice), key(dice)]],
  [3, (dice) => ['Count', ...range(dice), key(dice)]],
  [3, (dice) => ['Count', ...ordered(dice), '']],
  [4, (dice) => ['First', ...ordered(dice), key(dice)]],
  [4, (dice) => ['First', `${WIDE}-`, `${WIDE}.`, key(dice)]],
  [4, (dice, serial) => ['Put', wideKey(dice), serial]],
  [1, (dice) => ['Delete', wideKey(dice)]],
  [3, (dice) => ['Sweep', ...ordered(dice)]],
  [3, (dice) => ['PutComposite', 'pair', JSON.stringify([key(dice), key(dice)])]],
  [3, (dice) => ['ListComposite', 'pair', JSON.stringify([key(dice)])]],
  [3, (dice, serial) => ['Announce', key(dice), 'announced', serial]],
]

const MEETING: readonly ((serial: string, at: string, other: string) => ProbeCall)[] = [
  (serial, at) => ['Put', at, serial],
  (_, at) => ['Delete', at],
  (serial, at) => ['Recreate', at, serial],
  (serial, at) => ['Append', at, `${serial},`],
  (_, at, other) => ['Copy', at, other],
  (_, at, other) => ['Count', at, `${at}~`, other],
  (_, at, other) => ['First', at, '', other],
  (_, at) => ['Get', at],
]

const FAILING: readonly MakeCall[] = [
  (_, serial) => ['Fail', `REFUSED {"serial":"${serial}"}`],
  () => ['Differ'],
  () => ['Nothing'],
  (dice) => ['Put', key(dice)],
]

const QUERIES: readonly MakeCall[] = [
  (dice) => ['Get', key(dice)],
  (dice) => ['Dump', ...ordered(dice)],
  (dice) => ['Count', ...range(dice), ''],
  (_, serial) => ['Fail', serial],
]

/** The call that writes the many keys. */
export const WIDEN: ProbeCall = ['Load', WIDE, '0', String(WIDE_KEYS)]

export function someCall(dice: Dice, serial: string): ProbeCall {
  return dice.weighted(CALLS)(dice, serial)
}

/** One of several calls of the same block that meet at one key. */
export function meetingCall(dice: Dice, serial: string, at: string): ProbeCall {
  return dice.pick(MEETING)(serial, at, key(dice))
}

/** A call that no majority endorses. */
export function failingCall(dice: Dice, serial: string): ProbeCall {
  return dice.pick(FAILING)(dice, serial)
}

export function someQuery(dice: Dice, serial: string): ProbeCall {
  return dice.pick(QUERIES)(dice, serial)
}
