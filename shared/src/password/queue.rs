//! Where hashes wait for their turn: each takes a core, and 19 MiB, for some hundredths of a second.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

use parking_lot::Mutex;
use rocket::http::Status;
use rocket::tokio::sync::Semaphore;
use rocket::tokio::task::spawn_blocking;

/// How many may wait or be at work: about as many as are through in two seconds.
const PLACES: usize = 64;
/// How many of them from one address, which may be a whole class's: the rest is for the others.
const FROM_ONE_ADDRESS: usize = PLACES / 2;

/// The one queue of this program.
pub(super) static QUEUE: LazyLock<Queue> =
    LazyLock::new(|| Queue::for_cores(available_parallelism().map_or(1, Into::into)));

pub(super) struct Queue {
    cores: Arc<Semaphore>,
    /// How many places each address has taken.
    taken: Mutex<HashMap<String, usize>>,
}

impl Queue {
    fn for_cores(cores: usize) -> Self {
        Self { cores: Arc::new(Semaphore::new(cores)), taken: Mutex::default() }
    }

    /// Does work beside the server's other work, when there is a core for it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        address: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Status> {
        let _place = self.place(address).ok_or(Status::ServiceUnavailable)?;
        let core = self.cores.clone().acquire_owned().await;
        let core = core.map_err(|_| Status::InternalServerError)?;
        // The core is busy until the work is done, also for a visitor who has left.
        let work = move || {
            let _core = core;
            work()
        };
        spawn_blocking(work).await.map_err(|_| Status::InternalServerError)
    }

    fn place(&self, address: &str) -> Option<Place<'_>> {
        let mut taken = self.taken.lock();
        let from_here = taken.get(address).copied().unwrap_or_default();
        if from_here >= FROM_ONE_ADDRESS || taken.values().sum::<usize>() >= PLACES {
            return None;
        }
        taken.insert(address.to_owned(), from_here + 1);
        Some(Place { queue: self, address: address.to_owned() })
    }
}

/// A place in the queue, which is free again when this is dropped.
struct Place<'q> {
    queue: &'q Queue,
    address: String,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut taken = self.queue.taken.lock();
        match taken.get_mut(&self.address) {
            Some(places) if *places > 1 => *places -= 1,
            _ => drop(taken.remove(&self.address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rocket::futures::future::{join, join_all};

    use super::*;

    /// The results of jobs from these addresses. The first one is at work until all have come.
    async fn all_at_once<'a>(
        queue: &Queue,
        addresses: impl Iterator<Item = &'a str>,
    ) -> Vec<Result<(), Status>> {
        let gate = Arc::new(Mutex::new(()));
        let shut = gate.lock();
        let jobs = addresses.map(|address| {
            let gate = gate.clone();
            queue.run(address, move || drop(gate.lock()))
        });
        join(join_all(jobs), async { drop(shut) }).await.0
    }

    #[rocket::async_test]
    async fn a_full_queue_refuses_instead_of_growing() {
        let queue = Queue::for_cores(1);
        let from = |n: usize| ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"][n % 4];
        let done = all_at_once(&queue, (0..4 * PLACES).map(from)).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), PLACES);
        assert_eq!(done.last(), Some(&Err(Status::ServiceUnavailable)));
        assert_eq!(queue.run("192.0.2.1", || 7).await, Ok(7), "and then it goes on");
    }

    #[rocket::async_test]
    async fn one_address_leaves_room_in_the_queue_for_others() {
        let queue = Queue::for_cores(1);
        let flood = (0..2 * PLACES).map(|_| "203.0.113.1");
        let mut done = all_at_once(&queue, flood.chain(["203.0.113.2"])).await;
        assert_eq!(done.pop(), Some(Ok(())), "the other address");
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), FROM_ONE_ADDRESS);
        assert!(queue.taken.lock().is_empty(), "no place is taken for ever");
    }

    #[rocket::async_test]
    async fn no_more_hashes_are_at_work_than_there_are_cores() {
        let queue = Queue::for_cores(2);
        let (at_work, most) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
        let all = (0..FROM_ONE_ADDRESS).map(|_| {
            let (at_work, most) = (at_work.clone(), most.clone());
            queue.run("192.0.2.1", move || {
                let now = {
                    let mut at_work = at_work.lock();
                    *at_work += 1;
                    *at_work
                };
                let mut most = most.lock();
                *most = now.max(*most);
                drop(most);
                std::thread::yield_now();
                *at_work.lock() -= 1;
            })
        });
        join_all(all).await;
        assert!((1..=2).contains(&*most.lock()));
    }
}
