//! What a process and its children have used, as Linux tells it.

#![allow(dead_code, reason = "each benchmark asks for something else")]

use std::fs;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

/// How many ticks a second has.
static TICKS: LazyLock<f64> = LazyLock::new(|| {
    let said = Command::new("getconf").arg("CLK_TCK").output().expect("there is getconf");
    String::from_utf8_lossy(&said.stdout).trim().parse().expect("it is a number")
});

/// The processor time of a process and of its children that run.
pub(crate) fn of_family(process: u32) -> Duration {
    let ticks = |process: u32| ticks(&process.to_string(), [11, 12]);
    Duration::from_secs_f64(family(process).into_iter().map(ticks).sum::<f64>() / *TICKS)
}

/// The processor time of our own children that have ended, and of theirs.
pub(crate) fn of_the_dead() -> Duration {
    Duration::from_secs_f64(ticks("self", [13, 14]) / *TICKS)
}

/// The sum of two fields of a process's `stat`, counted from behind its name.
fn ticks(process: &str, fields: [usize; 2]) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name stands in brackets, and may hold anything.
    let behind: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| behind.get(at).and_then(|it| it.parse::<f64>().ok());
    fields.into_iter().filter_map(field).sum()
}

/// The memory of a process and of its children that run, in MiB.
pub(crate) fn memory_of_family(process: u32) -> f64 {
    let of_one = |process| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
    };
    family(process).into_iter().map(of_one).sum()
}

fn family(process: u32) -> Vec<u32> {
    let mut found = vec![process];
    for task in fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        found.extend(children.split_whitespace().flat_map(str::parse).flat_map(family));
    }
    found
}
