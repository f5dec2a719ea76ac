//! The terminal of `cargo lesson check` never answers otherwise than `bash` and `curl` do: what it does
//! not know, it says.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use lesson_00::console::{Terminal, run};
use regex::Regex;
use tests::{Shell, starter};

/// What a learner may type, in the order in which it is typed.
const LINES: &str = r#"
ROCKET_XRAY=false cargo run -p lesson-05
curl http://127.0.0.1:8005/stocks
curl -s -i http://127.0.0.1:8005/
curl -si http://127.0.0.1:8005/nowhere
curl -I http://127.0.0.1:8005/stocks
curl -sI -X POST http://127.0.0.1:8005/stocks
curl -sv -o /dev/null http://127.0.0.1:8005/
curl -sv -b a=1 -H 'X-Real-IP: 192.0.2.7' -d stock_symbol=AAPL http://127.0.0.1:8005/add_stock | head -n 1
curl -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8005/
curl -s -w "%{http_code}" http://127.0.0.1:8005/add_stock
curl -s -i -o /dev/null http://127.0.0.1:8005/stocks
curl -siL http://127.0.0.1:8005/
curl --silent --location --output /dev/null --write-out "%{http_code}" http://127.0.0.1:8005
curl --include --cookie a=b --header 'Accept: text/html' --request GET http://127.0.0.1:8005/stocks
curl -s -A Firefox http://127.0.0.1:8005/stocks#here
curl -s -d stock_symbol=AAPL -d number_of_shares=0 -d purchase_price=x http://127.0.0.1:8005/add_stock
curl -s --data-urlencode 'stock_symbol=A&B =ä' -d number_of_shares=+ http://127.0.0.1:8005/add_stock
curl -sX POST -i http://127.0.0.1:8005/add_stock
curl -XDELETE -s -o /dev/null -w '%{http_code}\n' http://127.0.0.1:8005/stocks
curl -s -i -X POST -H 'Origin: https://evil.example' http://127.0.0.1:8005/add_stock | head -n 1
curl -si -c jar -d 'stock_symbol=AAPL&number_of_shares=15&purchase_price=302.17' http://127.0.0.1:8005/add_stock
curl -s -b jar http://127.0.0.1:8005/stocks | grep '<td>'
curl -sL -b jar -c jar -dstock_symbol=X -d number_of_shares=3 -d purchase_price=0.1 http://127.0.0.1:8005/add_stock
curl -s -bjar -c copy -o /dev/null http://127.0.0.1:8005/blog_posts/17
curl -s -b copy http://127.0.0.1:8005/stocks | grep '<td>' | head -1
curl -s -b jar -b a=b http://127.0.0.1:8005/stocks | grep -c '<td>'
curl -s -c jar -o /dev/null http://127.0.0.1:8005/stocks
curl -s -b jar http://127.0.0.1:8005/stocks | grep 'none yet'
curl -s -b nowhere http://127.0.0.1:8005/stocks | grep 'none yet'
curl -s -c jar -d stock_symbol=X -d number_of_shares=1 -d purchase_price=1 'http://127.0.0.1:8005/add_stock?[1-3]'
curl -s -b jar http://127.0.0.1:8005/stocks | grep -c '<tr><td>'
COOKIE=$(curl -s -i -d stock_symbol=X -d number_of_shares=1 -d purchase_price=1 http://127.0.0.1:8005/add_stock | grep -i set-cookie: | cut -d' ' -f2 | cut -d';' -f1)
curl -s -b "$COOKIE" http://127.0.0.1:8005/stocks | grep '<td>'
curl -s -H "Cookie: $COOKIE" http://127.0.0.1:8005/stocks | grep '<td>'
curl -s -b '$COOKIE' http://127.0.0.1:8005/stocks | grep '<td>'
ID=17
curl -s http://127.0.0.1:8005/blog_posts/$ID | grep '<h1>'
curl -s "http://127.0.0.1:8005/blog_posts/${ID}0" | grep -o '/blog_posts/[0-9]*'   # and a comment
LOCATION=$(curl -s -i http://127.0.0.1:8005/ | grep location: | cut -d' ' -f2)
curl -s -i http://127.0.0.1:8005/ | grep 'stocks$'
curl -s -i http://127.0.0.1:8005/ | tr -d '\r' | grep 'stocks$'
curl -s http://127.0.0.1:8005/stocks | head -n 0
curl -s http://127.0.0.1:8005/stocks | head
curl -s http://127.0.0.1:8005/stocks | grep nothing | head -n 1
curl -s http://127.0.0.1:8005/stocks | cut -d'>' -f2
curl -s http://127.0.0.1:8005/stocks | cut -d '"' -f 2-4
curl -s http://127.0.0.1:8005/stocks | cut -c-9 | cut -c3-
curl -s http://127.0.0.1:8005/stocks | tr a-z A-Z
curl -s http://127.0.0.1:8005/stocks | tr '<">' '[-'
curl -s http://127.0.0.1:8005/stocks | grep -v '<'
curl -s http://127.0.0.1:8005/stocks | grep -iE '<(h1|TITLE)>'
curl -s http://127.0.0.1:8005/stocks | grep '^ *<h1>.*</h1>$'
curl -s http://127.0.0.1:8005/stocks | grep 'charset\|lang'
curl -s http://127.0.0.1:8005/stocks | grep -c '(h1)\|a+'
curl -s http://127.0.0.1:8005/stocks | grep -F '.'
"#;

#[test]
#[ignore = "needs bash and curl: tests/full"]
fn what_a_learner_may_type_answers_as_in_a_real_shell() {
    // What is another one each time; what only a real `curl -v` says, and blanks at a line's end.
    let varies = Regex::new(r"(?m)(date: |lesson-05=|User-Agent: curl/)[^;\n]+").unwrap();
    let said = Regex::new(r"(?m)^[*{}] .*\n| +$").unwrap();
    let mut ours = Terminal::new("lesson-05", starter());
    let mut real = Shell::new("lesson-05", starter());
    let mut problems = vec![];
    for line in LINES.trim().lines() {
        let answer = real.run(line).unwrap();
        let answer = varies.replace_all(&answer, "$1…");
        let answer = said.replace_all(&answer, "");
        let step = run(&mut ours, &format!("$ {line}\n{answer}")).pop().unwrap();
        if !step.is_right {
            let own = step.answered.unwrap_or_else(|problem| problem);
            problems.push(format!("{line}\nours:\n{own}\nthe real one:\n{answer}"));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn what_the_terminal_does_not_know_it_says() {
    let mut terminal = Terminal::new("lesson-01", starter());
    let mut line = |line: &str| terminal.run(&line.replace("URL", "http://127.0.0.1:8001/"));
    assert!(line("curl -s URL | grep -c '<h1>'").is_ok(), "it knows something");
    for (unknown, said) in [
        ("curl -s URL; curl -s URL", "`;` is not known here"),
        ("curl -s URL && curl -s URL", "`&` is not known here"),
        ("curl -s URL?a=1&b=2", "quotes around an address"),
        ("curl -s URL > page.html", "`>` is not known here"),
        ("curl -sv URL 2>&1 | grep Cookie", "`>` is not known here"),
        ("curl -s URL{a,b}", "`{` is not known here"),
        ("curl -s 'URL{a,b}'", "[FROM-TO]"),
        ("curl -s 'URL[a-z]'", "[FROM-TO]"),
        ("curl -s \"URL$(date)\"", "NAME=$(…)"),
        ("curl -s URL$HOME", "`$HOME` has no value here"),
        ("curl -s 'URL", "the quotes do not match"),
        ("curl -s -k URL", "curl's -k is not known here"),
        ("curl -s --fail URL", "curl's --fail is not known here"),
        ("curl -s -F name=Ferris URL", "curl's -F is not known here"),
        ("curl -s -o page.html URL", "only `-o /dev/null`"),
        ("curl -s -O URL", "curl's -O is not known here"),
        ("curl -s -d @form.txt URL", "-d with a file"),
        ("curl -s --data-urlencode name@form.txt URL", "with a file"),
        ("curl -s -w '%{time_total}' URL", "only %{http_code}"),
        ("curl -s -H 'User-Agent:' URL", "a header is `Name: value`"),
        ("curl -s -X HEAD URL", "curl has -I"),
        ("curl -s -I -d a=b URL", "do not go together"),
        ("curl -s URL URL", "two addresses"),
        ("curl -s", "curl wants an address"),
        ("curl -s -d", "--data wants a value"),
        ("curl -s localhost:8001", "the address is http://127.0.0.1:8001/…"),
        ("curl -s https://127.0.0.1:8001/", "the address is http://127.0.0.1:8001/…"),
        ("curl -s URL../etc/passwd", "`.` or `..`"),
        ("curl -s URL | sed -n 1p", "`sed -n 1p` is not known here: this terminal has curl"),
        ("curl -s URL | wc -l", "`wc -l` is not known here"),
        ("cat jar", "`cat jar` is not known here"),
        ("curl -s URL | grep -q h1", "grep's -q is not known here"),
        ("curl -s URL | grep -n h1", "grep's -n is not known here"),
        ("curl -s URL | grep h1 jar", "grep wants one pattern"),
        ("curl -s URL | grep '\\(h1'", "grep's pattern"),
        ("curl -s URL | head -c 5", "`head -c 5` is not known here"),
        ("curl -s URL | cut -d= -f1,3", "cut's range"),
        ("curl -s URL | tr '[:lower:]' '[:upper:]'", "tr's [:…:]"),
        ("curl -s URL | tr ä a", "tr's sets are of ASCII"),
        ("curl -s URL | base64", "`base64` is not known here"),
        ("curl -s URL | base64 -d", "invalid input"),
        ("curl -s URL |", "a command is missing"),
    ] {
        let answer = line(unknown);
        assert!(answer.as_ref().is_err_and(|it| it.contains(said)), "{unknown}: {answer:?}");
    }
}
