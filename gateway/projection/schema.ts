import { DatabaseSync } from 'node:sqlite'
import { rebuild } from './rebuild.ts'

/** A store of another version is dropped and made again from the chain. */
const SCHEMA_VERSION = 6

/**
 * Amounts are decimal text: they can exceed 64 bits. A transaction, entry or balance is referred to
 * by the number it got when it came, so that order of arrival is order of number. What every entry
 * writes has keys of integers: long keys are what a row costs.
 */
const SCHEMA = `
CREATE TABLE blocks (
  number INTEGER PRIMARY KEY, hash TEXT NOT NULL, previous_hash TEXT NOT NULL
) STRICT;

CREATE TABLE transactions (
  seq INTEGER PRIMARY KEY, block_number INTEGER NOT NULL, position INTEGER NOT NULL,
  id TEXT NOT NULL, validation_code TEXT NOT NULL, submitter TEXT NOT NULL,
  timestamp TEXT NOT NULL, entry_count INTEGER NOT NULL,
  UNIQUE (block_number, position)
) STRICT;
CREATE INDEX transactions_by_id ON transactions (id);

CREATE TABLE records (
  kind TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, home TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_by_owner ON accounts (owner);

-- Of the commands whose outcome no entry tells.
CREATE TABLE outcomes (
  command_key INTEGER NOT NULL, actor TEXT NOT NULL, id TEXT NOT NULL,
  value TEXT NOT NULL, tx INTEGER NOT NULL,
  PRIMARY KEY (command_key, actor, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- The keys are those of index-keys.ts, which several may share.
CREATE TABLE entries (
  seq INTEGER PRIMARY KEY, tx INTEGER NOT NULL, type INTEGER NOT NULL,
  hash_key INTEGER NOT NULL, command_key INTEGER NOT NULL,
  hash TEXT NOT NULL, text TEXT NOT NULL, traceparent TEXT
) STRICT;
CREATE INDEX entries_by_type ON entries (type);
CREATE INDEX entries_by_hash ON entries (hash_key);
CREATE INDEX entries_by_command ON entries (command_key);

-- Of a holding also the base that debits write, and how many rows of credits it has.
CREATE TABLE balances (
  id INTEGER PRIMARY KEY, path TEXT NOT NULL, asset TEXT NOT NULL,
  debit TEXT NOT NULL, credit TEXT NOT NULL, base TEXT, credits INTEGER NOT NULL,
  UNIQUE (path, asset)
) STRICT;

-- What a transaction credited to a holding and no debit has folded into its base yet.
CREATE TABLE credits (
  balance INTEGER NOT NULL, tx INTEGER NOT NULL, lots TEXT NOT NULL,
  PRIMARY KEY (balance, tx)
) STRICT, WITHOUT ROWID;

-- Side and amount stand in the entry.
CREATE TABLE postings (
  balance INTEGER NOT NULL, entry INTEGER NOT NULL, line INTEGER NOT NULL,
  balance_after TEXT NOT NULL,
  PRIMARY KEY (balance, entry, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE general_ledger (
  path TEXT NOT NULL, asset TEXT NOT NULL, debit TEXT NOT NULL, credit TEXT NOT NULL,
  PRIMARY KEY (path, asset)
) STRICT, WITHOUT ROWID;

-- The deltas that no compaction has taken in, by the last parts of their keys.
CREATE TABLE open_deltas (
  path TEXT NOT NULL, asset TEXT NOT NULL, name TEXT NOT NULL,
  debit TEXT NOT NULL, credit TEXT NOT NULL,
  PRIMARY KEY (path, asset, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE delta_counts (
  path TEXT NOT NULL, asset TEXT NOT NULL, open INTEGER NOT NULL,
  PRIMARY KEY (path, asset)
) STRICT, WITHOUT ROWID;

-- What the balances of a code come to: kept as they change, because SQL could not add it up.
CREATE TABLE code_totals (
  path TEXT NOT NULL, asset TEXT NOT NULL, debit TEXT NOT NULL, credit TEXT NOT NULL,
  PRIMARY KEY (path, asset)
) STRICT, WITHOUT ROWID;

-- available_from is '' for what was available at once.
CREATE TABLE outstanding_lots (
  asset TEXT NOT NULL, expires TEXT NOT NULL, available_from TEXT NOT NULL, amount TEXT NOT NULL,
  PRIMARY KEY (asset, expires, available_from)
) STRICT, WITHOUT ROWID;

CREATE TABLE coupons (
  series TEXT NOT NULL, serial TEXT NOT NULL, account TEXT NOT NULL, state TEXT NOT NULL,
  amount TEXT NOT NULL, valid_from TEXT NOT NULL, expires TEXT NOT NULL, kept_by TEXT,
  PRIMARY KEY (series, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX coupons_by_account ON coupons (account, series, serial);
CREATE INDEX coupons_by_expiry ON coupons (expires) WHERE state = 'held';

-- Kept as coupons change: a series has a hundred thousand, which is too many to count for a read.
CREATE TABLE coupon_counts (
  series TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (series, state)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER coupon_came AFTER INSERT ON coupons BEGIN
  INSERT INTO coupon_counts VALUES (new.series, new.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER coupon_went_on AFTER UPDATE OF state ON coupons WHEN old.state <> new.state BEGIN
  UPDATE coupon_counts SET count = count - 1 WHERE series = old.series AND state = old.state;
  INSERT INTO coupon_counts VALUES (new.series, new.state, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;

CREATE TABLE contracts (
  kind TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, due_on TEXT, value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contracts_by_due ON contracts (kind, due_on) WHERE status = 'open';
CREATE TABLE contract_parties (
  kind TEXT NOT NULL, party TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (kind, party, id)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = ${SCHEMA_VERSION};
`

/** A lost tail of the file is made again from the chain, so a commit need not wait for the disk. */
const PRAGMAS = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -16384;
PRAGMA wal_autocheckpoint = 4000;
`

/** Opens the store's file or makes it, anew when it is of another version. Throws when it is no store. */
export function openStore(path: string): DatabaseSync {
  const database = openAnyVersion(path)
  if (versionOf(database) === SCHEMA_VERSION) return database
  database.close()
  rebuild(path)
  return openAnyVersion(path)
}

/** Takes every row out of a store. */
export function emptyStore(database: DatabaseSync): void {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  const deletes = tables.map(({ name }) => `DELETE FROM ${String(name)};`)
  database.exec(`BEGIN; ${deletes.join(' ')} COMMIT`)
}

function openAnyVersion(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec(PRAGMAS)
    if (versionOf(database) === 0) database.exec(`BEGIN; ${SCHEMA} COMMIT`)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

function versionOf(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA user_version').get()?.['user_version']
}
