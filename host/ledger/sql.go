package ledger

// This file holds the statements that both engines understand. Parameters are $1, $2, …

const (
	sqlVersion = `SELECT max(version) FROM schema_version`

	sqlDocument = `SELECT digest, kind, name, version, bytes, sum, signature, catalog, at, by
		FROM documents WHERE digest = $1`
	sqlHas     = `SELECT signature IS NOT NULL FROM documents WHERE digest = $1`
	sqlPublish = `INSERT INTO documents (digest, kind, name, version, bytes, sum, signature, catalog, at, by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlSign     = `UPDATE documents SET signature = $2 WHERE digest = $1 AND signature IS NULL`
	sqlRelease  = `SELECT digest FROM releases WHERE kind = $1 AND name = $2 AND version = $3`
	sqlName     = `INSERT INTO releases (kind, name, version, digest) VALUES ($1, $2, $3, $4)`
	sqlReleases = `SELECT r.published, d.digest, d.kind, r.name, r.version, d.signature, d.catalog, d.at, d.by
		FROM releases r JOIN documents d ON d.digest = r.digest
		WHERE r.kind = $1 AND (r.name, r.published) > ($2, $3) ORDER BY r.name, r.published LIMIT $4`

	sqlSigned       = `SELECT 1 FROM signatures WHERE digest = $1 AND sum = $2`
	sqlAddSignature = `INSERT INTO signatures (digest, sum, note, at) VALUES ($1, $2, $3, $4)`
	sqlSignatures   = `SELECT note FROM signatures WHERE digest = $1 ORDER BY at DESC, sum LIMIT 64`

	sqlExists = `SELECT 1 FROM sessions WHERE id = $1`
	sqlOwned  = `SELECT count(*) FROM (SELECT 1 FROM sessions WHERE owner = $1 LIMIT $2) owned`
	sqlCreate = `INSERT INTO sessions (id, bundle, genesis, owner, at) VALUES ($1, $2, $3, $4, $5)`

	sqlSessionColumns = `SELECT s.id, s.bundle, s.genesis, s.owner, s.at, coalesce(d.seq, 0), coalesce(d.digest, s.genesis)
		FROM sessions s LEFT JOIN decisions d ON d.session = s.id
		AND d.seq = (SELECT max(m.seq) FROM decisions m WHERE m.session = s.id) `
	sqlSession    = sqlSessionColumns + `WHERE s.id = $1`
	sqlSessions   = sqlSessionColumns + `WHERE s.id > $1 ORDER BY s.id LIMIT $2`
	sqlSessionsOf = sqlSessionColumns + `WHERE s.owner = $3 AND s.id > $1 ORDER BY s.id LIMIT $2`

	sqlGenesis = `SELECT genesis FROM sessions WHERE id = $1`
	sqlLog     = `SELECT seq, bytes, digest, prev, coalesce(key, '') FROM decisions
		WHERE session = $1 AND seq >= $2 ORDER BY seq LIMIT $3`
	sqlOrphan = `SELECT 1 FROM decisions WHERE session = $1 LIMIT 1` // where there is no such session
	sqlNamed  = `SELECT 1 FROM releases WHERE digest = $1 LIMIT 1`   // where there is no such document
	sqlByKey  = `SELECT seq FROM decisions WHERE session = $1 AND key = $2`

	sqlRemind       = `INSERT INTO reminders (at, session) VALUES ($1, $2) ON CONFLICT (at, session) DO NOTHING`
	sqlReminders    = `SELECT at, session FROM reminders WHERE at <= $1 ORDER BY at, session LIMIT $2`
	sqlNextReminder = `SELECT at FROM reminders ORDER BY at LIMIT 1`
	sqlForget       = `DELETE FROM reminders WHERE at = $1 AND session = $2`

	sqlSnapshot     = `SELECT seq, bytes, sum FROM snapshots WHERE session = $1`
	sqlSaveSnapshot = `INSERT INTO snapshots (session, seq, bytes, sum) VALUES ($1, $2, $3, $4)
		ON CONFLICT (session) DO UPDATE SET seq = excluded.seq, bytes = excluded.bytes, sum = excluded.sum
		WHERE excluded.seq >= snapshots.seq`
)

// sqlAdd adds a decision if it continues the log, in SQLite.
const sqlAdd = `INSERT INTO decisions (session, seq, bytes, digest, prev, key)
	SELECT $1, $2, $3, $4, $5, nullif($6, '') WHERE
	CASE WHEN $2 = 1 THEN $5 = (SELECT genesis FROM sessions WHERE id = $1)
	ELSE EXISTS (SELECT 1 FROM decisions WHERE session = $1 AND seq = $2 - 1 AND digest = $5) END
	AND NOT EXISTS (SELECT 1 FROM decisions WHERE session = $1 AND seq = $2)
	AND NOT EXISTS (SELECT 1 FROM decisions WHERE session = $1 AND key = nullif($6, ''))`
