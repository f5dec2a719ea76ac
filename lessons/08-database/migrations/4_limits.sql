-- A link that confirms an address is good for an hour, and only a digest of its code is kept: who reads
-- the database can confirm nothing. Links from before this are over; their owners ask for another mail.
ALTER TABLE accounts ADD COLUMN confirmation_until BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET confirmation = id WHERE confirmation IS NOT NULL;

-- Where each account has logged in: failures from elsewhere do not lock it out there.
CREATE TABLE known_addresses (
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    address    TEXT NOT NULL,
    seen_at    BIGINT NOT NULL,
    PRIMARY KEY (account_id, address)
);

-- What may happen only so often: failed logins, registrations, mails. `who` is a digest of the account's
-- name or of the address of the mail, so that nothing is left here of an account that is deleted.
DROP TABLE attempts;
CREATE TABLE attempts (
    id      TEXT NOT NULL,
    what    TEXT NOT NULL,
    who     TEXT NOT NULL,
    address TEXT NOT NULL,
    until   BIGINT NOT NULL
);

CREATE INDEX attempts_by_who ON attempts (what, who, until);
CREATE INDEX attempts_by_address ON attempts (what, address, until);
