//! Hostile input by the million: cookies, settings and forms.
//!
//! What stands in `seeds/` is tried first as it is; then random changes of it, and mere noise.
//! A failure prints the smallest input found that shows it, which belongs into `seeds/` when it is
//! mended, and the `FUZZ_SEED` with which it comes again.
//!
//! `cargo test` tries a few. Ten million of each kind, with what each test has tried and how fast:
//!
//! ```sh
//! ROCKET_PROFILE=debug FUZZ_INPUTS=10000000 \
//!     cargo test --release -p shared --test fuzz -- --nocapture --test-threads=1
//! ```
//!
//! The profile is for the tests that start a lesson: there it needs no key.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod cookies;
mod forms;
mod input;
mod settings;

use std::env;
use std::fmt::Debug;
use std::time::Instant;

use proptest::strategy::{Just, Strategy};
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use rocket::{Build, Rocket};

/// How many inputs each test tries unless `FUZZ_INPUTS` says so.
const FEW: u32 = 1_000;

/// A number from the environment.
fn setting<T: std::str::FromStr<Err: Debug>>(variable: &str) -> Option<T> {
    env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// A lesson with all its fairings; on its pages stands what was typed into a form.
fn lesson() -> Rocket<Build> {
    let needs_no_key =
        cfg!(debug_assertions) || env::var("ROCKET_PROFILE").is_ok_and(|it| it == "debug");
    assert!(needs_no_key, "a release build needs ROCKET_PROFILE=debug for this");
    shared::lesson("05-stocks")
}

/// Tries the seeds, and then one in `share` of the inputs that are asked for. `check` panics at an
/// input that is not met as it should be.
fn fuzz<S: Strategy<Value: Clone>>(
    test: &str,
    share: u32,
    seeds: impl IntoIterator<Item = S::Value>,
    inputs: &S,
    check: impl Fn(S::Value),
) {
    let asked = setting("FUZZ_INPUTS").unwrap_or(FEW);
    let seed = setting("FUZZ_SEED").unwrap_or_else(rand::random);
    let config = Config {
        cases: asked.div_ceil(share),
        rng_seed: RngSeed::Fixed(seed),
        // It would write into the repository.
        failure_persistence: None,
        max_shrink_time: 20_000,
        ..Config::default()
    };
    let (cases, mut runner) = (config.cases, TestRunner::new(config));
    let check = |input| {
        check(input);
        Ok(())
    };
    for seed in seeds {
        if let Err(TestError::Fail(reason, seed)) = runner.run_one(Just(seed), check) {
            panic!("{test}: {reason}\n{seed:?}\nIt stands in the seeds.");
        }
    }
    let begun = Instant::now();
    match runner.run(inputs, check) {
        Ok(()) => {
            let seconds = begun.elapsed().as_secs_f64();
            eprintln!(
                "{test}: {cases} inputs in {seconds:.1} s, {:.0} a second",
                f64::from(cases) / seconds
            );
        }
        Err(TestError::Fail(reason, input)) => {
            panic!("{test}: {reason}\n{input:?}\nAgain: FUZZ_SEED={seed} FUZZ_INPUTS={asked}")
        }
        Err(TestError::Abort(reason)) => panic!("{test}: {reason}"),
    }
}
