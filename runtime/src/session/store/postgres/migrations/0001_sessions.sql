-- Sessions, the right to refresh each, and the numbers that only grow.
--
-- {schema} and {prefix} are filled in. A migration must leave the version before it working: workers of both run
-- side by side during a deploy.

-- Versions and fencing numbers. No cycle and no cache: a number is greater than every number given out before.
CREATE SEQUENCE {schema}."{prefix}numbers" AS bigint NO CYCLE;

CREATE TABLE {schema}."{prefix}sessions" (
    provider text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    record bytea NOT NULL,
    -- Milliseconds since the Unix epoch, by the clock of the application.
    due bigint,
    -- By the clock of the database; null where nobody was handed the session since it was written.
    claimed_until timestamptz,
    PRIMARY KEY (provider, subject)
);

-- What falls due is found from one end of these two, whatever else is kept.
CREATE INDEX "{prefix}sessions_due" ON {schema}."{prefix}sessions" (provider, due)
    WHERE due IS NOT NULL AND claimed_until IS NULL;
CREATE INDEX "{prefix}sessions_claimed" ON {schema}."{prefix}sessions" (provider, claimed_until)
    WHERE claimed_until IS NOT NULL;

CREATE TABLE {schema}."{prefix}leases" (
    provider text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    owner text NOT NULL,
    fence bigint NOT NULL,
    held_until timestamptz NOT NULL,
    PRIMARY KEY (provider, subject)
);
