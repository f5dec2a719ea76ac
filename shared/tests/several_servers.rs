//! Stores that outlive a server, and that several servers share.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]
#![cfg(any(feature = "redis", feature = "sqlite"))]

#[allow(dead_code, reason = "most of it is for other files of tests")]
mod app;

use std::thread;

use app::App;

/// Keeps the file of `sqlite` in one place, however often a server starts.
#[cfg(feature = "sqlite")]
fn on_one_file() -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("sessions.db").display());
    (App::on("sqlite").with("url", url), folder)
}

fn a_session_outlives_its_server(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    let cookie = browser.cookie().unwrap();
    drop(browser);
    drop(server);
    let server = app.start();
    let browser = server.browser();
    browser.set_cookie("test", &cookie);
    assert_eq!(browser.get("/get/name").body, "Some(\"Ferris\")");
}

fn two_servers_lose_nothing_to_each_other(app: &App) {
    let server = app.start();
    let browser = server.browser();
    browser.post("/insert/name/Ferris", "");
    let cookie = browser.cookie().unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let server = app.start();
                let browser = server.browser();
                browser.set_cookie("test", &cookie);
                for _ in 0..100 {
                    assert_eq!(browser.post("/update/visits", "").status, 200);
                }
            });
        }
    });
    assert_eq!(browser.get("/get_number/visits").body, "Some(200)");
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::*;

    #[test]
    fn a_file_that_is_deleted_while_the_server_runs_is_an_outage_until_a_restart() {
        let (app, folder) = on_one_file();
        let server = app.start();
        let browser = server.browser();
        browser.post("/insert/name/Ferris", "");
        std::fs::remove_file(folder.path().join("sessions.db")).unwrap();
        assert_eq!(browser.get("/get/name").status, 503);
        assert_eq!(server.browser().post("/insert/name/Corro", "").status, 503);
        assert!(!folder.path().join("sessions.db").exists(), "no second file");
        let restarted = app.start();
        assert_eq!(restarted.browser().post("/insert/name/Corro", "").status, 200);
        assert_eq!(browser.get("/get/name").status, 503, "the old server knows no new file");
    }

    #[test]
    fn a_session_outlives_its_server() {
        super::a_session_outlives_its_server(&on_one_file().0);
    }

    #[test]
    fn two_servers_lose_nothing_to_each_other() {
        super::two_servers_lose_nothing_to_each_other(&on_one_file().0);
    }

    #[test]
    fn a_session_of_another_cookie_is_not_found_in_the_same_file() {
        let (app, _folder) = on_one_file();
        let server = app.start();
        let browser = server.browser();
        browser.post("/insert/name/Ferris", "");
        let other = app.with("cookie", "other").start();
        let thief = other.browser();
        thief.set_cookie("other", &browser.cookie().unwrap());
        assert_eq!(thief.get("/get/name").body, "None");
    }
}

#[cfg(all(unix, feature = "redis"))]
mod redis {
    use std::io::{Read, Write};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use ::redis::cmd;
    use rocket::figment::Figment;
    use shared::testing::{Browser, Server};

    use super::app::redis::Redis;
    use super::*;

    /// A second by the settings, and the rest for a busy machine.
    const PROMPTLY: Duration = Duration::from_secs(4);

