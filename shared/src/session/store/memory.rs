//! The `memory` store: here on the server, gone when it stops.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{NoRecord, Record, SESSION_LIMIT, SESSIONS, Store, StoreError, to_json, why_no_id};
use crate::clock::{Clock, Timestamp};
use crate::id::SessionId;

/// What all sessions may take at most, in bytes of JSON.
const TOTAL_LIMIT: usize = 1024 * SESSION_LIMIT;
/// A request waits only for requests whose ids fall into the same shard.
const SHARDS: usize = 64;
/// How many ended sessions a new one sweeps away at most: nobody waits for a long sweep.
const SWEEP: usize = 16;

/// Keeps sessions as JSON in a table of bounded size. When it is full, a session that was never renewed
/// makes room before one that was; and of these, those make room that began at the address from which
/// most of the room is taken, the nearest to its expiry first. So a flood of logins from one address
/// drops no login from another.
pub(super) struct MemoryStore {
    clock: Clock,
    shards: Vec<Mutex<Shard>>,
}

impl MemoryStore {
    pub(super) fn new(clock: Clock) -> Self {
        Self::with_capacity(clock, SESSIONS, SHARDS)
    }

    fn with_capacity(clock: Clock, sessions: usize, shards: usize) -> Self {
        let (capacity, byte_limit) = (sessions.div_ceil(shards), TOTAL_LIMIT / shards);
        let shard = || Mutex::new(Shard { capacity, byte_limit, ..Shard::default() });
        let shards = std::iter::repeat_with(shard).take(shards).collect();
        Self { clock, shards }
    }

    fn shard(&self, id: SessionId) -> &Mutex<Shard> {
        &self.shards[id.shard(self.shards.len())]
    }

    fn begin(&self, entry: Entry) -> String {
        let id = SessionId::random();
        let mut shard = self.shard(id).lock();
        shard.sweep(self.clock.now());
        shard.make_room(entry.json.len());
        shard.insert(id, entry);
        id.token()
    }
}

#[rocket::async_trait]
impl Store for MemoryStore {
    async fn load(&self, token: &str) -> Result<Option<Record>, StoreError> {
        let json = SessionId::parse(token).and_then(|id| self.shard(id).lock().json(id));
        Ok(json.and_then(|json| Record::from_json(&json)))
    }

    async fn create(&self, record: Record) -> Result<String, StoreError> {
        Ok(self.begin(Entry::new(&record)?))
    }

    async fn replace(
        &self,
        token: &str,
        seen: &Record,
        next: Record,
        renew: bool,
    ) -> Result<Option<String>, StoreError> {
        let Some(id) = SessionId::parse(token) else {
            return Ok(None);
        };
        let mut entry = Entry::new(&next.revised())?;
        {
            let mut shard = self.shard(id).lock();
            if shard.revision(id) != Some(seen.revision) {
                return Ok(None);
            }
            // It counts for where it began.
            entry.whose.begun_at = shard.remove(id).and_then(|before| before.whose.begun_at);
            if !renew {
                shard.make_room(entry.json.len());
                shard.insert(id, entry);
                return Ok(Some(token.to_owned()));
            }
        }
        Ok(Some(self.begin(entry)))
    }

    async fn remove(&self, token: &str) -> Result<(), StoreError> {
        if let Some(id) = SessionId::parse(token) {
            self.shard(id).lock().remove(id);
        }
        Ok(())
    }

    fn why_not(&self, token: &str) -> NoRecord {
        why_no_id(token)
    }
}

/// A part of the table, behind a lock of its own.
#[derive(Default)]
struct Shard {
    /// How many sessions it takes.
    capacity: usize,
    /// How many bytes of JSON it takes, and holds.
    byte_limit: usize,
    bytes: usize,
    entries: HashMap<SessionId, Entry>,
    /// The order in which sessions expire.
    order: BTreeSet<(Timestamp, SessionId)>,
    /// What each address has, and those shares by their size.
    shares: HashMap<Whose, Share>,
    by_size: BTreeSet<(bool, usize, Option<IpAddr>)>,
}

