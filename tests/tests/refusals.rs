//! A lesson that cannot start says why and what to do, in one message, with exit code 1.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;

use tests::{Browser, Running, command, target};

/// Starts a lesson that must refuse, and returns what it says.
fn refusal(settings: &[(&str, &str)]) -> String {
    refusal_of("06-login", settings)
}

fn refusal_of(lesson: &str, settings: &[(&str, &str)]) -> String {
    let mut child = command(lesson).envs(settings.iter().copied()).spawn().expect("it is there");
    let stdout = child.stdout.take().expect("it is piped");
    if let Some(line) = BufReader::new(stdout).lines().next() {
        let _ = child.kill();
        panic!("{settings:?}: it started and said {line:?}");
    }
    let output = child.wait_with_output().expect("it ends");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{settings:?}: {message}");
    for noise in ["panicked", "backtrace", ".rs:"] {
        assert!(!message.contains(noise), "{settings:?}: {message}");
    }
    let opening = format!("{lesson} did not start.\n");
    assert!(message.starts_with(&opening), "{settings:?}: {message}");
    assert!(message.lines().count() <= 8, "{settings:?}: {message}");
    message
}

#[test]
fn a_wrong_setting_names_itself_its_place_and_what_would_be_right() {
    for (variable, value, expected) in [
        ("ROCKET_SESSION", "{store=disk}", ["session.store", "ROCKET_SESSION", "`memory`"]),
        (
            "ROCKET_SESSION",
            "{store=redis}",
            ["session.store", "ROCKET_SESSION", "cargo run -p lesson-06 --features shared/redis"],
        ),
        (
            "ROCKET_SESSION",
            "{store=sqlite}",
            ["session.store", "ROCKET_SESSION", "cargo run -p lesson-06 --features shared/sqlite"],
        ),
        ("ROCKET_SESSION", "{lifetime=soon}", ["session.lifetime", "ROCKET_SESSION", "\"5m\""]),
        ("ROCKET_SESSION", "{lifetime=300}", ["session.lifetime", "ROCKET_SESSION", "\"5m\""]),
        (
            "ROCKET_SESSION",
            "{lifetime=401days}",
            ["session.lifetime", "ROCKET_SESSION", "400 days"],
        ),
        ("ROCKET_SESSION", "{lifetime=0s}", ["session.lifetime", "ROCKET_SESSION", "a second"]),
        ("ROCKET_SESSION", "{liftime=5m}", ["session.liftime", "ROCKET_SESSION", "`lifetime`"]),
        ("ROCKET_SESSION", "{cookie=\"a b\"}", ["session.cookie", "ROCKET_SESSION", "letters"]),
        (
            "ROCKET_SESSION",
            "{refresh_each_request=often}",
            ["session.refresh_each_request", "ROCKET_SESSION", "boolean"],
        ),
        (
            "ROCKET_SESSION",
            "{fallback_keys=[hello]}",
            ["session.fallback_keys", "ROCKET_SESSION", "in use before"],
        ),
        ("ROCKET_SESSION", "memory", ["session", "ROCKET_SESSION", "{store=\"memory\","]),
        ("ROCKET_SESSION", "{cookie=\"é\\n\"}", ["ROCKET_SESSION", "backslashes", "é"]),
        ("ROCKET_PORT", "abc", ["port", "ROCKET_PORT", "u16"]),
        ("ROCKET_PORT", "70000", ["port", "ROCKET_PORT", "u16"]),
        ("ROCKET_ADDRESS", "here", ["address", "ROCKET_ADDRESS", "IP"]),
        ("ROCKET_XRAY", "perhaps", ["xray", "ROCKET_XRAY", "boolean"]),
        ("ROCKET_LOG_LEVEL", "loud", ["log_level", "ROCKET_LOG_LEVEL", "off"]),
        ("ROCKET_WORKERS", "many", ["workers", "ROCKET_WORKERS", "usize"]),
        ("ROCKET_WORKERS", "0", ["workers", "ROCKET_WORKERS", "1 or more"]),
        ("ROCKET_MAX_BLOCKING", "0", ["max_blocking", "ROCKET_MAX_BLOCKING", "1 or more"]),
        ("ROCKET_SECRET_KEY", "hello", ["secret_key", "ROCKET_SECRET_KEY", "openssl rand"]),
        ("ROCKET_SECRET_KEY", "[]", ["secret_key", "ROCKET_SECRET_KEY", "in quotes"]),
        ("ROCKET_TLS", "{certs=x,key=y}", ["tls", "ROCKET_TLS", "no TLS"]),
        ("ROCKET_TLS", "{mutual={}}", ["tls", "ROCKET_TLS", "`mtls`"]),
        ("ROCKET_LIMITS", "{form=0}", ["limits.form", "ROCKET_LIMITS", "1MiB"]),
        ("ROCKET_LIMITS", "{form=\"99EiB\"}", ["limits.form", "ROCKET_LIMITS", "1MiB"]),
        ("ROCKET_CONFIG", "nowhere.toml", ["ROCKET_CONFIG", "nowhere.toml", "no file"]),
        ("ROCKET_TEMPLATE_DIR", "nowhere", ["template", "nowhere", "directory"]),
        ("ROCKET_PROFILE", "release", ["secret_key", "ROCKET_SECRET_KEY=", "openssl rand"]),
    ] {
        let message = refusal(&[(variable, value)]);
        for text in expected {
            assert!(message.contains(text), "{variable}={value}: {text} is missing in: {message}");
        }
    }
}

