//! The settings under `[default.session]`, and what to say when one of them is wrong.

use std::env;
use std::fmt;
use std::path::{self, Path, PathBuf};
use std::time::Duration;

use rocket::figment::providers::Serialized;
use rocket::figment::{self, Figment, Metadata, Source};
use rocket::http::RawStr;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::in_words;

/// No cookie may live longer (RFC 6265bis, 5.5).
const LONGEST: Duration = Duration::from_hours(400 * 24);

/// How sessions are kept and how long they live.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionSettings {
    /// Where sessions are kept.
    pub(crate) store: StoreKind,
    /// How long a session lives after its last use if it is permanent, otherwise after its last
    /// change; never longer than the absolute lifetime.
    #[serde(deserialize_with = "duration")]
    pub(crate) lifetime: Duration,
    /// Whether each request gives a permanent session its full lifetime again.
    pub(crate) refresh_each_request: bool,
    /// When a session ends however much it is used.
    #[serde(deserialize_with = "duration")]
    pub(crate) absolute_lifetime: Duration,
    /// The name of the cookie. Cookies ignore ports, so each lesson has one of its own.
    pub(crate) cookie: String,
    /// Where the store `sqlite` has its file, or `redis` its server.
    #[serde(default)]
    pub(crate) url: String,
    /// Older secret keys, which still open cookies but no longer write them.
    pub(crate) fallback_keys: Vec<String>,
    /// Set it where a proxy speaks TLS: the cookie becomes `Secure`, its name begins with `__Host-`.
    pub(crate) secure: bool,
}

/// The places where a session can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StoreKind {
    /// In the visitor's cookie, encrypted.
    Private,
    /// In the visitor's cookie, signed but readable.
    Signed,
    /// On the server, for as long as it runs.
    Memory,
    /// On the server, in a file.
    Sqlite,
    /// On a server of its own.
    Redis,
}

impl StoreKind {
    /// Says in a line how a session is kept.
    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Self::Private => "in the visitor's cookie, encrypted",
            Self::Signed => "in the visitor's cookie, signed but readable",
            Self::Memory => "on this server until it stops; the visitor's cookie holds only an id",
            Self::Sqlite => "in a file on this server; the visitor's cookie holds only an id",
            Self::Redis => "in Redis, for all servers; the visitor's cookie holds only an id",
        }
    }

    /// Whether the session stays on the server, and the cookie holds only an id.
    pub(crate) fn is_on_the_server(self) -> bool {
        !self.needs_key()
    }

    /// Whether the secret key matters to sessions kept this way.
    pub(crate) fn needs_key(self) -> bool {
        matches!(self, Self::Private | Self::Signed)
    }
}

/// The stores that not every lesson needs are built in only on demand.
fn store_problem(store: StoreKind) -> Option<String> {
    let is_built_in = match store {
        StoreKind::Sqlite => cfg!(feature = "sqlite"),
        StoreKind::Redis => cfg!(feature = "redis"),
        StoreKind::Private | StoreKind::Signed | StoreKind::Memory => true,
    };
    (!is_built_in).then(|| {
        format!(
            "`{store}` is not built in. With it:\n  cargo run -p {} --features shared/{store}",
            program()
        )
    })
}