/// The sessions that were renewed or not, and that began at one address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Whose {
    renewed: bool,
    begun_at: Option<IpAddr>,
}

#[derive(Default)]
struct Share {
    bytes: usize,
    order: BTreeSet<(Timestamp, SessionId)>,
}

struct Entry {
    json: Arc<str>,
    revision: u64,
    expires: Timestamp,
    whose: Whose,
}

impl Entry {
    fn new(record: &Record) -> Result<Self, StoreError> {
        Ok(Self {
            json: to_json(record)?.into(),
            revision: record.revision,
            expires: record.expires,
            whose: Whose { renewed: record.renewed, begun_at: record.begun_at },
        })
    }

    /// What it takes: an empty one, too, has its place in the table.
    fn size(&self) -> usize {
        self.json.len() + TOTAL_LIMIT / SESSIONS
    }
}

impl Shard {
    fn json(&self, id: SessionId) -> Option<Arc<str>> {
        self.entries.get(&id).map(|entry| entry.json.clone())
    }

    fn revision(&self, id: SessionId) -> Option<u64> {
        self.entries.get(&id).map(|entry| entry.revision)
    }

    fn insert(&mut self, id: SessionId, entry: Entry) {
        self.bytes += entry.json.len();
        self.order.insert((entry.expires, id));
        self.change_share(entry.whose, |share| {
            share.bytes += entry.size();
            share.order.insert((entry.expires, id));
        });
        self.entries.insert(id, entry);
    }