#[test]
fn a_wrong_line_in_a_file_is_named_with_the_file() {
    let file = std::env::temp_dir().join(format!("settings-{}.toml", std::process::id()));
    let path = file.to_string_lossy().into_owned();
    for (text, expected) in [
        ("[default.session]\nlifetime = 5", "session.lifetime"),
        ("[default.session]\nstore = \"disk\"", "session.store"),
        ("[default]\nport = \"x", "line 2"),
        ("title = \"x\"", "[default]"),
        ("[default]\nsecret_key = 1234", "secret_key"),
    ] {
        std::fs::write(&file, text).expect("the folder for temporary files is there");
        let message = refusal(&[("ROCKET_CONFIG", &path)]);
        assert!(message.contains(expected), "{message}");
        assert!(message.contains(&path), "{message}");
    }
    let _ = std::fs::remove_file(file);
}

#[test]
fn a_key_in_the_wrong_place_is_not_repeated() {
    let key = "TheseAreTheFortyThreeCharactersOfSomeKeyXYZ";
    for settings in [
        ("ROCKET_SESSION", format!("{{fallback_keys=\"{key}=\"}}")),
        ("ROCKET_SESSION", format!("{{fallback_keys=[\"{key}\"]}}")),
        ("ROCKET_SESSION", format!("{{fallback_keys={{key=\"{key}\"}}}}")),
        ("ROCKET_SESSION", format!("{{fallback_keys=[\"é{key}\\n\"]}}")),
        ("ROCKET_SECRET_KEY", key.to_owned()),
    ] {
        assert!(!refusal(&[(settings.0, &settings.1)]).contains(key), "{settings:?}");
    }
}

#[test]
fn a_key_in_a_file_that_does_not_parse_is_not_repeated() {
    let file = std::env::temp_dir().join(format!("no-profile-{}.toml", std::process::id()));
    for text in ["secret_key = \"open-sesame\"", "[default]\nsecret_key = \"open-sesame"] {
        std::fs::write(&file, text).expect("the folder for temporary files is there");
        let message = refusal(&[("ROCKET_CONFIG", &file.to_string_lossy())]);
        assert!(message.contains("TOML") && !message.contains("sesame"), "{message}");
    }
    let _ = std::fs::remove_file(file);
}

#[test]
fn a_weak_key_is_refused_without_being_repeated() {
    for key in ["BAD_SECRET_KEY", "hello", &"0123456789abcdef".repeat(4), &"A".repeat(64)] {
        assert!(!refusal(&[("ROCKET_SECRET_KEY", key)]).contains(key));
    }
}

