#!/usr/bin/env python3
"""figures.py URL FOLDER SCHEMA [SETTING ...]: asks Superset for the figures of every chart, as the browser did that wrote
FOLDER/SLUG-WIDTH.json (test/bi/browser.py), and compares them with what SQL gives (test/bi/figures.sql) as the superuser of PGHOST.

Settings are the filters that are set: none, team, month. Of each is looked after, too, that no filter was dropped.
CHARTS='regular expression': only charts of such a name.
"""

import collections
import datetime
import glob
import json
import math
import os
import re
import sys
import urllib.parse
import urllib.request

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
MONDAY = TODAY - datetime.timedelta(days=TODAY.weekday())
MONTH = (TODAY.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
SETTINGS = {
    "none": dict(since=MONDAY - datetime.timedelta(weeks=13), until=MONDAY, team=None),
    "team": dict(since=MONDAY - datetime.timedelta(weeks=13), until=MONDAY, team=os.environ.get("A_TEAM", "Blue")),
    "month": dict(since=MONTH, until=TODAY.replace(day=1), team=None),
}


class Superset:
    def __init__(self, url):
        self.url, self.token = url, None
        self.token = self.ask("security/login", dict(username="admin", password="admin", provider="db", refresh=True))[
            "access_token"
        ]

    def ask(self, path, body=None):
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            None if body is None else json.dumps(body).encode(),
            {
                "Content-Type": "application/json",
                "Referer": self.url,
                **({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=180) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return dict(fault=f"{error.code} {error.read().decode()[:400]}")


def wanted_figures():
    """Dashboard and chart -> SQL."""
    with open(os.path.join(HERE, "figures.sql")) as file:
        parts = re.split(r"^-- (Value stream|Delivery|Value): (.*)\n", file.read(), flags=re.M)[1:]
    return {(parts[i], parts[i + 1]): parts[i + 2].strip() for i in range(0, len(parts), 3)}


def expand(sql):
    sql = re.sub(r"\{(0\.\d+) (\w+)\}", r"percentile_cont(\1) WITHIN GROUP (ORDER BY \2)", sql)
    sql = sql.replace("{team}", "team = coalesce(%(team)s, team)")
    sql = re.sub(
        r"\{before (\w+)\}",
        r"\1 >= %(since)s - (%(until)s - %(since)s) AND \1 < %(since)s AND team = coalesce(%(team)s, team)",
        sql,
    )
    return re.sub(r"\{(\w+)\}", r"\1 >= %(since)s AND \1 < %(until)s AND team = coalesce(%(team)s, team)", sql)


def plain(value):
    """A value as both sides have it."""
    if isinstance(value, str):
        return re.sub(r"<[^>]*>", "", value).replace("&lt;", "<").replace("&quot;", '"').replace("&amp;", "&")
    if isinstance(value, datetime.date):
        return int(datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.timezone.utc).timestamp() * 1000)
    if isinstance(value, bool) or value is None:
        return value
    return int(value) if float(value).is_integer() else float(value)


def ordered(rows):
    # What is measured up to now decides over the order last.
    rows = [tuple(map(plain, row)) for row in rows]
    return sorted(
        rows,
        key=lambda row: (
            tuple((v is None, str(type(v)), str(v)) for v in row if not isinstance(v, float)),
            tuple(v for v in row if isinstance(v, float)),
        ),
    )


def differ(found, wanted, tolerance):
    if len(found) != len(wanted):
        return f"{len(found)} rows, not {len(wanted)}"
    for got, want in zip(ordered(found), ordered(wanted)):
        for a, b in zip(got, want):
            numbers = isinstance(a, (int, float)) and isinstance(b, (int, float)) and not isinstance(a, bool)
            if len(got) != len(want) or not (math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance) if numbers else a == b):
                return f"{got}, not {want}"
    return None


def read_bodies(superset, folder):
    """Dashboard and chart -> what the browser asked for it; and the charts that there are, by their number."""
    bodies, names = {}, {}
    for title, slug in (("Value stream", "vsm-value-stream"), ("Delivery", "vsm-delivery"), ("Value", "vsm-value")):
        for chart in superset.ask(f"dashboard/{slug}/charts")["result"]:
            names[chart["id"]] = (title, chart["slice_name"])
    for path in sorted(glob.glob(os.path.join(folder, "vsm-*-1600.json"))):
        with open(path) as file:
            for asked in json.load(file):
                if asked["slice"] in names:
                    bodies[names[asked["slice"]]] = asked["body"]
    return bodies, names


def ask_chart(superset, body, setting):
    """What a chart asks for with these filters set, as the dashboard does: rows in the order of its columns."""
    body = json.loads(json.dumps(body))
    body.update(force=True, result_format="json", result_type="full")
    query = body["queries"][-1]
    period = f"{setting['since']} : {setting['until']}"
    timed = False
    for condition in query["filters"]:
        if condition["op"] == "TEMPORAL_RANGE":
            condition["val"], timed = period, True
    if query.get("time_range"):
        query["time_range"] = period
    if setting["team"]:
        query["filters"].append(dict(col="team", op="IN", val=[setting["team"]]))
    query["post_processing"] = []
    body["queries"] = [query]
    answer = superset.ask("chart/data", body)
    if "fault" in answer or "result" not in answer:
        return None, timed, answer.get("fault") or json.dumps(answer)[:400]
    result = answer["result"][0]
    if result.get("error") or result.get("rejected_filters"):
        return None, timed, result.get("error") or f"the filter {result['rejected_filters']} is dropped"
    return [[row[c] for c in result["colnames"]] for row in result["data"]], timed, None


def main(url, folder, schema, *settings):
    superset, wanted = Superset(url), wanted_figures()
    bodies, names = read_bodies(superset, folder)
    faults, compared, filled = [], 0, collections.Counter()
    for chart in sorted(set(wanted) ^ set(names.values())):
        faults.append(
            f"{': '.join(chart)}: " + ("not compared with anything" if chart in names.values() else "there is no such chart")
        )
    connection = psycopg2.connect(dbname=os.environ["PGDATABASE"], options="-ctimezone=UTC -cjit=off")
    with connection, connection.cursor() as cursor:
        # A name of a schema may have blanks in it, at which options end.
        cursor.execute(f'SET search_path = "{schema}", public')
    only = re.compile(os.environ.get("CHARTS", ""))
    for chart, sql in wanted.items():
        if not only.search(chart[1]):
            continue
        if chart not in bodies:
            faults.append(f"{': '.join(chart)}: the browser did not ask for it")
            continue
        for name in settings or SETTINGS:
            setting = SETTINGS[name]
            found, timed, fault = ask_chart(superset, bodies[chart], setting)
            rows = []
            try:
                with connection, connection.cursor() as cursor:
                    cursor.execute(expand(sql), setting)
                    rows = cursor.fetchall()
            except psycopg2.Error as error:
                fault = fault or f"in SQL: {error}"
            compared += 1
            # What goes up to now goes on between the two.
            fault = fault or differ(found, rows, 1e-9 if timed else 2e-3)
            filled[chart] += any(value is not None for row in rows for value in row)
            if fault:
                faults.append(f"{': '.join(chart)} ({name}): {fault}")
    faults += [
        f"{': '.join(chart)}: nothing in it, which proves nothing" for chart in filled if not filled[chart]
    ]
    print(f"{compared} answers of {len(wanted)} charts compared with SQL, {len(faults)} faults")
    print("".join(f"  {fault}\n" for fault in faults), end="")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main(*sys.argv[1:])