    fn remove(&mut self, id: SessionId) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.bytes -= entry.json.len();
        self.order.remove(&(entry.expires, id));
        self.change_share(entry.whose, |share| {
            share.bytes -= entry.size();
            share.order.remove(&(entry.expires, id));
        });
        Some(entry)
    }

    fn change_share(&mut self, whose: Whose, change: impl FnOnce(&mut Share)) {
        let Whose { renewed, begun_at } = whose;
        let share = self.shares.entry(whose).or_default();
        self.by_size.remove(&(!renewed, share.bytes, begun_at));
        change(share);
        if share.order.is_empty() {
            self.shares.remove(&whose);
        } else {
            self.by_size.insert((!renewed, share.bytes, begun_at));
        }
    }

    /// The session that makes room: the first to end of the largest share.
    fn first_to_go(&self) -> Option<SessionId> {
        let &(anonymous, _, begun_at) = self.by_size.last()?;
        let share = self.shares.get(&Whose { renewed: !anonymous, begun_at })?;
        share.order.first().map(|&(_, id)| id)
    }

    /// Forgets some expired sessions.
    fn sweep(&mut self, now: Timestamp) {
        let expired = |(expires, _): &&(Timestamp, SessionId)| *expires <= now;
        let expired: Vec<_> = self.order.iter().take_while(expired).take(SWEEP).copied().collect();
        for (_, id) in expired {
            self.remove(id);
        }
    }

    /// Drops sessions until one more, of so many bytes, fits.
    fn make_room(&mut self, bytes: usize) {
        while self.entries.len() >= self.capacity || self.bytes + bytes > self.byte_limit {
            let Some(first) = self.first_to_go() else {
                break;
            };
            self.remove(first);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rocket::tokio;

    use super::*;

    fn record(expires: Timestamp, renewed: bool) -> Record {
        Record { expires, renewed, ..Record::default() }
    }

    async fn kept(store: &MemoryStore, tokens: &[String]) -> Vec<bool> {
        let mut kept = vec![];
        for token in tokens {
            kept.push(store.load(token).await.unwrap().is_some());
        }
        kept
    }

    #[tokio::test]
    async fn a_full_store_drops_the_oldest_anonymous_session() {
        let store = MemoryStore::with_capacity(Clock::manual(0), 3, 1);
        let mut tokens = vec![];
        for (expires, renewed) in [(10, true), (30, false), (20, false), (40, false)] {
            tokens.push(store.create(record(expires, renewed)).await.unwrap());
        }
        assert_eq!(kept(&store, &tokens).await, [true, true, false, true]);
    }

    #[tokio::test]
    async fn a_flood_of_logins_drops_only_its_own() {
        let store = MemoryStore::with_capacity(Clock::manual(0), 100, 1);
        let at = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        let mut tokens = vec![];
        for n in 1..=20 {
            let begun = Record { begun_at: at(n), ..record(10, false) };
            let token = store.create(begun.clone()).await.unwrap();
            let (seen, next) = (record(10, false), record(10, true));
            tokens.push(store.replace(&token, &seen, next, true).await.unwrap().unwrap());
        }
        for n in 0..10_000 {
            store.create(Record { begun_at: at(200), ..record(1000 + n, true) }).await.unwrap();
        }
        assert_eq!(kept(&store, &tokens).await, [true; 20]);
        for n in 0..10_000 {
            store.create(Record { begun_at: at(201), ..record(1000 + n, false) }).await.unwrap();
        }
        assert_eq!(kept(&store, &tokens).await, [true; 20]);
        let shard = store.shards[0].lock();
        assert_eq!(shard.entries.len(), 100);
        let shares = shard.shares.values().map(|share| share.order.len()).sum::<usize>();
        assert_eq!((shares, shard.by_size.len()), (100, shard.shares.len()));
    }

    #[tokio::test]
    async fn large_sessions_cannot_fill_the_memory() {
        let store = MemoryStore::with_capacity(Clock::manual(0), 1000, 1);
        store.shards[0].lock().byte_limit = 10_000;
        for expires in 0..100 {
            let values = [("text".to_owned(), "x".repeat(2_000).into())].into_iter().collect();
            let record = Record { values, expires, ..Record::default() };
            let token = store.create(record.clone()).await.unwrap();
            let mut larger = record.clone();
            larger.values.insert("more".to_owned(), "x".repeat(1_000).into());
            assert!(store.replace(&token, &record, larger, false).await.unwrap().is_some());
            assert!(store.shards[0].lock().bytes <= 10_000);
        }
        let shard = store.shards[0].lock();
        assert_eq!(shard.entries.len(), 3);
        assert_eq!(
            shard.bytes,
            shard.entries.values().map(|entry| entry.json.len()).sum::<usize>()
        );
    }

    #[tokio::test]
    async fn what_has_expired_is_swept_when_others_come() {
        let clock = Clock::manual(0);
        let store = MemoryStore::with_capacity(clock.clone(), 1000, 1);
        for n in 0..10 {
            store.create(record(100, n % 2 == 0)).await.unwrap();
        }
        clock.advance(Duration::from_secs(100));
        store.create(record(200, false)).await.unwrap();
        assert_eq!(store.shards[0].lock().entries.len(), 1);
        assert_eq!(store.shards[0].lock().order.len(), 1);
    }

    #[tokio::test]
    async fn a_sweep_stops_after_a_few() {
        let clock = Clock::manual(0);
        let store = MemoryStore::with_capacity(clock.clone(), 1000, 1);
        for _ in 0..100 {
            store.create(record(100, false)).await.unwrap();
        }
        clock.advance(Duration::from_secs(100));
        store.create(record(200, false)).await.unwrap();
        assert_eq!(store.shards[0].lock().entries.len(), 100 - SWEEP + 1);
    }

    #[tokio::test]
    async fn the_shards_together_hold_what_the_store_may_and_no_more() {
        let store = MemoryStore::with_capacity(Clock::manual(0), 10 * SHARDS, SHARDS);
        let first = store.create(record(1, false)).await.unwrap();
        for _ in 0..100 * SHARDS {
            store.create(record(2, false)).await.unwrap();
        }
        let total: usize = store.shards.iter().map(|shard| shard.lock().entries.len()).sum();
        assert_eq!(total, 10 * SHARDS);
        assert_eq!(kept(&store, &[first]).await, [false]);
        let store = MemoryStore::new(Clock::manual(0));
        let capacity: usize = store.shards.iter().map(|shard| shard.lock().capacity).sum();
        assert_eq!(capacity, SESSIONS);
    }
}
