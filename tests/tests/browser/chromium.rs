//! A Chromium with a profile of its own, and the driver that moves it.

use std::fmt::Debug;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::{PrintConfiguration, PrintSize, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long a page may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// How Chromium looks at pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// The window's width in pixels, and its height.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// `light` or `dark`.
    pub(crate) scheme: &'static str,
    pub(crate) javascript: bool,
}

pub(crate) const DESK: Look = Look { width: 1280, height: 900, scheme: "light", javascript: true };
/// 1920 by 950 pixels at 150 %.
pub(crate) const PROJECTOR: Look = Look { height: 633, ..DESK };

/// The keys of these names.
pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";

pub(crate) struct Chromium {
    client: Client,
    driver: Child,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Chromium {
    pub(crate) async fn open(look: Look) -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver is installed: tests/full does it");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let started = lines.find(|line| line.contains("started successfully on port")).unwrap();
        let port = started.rsplit(' ').next().unwrap().trim_end_matches('.').to_owned();
        std::thread::spawn(move || lines.for_each(drop));
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        let javascript = if look.javascript { 1 } else { 2 };
        let capabilities = json!({
            "goog:chromeOptions": {
                "args": arguments,
                "prefs": { "profile.managed_default_content_settings.javascript": javascript },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        let chromium = Self { client, driver };
        chromium.look(look).await;
        chromium
    }

    /// Closes the browser; what is only dropped leaves it to the driver's end.
    pub(crate) async fn close(self) {
        self.client.clone().close().await.unwrap();
    }

    /// Takes another size or colour scheme.
    pub(crate) async fn look(&self, look: Look) {
        let size = json!({
            "width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": look.width < 500,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        let scheme =
            json!({ "features": [{ "name": "prefers-color-scheme", "value": look.scheme }] });
        self.devtools("Emulation.setEmulatedMedia", scheme).await;
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Looks at the page as a printer does if the pages are dark.
    pub(crate) async fn print_view(&self) {
        let features = json!([{ "name": "prefers-color-scheme", "value": "dark" }]);
        let media = json!({ "media": "print", "features": features });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Takes a picture of the window, so many pixels high.
    pub(crate) async fn picture(&self, height: u32) -> Vec<u8> {
        let size = json!({
            "width": DESK.width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
        self.client.screenshot().await.unwrap()
    }

    /// Goes on with the Tab key until this script says that it is there.
    pub(crate) async fn tab_until(&self, is_there: &str) {
        for _ in 0..20 {
            if self.run(is_there).await == true {
                break;
            }
            self.type_keys(TAB).await;
        }
    }

    /// Prints the page to a file, as PDF.
    pub(crate) async fn print(&self, paper: PrintSize) -> Vec<u8> {
        let how = PrintConfiguration::builder().size(paper).build().unwrap();
        self.client.print(how).await.unwrap()
    }

    /// Enters a frame, by its number on the page, once it is there.
    pub(crate) async fn enter_frame(&self, number: u16) {
        self.find("iframe").await;
        self.client.enter_frame(number).await.unwrap();
    }

    pub(crate) async fn leave_frame(&self) {
        self.client.enter_parent_frame().await.unwrap();
    }

    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// Waits for an element.
    pub(crate) async fn find(&self, css: &str) -> Element {
        let wait = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css));
        wait.await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Types into the field of that name.
    pub(crate) async fn type_into(&self, name: &str, text: &str) {
        self.find(&format!("[name={name}]")).await.send_keys(text).await.unwrap();
    }

    /// Types keys into whatever has the focus.
    pub(crate) async fn type_keys(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Clicks on what leads to another page, and waits until that has the text in its own content.
    pub(crate) async fn click(&self, css: &str, then: &str) {
        let (clicked, begin) = (self.find(css).await, Instant::now());
        clicked.click().await.unwrap();
        // The page before may have that text too.
        while clicked.tag_name().await.is_ok() {
            assert!(begin.elapsed() < PATIENCE, "{css} leads nowhere");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.shows(then).await;
    }

    /// Waits until the text is in the page's own content.
    pub(crate) async fn shows(&self, text: &str) {
        let quoted = text.replace('"', "'");
        let xpath = format!("//main[contains(normalize-space(.), \"{quoted}\")]");
        let wait = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath));
        let is_shown = wait.await.is_ok();
        assert!(is_shown, "{text:?} is not in: {}", self.main().await);
    }

    /// The page's own content as text.
    pub(crate) async fn main(&self) -> String {
        self.find("main").await.text().await.unwrap()
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Runs a script whose last argument is a function to call with the result.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        self.client.execute_async(script, vec![]).await.unwrap()
    }

    /// What the console has said since the last time.
    pub(crate) async fn console(&self) -> Vec<String> {
        let said = self.command("se/log", json!({ "type": "browser" })).await;
        let text = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        said.as_array().map(|entries| entries.iter().map(text).collect()).unwrap_or_default()
    }

    async fn devtools(&self, method: &str, params: Value) {
        self.command("goog/cdp/execute", json!({ "cmd": method, "params": params })).await;
    }

    async fn command(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(ChromeCommand { path, body }).await.unwrap()
    }
}

/// A command that only chromedriver knows.
#[derive(Debug)]
struct ChromeCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromeCommand {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// Keeps a picture for the docs, if that is wanted: `PICTURES=docs/pictures tests/full`.
pub(crate) fn keep_picture(name: &str, png: &[u8]) {
    assert!(png.len() > 10_000, "{name} is empty");
    if let Ok(folder) = std::env::var("PICTURES") {
        std::fs::write(tests::root().join(folder).join(name), png).unwrap();
    }
}
