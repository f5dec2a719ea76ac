-- The email list: everybody's, but nobody is on it whose address is not confirmed.
CREATE TABLE subscribers (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE
);

-- Each account's stocks. A price is text: neither database shall round it.
CREATE TABLE stocks (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    symbol     TEXT NOT NULL,
    shares     BIGINT NOT NULL,
    price      TEXT NOT NULL,
    added_at   BIGINT NOT NULL
);

CREATE INDEX stocks_by_account ON stocks (account_id);
