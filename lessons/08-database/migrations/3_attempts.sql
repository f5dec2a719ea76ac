-- What may happen only so often a minute: failed logins, a row for the account's name and one for the
-- address, and registrations.
CREATE TABLE attempts (
    id   TEXT NOT NULL,
    who  TEXT NOT NULL,
    at   BIGINT NOT NULL
);

CREATE INDEX attempts_by_who ON attempts (who, at);
