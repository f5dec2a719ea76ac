//! The `redis` store: a server of its own, which many servers can ask.

use std::sync::LazyLock;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, FromRedisValue, RedisError, RedisResult, Script, ScriptInvocation};

use super::{NoRecord, Record, Store, StoreError, to_json, why_no_id};
use crate::clock::Clock;
use crate::id::SessionId;

/// How long a connection may take to come about.
const CONNECTING: Duration = Duration::from_millis(300);
/// How long an answer may take. Thousands of visitors at once wait behind one another for theirs.
const ANSWERING: Duration = Duration::from_millis(900);

/// A session is a hash with the record and its revision, and Redis forgets it when it is over. The
/// scripts run as one: no other request comes between the look at a session and its change.
static LOAD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return { false, false } end
            return redis.call('HMGET', KEYS[1], 'record', 'revision')",
    )
});

static CREATE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "redis.call('HSET', KEYS[1], 'record', ARGV[1], 'revision', ARGV[2])
        return redis.call('EXPIRE', KEYS[1], ARGV[3])",
    )
});

/// If the answer got lost and the script comes again, it finds its own revision there.
static REPLACE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "if redis.call('HGET', KEYS[2], 'revision') == ARGV[2] then return 1 end
        if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[4] then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[2], 'record', ARGV[1], 'revision', ARGV[2])
        return redis.call('EXPIRE', KEYS[2], ARGV[3])",
    )
});

static REMOVE: LazyLock<Script> =
    LazyLock::new(|| Script::new("return redis.call('DEL', KEYS[1])"));

/// Keeps sessions as JSON in Redis, under a digest of their id: who reads them there has no id to
/// send. How much memory they may take is Redis's own setting (`maxmemory`).
pub(super) struct RedisStore {
    cookie_name: String,
    clock: Clock,
    connection: ConnectionManager,
}

impl RedisStore {
    pub(super) async fn open(url: &str, cookie_name: String, clock: Clock) -> RedisResult<Self> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECTING))
            .set_response_timeout(Some(ANSWERING))
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(10));
        let connection = ConnectionManager::new_with_config(Client::open(url)?, config).await?;
        Ok(Self { cookie_name, clock, connection })
    }

    /// `lesson-09:5f0c…`
    fn key(&self, id: SessionId) -> String {
        use std::fmt::Write;
        let mut key = format!("{}:", self.cookie_name);
        for byte in id.digest(&self.cookie_name) {
            let _ = write!(key, "{byte:02x}");
        }
        key
    }

    fn seconds_left(&self, record: &Record) -> u64 {
        record.expires.saturating_sub(self.clock.now()).max(1)
    }

    /// Asks Redis, once more if the connection was lost: the first to ask after that notices it.
    async fn ask<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        let mut connection = self.connection.clone();
        let mut answer = script.invoke_async(&mut connection).await;
        if answer.as_ref().is_err_and(RedisError::is_connection_dropped) {
            answer = script.invoke_async(&mut connection).await;
        }
        Ok(answer?)
    }
}

/// How Redis says that it is there but not to be used, and what to do about it.
const NO_USE: [(&str, &str); 7] = [
    ("NOAUTH", PASSWORD),
    ("AuthenticationFailed", PASSWORD),
    ("NoPerm", RIGHTS),
    ("can't run this command", RIGHTS),
    ("ReadOnly", "It is a copy of another one, which may only be read: say where that one is"),
    ("OOM", "Its memory is full: raise `maxmemory`, or set `maxmemory-policy volatile-ttl`"),
    ("BusyLoading", "It is still reading what it has kept: try again in a moment"),
];

const RIGHTS: &str = "Its user needs more rights: ACL SETUSER name ~* +@read +@write +@scripting";

const PASSWORD: &str = "It wants a name or password, or another one: \
    ROCKET_SESSION='{store=\"redis\",url=\"redis://name:password@127.0.0.1:6379/\"}'";

/// Says why Redis cannot keep the sessions, and what to do about it. The address may hold a password:
/// it is not repeated.
pub(super) fn refusal(error: &str) -> String {
    match NO_USE.iter().find(|(sign, _)| error.contains(sign)) {
        Some((_, advice)) => {
            format!("session.url: the Redis there cannot keep sessions: {error}.\n{advice}")
        }
        None => format!(
            "session.url: no Redis answers there: {error}.\n\
             Start one with `redis-server`, or say where it is: \
             ROCKET_SESSION='{{store=\"redis\",url=\"redis://127.0.0.1:6379/\"}}'"
        ),
    }
}

/// What another program has written there is rejected.
fn read(json: &[u8], revision: &[u8]) -> Option<Record> {
    let record = Record::from_json(str::from_utf8(json).ok()?)?;
    let revision = str::from_utf8(revision).ok()?.parse().ok()?;
    Some(Record { revision, ..record })
}

impl From<RedisError> for StoreError {
    fn from(error: RedisError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

#[rocket::async_trait]
impl Store for RedisStore {
    async fn load(&self, token: &str) -> Result<Option<Record>, StoreError> {
        let Some(id) = SessionId::parse(token) else {
            return Ok(None);
        };
        let (json, revision): (Option<Vec<u8>>, Option<Vec<u8>>) =
            self.ask(&LOAD.key(self.key(id))).await?;
        Ok(json.zip(revision).and_then(|(json, revision)| read(&json, &revision)))
    }

    async fn create(&self, record: Record) -> Result<String, StoreError> {
        let id = SessionId::random();
        let mut script = CREATE.key(self.key(id));
        script.arg(to_json(&record)?).arg(record.revision).arg(self.seconds_left(&record));
        self.ask::<()>(&script).await?;
        Ok(id.token())
    }

    async fn replace(
        &self,
        token: &str,
        seen: &Record,
        next: Record,
        renew: bool,
    ) -> Result<Option<String>, StoreError> {
        let Some(old) = SessionId::parse(token) else {
            return Ok(None);
        };
        let new = if renew { SessionId::random() } else { old };
        let next = next.revised();
        let mut script = REPLACE.key(self.key(old));
        script.key(self.key(new)).arg(to_json(&next)?).arg(next.revision);
        script.arg(self.seconds_left(&next)).arg(seen.revision);
        let is_replaced: bool = self.ask(&script).await?;
        Ok(is_replaced.then(|| new.token()))
    }

    async fn remove(&self, token: &str) -> Result<(), StoreError> {
        match SessionId::parse(token) {
            Some(id) => self.ask(&REMOVE.key(self.key(id))).await,
            None => Ok(()),
        }
    }

    fn why_not(&self, token: &str) -> NoRecord {
        why_no_id(token)
    }
}
