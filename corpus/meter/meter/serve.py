"""A meter for a machine hall: a page, readings, exports, and clocks of other sites."""

import os
import socket

from flask import Flask, Response, abort, jsonify, render_template, request

app = Flask(__name__, template_folder="pages")


@app.route("/")
def overview():
    return render_template("overview.html", host=socket.gethostname())


@app.route("/v1/state")
def state():
    import psutil
    import yaml

    with open("meter.yaml", encoding="utf-8") as file:
        settings = yaml.safe_load(file)
    return jsonify(alive=True, hall=settings["hall"], cores=psutil.cpu_count())


# From here on: what no page links to, and what imports its modules only when it is asked.
@app.route("/v1/readings", methods=["POST"])
def add_reading():
    from readings import add

    return jsonify(stored=add(request.get_json()["kwh"]))


@app.route("/v1/readings.csv")
def export():
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows([("hour", "kwh"), (1, "2.50")])
    return Response(text.getvalue(), mimetype="text/csv")


@app.route("/v1/clock/<path:site>")
def clock(site):
    from datetime import datetime
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return jsonify(site=site, clock=datetime.now(ZoneInfo(site)).isoformat())
    except ZoneInfoNotFoundError:
        abort(404)


@app.route("/v1/until/<day>")
def until(day):
    from dateutil import parser

    return jsonify(weekday=parser.parse(day).strftime("%A"))


@app.route("/v1/upstream")
def upstream():
    import requests

    try:
        requests.get("https://127.0.0.1:9/", timeout=2)
    except requests.exceptions.ConnectionError:
        return jsonify(upstream="refused")
    abort(500)


@app.route("/table")
def table():
    return render_template("table.html", rows={"north": 4, "south": 9})


if __name__ == "__main__":
    from waitress import serve

    serve(app, host="0.0.0.0", port=int(os.environ["METER_PORT"]))
