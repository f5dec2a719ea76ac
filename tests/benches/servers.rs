//! Lesson 02 on each store, beside the same pages on other frameworks (`peers/`):
//! `cargo bench -p tests --bench servers`. Takes a while; `ROUNDS=1 SECONDS=1 ONLY=private,rocket`
//! before it takes less.
//!
//! The server has one core, wrk with 32 connections and 64 visitors the other. All servers take
//! turns within a round, so that whatever else the machine does meets all alike. For Linux with two
//! cores, wrk, redis-server, Python and Node.

#![expect(clippy::print_stdout, reason = "it prints tables")]

#[path = "common/cpu.rs"]
mod cpu;
#[path = "common/figures.rs"]
mod figures;
#[path = "common/peers.rs"]
mod peers;
#[path = "common/server.rs"]
mod server;
#[path = "common/wrk.rs"]
mod wrk;

use std::env;
use std::path::PathBuf;

use tests::{Browser, Redis, command_with, target};

use self::figures::{Figures, setting};
use self::server::Server;

/// What the others are compared with.
const BASE: &str = "rocket";
const CASES: [Case; 4] = [
    Case { name: "GET / with a session", path: "/", has_session: true, form: "" },
    Case { name: "GET / without a session", path: "/", has_session: false, form: "" },
    Case { name: "POST /setName", path: "/setName", has_session: true, form: "name=Ferris" },
    Case {
        name: "A page that never asks for its session",
        path: BARE,
        has_session: true,
        form: "",
    },
];

/// What peers have there, lesson 01 has at `/`, and lesson 02 has not.
const BARE: &str = "/bare";

struct Case {
    name: &'static str,
    path: &'static str,
    has_session: bool,
    form: &'static str,
}

/// What one server did in one case, a figure for each round.
#[derive(Default)]
struct Row {
    per_second: Figures,
    /// Microseconds of processor time for each request, of the server and of its Redis.
    cpu: Figures,
    /// The memory that the server takes after the load, in MiB.
    memory: Figures,
}

fn main() {
    let redis = Redis::start("bench");
    let servers = servers(&redis);

    let mut table: Vec<_> = servers.iter().map(|_| CASES.map(|_| None::<Row>)).collect();
    for _ in 0..setting("ROUNDS", 5) {
        for (server, rows) in servers.iter().zip(&mut table) {
            measure(server, &redis, rows);
        }
    }
    for (number, case) in CASES.iter().enumerate() {
        let rows: Vec<_> = servers
            .iter()
            .zip(&table)
            .filter_map(|(server, rows)| Some((server.name, rows[number].as_ref()?)))
            .collect();
        print(case.name, &rows);
    }
}

fn print(case: &str, rows: &[(&str, &Row)]) {
    println!("\n{case}\n");
    println!(
        "| server | requests a second (least to most) | of `{BASE}` | CPU for each | memory |"
    );
    println!("|---|---|---|---|---|");
    let base = rows.iter().find(|(name, _)| *name == BASE);
    for (name, Row { per_second, cpu, memory }) in rows {
        let ratio = |(_, base): &(&str, &Row)| per_second.median() / base.per_second.median();
        let ratio = base.map_or_else(String::new, |base| format!("{:.2}", ratio(base)));
        let (cpu, memory) = (cpu.median(), memory.median());
        println!("| {name} | {per_second} | {ratio} | {cpu:.1} µs | {memory:.0} MiB |");
    }
}

/// Lesson 02 on each store, lesson 01 for a page that asks for no session, and the peers; or those of
/// them that `ONLY` names.
fn servers(redis: &Redis) -> Vec<Server> {
    let only = env::var("ONLY").unwrap_or_default();
    let is_wanted = |name: &str| only.is_empty() || only.split(',').any(|it| it == name);
    let (stores, peers) = (["private", "signed", "memory", "sqlite", "redis"], peers::NAMES);
    let mut pages = None;
    let mut servers = vec![];
    for (name, port) in stores.into_iter().chain(["lesson-01"]).chain(peers).zip(9700..) {
        if !is_wanted(name) {
            continue;
        }
        servers.push(match name {
            "lesson-01" => Server::new(name, command_with("01-hello", &[]), port),
            peer if peers.contains(&peer) => {
                let lesson = || write_pages(&Server::lesson("memory", 9799, redis));
                Server::new(
                    peer,
                    peers::command(peer, port, pages.get_or_insert_with(lesson)),
                    port,
                )
            }
            store => Server::lesson(store, port, redis),
        });
    }
    servers
}

/// Writes a folder with the page of lesson 02 as a template for the peers: each byte as the lesson sends it.
fn write_pages(lesson: &Server) -> PathBuf {
    let folder = target().join("peers/pages");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let _process = lesson.start();
    let browser = Browser::new();
    let unknown = browser.get(&lesson.address()).body;
    let _ = browser.post(&format!("{}/setName", lesson.address()), &[("name", "Ferris")]);
    let known = browser.get(&lesson.address()).body.replace("Ferris", "{{ name }}");
    let page = format!("{{% if name %}}{known}{{% else %}}{unknown}{{% endif %}}");
    for name in ["page.html", "page.html.tera"] {
        std::fs::write(folder.join(name), &page).expect("it can be written");
    }
    folder
}

fn measure(server: &Server, redis: &Redis, rows: &mut [Option<Row>]) {
    let process = server.start();
    let is_lesson_01 = server.name == "lesson-01";
    let cookie = |number| {
        if is_lesson_01 { format!("lesson-01={number:022}") } else { server.visitor() }
    };
    let cookies: Vec<_> = (0..64).map(cookie).collect();
    for (case, row) in CASES.iter().zip(rows) {
        let path = match case.path {
            BARE if is_lesson_01 => "/",
            BARE if peers::NAMES.contains(&server.name) => BARE,
            path if is_lesson_01 || path == BARE => continue,
            path => path,
        };
        let url = server.address() + path;
        let cookies: &[_] = if case.has_session { &cookies } else { &[] };
        let load = wrk::Load { url, cookies, form: case.form, connections: 32 };
        load.run(1);
        let used = || cpu::of_family(process.id()) + cpu::of_family(redis.id());
        let before = used();
        let done = load.run(setting("SECONDS", 3));
        let cpu = used().saturating_sub(before);
        let row = row.get_or_insert_default();
        row.per_second.push(done.per_second());
        row.cpu.push(cpu.as_secs_f64() * 1e6 / done.requests);
        row.memory.push(cpu::memory_of_family(process.id()));
    }
}
