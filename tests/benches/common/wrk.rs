//! Load by wrk (<https://github.com/wg/wrk>), on the second core.

use std::fmt::Write;
use std::process::Command;

use tests::target;

/// The same request over and over.
pub(crate) struct Load<'l> {
    pub(crate) url: String,
    /// Those of several visitors, who take turns; a new visitor's if it is empty.
    pub(crate) cookies: &'l [String],
    /// What a form sends with POST; a GET if it is empty.
    pub(crate) form: &'l str,
    pub(crate) connections: u32,
}

/// What wrk counted.
pub(crate) struct Done {
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
    /// In milliseconds: of half of the requests, of 99 in 100, and of all.
    #[allow(dead_code, reason = "not every benchmark asks")]
    pub(crate) latency: [f64; 3],
}

impl Done {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests / self.seconds
    }
}

impl Load<'_> {
    pub(crate) fn run(&self, seconds: u32) -> Done {
        let script = target().join("load.lua");
        std::fs::write(&script, self.script()).expect("the script can be written");
        let (duration, connections) = (format!("{seconds}s"), self.connections.to_string());
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", "1", "wrk", "--threads", "1", "--connections", &connections]);
        command.args(["--timeout", "10s", "--duration", &duration, "--script"]);
        let said = command.arg(script).arg(&self.url).output().expect("there is taskset");
        let said = String::from_utf8_lossy(&said.stdout);
        let line = said.lines().find_map(|line| line.strip_prefix("done "));
        let line = line.unwrap_or_else(|| panic!("wrk is needed; it said: {said}"));
        let numbers: Vec<f64> = line.split(' ').map(|it| it.parse().expect("a number")).collect();
        let [requests, seconds, failed, half, most, all] = numbers[..] else {
            panic!("wrk said: {line}");
        };
        assert!(failed < 1.0, "{failed} of {requests} requests to {} failed", self.url);
        Done { requests, seconds, latency: [half, most, all] }
    }

    fn script(&self) -> String {
        let mut script = String::from("requests, n = {}, 0\nfunction init()\n");
        let method = if self.form.is_empty() { "GET" } else { "POST" };
        let new_visitors = [String::new()];
        for cookie in if self.cookies.is_empty() { &new_visitors } else { self.cookies } {
            let cookie = match cookie.as_str() {
                "" => String::new(),
                cookie => format!("Cookie = {cookie:?}, "),
            };
            let kind = r#"["Content-Type"] = "application/x-www-form-urlencoded""#;
            let _ = writeln!(
                script,
                "  table.insert(requests, wrk.format({method:?}, nil, {{ {cookie}{kind} }}, {:?}))",
                self.form
            );
        }
        script
            + "end\n\
               function request() n = n % #requests + 1; return requests[n] end\n\
               function done(all, latency)\n  \
               local failed = all.errors.connect + all.errors.read + all.errors.write\n  \
               failed = failed + all.errors.status + all.errors.timeout\n  \
               print(string.format('done %d %f %d %f %f %f', all.requests, all.duration / 1e6, failed,\n    \
               latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))\n\
               end\n"
    }
}
