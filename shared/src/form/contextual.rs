//! A form together with what was typed into it.

use rocket::form::{self, Context, DataField, Error, FromForm, Options, ValueField};

use super::mismatch;

/// A form if all of it is right, and in any case what was typed and what is wrong with it, so that the
/// form can be shown again: Rocket's [`Contextual`](rocket::form::Contextual). This one can also be asked
/// which fields the form wants, for the page that tells a learner.
///
/// ```
/// use rocket::FromForm;
/// use shared::form::{Contextual, Form, Name};
///
/// #[derive(FromForm)]
/// struct NameForm<'v> {
///     name: Name<'v>,
/// }
///
/// fn greet(form: Form<Contextual<'_, NameForm<'_>>>) -> String {
///     match &form.value {
///         Some(valid) => format!("Hello, {}!", valid.name.as_str()),
///         None => format!("{} errors", form.context.errors().count()),
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Contextual<'v, T> {
    /// The form, if all of it is right.
    pub value: Option<T>,
    /// What was typed, and what is wrong with it.
    pub context: Context<'v>,
}

type Rockets<'v, T> = form::Contextual<'v, T>;

#[rocket::async_trait]
impl<'v, T: FromForm<'v>> FromForm<'v> for Contextual<'v, T> {
    type Context = <Rockets<'v, T> as FromForm<'v>>::Context;

    fn init(opts: Options) -> Self::Context {
        Rockets::<T>::init(opts)
    }

    fn push_value(form: &mut Self::Context, field: ValueField<'v>) {
        Rockets::<T>::push_value(form, field);
    }

    async fn push_data(form: &mut Self::Context, field: DataField<'v, '_>) {
        Rockets::<T>::push_data(form, field).await;
    }

    fn push_error(form: &mut Self::Context, error: Error<'v>) {
        Rockets::<T>::push_error(form, error);
    }

    fn finalize((fields, mut context): Self::Context) -> form::Result<'v, Self> {
        match T::finalize(fields) {
            Ok(value) => Ok(Self { value: Some(value), context }),
            Err(errors) if mismatch::is_asking() => Err(errors),
            Err(errors) => {
                context.push_errors(errors);
                Ok(Self { value: None, context })
            }
        }
    }
}
