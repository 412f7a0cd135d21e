import { ANN, BEN, SMALL_DAY } from './small-day.ts'

/** The files of a day with coupons, small enough to work out on paper, by name. */
export const SMALL_COUPON_DAY: Readonly<Record<string, string>> = {
  'day.json': SMALL_DAY['day.json'] ?? '',
  'programmes.csv': SMALL_DAY['programmes.csv'] ?? '',
  'members.csv': SMALL_DAY['members.csv'] ?? '',
  'series.csv': `series,name,value,minimum_spend_fen,validity,blackouts,acceptors,categories,funders,uses,stacking,per_member,per_member_day,budget
mall:five:fen,Five,face 500 partial,0,30,,mall,,mall=2 bank=1,transfer gift auction,1 others points,2,,100000
`,
  'earnings-bank.csv': `time,store,receipt,member,amount_fen,asset,available_from
2026-11-30T18:00:00,B-1,R1,${ANN},30000,bank:hui:point,
2026-11-30T18:00:01,B-1,R2,${BEN},10000,bank:hui:point,
`,
  'issues-mall.csv': `time,series,serials,member
2026-11-30T18:10:00,mall:five:fen,C1 C2,${BEN}
2026-11-30T18:10:01,mall:five:fen,C2,${ANN}
2026-11-30T18:10:02,mall:five:fen,C3,${BEN}
`,
  'orders-mall.csv': `time,action,purchase,store,order,member,items,basket,paid_fen,until
2026-11-30T18:20:00,pay,mall:p-1,M-1,O1,${BEN},food=700,bank:hui:point=60 mall:five:fen/C1,521,
2026-11-30T18:20:01,pay,mall:p-1,M-1,O1,${BEN},food=700,bank:hui:point=60 mall:five:fen/C1,520,
2026-11-30T18:20:02,pay,mall:p-2,M-1,O1,${BEN},food=700,mall:five:fen/C2,500,
`,
  'refunds-mall.csv': `time,purchase,basket,reason
2026-11-30T18:30:00,mall:p-1,mall:five:fen/C1=501,sold out
2026-11-30T18:30:01,mall:p-1,mall:five:fen/C1=200 bank:hui:point=30,sold out
`,
  'gifts-bank.csv': `time,action,gift,member,basket,shares,seed,until,signed_for
2026-11-30T18:40:00,open,bank:g-1,${ANN},bank:hui:point=100,3,,2026-12-20,
2026-11-30T18:40:01,claim,bank:g-1,${BEN},,,,,${ANN}
2026-11-30T18:40:02,claim,bank:g-1,${BEN},,,,,${BEN}
2026-11-30T18:40:03,claim,bank:g-1,${BEN},,,,,${BEN}
2026-11-30T18:40:04,open,bank:g-2,${ANN},bank:hui:point=10,,,2026-12-20,
2026-11-30T18:40:05,recall,bank:g-2,${ANN},,,,,
`,
  'auctions-mall.csv': `time,action,auction,member,basket,asset,points,increment,extend_seconds,closes_at,until
2026-11-30T18:50:00,open,mall:a-1,${BEN},mall:five:fen/C2,bank:hui:point,10,5,0,2026-11-30T19:30:00,2026-12-20
2026-11-30T18:51:00,bid,mall:a-1,${ANN},,bank:hui:point,10,,,,
2026-11-30T18:52:00,bid,mall:a-1,${ANN},,bank:hui:point,12,,,,
2026-11-30T18:53:00,close,mall:a-1,${ANN},,,,,,,
2026-11-30T19:31:00,tick,,,,,,,,,
2026-11-30T19:32:00,close,mall:a-1,${ANN},,,,,,,
2026-11-30T19:34:00,close,mall:a-1,${ANN},,,,,,,
`,
  'auctions-bank.csv': `time,action,auction,member,basket,asset,points,increment,extend_seconds,closes_at,until
2026-11-30T19:33:00,tick,,,,,,,,,
`,
}
