"""Lesson 02 on Flask, sessions in signed cookies."""
import os

from flask import Flask, redirect, render_template, request, session

app = Flask(__name__, template_folder=os.environ["PAGES"])
app.secret_key = os.environ["SECRET"]


@app.get("/")
def index():
    return render_template("page.html", name=session.get("name"))


@app.post("/setName")
def set_name():
    session["name"] = request.form["name"]
    return redirect("/", 303)


@app.get("/bare")
def bare():
    return render_template("page.html", name=None)
