//! A form as the body of a request.

use std::convert::Infallible;
use std::ops::Deref;
use std::str;

use multer::Multipart;
use rocket::Request;
use rocket::data::{Data, FromData, Limits, Outcome};
use rocket::form::{Errors, FromForm, Options, ValueField};
use rocket::futures::stream;
use rocket::http::{ContentType, RawStr, Status};
use rocket::tokio::io::AsyncReadExt;

use super::Mismatch;
use crate::refusal::refuse;

const NOT_UTF8: &str = "The form is not UTF-8. Nothing was changed.";
const NOT_WHOLE: &str = "The form is cut off or malformed. Nothing was changed.";

/// A form from the body of a request. In Rocket 0.5.2 its own [`Form`](rocket::form::Form) replaces
/// bytes that are not UTF-8, so that different passwords become the same one, takes a text with a
/// `Content-Type` for a file, lets a form sent as multipart be larger than others, and never comes to
/// an end with a name such as `%3D` in a [`Contextual`](rocket::form::Contextual). This one refuses
/// the first, reads the second, has one limit for both kinds, and leaves out the last.
///
/// ```
/// use rocket::http::{ContentType, Status};
/// use rocket::local::blocking::Client;
/// use rocket::{FromForm, post, routes};
/// use shared::form::{Form, Name};
///
/// #[derive(FromForm)]
/// struct NameForm<'v> {
///     name: Name<'v>,
/// }
///
/// #[post("/", data = "<form>")]
/// fn name(form: Form<NameForm<'_>>) -> String {
///     form.name.as_str().to_owned()
/// }
///
/// let client = Client::untracked(rocket::build().mount("/", routes![name])).unwrap();
/// let send = |form: &str| client.post("/").header(ContentType::Form).body(form).dispatch().status();
/// assert_eq!(send("name=J%C3%B6rg"), Status::Ok);
/// assert_eq!(send("name=J%F6rg"), Status::BadRequest);
/// ```
#[derive(Debug)]
pub struct Form<T>(T);

impl<T> Form<T> {
    /// The form itself.
    ///
    /// ```
    /// # use shared::form::{Form, Name};
    /// # #[derive(rocket::FromForm)]
    /// # struct NameForm<'v> { name: Name<'v> }
    /// # fn handler(form: Form<NameForm<'_>>) {
    /// let NameForm { name } = form.into_inner();
    /// # }
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Form<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The names and values of a form's fields.
struct Fields(Vec<(String, String)>);

impl Fields {
    /// Those that a form can have. None is named `%3D`: in a `Contextual`, Rocket 0.5.2 would be busy
    /// with that for ever.
    fn named(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let fields = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        fields.filter(|(name, _)| !name.contains('='))
    }
}

#[rocket::async_trait]
impl<'r, T: FromForm<'r>> FromData<'r> for Form<T> {
    type Error = Errors<'r>;

    async fn from_data(req: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let is_form = |kind: &&ContentType| kind.is_form() || kind.is_form_data();
        let Some(kind) = req.content_type().filter(is_form) else {
            return Outcome::Forward((data, Status::UnsupportedMediaType));
        };
        let fields = match read(req, data).await {
            Ok(body) if kind.is_form() => urlencoded(&body),
            Ok(body) => multipart(kind, body).await,
            Err(status) => return Outcome::Error((status, Errors::new())),
        };
        let fields = match fields {
            Ok(fields) => req.local_cache(|| Fields(fields)),
            Err(reason) => {
                refuse(req, reason);
                return Outcome::Error((Status::BadRequest, Errors::new()));
            }
        };
        if cfg!(debug_assertions) {
            Mismatch::note::<T>(req, fields.named().map(|(name, _)| name));
        }
        match parse(fields) {
            Ok(form) => Outcome::Success(Self(form)),
            Err(errors) => Outcome::Error((errors.status(), errors)),
        }
    }
}

async fn read(req: &Request<'_>, data: Data<'_>) -> Result<Vec<u8>, Status> {
    let limit = req.limits().get("form").unwrap_or(Limits::FORM);
    let mut body = vec![];
    // `into_bytes` would take 8 KiB more for a form that is under way.
    if data.open(limit + 1).read_to_end(&mut body).await.is_err() {
        refuse(req, NOT_WHOLE);
        return Err(Status::BadRequest);
    }
    if limit < body.len() { Err(Status::PayloadTooLarge) } else { Ok(body) }
}

fn urlencoded(body: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
    let decode = |text: &str| RawStr::new(text).url_decode().map(String::from);
    let body = str::from_utf8(body).map_err(|_| NOT_UTF8)?;
    let fields = body.split('&').filter(|field| !field.is_empty()).map(|field| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        Ok((decode(name)?, decode(value)?))
    });
    fields.collect::<Result<_, str::Utf8Error>>().map_err(|_| NOT_UTF8)
}

