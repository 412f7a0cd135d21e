export const ANN = 'bank:m-aaaaaaaaaa'
export const BEN = 'mall:m-bbbbbbbbbb'

/** The files of a day small enough to work out on paper, by name. */
export const SMALL_DAY: Readonly<Record<string, string>> = {
  'day.json':
    '{"seed":1,"channel":"consortium","openingDate":"2026-11-30","tradingDate":"2026-12-01"}',
  'programmes.csv': `issuer,asset,name,points_per_yuan,price_micro_yuan_per_point,expires_after_months,transferable,budget,acceptors,partners
bank,bank:hui:point,Hui,1/1,10000/3,24,yes,1000000,airline bank mall,
mall,mall:flash:point,Flash,5/1,1000/1,0,no,1000000,mall,
airline,airline:mile:point,Mile,1/3,70000/3,,yes,1000000,airline bank,bank
`,
  'members.csv': `time,member,home
2026-11-30T09:00:00,${ANN},bank
2026-11-30T09:00:14,${BEN},mall
`,
  'earnings-bank.csv': `time,store,receipt,member,amount_fen,asset,available_from
2026-11-30T18:00:00,B-1,R1,${ANN},10050,bank:hui:point,
2026-11-30T18:00:00,B-1,R2,${ANN},1000,airline:mile:point,2026-11-30
2026-11-30T18:05:00,B-2,R1,${BEN},10000,bank:hui:point,
2026-11-30T18:06:00,B-1,R3,${ANN},99,bank:hui:point,
2026-11-30T18:07:00,B-1,R3,${ANN},200,bank:hui:point,2026-12-01

2026-11-31T18:08:00,B-1,R4,${ANN},200,bank:hui:point,
2026-11-30T20:00:00,B-1,R5,${BEN},1000,bank:hui:point,2026-12-31
2026-12-01T09:00:00,B-1,R6,${BEN},1000,bank:hui:point,2026-12-31
`,
  'earnings-mall.csv': `time,store,receipt,member,amount_fen,asset,available_from
2026-11-30T18:00:00,M-1,R1,${BEN},1000,mall:flash:point,
2026-12-01T00:00:00,M-1,R2,${BEN},200,mall:flash:point,
2026-12-01T08:00:00,M-1,R3,${ANN},900,airline:mile:point,
2026-12-01T08:01:00,M-1,R3,mall:m-cccccccccc,900,mall:flash:point,
2026-12-01T08:02:00,M-1,R3,${ANN},9.5,mall:flash:point,
`,
  'transfers-bank.csv': `time,from,to,asset,points,note
2026-11-30T18:00:00,${ANN},${BEN},bank:hui:point,30,
2026-11-30T18:10:00,${ANN},${BEN},bank:hui:point,72,
2026-11-30T18:11:00,${ANN},${BEN},bank:hui:point,73,
2026-12-01T00:00:00,${ANN},${BEN},bank:hui:point,72,"dinner, ""split"""
2026-12-01T00:00:01,${ANN},${ANN},airline:mile:point,1,
2026-12-01T00:00:02,${ANN},mall:m-cccccccccc,airline:mile:point,1,
2026-12-01T00:00:03,bank:m-cccccccccc,${ANN},airline:mile:point,1,
2026-12-01T00:00:04,${ANN},${BEN},bank:sun:point,1,
2026-12-01T00:00:05,${ANN},${BEN},airline:mile:point,1,"open
`,
  'transfers-mall.csv': `time,from,to,asset,points,note
2026-12-01T10:00:00,${BEN},${ANN},mall:flash:point,10,
`,
  'redemptions-mall.csv': `time,store,order,member,asset,points
2026-11-30T23:59:59,M-1,O1,${BEN},mall:flash:point,20
2026-12-01T12:00:00,M-1,O2,${BEN},mall:flash:point,40
2026-12-01T12:01:00,M-1,O2,${BEN},mall:flash:point,41
2026-12-01T12:02:00,M-1,O2,${BEN},mall:flash:point,10
2026-12-01T12:03:00,M-1,O2,${BEN},bank:hui:point,1
2026-12-01T12:04:00,M-1,O3,${BEN},bank:hui:point,100
`,
  'redemptions-airline.csv': `time,store,order,member,asset,points
2026-12-01T13:00:00,A-1,O1,${BEN},bank:hui:point,1
2026-12-01T13:01:00,A-1,O1,${ANN},airline:mile:point,2
2026-12-01T13:02:00,A-1,O2,${ANN},mall:flash:point,1
2026-12-01T13:03:00,A-1,O2,${BEN},bank:hui:point,11
`,
}