#[test]
fn a_taken_port_is_named_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let message = refusal(&[("ROCKET_PORT", &port)]);
    assert!(message.contains(&format!("Port {port} on 127.0.0.1")), "{message}");
    assert!(message.contains("cargo run -p lesson-06"), "{message}");
}

#[test]
fn the_command_for_another_port_starts_a_lesson_with_a_cookie_of_its_own() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let message = refusal(&[("ROCKET_PORT", &port)]);
    let advice = message.lines().last().unwrap().trim();
    let (settings, _) = advice.split_once("cargo run -p lesson-06").expect("it says how");
    let words = shlex::split(settings).expect("a shell can read it");
    let settings = words.iter().map(|word| word.split_once('=').unwrap());
    let server = Running::from(command("06-login").envs(settings));
    let [first, second] = [&Running::start("06-login", &[]), &server].map(|server| {
        let url = format!("{}/login", server.address);
        let answer = Browser::new().post(&url, &[("username", "Tim")]);
        answer.header("set-cookie").split('=').next().unwrap().to_owned()
    });
    assert_eq!(first, "lesson-06");
    assert!(second.starts_with("lesson-06-"), "{second}");
    assert!(advice.contains(server.authority().rsplit(':').next().unwrap()), "{advice}");
}

#[test]
fn an_address_that_is_not_here_is_on_no_other_port_either() {
    let message = refusal(&[("ROCKET_ADDRESS", "192.0.2.1"), ("ROCKET_PORT", "65000")]);
    assert!(message.contains("Port 65000 on 192.0.2.1 cannot be used"), "{message}");
    assert!(!message.contains("cargo run"), "{message}");
}

#[test]
fn where_redis_is_missing_one_message_says_so() {
    let nowhere = "{store=redis,url=\"redis://127.0.0.1:1/\"}";
    for command in
        [&mut command("09-many-servers"), command("09-many-servers").env_remove("ROCKET_SERVER")]
    {
        let output = command.env("ROCKET_SESSION", nowhere).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert_eq!(message.matches("no Redis answers there").count(), 1, "{message}");
    }
}

#[test]
fn it_is_said_even_when_the_log_is_off() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(refusal(&[("ROCKET_PORT", &port), ("ROCKET_LOG_LEVEL", "off")]).contains(&port));
}

#[test]
fn brackets_that_no_setting_needs_are_a_message() {
    let file = target().join(format!("deep-{}.toml", std::process::id()));
    for deep in ["[".repeat(600), "{a=".repeat(600), "[{a=".repeat(20_000)] {
        for variable in ["ROCKET_SESSION", "ROCKET_PORT", "ROCKET_CHAT_URL"] {
            assert!(refusal(&[(variable, &deep)]).contains(variable));
        }
        std::fs::write(&file, format!("[default]\nx = {deep}")).expect("the folder is there");
        let message = refusal(&[("ROCKET_CONFIG", &file.to_string_lossy())]);
        assert!(message.contains("TOML"), "{message}");
    }
    let _ = std::fs::remove_file(file);
}