/// Each part is the text that it is, whatever type and file name it has: no form here sends files.
async fn multipart(
    kind: &ContentType,
    body: Vec<u8>,
) -> Result<Vec<(String, String)>, &'static str> {
    let boundary = kind.param("boundary").ok_or(NOT_WHOLE)?;
    let whole = stream::iter([Ok::<_, Infallible>(body)]);
    let mut parts = Multipart::new(whole, boundary);
    let mut fields = vec![];
    while let Some(part) = parts.next_field().await.map_err(|_| NOT_WHOLE)? {
        let headers = part.headers().values();
        let charset = part.content_type().and_then(|kind| kind.get_param("charset"));
        let is_utf8 = charset.is_none_or(|name| name == "utf-8" || name == "us-ascii");
        if !is_utf8 || headers.map(|it| str::from_utf8(it.as_bytes())).any(|it| it.is_err()) {
            return Err(NOT_UTF8);
        }
        let name = part.name().unwrap_or_default().to_owned();
        let value = part.bytes().await.map_err(|_| NOT_WHOLE)?;
        fields.push((name, String::from_utf8(value.into()).map_err(|_| NOT_UTF8)?));
    }
    Ok(fields)
}

fn parse<'r, T: FromForm<'r>>(fields: &'r Fields) -> Result<T, Errors<'r>> {
    let mut form = T::init(Options::Lenient);
    for field in fields.named() {
        T::push_value(&mut form, ValueField::from(field));
    }
    T::finalize(form)
}

#[cfg(test)]
mod tests {
    use rocket::data::{Limits, ToByteUnit};
    use rocket::form::{self, FromFormField};
    use rocket::local::blocking::Client;
    use rocket::{Config, FromForm, post, routes};

    use super::*;
    use crate::form::Contextual;

    /// It takes no file, as the fields of the lessons.
    struct Text<'r>(&'r str);

    impl<'r> FromFormField<'r> for Text<'r> {
        fn from_value(field: ValueField<'r>) -> form::Result<'r, Self> {
            Ok(Self(field.value))
        }
    }

    #[derive(FromForm)]
    struct Named<'r> {
        name: Text<'r>,
    }

    #[post("/", data = "<form>")]
    fn name<'r>(form: Form<Contextual<'r, Named<'r>>>) -> &'r str {
        form.value.as_ref().map_or("", |form| form.name.0)
    }

    #[post("/plain", data = "<form>")]
    fn plain(form: Form<Named<'_>>) -> &str {
        form.name.0
    }

    fn client() -> Client {
        let log_level = rocket::config::LogLevel::Off;
        let limits = Limits::default().limit("form", 1.kibibytes());
        let config = Config { log_level, limits, ..Config::debug_default() };
        Client::untracked(rocket::custom(config).mount("/", routes![name, plain])).unwrap()
    }

    /// Sends a form and returns the name in it, or else the status.
    fn send(client: &Client, kind: &ContentType, body: &[u8]) -> Result<String, u16> {
        let [contextual, plain] = ["/", "/plain"].map(|path| {
            let answer = client.post(path).header(kind.clone()).body(body).dispatch();
            match answer.status() {
                Status::Ok => Ok(answer.into_string().unwrap()),
                status => Err(status.code),
            }
        });
        assert_eq!(contextual, plain, "{}", body.escape_ascii());
        plain
    }

    fn urlencoded(client: &Client, body: &[u8]) -> Result<String, u16> {
        send(client, &ContentType::Form, body)
    }

    /// A form of one part, with these headers and this text.
    fn multipart(client: &Client, headers: &[u8], text: &[u8]) -> Result<String, u16> {
        let kind = ContentType::new("multipart", "form-data").with_params(("boundary", "x"));
        let disposition = b"Content-Disposition: form-data; ";
        let parts = [b"--x\r\n", &disposition[..], headers, b"\r\n\r\n", text, b"\r\n--x--\r\n"];
        send(client, &kind, &parts.concat())
    }

    #[test]
    fn what_is_not_utf8_is_refused_and_never_replaced() {
        let client = client();
        for body in [
            &b"name=J%F6rg"[..],
            b"name=%E4%F6%FC%DF",
            b"name=J\xF6rg",
            b"name=%C3",
            b"name=%C3&rg=%B6",
            b"name=%ED%A0%80",
            b"name=%C0%AF",
            b"name=%F8%88%80%80%80",
            b"name=Ferris&%FF=1",
            b"name=Ferris&\xFF",
            b"%FFname=1&name=Ferris",
        ] {
            assert_eq!(urlencoded(&client, body), Err(400), "{}", body.escape_ascii());
        }
        for (headers, text) in [
            (&b"name=\"name\""[..], &b"J\xF6rg"[..]),
            (b"name=\"name\"", b"Ferris\xC3"),
            (b"name=\"name\"\r\nContent-Type: text/plain", b"J\xF6rg"),
            (b"name=\"name\"\r\nContent-Type: text/plain; charset=ISO-8859-1", b"Jorg"),
            (b"name=\"name\"\r\nContent-Type: text/plain; charset=\"utf-16\"", b"Jorg"),
            (b"name=\"n\xE4me\"", b"Ferris"),
            (b"name=\"name\"; filename=\"\xFF\"", b"Ferris"),
        ] {
            assert_eq!(multipart(&client, headers, text), Err(400), "{}", headers.escape_ascii());
        }
    }

    #[test]
    fn what_is_utf8_is_read_as_it_was_sent() {
        let client = client();
        for (body, expected) in [
            (&b"name=%EF%BF%BD"[..], "\u{FFFD}"),
            ("name=\u{FFFD}".as_bytes(), "\u{FFFD}"),
            (b"name=J%C3%B6rg", "Jörg"),
            (b"n%61me=Jo%CC%88rg&other=%F0%9F%A6%80", "Jo\u{308}rg"),
            (b"&&name=+a%2Bb%3D&", " a+b="),
            (b"name=%zz%4%", "%zz%4%"),
            (b"name==x", "=x"),
        ] {
            assert_eq!(urlencoded(&client, body).as_deref(), Ok(expected));
        }
        let text = "J\u{FFFD}rg\r\n\0".as_bytes();
        assert_eq!(multipart(&client, b"name=\"name\"", text).as_deref(), Ok("J\u{FFFD}rg\r\n\0"));
    }

    #[test]
    fn a_part_is_the_text_that_it_is() {
        let client = client();
        for more in [
            "",
            "\r\nContent-Type: text/plain",
            "\r\nContent-Type: text/plain; charset=utf-8",
            "\r\nContent-Type: Text/Plain; Charset=\"UTF-8\"",
            "\r\nContent-Type: text/plain; charset=us-ascii",
            "\r\nContent-Type: application/json",
            "\r\nContent-Type: application/octet-stream",
            "\r\nContent-Type: nonsense",
            "\r\nContent-Transfer-Encoding: 8bit\r\nX-More: 1",
            "; filename=\"name.txt\"",
            "; filename=\"name.txt\"\r\nContent-Type: text/plain",
        ] {
            let headers = format!("name=\"name\"{more}");
            let found = multipart(&client, headers.as_bytes(), "Jörg".as_bytes());
            assert_eq!(found.as_deref(), Ok("Jörg"), "{more:?}");
        }
    }

    #[test]
    fn every_kind_of_form_has_one_limit() {
        let client = client();
        for (length, expected) in [(700, None), (1200, Some(413)), (100_000, Some(413))] {
            let name = "x".repeat(length);
            let body = format!("name={name}");
            assert_eq!(urlencoded(&client, body.as_bytes()).err(), expected, "{length}");
            for headers in ["name=\"name\"", "name=\"name\"\r\nContent-Type: text/plain"] {
                let found = multipart(&client, headers.as_bytes(), name.as_bytes());
                assert_eq!(found.err(), expected, "{length} {headers}");
            }
        }
    }

    #[test]
    fn what_is_no_form_is_not_read() {
        let client = client();
        let boundary = ContentType::new("multipart", "form-data");
        assert_eq!(send(&client, &boundary, b"--x\r\n"), Err(400), "it names no boundary");
        let cut_off = boundary.with_params(("boundary", "x"));
        assert_eq!(
            send(&client, &cut_off, b"--x\r\nContent-Disposition: form-data; name="),
            Err(400)
        );
        for kind in [ContentType::JSON, ContentType::Plain, ContentType::new("multipart", "mixed")]
        {
            assert_eq!(send(&client, &kind, b"name=Ferris"), Err(415), "{kind}");
        }
    }

    /// With Rocket's own `Form` of a `Contextual` this would not end.
    #[test]
    fn a_field_without_a_name_does_not_keep_the_server_busy() {
        let client = client();
        for field in ["%3D", "%3D=1", "%3D%3D&%3D%3D", "%3Dx[y]=1", "a[b]%3D=1", "[]%3D", "..%3D"] {
            let body = format!("{field}&name=Ferris&{field}");
            assert_eq!(urlencoded(&client, body.as_bytes()).as_deref(), Ok("Ferris"), "{field}");
        }
    }

    #[test]
    fn nor_does_a_part_or_a_file_without_one() {
        let client = client();
        let next = "\r\n--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nFerris";
        for name in ["name=\"=\"; filename=\"a\"", "name=\"a[b]=\"", "name=\"=\""] {
            let found = multipart(&client, name.as_bytes(), format!("1{next}").as_bytes());
            assert_eq!(found.as_deref(), Ok("Ferris"), "{name}");
        }
    }
}
