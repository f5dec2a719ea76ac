-- Who has an account. `name_key` is the name in small letters: Ferris and ferris are one.
CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    name_key      TEXT NOT NULL UNIQUE,
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    confirmation  TEXT UNIQUE -- what the mail's link says; NULL once the address is confirmed
);

-- Where somebody is logged in. A session holds the id of such a row and nothing else.
CREATE TABLE logins (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    browser    TEXT NOT NULL,
    address    TEXT NOT NULL,
    began_at   BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL
);

CREATE INDEX logins_by_account ON logins (account_id);
