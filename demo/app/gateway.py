"""A small gateway: a page, a health check, readings in SQLite, and times of other zones."""

import os

from flask import Flask, jsonify, render_template

app = Flask(__name__, template_folder="pages")


@app.get("/")
def page():
    return render_template("page.html", machine=os.uname().machine)


@app.get("/api/health")
def health():
    return jsonify(healthy=True)


# Not fetched by the health check: it imports what the start does not.
@app.get("/api/readings")
def readings():
    from store import average

    return jsonify(average=average([20.5, 21.0, 21.5]))


@app.get("/api/time/<path:zone>")
def time_in(zone):
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return jsonify(zone=zone, now=datetime.now(ZoneInfo(zone)).isoformat())


if __name__ == "__main__":
    from waitress import serve

    serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8080")))