    /// A visitor with a name in the session.
    fn visitor(server: &Server) -> Browser<'_> {
        let browser = server.browser();
        browser.post("/insert/name/Ferris", "");
        browser
    }

    fn knows_the_visitor(browser: &Browser<'_>) -> bool {
        browser.get("/get/name").body == "Some(\"Ferris\")"
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn a_session_outlives_its_server() {
        super::a_session_outlives_its_server(&App::on("redis"));
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn two_servers_lose_nothing_to_each_other() {
        super::two_servers_lose_nothing_to_each_other(&App::on("redis"));
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn redis_itself_forgets_what_has_expired() {
        let redis = Redis::start();
        let server = App::on("redis").with("url", redis.url()).with("lifetime", "5m").start();
        let _browser = visitor(&server);
        let keys: Vec<String> = redis.ask(cmd("KEYS").arg("test:*"));
        assert_eq!(keys.len(), 1, "{keys:?}");
        let seconds: u64 = redis.ask(cmd("TTL").arg(&keys));
        assert!((290..=300).contains(&seconds), "{seconds}");
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn a_redis_that_keeps_no_sessions_is_refused_at_launch() {
        for (make_so, url, advice) in [
            ("CONFIG SET requirepass x", "", "password"),
            ("CONFIG SET requirepass x", "?pass=y", "password"),
            ("REPLICAOF 127.0.0.1 1", "", "may only be read"),
            ("CONFIG SET maxmemory 1", "", "maxmemory"),
            ("ACL SETUSER default -hset", "", "ACL SETUSER"),
            ("ACL SETUSER default resetkeys ~other*", "", "ACL SETUSER"),
            ("ACL SETUSER default -@scripting", "", "ACL SETUSER"),
        ] {
            let redis = Redis::start();
            let mut words = make_so.split(' ');
            redis.ask::<()>(cmd(words.next().unwrap()).arg(words.collect::<Vec<_>>()));
            let settings = Figment::from(rocket::Config::debug_default())
                .merge(("session.store", "redis"))
                .merge(("session.url", redis.url() + url));
            let opened = rocket::async_test(shared::testing::open_store(&settings));
            let problem = opened.err().expect(make_so);
            assert!(problem.starts_with("session.url: the Redis there"), "{make_so}: {problem}");
            assert!(problem.contains(advice), "{make_so}: {problem}");
        }
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn redis_holds_no_id() {
        let redis = Redis::start();
        let server = App::on("redis").with("url", redis.url()).start();
        let browser = visitor(&server);
        let keys: Vec<String> = redis.ask(cmd("KEYS").arg("*"));
        let held: Vec<String> = redis.ask(cmd("HVALS").arg(&keys));
        let id = browser.cookie().unwrap();
        assert!(!keys[0].contains(&id) && !held.concat().contains(&id), "{keys:?} {held:?}");
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn a_lost_connection_fails_no_request() {
        let redis = Redis::start();
        let server = App::on("redis").with("url", redis.url()).start();
        let browser = visitor(&server);
        for _ in 0..3 {
            let killed: u32 = redis.ask(cmd("CLIENT").arg(&["KILL", "TYPE", "normal"]));
            assert_eq!(killed, 1);
            assert!(knows_the_visitor(&browser));
        }
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn without_redis_there_is_a_503_within_a_second_and_recovery_by_itself() {
        let mut redis = Redis::start();
        let server = App::on("redis").with("url", redis.url()).start();
        let browser = visitor(&server);
        let cookie = browser.cookie();
        redis.kill();
        for _ in 0..3 {
            let begin = Instant::now();
            let answer = browser.get("/get/name");
            assert_eq!(answer.status, 503);
            assert_eq!(answer.header("Retry-After"), "1");
            assert!(begin.elapsed() < PROMPTLY, "{:?}", begin.elapsed());
            assert_eq!(browser.cookie(), cookie);
        }
        redis.start_again();
        let begin = Instant::now();
        while visitor(&server).cookie().is_none() {
            assert!(begin.elapsed() < Duration::from_secs(30), "it does not recover");
        }
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn a_redis_that_does_not_answer_is_a_503_within_a_second_too() {
        let redis = Redis::start();
        let server = App::on("redis").with("url", redis.url()).start();
        let browser = visitor(&server);
        redis.ask::<()>(cmd("CLIENT").arg(&["PAUSE", "5000", "ALL"]));
        let begin = Instant::now();
        assert_eq!(browser.get("/get/name").status, 503);
        assert!(begin.elapsed() < PROMPTLY, "{:?}", begin.elapsed());
        while !knows_the_visitor(&browser) {
            assert!(begin.elapsed() < Duration::from_secs(30), "it does not recover");
        }
    }

    /// Stands between a server and Redis. If `cut` is not 0, the line is cut in the place of the
    /// answer with that number, counted from then on.
    struct Cutter {
        url: String,
        cut: Arc<AtomicUsize>,
        _folder: tempfile::TempDir,
    }

    impl Cutter {
        fn before(redis: &Redis) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("cutter.sock");
            let url = format!("redis+unix://{}", path.display());
            let (listener, socket) = (UnixListener::bind(&path).unwrap(), redis.socket());
            let cut = Arc::new(AtomicUsize::new(0));
            let shared = Arc::clone(&cut);
            thread::spawn(move || {
                for client in listener.incoming().flatten() {
                    let server = UnixStream::connect(&socket).unwrap();
                    let (mut asked, mut to) =
                        (client.try_clone().unwrap(), server.try_clone().unwrap());
                    thread::spawn(move || std::io::copy(&mut asked, &mut to));
                    let cut = Arc::clone(&shared);
                    thread::spawn(move || hand_over(server, client, &cut));
                }
            });
            Self { url, cut, _folder: folder }
        }
    }

    fn hand_over(mut server: UnixStream, mut client: UnixStream, cut: &AtomicUsize) {
        let mut answer = [0; 4096];
        while let Ok(bytes @ 1..) = server.read(&mut answer) {
            let count = |left: usize| left.checked_sub(1);
            if cut.fetch_update(Ordering::SeqCst, Ordering::SeqCst, count) == Ok(1) {
                let _ = client.shutdown(std::net::Shutdown::Both);
                return;
            }
            let _ = client.write_all(&answer[..bytes]);
        }
    }

    #[test]
    #[ignore = "needs redis-server: tests/full"]
    fn what_was_done_without_an_answer_is_not_done_twice() {
        let redis = Redis::start();
        let cutter = Cutter::before(&redis);
        let app = App::on("redis");
        let (server, uncut) =
            (app.with("url", &*cutter.url).start(), app.with("url", redis.url()).start());
        for path in ["/update/visits", "/renew_and_update/visits"] {
            let browser = visitor(&server);
            browser.post("/update/visits", "");
            // The first answer is the session, the second says that it is replaced.
            cutter.cut.store(2, Ordering::SeqCst);
            assert_eq!(browser.post(path, "").status, 200);
            assert_eq!(cutter.cut.load(Ordering::SeqCst), 0, "the line was cut");
            let reader = uncut.browser();
            reader.set_cookie("test", &browser.cookie().unwrap());
            assert_eq!(reader.get("/get_number/visits").body, "Some(2)", "{path}");
        }
    }
}