#[test]
fn a_database_that_is_no_file_or_not_to_be_written_is_named() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let in_folder = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::write(in_folder("noise.db"), "noise ".repeat(1000)).expect("it is there");
    std::fs::create_dir(in_folder("folder.db")).expect("it is there");
    let made = [("ROCKET_DATA_DIR", &*in_folder("data"))];
    let _ = Running::start("08-database", &made).stop();
    for (address, expected) in [
        ("sqlite::memory:".to_owned(), "in memory"),
        ("sqlite://:memory:".to_owned(), "in memory"),
        ("sqlite::m%65mory:".to_owned(), "in memory"),
        ("sqlite:file:x?mode=memory".to_owned(), "in memory"),
        ("sqlite:x.db?cache=private&mode=memory".to_owned(), "in memory"),
        ("sqlite:?cache=shared".to_owned(), "in memory"),
        (format!("sqlite:{}", in_folder("noise.db")), "noise.db cannot be used"),
        (format!("sqlite:{}", in_folder("folder.db")), "folder.db cannot be used"),
        (format!("sqlite:{}/x.db", in_folder("noise.db")), "noise.db"),
        (format!("sqlite:{}?mode=ro", in_folder("data/lesson.db")), "the right to write"),
        (format!("sqlite:{}?mode=ro", in_folder("data/sessions.db")), "the right to write"),
        (format!("sqlite:{}?immutable=1", in_folder("data/sessions.db")), "the right to write"),
    ] {
        for (variable, key, value) in [
            ("ROCKET_SESSION", "session.url", format!("{{url={address:?}}}")),
            ("ROCKET_DATABASES", "databases.main.url", format!("{{main={{url={address:?}}}}}")),
        ] {
            let message = refusal_of("08-database", &[(variable, &value)]);
            assert!(message.contains(key) && message.contains(expected), "{value}: {message}");
        }
    }
}

#[test]
fn a_setting_of_another_type_is_named_with_its_variable() {
    for (variable, value, key) in [
        ("ROCKET_DATABASES", "1", "databases"),
        ("ROCKET_DATABASES", "{main=1}", "databases.main"),
        ("ROCKET_DATABASES", "{main={url=1}}", "databases.main.url"),
        ("ROCKET_SESSION", "{url=1}", "session.url"),
        ("ROCKET_SESSION", "{cookie=1}", "session.cookie"),
        ("ROCKET_ORIGIN", "8008", "origin"),
        ("ROCKET_ORIGIN", "true", "origin"),
        ("ROCKET_ORIGIN", "localhost:8008", "origin"),
        ("ROCKET_ORIGIN", "http://localhost/path", "origin"),
        ("ROCKET_DATA_DIR", "", "data_dir"),
    ] {
        let message = refusal_of("08-database", &[(variable, value)]);
        assert!(message.contains(key) && message.contains(variable), "{value}: {message}");
    }
}

#[test]
fn the_name_of_a_folder_is_a_name_whatever_letters_are_in_it() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    for name in
        ["2026", "007", "1.50", "true", "[x]", "{a=1}", "my%20course", "a%2Fb", "a#b", "é ü"]
    {
        let _ = Running::from(
            command("08-database").current_dir(folder.path()).env("ROCKET_DATA_DIR", name),
        )
        .stop();
        for file in ["lesson.db", "sessions.db"] {
            assert!(folder.path().join(name).join(file).is_file(), "{name}/{file}");
        }
    }
    #[cfg(unix)]
    for name in ["what?", ":memory:", "file:x", "a*b"] {
        let _ = Running::from(
            command("08-database").current_dir(folder.path()).env("ROCKET_DATA_DIR", name),
        )
        .stop();
        assert!(folder.path().join(name).join("lesson.db").is_file(), "{name}");
    }
}

#[test]
fn a_server_may_be_called_by_a_number() {
    let server = Running::start("09-many-servers", &[("ROCKET_SERVER", "01")]);
    let answer = tests::Browser::new().get(&format!("{}/login", server.address));
    assert_eq!(answer.header("x-server"), "01");
}

#[test]
fn a_variable_that_is_no_setting_gets_a_word_and_stops_nothing() {
    let server = Running::start(
        "06-login",
        &[
            ("ROCKET_SESION", "{store=memory}"),
            ("ROCKET_STORE", "memory"),
            ("ROCKET_CHAT_URL", "http://chat.example"),
            ("ROCKET_CLI_COLORS", "false"),
            ("ROCKET_LIMITS", "{form=\"1MiB\"}"),
            ("ROCKET_SHUTDOWN", "{grace=1}"),
        ],
    );
    server.signal("TERM");
    let (_, said) = server.wait();
    for right in ["Is it ROCKET_SESSION that", "ROCKET_SESSION='{store=…}'", "ROCKET_CHAT_URL"] {
        assert!(said.contains(right), "{right}: {said}");
    }
    assert_eq!(said.matches("warning:").count(), 3, "{said}");
}
