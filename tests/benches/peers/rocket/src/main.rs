//! Lesson 02 by hand: nothing but Rocket, its private cookies and its templates.

use rocket::form::Form;
use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{FromForm, get, launch, post, routes, uri};
use rocket_dyn_templates::{Template, context};

#[derive(FromForm)]
struct NameForm {
    name: String,
}

#[get("/")]
fn index(jar: &CookieJar<'_>) -> Template {
    let name = jar.get_private("name").map(|cookie| cookie.value().to_owned());
    Template::render("page", context! { name })
}

#[post("/setName", data = "<form>")]
fn set_name(jar: &CookieJar<'_>, form: Form<NameForm>) -> Redirect {
    jar.add_private(("name", form.into_inner().name));
    Redirect::to(uri!(index))
}

#[get("/bare")]
fn bare() -> Template {
    Template::render("page", context! { name: None::<String> })
}

#[launch]
fn rocket() -> _ {
    rocket::build().attach(Template::fairing()).mount("/", routes![index, set_name, bare])
}
