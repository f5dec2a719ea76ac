//! What grows with the number of sessions, with their size, and with the number of browsers:
//! `cargo bench -p tests --features bench --bench growth`. It draws `docs/pictures/growth-*.svg`
//! and prints the same figures. `MOST=100000` before it stops at so many sessions.

#![expect(clippy::print_stdout, reason = "it prints tables")]

#[path = "growth/chart.rs"]
mod chart;
#[path = "common/cpu.rs"]
mod cpu;
#[path = "common/figures.rs"]
mod figures;
#[path = "common/server.rs"]
mod server;
#[path = "common/stores.rs"]
mod stores;
#[path = "common/wrk.rs"]
mod wrk;

use std::path::Path;
use std::time::Instant;

use rand::Rng;
use rocket::tokio::runtime::Runtime;
use shared::session::Store;
use tests::Redis;

use self::chart::{Chart, Line};
use self::figures::{Figures, setting};
use self::server::Server;
use self::stores::record;

const STORES: [&str; 5] = ["private", "signed", "memory", "sqlite", "redis"];
/// How often a thing is done for one figure.
const TRIES: u32 = 500;
const ROUNDS: u32 = 5;
/// What this program itself keeps of each session, in bytes: a `String` of 22 characters.
const TOKEN: f64 = 56.0;

fn main() {
    let redis = Redis::start("bench");
    let runtime = Runtime::new().expect("there are threads");
    runtime.block_on(async {
        sessions(&redis).await;
        sizes(&redis).await;
    });
    browsers(&redis);
}

/// Microseconds for a load and a replacement of a session at random, in each of some rounds.
async fn time(store: &dyn Store, tokens: &mut [String], bytes: usize) -> Figures {
    let mut figures = Figures::default();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        for _ in 0..TRIES {
            let token = &mut tokens[rand::thread_rng().gen_range(0..tokens.len())];
            let Some(seen) = store.load(token).await.expect("it answers") else {
                // A million is all that a store takes: this one has made room for another.
                *token = store.create(record(&"x".repeat(bytes))).await.expect("there is room");
                continue;
            };
            let next = store.replace(token, &seen, record(&"x".repeat(bytes)), false).await;
            *token = next.expect("it answers").expect("nothing else changes it");
        }
        figures.push(begin.elapsed().as_secs_f64() * 1e6 / f64::from(TRIES));
    }
    figures
}

/// How the cost grows with the number of sessions, and what each of them takes.
async fn sessions(redis: &Redis) {
    let most = setting("MOST", 1_000_000);
    let mut lines = vec![];
    println!(
        "\n| store | sessions | us for a load and a replacement | bytes for each |\n|---|---|---|---|"
    );
    for store in ["memory", "sqlite", "redis"] {
        let (opened, mut tokens) = (stores::open(store, &redis.url()).await, vec![]);
        let before = bytes(store, redis);
        let mut points = vec![];
        for count in [10, 1_000, 100_000, 1_000_000].into_iter().filter(|count| *count <= most) {
            for _ in tokens.len()..usize::try_from(count).expect("it fits") {
                tokens.push(opened.create(record(&"x".repeat(100))).await.expect("there is room"));
            }
            let own = if store == "memory" { TOKEN } else { 0.0 };
            let each = (bytes(store, redis) - before) / f64::from(count) - own;
            let figures = time(&*opened, &mut tokens, 100).await;
            let each = if count >= 100_000 { format!("{each:.0}") } else { String::new() };
            println!("| {store} | {count} | {figures:.1} | {each} |");
            points.push((f64::from(count), figures.median()));
        }
        lines.push(Line { name: store, points });
    }
    let chart = Chart {
        name: "growth-sessions",
        x: "sessions in the store",
        y: "µs to load and replace one",
    };
    chart.draw(&lines);
}

/// The memory or the file that the sessions take, in bytes.
fn bytes(store: &str, redis: &Redis) -> f64 {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    match store {
        #[expect(clippy::cast_precision_loss, reason = "no file is that large")]
        "sqlite" => ["db", "db-wal"].iter().map(|it| size(&stores::file(it)) as f64).sum(),
        "redis" => cpu::memory_of_family(redis.id()) * 1024.0 * 1024.0,
        _ => cpu::memory_of_family(std::process::id()) * 1024.0 * 1024.0,
    }
}

/// How the cost grows with the size of a session.
async fn sizes(redis: &Redis) {
    let mut lines = vec![];
    println!(
        "\n| store | bytes of text in the session | us for a load and a replacement |\n|---|---|---|"
    );
    for store in STORES {
        let opened = stores::open(store, &redis.url()).await;
        let limit = if ["private", "signed"].contains(&store) { 2_500 } else { 1_000_000 };
        let mut points = vec![];
        for bytes in [10, 100, 1_000, 2_500, 10_000, 100_000, 1_000_000] {
            if bytes > limit {
                continue;
            }
            let mut tokens =
                [opened.create(record(&"x".repeat(bytes))).await.expect("there is room")];
            let figures = time(&*opened, &mut tokens, bytes).await;
            println!("| {store} | {bytes} | {figures:.1} |");
            #[expect(clippy::cast_precision_loss, reason = "a million is none")]
            points.push((bytes as f64, figures.median()));
        }
        lines.push(Line { name: store, points });
    }
    let chart = Chart {
        name: "growth-size",
        x: "bytes of text in a session",
        y: "µs to load and replace it",
    };
    chart.draw(&lines);
}

/// How long a click takes when a whole class clicks without a pause.
fn browsers(redis: &Redis) {
    let mut lines = vec![];
    println!(
        "\n| store | browsers | clicks a second | ms: half of the clicks | 99 in 100 | all |\n|---|---|---|---|---|---|"
    );
    for (store, port) in STORES.into_iter().zip(9720..) {
        let server = Server::lesson(store, port, redis);
        let _process = server.start();
        let cookies: Vec<_> = (0..64).map(|_| server.visitor()).collect();
        let mut points = vec![];
        for connections in [40, 400, 4_000] {
            let (mut per_second, mut latency) =
                (Figures::default(), [(); 3].map(|()| Figures::default()));
            for _ in 0..ROUNDS {
                let load =
                    wrk::Load { url: server.address(), cookies: &cookies, form: "", connections };
                let done = load.run(setting("SECONDS", 3));
                per_second.push(done.per_second());
                latency.iter_mut().zip(done.latency).for_each(|(figures, it)| figures.push(it));
            }
            let [half, most, all] = &latency;
            println!(
                "| {store} | {connections} | {per_second} | {half:.1} | {most:.1} | {all:.1} |"
            );
            points.push((f64::from(connections), most.median()));
        }
        lines.push(Line { name: store, points });
    }
    let chart = Chart {
        name: "growth-browsers",
        x: "browsers that click without a pause",
        y: "ms until 99 in 100 have their page",
    };
    chart.draw(&lines);
}
