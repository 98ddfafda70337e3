//! The SQL of the store: one statement a call, so that its commit is part of its answer.

use super::tables::Tables;

/// The statements with the tables' names filled in.
#[derive(Debug)]
pub(super) struct Statements {
    pub(super) load: String,
    pub(super) create: String,
    pub(super) replace: String,
    pub(super) remove: String,
    pub(super) acquire: String,
    pub(super) renew: String,
    pub(super) release: String,
    pub(super) claim: String,
}

const LOAD: &str = "
SELECT version, record, due FROM {sessions} WHERE provider = $1 AND subject = $2";

/// The number is drawn under a lock: of two that create one session, the later gets the greater number, even where the
/// session is removed between them. The lock and the number must not be drawn in one list, whose order is not promised.
const CREATE: &str = "
INSERT INTO {sessions} (provider, subject, version, record, due)
SELECT $1, $2, nextval('{numbers}'), $3, $4
FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, hashtextextended($2, 1)))) AS locked
ON CONFLICT DO NOTHING
RETURNING version";

const REPLACE: &str = "
UPDATE {sessions} SET version = nextval('{numbers}'), record = $3, due = $4, claimed_until = NULL
WHERE provider = $1 AND subject = $2 AND version = $5
RETURNING version";

const REMOVE: &str = "
DELETE FROM {sessions} WHERE provider = $1 AND subject = $2 AND version = $3 RETURNING version";

/// Gives the fence, or what is left of the other one's time. It gives no row where another one took the lease after
/// this statement began, which then cannot see it.
const ACQUIRE: &str = "
WITH taken AS (
    INSERT INTO {leases} AS held (provider, subject, owner, fence, held_until)
    SELECT $1, $2, $3, nextval('{numbers}'), clock_timestamp() + $4::bigint * interval '1 millisecond'
    FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, hashtextextended($2, 2)))) AS locked
    ON CONFLICT (provider, subject) DO UPDATE
    SET owner = excluded.owner, fence = excluded.fence, held_until = excluded.held_until
    WHERE held.held_until <= clock_timestamp()
    RETURNING fence
)
SELECT fence, 0::bigint AS remaining FROM taken
UNION ALL
SELECT NULL, greatest(1, ceil(1000 * extract(epoch FROM held_until - clock_timestamp())))::bigint
FROM {leases}
WHERE provider = $1 AND subject = $2 AND NOT EXISTS (SELECT FROM taken)";

const RENEW: &str = "
UPDATE {leases} SET held_until = clock_timestamp() + $5::bigint * interval '1 millisecond'
WHERE provider = $1 AND subject = $2 AND owner = $3 AND fence = $4 AND held_until > clock_timestamp()
RETURNING fence";

const RELEASE: &str = "
DELETE FROM {leases} WHERE provider = $1 AND subject = $2 AND owner = $3 AND fence = $4";

/// Two ends to take from: what nobody was handed yet, and what those who were handed it did not write in time.
/// `statement_timestamp()` and not `clock_timestamp()` in the condition: an index can be searched for it.
const CLAIM: &str = "
WITH fresh AS (
    SELECT subject, due FROM {sessions}
    WHERE provider = $1 AND due <= $2 AND claimed_until IS NULL
    ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED
), overdue AS (
    SELECT subject, due FROM {sessions}
    WHERE provider = $1 AND due <= $2 AND claimed_until <= statement_timestamp()
    ORDER BY due LIMIT $3 FOR UPDATE SKIP LOCKED
), chosen AS (
    SELECT subject, due FROM fresh UNION ALL SELECT subject, due FROM overdue ORDER BY due LIMIT $3
), claimed AS (
    UPDATE {sessions} AS session
    SET claimed_until = clock_timestamp() + $4::bigint * interval '1 millisecond'
    FROM chosen
    WHERE session.provider = $1 AND session.subject = chosen.subject
    RETURNING session.subject, session.due
)
SELECT subject FROM claimed ORDER BY due, subject";

impl Statements {
    pub(super) fn of(tables: &Tables) -> Self {
        let fill = |text: &str| tables.fill(text);
        Self {
            load: fill(LOAD),
            create: fill(CREATE),
            replace: fill(REPLACE),
            remove: fill(REMOVE),
            acquire: fill(ACQUIRE),
            renew: fill(RENEW),
            release: fill(RELEASE),
            claim: fill(CLAIM),
        }
    }
}
