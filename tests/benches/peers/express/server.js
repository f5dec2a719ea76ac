// Lesson 02 on Express and express-session, sessions in memory.
import { randomBytes } from "node:crypto";
import express from "express";
import session from "express-session";
import nunjucks from "nunjucks";

const app = express();
nunjucks.configure(process.env.PAGES, { autoescape: true, express: app });
const secret = randomBytes(32).toString("hex");
app.use(session({ secret, resave: false, saveUninitialized: false }));
app.use(express.urlencoded({ extended: false }));

const page = (response, name) => response.render("page.html", { name });

app.get("/", (request, response) => page(response, request.session.name));
app.post("/setName", (request, response) => {
  request.session.name = request.body.name;
  response.redirect(303, "/");
});
app.get("/bare", (request, response) => page(response));
app.listen(Number(process.env.PORT), "127.0.0.1");
