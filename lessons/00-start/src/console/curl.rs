//! `curl`: asks the lesson, and keeps cookies in jars.

use std::collections::HashMap;
use std::time::Duration;

use ureq::http::{self, Response};
use ureq::{Agent, Body};

use super::call::{Call, Place, location, without_query};
use super::jar::Jar;
use super::printed::{Printed, head};
use super::request::Request;
use super::value;

/// It follows no more redirects than this.
const REDIRECTS: usize = 50;

/// What sends requests and keeps cookies. It waits for no answer for ever.
pub(super) struct Curl {
    agent: Agent,
    jars: HashMap<String, Jar>,
}

impl Curl {
    pub(super) fn new() -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
        // The lesson is on this machine, whatever proxy there is.
        let config = config.allow_non_standard_methods(true).proxy(None);
        let agent = config.timeout_global(Some(Duration::from_mins(1))).build().into();
        Self { agent, jars: HashMap::new() }
    }

    /// Runs a line with `curl`. What goes to a host in the block goes to where that server is, and nothing
    /// goes elsewhere. `places` has both, the host first.
    pub(super) fn run(
        &mut self,
        arguments: &[String],
        places: &[(String, String)],
    ) -> Result<Printed, String> {
        let request = Request::read(arguments)?;
        let mut jar = Jar::of(&request, &self.jars);
        let mut printed = Printed::default();
        for url in value::urls(request.url.as_ref().ok_or("curl wants an address")?)? {
            let mut call = Call::new(&request, url);
            let mut redirects = 0;
            while let Some(next) = self.send(&request, call, places, &mut jar, &mut printed)? {
                call = next;
                redirects += 1;
                if redirects > REDIRECTS {
                    return Err(format!("curl has followed {REDIRECTS} redirects"));
                }
            }
        }
        if let (Some(name), Some(jar)) = (request.keep, jar) {
            self.jars.insert(name, jar);
        }
        Ok(printed)
    }

    /// Sends a request, and returns the one to which it is redirected, if that is asked for.
    fn send<'r>(
        &self,
        request: &Request,
        call: Call<'r>,
        places: &[(String, String)],
        jar: &mut Option<Jar>,
        printed: &mut Printed,
    ) -> Result<Option<Call<'r>>, String> {
        let place = call.place(places)?;
        let headers = call.headers(&place, jar.as_ref());
        let answer = self.exchange(&call, &place, &headers);
        let mut answer = answer.map_err(|error| format!("no answer came ({error})"))?;
        let status = answer.status();
        let head = head(&answer);
        if let Some(jar) = jar {
            jar.keep_all(answer.headers(), without_query(place.path));
        }
        if request.has("--verbose") {
            printed.tell(&call, &place, &headers, &head);
        }
        if request.shows_head() {
            printed.output += &head;
        }
        if let Some(location) =
            request.has("--location").then(|| location(&answer, &place)).flatten()
        {
            return Ok(Some(call.redirected(status, location)));
        }
        let body = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        if request.shows_body() {
            printed.output += &body;
        }
        printed.output += &value::written(&request.write_out, status.as_u16())?;
        printed.as_in_the_block(places);
        Ok(None)
    }

    fn exchange(
        &self,
        call: &Call<'_>,
        place: &Place<'_>,
        headers: &[(String, String)],
    ) -> Result<Response<Body>, ureq::Error> {
        let url = format!("http://{}{}", place.real, place.path);
        let mut builder = http::Request::builder().method(call.method.clone()).uri(url);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        match &call.data {
            Some(data) => self.agent.run(builder.body(data.clone())?),
            None => self.agent.run(builder.body(())?),
        }
    }
}
