//! A form, be it right or wrong, with what was typed into it.

use rocket::form::{self, Context, DataField, Error, FromForm, Options, ValueField, name::Name};

/// Rocket's own [`Contextual`](form::Contextual), less the fields that it never comes to an end with:
/// in Rocket 0.5.2 a single name that has a `=` where a key begins keeps a thread busy for ever, and
/// everybody can send `%3D`. No form here has such a field; it is left out.
///
/// ```
/// use rocket::form::Form;
/// use shared::form::{Contextual, Name};
///
/// #[derive(rocket::FromForm)]
/// struct NameForm<'r> {
///     name: Name<'r>,
/// }
///
/// let form = Form::<Contextual<'_, NameForm<'_>>>::parse("name=Ferris").unwrap();
/// assert_eq!(form.value.as_ref().unwrap().name.as_str(), "Ferris");
/// assert_eq!(form.context.field_value("name"), Some("Ferris"));
/// ```
#[derive(Debug)]
pub struct Contextual<'v, T> {
    /// The form, if nothing is wrong with it.
    pub value: Option<T>,
    /// What was typed, and what is wrong with it.
    pub context: Context<'v>,
}

fn comes_to_an_end(name: &Name) -> bool {
    !name.as_str().contains('=')
}

#[rocket::async_trait]
impl<'v, T: FromForm<'v>> FromForm<'v> for Contextual<'v, T> {
    type Context = <form::Contextual<'v, T> as FromForm<'v>>::Context;

    fn init(options: Options) -> Self::Context {
        form::Contextual::<T>::init(options)
    }

    fn push_value(form: &mut Self::Context, field: ValueField<'v>) {
        if comes_to_an_end(field.name.source()) {
            form::Contextual::<T>::push_value(form, field);
        }
    }

    async fn push_data(form: &mut Self::Context, field: DataField<'v, '_>) {
        if comes_to_an_end(field.name.source()) {
            form::Contextual::<T>::push_data(form, field).await;
        }
    }

    fn push_error(form: &mut Self::Context, error: Error<'v>) {
        form::Contextual::<T>::push_error(form, error);
    }

    fn finalize(form: Self::Context) -> form::Result<'v, Self> {
        let form::Contextual { value, context } = form::Contextual::<T>::finalize(form)?;
        Ok(Self { value, context })
    }
}

#[cfg(test)]
mod tests {
    use rocket::form::Form;
    use rocket::http::ContentType;
    use rocket::local::blocking::Client;
    use rocket::{Config, FromForm, post, routes};

    use super::Contextual;
    use crate::form::Name;

    #[derive(FromForm)]
    struct NameForm<'r> {
        name: Name<'r>,
    }

    #[post("/", data = "<form>")]
    fn name(form: Form<Contextual<'_, NameForm<'_>>>) -> String {
        form.value.as_ref().map_or("", |form| form.name.as_str()).to_owned()
    }

    fn client() -> Client {
        let log_level = rocket::config::LogLevel::Off;
        let config = Config { log_level, ..Config::debug_default() };
        Client::untracked(rocket::custom(config).mount("/", routes![name])).unwrap()
    }

    /// With Rocket's own `Contextual` this would not end.
    #[test]
    fn a_field_without_a_name_does_not_keep_the_server_busy() {
        let client = client();
        for field in ["%3D", "%3D=1", "%3D%3D&%3D%3D", "%3Dx[y]=1", "a[b]%3D=1", "[]%3D", "..%3D"] {
            let request = client.post("/").header(ContentType::Form);
            let answer = request.body(format!("{field}&name=Ferris&{field}")).dispatch();
            assert_eq!(answer.into_string().as_deref(), Some("Ferris"), "{field}");
        }
    }

    #[test]
    fn nor_does_a_part_or_a_file_without_one() {
        let part = |name| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"");
        let body = [
            &part("=\"; filename=\"a"),
            "\r\nContent-Type: text/plain\r\n\r\n1\r\n",
            &part("a[b]="),
            "\r\n\r\n1\r\n",
            &part("name"),
            "\r\n\r\nFerris\r\n--x--\r\n",
        ];
        let parts = ContentType::new("multipart", "form-data").with_params(("boundary", "x"));
        let client = client();
        let answer = client.post("/").header(parts).body(body.concat()).dispatch();
        assert_eq!(answer.into_string().as_deref(), Some("Ferris"));
    }
}