/// The program that is running, by the name of its package.
pub(crate) fn program() -> String {
    let file = env::current_exe().unwrap_or_default();
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Where a store is that is not in this program, unless the settings say so.
fn default_url(store: StoreKind, data: &Path) -> String {
    match store {
        StoreKind::Sqlite => sqlite_url(&data.join("sessions.db")),
        StoreKind::Redis => "redis://127.0.0.1:6379/".to_owned(),
        StoreKind::Private | StoreKind::Signed | StoreKind::Memory => String::new(),
    }
}

/// Does not repeat the address: there may be a password in it.
fn url_problem(store: StoreKind, url: &str) -> Option<String> {
    let (schemes, example): (&[_], _) = match store {
        StoreKind::Sqlite => (&["sqlite:"], "sqlite:folder/sessions.db"),
        StoreKind::Redis => (&["redis://", "redis+unix://", "unix://"], "redis://127.0.0.1:6379/"),
        StoreKind::Private | StoreKind::Signed | StoreKind::Memory => return None,
    };
    let is_good = url.is_empty() || schemes.iter().any(|scheme| url.starts_with(scheme));
    (!is_good).then(|| format!("expected an address such as \"{example}\""))
}

/// The address of a SQLite file. In a path `%`, `?` and `#` are letters like others, in an address they
/// are not; and a file called `:memory:` or `file:x` is one only where its folder stands before it.
pub(crate) fn sqlite_url(file: &Path) -> String {
    let file = path::absolute(file).unwrap_or_else(|_| file.to_owned());
    format!("sqlite:{}", RawStr::new(&*file.to_string_lossy()).percent_encode())
}

/// The address of a SQLite file with its whole path, or what is wrong with it; any other address as it
/// is. A path that is relative stands beside the file of settings that names it; one that the
/// environment names is looked for from the current folder.
pub(crate) fn whole_address(url: &str, from: Option<&Metadata>) -> Result<String, String> {
    let after_scheme = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    let Some(address) = after_scheme else {
        return Ok(url.to_owned());
    };
    let (file, parameters) = address.split_once('?').unwrap_or((address, ""));
    let decode = |text| RawStr::new(text).percent_decode();
    let (Ok(file), Ok(parameters_read)) = (decode(file), decode(parameters)) else {
        return Err(
            "a % in it is not followed by two hexadecimal digits of a UTF-8 character".to_owned()
        );
    };
    let is_in_memory = ["", ":memory:"].contains(&&*file)
        || file.starts_with("file:")
        || parameters_read.split('&').any(|it| it == "mode=memory");
    if is_in_memory {
        return Err(
            "this is no file, and a database in memory is lost with each connection: expected \
            an address such as \"sqlite:folder/file.db\""
                .to_owned(),
        );
    }
    let folder = from.and_then(|data| data.source.as_ref()?.file_path()?.parent());
    let url = sqlite_url(&folder.unwrap_or(Path::new("")).join(&*file));
    Ok(if parameters.is_empty() { url } else { format!("{url}?{parameters}") })
}

/// Refuses a value of another kind where there are to be settings below the key.
pub(crate) fn in_braces(figment: &Figment, key: &str, example: &str) -> Result<(), String> {
    match figment.find_value(key) {
        Ok(value) if value.as_dict().is_none() => {
            let place = place(figment, key);
            Err(format!("{key}{place}: expected settings in braces, such as {example}"))
        }
        _ => Ok(()),
    }
}

/// The folder for files that shall outlive the lesson: the current one if no setting says otherwise.
pub(crate) fn data_folder(figment: &Figment) -> Result<PathBuf, String> {
    match figment.extract_inner::<PathBuf>("data_dir") {
        Ok(folder) if folder.as_os_str().is_empty() => {
            Err(format!("data_dir{}: expected the path of a folder", place(figment, "data_dir")))
        }
        Err(errors) if errors.missing() => Ok(PathBuf::new()),
        read => read.map_err(|errors| explain("", errors)),
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The settings of a session unless the lesson or the environment has others: a name is remembered
/// for a day of class. In Flask it is 31 days.
#[derive(Serialize)]
struct Defaults {
    store: StoreKind,
    lifetime: &'static str,
    refresh_each_request: bool,
    absolute_lifetime: &'static str,
    cookie: &'static str,
    fallback_keys: [&'static str; 0],
    secure: bool,
}

const DEFAULTS: Defaults = Defaults {
    store: StoreKind::Private,
    lifetime: "12h",
    refresh_each_request: true,
    absolute_lifetime: "12h",
    cookie: "session",
    fallback_keys: [],
    secure: false,
};

impl SessionSettings {
    /// When a permanent session ends by itself: `5 minutes after your last click, or 12 hours after it
    /// began`.
    pub(crate) fn expiry_in_words(&self) -> String {
        let limit = format!("{} after it began", in_words(self.absolute_lifetime));
        let use_of_it =
            if self.refresh_each_request { "your last click" } else { "its last change" };
        if self.lifetime < self.absolute_lifetime {
            return format!("{} after {use_of_it}, or {limit}", in_words(self.lifetime));
        }
        limit
    }

    /// Reads the settings from the key `session` and checks them, or says in a sentence for each
    /// that is wrong what its name is, where it stands and what would be right.
    pub(crate) fn from_figment(figment: &Figment) -> Result<Self, String> {
        let figment = figment.clone().join(Serialized::default("session", DEFAULTS));
        in_braces(&figment, "session", "{store=\"memory\",lifetime=\"5m\"}")?;
        let mut settings: Self =
            figment.focus("session").extract().map_err(|errors| explain("session", errors))?;
        let problems = [
            ("store", store_problem(settings.store)),
            ("lifetime", lifetime_problem(settings.lifetime)),
            ("absolute_lifetime", lifetime_problem(settings.absolute_lifetime)),
            ("cookie", cookie_name_problem(&settings.cookie)),
            ("url", url_problem(settings.store, &settings.url)),
        ];
        for (key, problem) in problems {
            if let Some(problem) = problem {
                let key = format!("session.{key}");
                return Err(format!("{key}{}: {problem}", place(&figment, &key)));
            }
        }
        settings.lifetime = settings.lifetime.min(settings.absolute_lifetime);
        if settings.url.is_empty() {
            settings.url = default_url(settings.store, &data_folder(&figment)?);
        }
        if settings.store == StoreKind::Sqlite {
            let whole = whole_address(&settings.url, figment.find_metadata("session.url"));
            let named = |why| format!("session.url{}: {why}", place(&figment, "session.url"));
            settings.url = whole.map_err(named)?;
        }
        Ok(settings)
    }

    /// The name under which the browser knows the cookie.
    pub(crate) fn cookie_name(&self) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        format!("{prefix}{}", self.cookie)
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    struct Time;

    impl de::Visitor<'_> for Time {
        type Value = Duration;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time such as \"20s\", \"5m\" or \"12h\"")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
            let parsed = humantime::parse_duration(text);
            parsed.map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_str(Time)
}

fn lifetime_problem(lifetime: Duration) -> Option<String> {
    if lifetime < Duration::from_secs(1) {
        return Some("a session must live for a second at least".to_owned());
    }
    (lifetime > LONGEST).then(|| "browsers keep no cookie for more than 400 days".to_owned())
}

/// Browsers take more in the name of a cookie than this, but no lesson needs it; two underscores at the
/// front are for them to give a meaning to.
fn cookie_name_problem(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_good = (1..=100).contains(&name.len()) && name.chars().all(allowed);
    (!is_good || name.starts_with("__")).then(|| {
        format!("{name:?} cannot name the cookie: use letters, digits, - and _, but no __ in front")
    })
}

/// Says in a line for each error which setting below `parent` is wrong, where it stands and what is
/// expected.
pub(crate) fn explain(parent: &str, errors: figment::Error) -> String {
    let line = |error: figment::Error| {
        let path = [parent].into_iter().chain(error.path.iter().map(String::as_str));
        let key = path.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        let place = error.metadata.as_ref().map(|data| describe(data, &key));
        let what = error.kind.to_string();
        // What stands where a key should be may be a key: it is not repeated.
        let what = match key.as_str() {
            "session.fallback_keys" => "expected a list of keys in quotes".to_owned(),
            _ if what.starts_with("TOML parse error") => {
                let is_bare = what.contains("expected a map");
                let below = "\nsettings stand below a line with their profile, such as [default]";
                without_its_text(&what) + if is_bare { below } else { "" }
            }
            _ => what.replace("`one of `", "one of `").replace("``", "`"),
        };
        let setting = key + &place.unwrap_or_default();
        if setting.is_empty() { what } else { format!("{}: {what}", setting.trim_start()) }
    };
    errors.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What there is to say of a file that does not parse, less its text: there may be a key in it, or a
/// password.
fn without_its_text(message: &str) -> String {
    let is_quoted = |line: &&str| {
        let after_its_number = line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit());
        after_its_number.starts_with('|')
    };
    let without_strings = |line: &str| match (line.find('"'), line.rfind('"')) {
        (Some(first), Some(last)) => format!("{}…{}", &line[..=first], &line[last..]),
        _ => line.to_owned(),
    };
    let lines = message.lines().filter(|line| !is_quoted(line)).map(without_strings);
    lines.collect::<Vec<_>>().join("\n")
}

/// Where the setting `key` comes from, to be put behind its name.
pub(crate) fn place(figment: &Figment, key: &str) -> String {
    let found = figment.find_metadata(key);
    found.map_or_else(String::new, |data| describe(data, key))
}

pub(crate) fn describe(metadata: &Metadata, key: &str) -> String {
    if let Some(Source::File(path)) = &metadata.source {
        format!(" (in {})", path.display())
    } else if metadata.name.contains("environment") {
        let variable = key.split('.').next().unwrap_or(key).to_uppercase();
        format!(" (in the environment, ROCKET_{variable})")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(key: &str, value: impl Serialize) -> Result<SessionSettings, String> {
        SessionSettings::from_figment(&Figment::new().merge((format!("session.{key}"), value)))
    }

    fn refusal(key: &str, value: impl Serialize) -> String {
        with(key, value).err().expect("it is refused")
    }

    #[test]
    fn the_defaults_hold() {
        let settings = SessionSettings::from_figment(&Figment::new()).ok().unwrap();
        assert_eq!(settings.store, StoreKind::Private);
        assert_eq!(settings.lifetime, Duration::from_hours(12));
        assert_eq!(settings.cookie_name(), "session");
    }

    #[test]
    fn a_wrong_value_names_its_key_and_what_would_be_right() {
        assert!(refusal("lifetime", 300).contains("session.lifetime"));
        assert!(refusal("lifetime", 300).contains("\"5m\""));
        assert!(refusal("lifetime", "soon").contains("\"5m\""));
        assert!(refusal("store", "disk").contains("memory"));
        assert!(refusal("liftime", "5m").contains("liftime"));
        assert!(refusal("refresh_each_request", "often").contains("session.refresh_each_request"));
    }

    #[test]
    fn a_file_that_does_not_parse_is_not_repeated() {
        use rocket::figment::providers::{Format, Toml};
        for line in [
            "secret_key = \"open-sesame",
            "secret_key = \"open-sesame\"",
            "url = redis://:open-sesame@host/",
        ] {
            let figment = Figment::from(Toml::string(&format!("# No profile.\n{line}\n")).nested());
            let problem = SessionSettings::from_figment(&figment).err().unwrap();
            assert!(problem.contains("line 2"), "{problem}");
            assert!(!problem.contains("sesame"), "{problem}");
        }
    }

    #[test]
    fn the_absolute_lifetime_limits_the_other() {
        let settings = with("absolute_lifetime", "1h").ok().unwrap();
        assert_eq!(settings.lifetime, Duration::from_hours(1));
    }

    #[test]
    fn a_lifetime_over_400_days_is_refused() {
        assert!(with("lifetime", "400days").is_ok());
        assert!(refusal("lifetime", "401days").contains("400 days"));
        assert!(refusal("absolute_lifetime", "2years").contains("400 days"));
        assert!(refusal("lifetime", "0s").contains("a second"));
    }

    #[test]
    #[cfg(all(feature = "redis", feature = "sqlite"))]
    fn an_address_fits_its_store_and_is_not_repeated() {
        for (store, url) in [("sqlite", "redis://x"), ("redis", "sqlite:x"), ("redis", "secret")] {
            let figment = Figment::new().merge(("session.store", store));
            let problem = SessionSettings::from_figment(&figment.merge(("session.url", url)));
            let problem = problem.err().unwrap();
            assert!(problem.starts_with("session.url: expected") && !problem.contains(url));
        }
    }

    #[test]
    #[cfg(feature = "sqlite")]
    fn a_relative_file_stands_beside_the_settings() {
        use rocket::figment::providers::{Format, Toml};
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Rocket.toml");
        std::fs::write(&file, "session = { store = \"sqlite\", url = \"sqlite:x.db\" }").unwrap();
        let figment = Figment::from(Toml::file_exact(file));
        let url = SessionSettings::from_figment(&figment).ok().unwrap().url;
        assert_eq!(url, sqlite_url(&folder.path().join("x.db")));
    }

    #[test]
    fn a_cookie_name_is_a_token() {
        for name in ["", "two words", "a=b", "a;b", "Käse", "a^b", "__Host-x", "__Secure-x"] {
            assert!(refusal("cookie", name).contains("session.cookie"), "{name:?}");
        }
    }

    #[test]
    fn behind_tls_the_cookie_has_the_host_prefix() {
        assert_eq!(with("secure", true).ok().unwrap().cookie_name(), "__Host-session");
    }
}
