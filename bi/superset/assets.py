#!/usr/bin/env python3
"""assets.py SCHEMA URI FOLDER: writes the dashboards as Superset imports them.

What stands in datasets.yaml and dashboards/*.yaml, with the columns, comments and stages that the database URI has in SCHEMA.
Runs in Superset's own environment. Identities are made from names: what is imported again replaces itself.
"""

import json
import os
import shutil
import sys
import uuid

import yaml
from sqlalchemy import create_engine, text

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = uuid.UUID("0c1d8a52-7f3e-4b0e-9a57-3f6f5be2a1d4")
TIME = "DATETRUNC(DATEADD(DATETIME('today'), -13, WEEK), WEEK) : DATETRUNC(DATETIME('today'), WEEK)"
FILTERS = {"value_stream": "Value stream", "team": "Team", "type": "Type", "service": "Service"}
# What a colour means is the same everywhere: orange waits or went wrong, blue is work, grey is not begun.
SHADES = {
    "new": ["#B8BEC6", "#CDD2D8"],
    "active": ["#1F5FA8", "#4A8CCB", "#7FB2E0", "#A9CDED", "#154378"],
    "waiting": ["#E8702A", "#F2994A", "#F6B26B", "#D9541E", "#FAD0A0", "#C2410C"],
    "done": ["#3E9B6E", "#7CC4A0"],
    "cancelled": ["#8A8F98"],
}
TYPES = {"feature": "#1F5FA8", "defect": "#D9541E", "risk": "#8E5BB5", "debt": "#E3B23C", "other": "#8A8F98", "(none)": "#CDD2D8"}
LINK = """CASE WHEN url ~ '^https?://' THEN '<a href="' || replace(replace(url, '&', '&amp;'), '"', '&quot;') || '" target="_blank">'
    || replace(replace(key, '&', '&amp;'), '<', '&lt;') || '</a>' ELSE replace(replace(key, '&', '&amp;'), '<', '&lt;') END"""
CALCULATED = {
    "link": ("Item", "TEXT", LINK, ("key", "url")),
    # Axes of dates write over one another; texts do not, and sort alike.
    **{
        f"{day}_text": (label_, "TEXT", f"to_char({day}, 'YYYY-MM-DD')", (day,))
        for day, label_ in (("finished_week", "Week"), ("released_week", "Week"), ("merged_week", "Week"))
    },
    "most_likely_late": ("Late, unknown last", "DOUBLE PRECISION", "coalesce(late_probability, -1)", ("late_probability",)),
    "most_planned": ("Planned value, unknown last", "DOUBLE PRECISION", "coalesce(planned_value, -1)", ("planned_value",)),
}
WORDS = {"cd3": "CD3", "eta": "ETA", "p50": "p50", "p85": "p85", "p95": "p95", "url": "URL", "wip": "WIP", "sha": "commit"}
LABELS = {
    "stage_label": "Stage",
    "children_stage": "Furthest behind",
    "late_probability": "Late",
    "weekly_cost": "Cost of a week more",
    "delay_cost": "Cost of waiting",
    "user_days_30": "User days in 30 days",
    "finished_count": "Items done",
    "item_count": "Items",
    "failed_by": "Failed by",
    "p85_day": "Done by (85 %)",
    "eta_day": "Done by (85 %)",
    "stage_p85_days": "Others (85 %, days)",
    "days_in_stage": "In the stage (days)",
    "target_chance": "On target",
    "finished_month": "Month",
    "key": "Item",
}
TYPE_NAMES = {
    "text": "TEXT",
    "date": "DATE",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "double precision": "DOUBLE PRECISION",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
}


def identity(*names):
    return str(uuid.uuid5(NAMES, "/".join(names)))


def label(column):
    """A column's name as people read it, with its unit."""
    if column in LABELS:
        return LABELS[column]
    unit = ""
    for suffix, shown in (("_days", " (days)"), ("_hours", " (hours)"), ("_at", ""), ("_day", ""), ("_weeks", " (weeks)")):
        if column.endswith(suffix):
            column, unit = column[: -len(suffix)], shown
            break
    words = [WORDS.get(word, word) for word in column.split("_")]
    shown = " ".join(words)
    return shown[0].upper() + shown[1:] + unit


def number_format(column):
    if column.startswith("days_"):
        return ",.1f"
    for suffix, shown in (
        ("_days", ",.1f"),
        ("_hours", ",.1f"),
        ("_weeks", ",.1f"),
        ("_share", ".0%"),
        ("_rate", ".0%"),
        ("_chance", ".0%"),
        ("_probability", ".0%"),
        ("_efficiency", ".0%"),
        ("_count", ",d"),
        ("_cost", ",.0f"),
        ("_value", ",.0f"),
        ("cost", ",.0f"),
        ("cd3", ",.0f"),
        ("_30", ",.0f"),
    ):
        if column.endswith(suffix):
            return shown
    return None


class Assets:
    def __init__(self, schema, uri, folder):
        self.schema, self.uri, self.folder, self.faults = schema, uri, folder, []
        with open(os.path.join(HERE, "datasets.yaml")) as file:
            self.datasets = yaml.safe_load(file)
        engine = create_engine(uri)
        with engine.connect() as connection:
            self.columns = {view: self.read_columns(connection, view) for view in self.datasets}
            self.colours = {} if self.faults else self.read_colours(connection)
        engine.dispose()

    def read_columns(self, connection, view):
        found = connection.execute(
            text("""
            SELECT a.attname, format_type(a.atttypid, NULL), col_description(a.attrelid, a.attnum),
                has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE n.nspname = :schema AND c.relname = :view AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum"""),
            {"schema": self.schema, "view": view},
        ).all()
        if not found:
            self.faults.append(f"There is no view {self.schema}.{view}: CALL vsm.create_model('{self.schema}') makes it.")
        elif not found[0][3]:
            self.faults.append(
                f"The role of this address may not read {self.schema}.{view}: CALL vsm.grant_reader('{self.schema}', ...) allows it."
            )
        return {name: (kind, comment) for name, kind, comment, _ in found}

    def read_colours(self, connection):
        """Each stage in a shade of its class, in the order of the stream."""
        found = connection.execute(text(f"""
            SELECT stage_label, min(class) FROM "{self.schema}".flow_visit WHERE class IS NOT NULL GROUP BY 1 ORDER BY 1""")).all()
        colours, used = dict(TYPES), {}
        for stage, kind in found:
            shades = SHADES[kind]
            colours[stage] = shades[used.setdefault(kind, 0) % len(shades)]
            used[kind] += 1
        for view, metric, colour in (
            ("flow_item", "flow_time_p50", "#7FB2E0"),
            ("flow_item", "flow_time_p85", "#1F5FA8"),
            ("change_lead_time", "lead_p50", "#7FB2E0"),
            ("change_lead_time", "lead_p85", "#1F5FA8"),
            ("deployment_outcome", "held", "#4A8CCB"),
            ("deployment_outcome", "failures", "#D9541E"),
            ("bottleneck", "waited", "#E8702A"),
            ("bottleneck", "waiting_cost", "#E8702A"),
            ("review", "coding_p50", "#1F5FA8"),
            ("review", "pickup_p50", "#F2994A"),
            ("review", "review_p50", "#7FB2E0"),
            ("review", "release_p50", "#D9541E"),
        ):
            colours[metric] = colours[self.datasets[view]["metrics"][metric][0]] = colour
        return colours

    def write(self, path, what):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            yaml.safe_dump(what, file, sort_keys=False, allow_unicode=True, width=200)

    def write_dataset(self, view):
        definition = self.datasets[view]
        columns = [
            dict(
                column_name=name,
                verbose_name=label(name),
                description=comment,
                is_dttm=kind in ("date", "timestamp with time zone"),
                groupby=True,
                filterable=True,
                type=TYPE_NAMES[kind],
            )
            for name, (kind, comment) in self.columns[view].items()
        ]
        columns += [
            dict(
                column_name=name,
                verbose_name=shown,
                expression=expression,
                is_dttm=kind == "DATE",
                groupby=True,
                filterable=False,
                type=kind,
            )
            for name, (shown, kind, expression, needs) in CALCULATED.items()
            if set(needs) <= set(self.columns[view])
        ]
        metrics = [
            dict(metric_name=name, verbose_name=shown, expression=expression, d3format=form)
            for name, (shown, expression, form) in definition.get("metrics", {}).items()
        ]
        self.write(
            f"datasets/vsm/{view}.yaml",
            dict(
                table_name=view,
                main_dttm_col=definition.get("time"),
                schema=self.schema,
                uuid=identity("dataset", view),
                database_uuid=identity("database"),
                metrics=metrics,
                columns=columns,
                version="1.0.0",
            ),
        )

    def has(self, chart, view, columns):
        known = set(self.columns[view]) | {name for name, c in CALCULATED.items() if set(c[3]) <= set(self.columns[view])}
        for column in columns:
            if column not in known:
                self.faults.append(f"{chart}: the view {self.schema}.{view} has no column {column}")

    def params(self, name, chart, filters):
        """The settings of a chart as Superset has them."""
        view, kind = chart["view"], chart["kind"]
        time = chart.get("time", self.datasets[view].get("time"))
        conditions = []
        if time and time != "none" and "time" in filters:
            conditions.append(
                dict(expressionType="SIMPLE", subject=time, operator="TEMPORAL_RANGE", comparator="No filter", clause="WHERE")
            )
            self.has(name, view, [time])
        if "where" in chart:
            conditions.append(dict(expressionType="SQL", sqlExpression=chart["where"], clause="WHERE"))
        self.has(name, view, [f for f in filters if f != "time"])
        metrics = chart.get("metrics", [chart["metric"]] if "metric" in chart else [])
        forms = self.datasets[view].get("metrics", {})
        if unknown := [m for m in metrics if m not in forms]:
            raise SystemExit(f"{name}: datasets.yaml has no metric {unknown[0]} of {view}")
        common = dict(adhoc_filters=conditions)
        if kind in ("headline", "number"):
            common.update(
                metric=metrics[0],
                y_axis_format=forms[metrics[0]][2],
                subtitle=chart["unit"],
                subtitle_font_size=0.2,
                header_font_size=0.3,
            )
            if kind == "number":
                return dict(viz_type="big_number_total", **common)
            # The figure of the whole period, over its weeks.
            self.has(name, view, [chart["across"]])
            return dict(
                viz_type="big_number",
                x_axis=chart["across"],
                time_grain_sqla=None,
                aggregation="raw",
                show_trend_line=True,
                start_y_axis_at_zero=True,
                **common,
            )
        if kind in ("table", "rows"):
            first, order = chart["first"]
            common.update(
                viz_type="table", show_cell_bars=False, table_timestamp_format="%Y-%m-%d", allow_render_html=True, row_limit=1000
            )
            if kind == "table":
                self.has(name, view, chart["by"])
                if first not in forms:
                    raise SystemExit(f"{name}: datasets.yaml has no metric {first} of {view}")
                if chart.get("before"):
                    # Each figure, and that of as long a time before; what else Superset computes of the two is not shown. It
                    # shows NULL as 0 there, so a count belongs beside figures that are of nothing.
                    common.update(
                        time_compare=["inherit"],
                        comparison_type="values",
                        column_config={
                            f"{part} {metric}": dict(visible=bool(shown), customColumnName=shown, displayTypeIcon=False)
                            for metric in metrics
                            for part, shown in (("Main", "in this time"), ("#", "before"), ("△", ""), ("%", ""))
                        },
                    )
                return dict(
                    query_mode="aggregate",
                    groupby=chart["by"],
                    metrics=metrics,
                    timeseries_limit_metric=first,
                    order_desc=order == "most",
                    **common,
                )
            self.has(name, view, chart["columns"] + [first])
            formats = {
                c: dict(d3NumberFormat=number_format(c), d3SmallNumberFormat=number_format(c))
                for c in chart["columns"]
                if number_format(c)
            }
            red = chart.get("red")
            return dict(
                query_mode="raw",
                all_columns=chart["columns"],
                order_by_cols=[json.dumps([first, order != "most"])],
                column_config=formats,
                conditional_formatting=(
                    [dict(column=red[0], operator=red[1], targetValue=red[2], colorScheme="#F4B8A8")] if red else []
                ),
                **common,
            )
        across = chart["across"] + ("_text" if chart["across"] in ("finished_week", "released_week", "merged_week") else "")
        self.has(name, view, [across] + ([chart["by"]] if "by" in chart else []))
        common.update(
            x_axis=across,
            time_grain_sqla=None,
            metrics=metrics,
            groupby=[chart["by"]] if "by" in chart else [],
            y_axis_format=forms[metrics[0]][2].replace(".1f", ".0f"),
            rich_tooltip=True,
            show_legend="by" in chart or len(metrics) > 1,
            legendOrientation="right" if kind == "area" else "top",
            legendType="scroll" if kind == "area" else "plain",
            legendMargin=190 if kind == "area" else None,
            x_axis_time_format="%d %b",
            tooltipTimeFormat="%d %b %Y",
            row_limit=50000,
            x_axis_sort=across,
            x_axis_sort_asc=True,
            x_axis_sort_series="name",
            x_axis_sort_series_ascending=True,
            xAxisLabelRotation=45,
            truncateYAxis=False,
        )
        if chart.get("lying"):
            common.update(
                orientation="horizontal",
                x_axis_sort_asc=False,
                xAxisLabelRotation=0,
                show_value=True,
                y_axis_title=chart["axis"],
                y_axis_title_margin=30,
                y_axis_title_position="Left",
            )
            return dict(viz_type="echarts_timeseries_bar", **common)
        common.update(y_axis_title=chart["axis"], y_axis_title_margin=40, y_axis_title_position="Left")
        if kind == "lines":
            return dict(viz_type="echarts_timeseries_line", markerEnabled=True, markerSize=5, **common)
        stacked = dict(stack="Stack", sort_series_type="name", sort_series_ascending=True, **common)
        if kind == "bars":
            return dict(viz_type="echarts_timeseries_bar", **stacked)
        return dict(viz_type="echarts_area", opacity=0.8, **stacked)

    def write_dashboard(self, definition):
        title, filters = definition["title"], definition["filters"]
        place = {
            "DASHBOARD_VERSION_KEY": "v2",
            "ROOT_ID": dict(type="ROOT", id="ROOT_ID", children=["GRID_ID"]),
            "GRID_ID": dict(type="GRID", id="GRID_ID", children=[], parents=["ROOT_ID"]),
            "HEADER_ID": dict(type="HEADER", id="HEADER_ID", meta=dict(text=title)),
        }
        number = 0
        for count, row in enumerate(definition["rows"]):
            parents = ["ROOT_ID", "GRID_ID", f"ROW-{count}"]
            place["GRID_ID"]["children"].append(parents[-1])
            inside = []
            for chart in row.get("charts", []):
                number += 1
                name = chart["name"]
                params = self.params(name, chart, filters)
                slug = "".join(c if c.isalnum() else "_" for c in f"{title} {name}".lower())
                self.write(
                    f"charts/{slug}.yaml",
                    dict(
                        slice_name=name,
                        viz_type=params["viz_type"],
                        params=params,
                        uuid=identity("chart", title, name),
                        dataset_uuid=identity("dataset", chart["view"]),
                        version="1.0.0",
                    ),
                )
                inside.append(
                    (
                        f"CHART-{number}",
                        "CHART",
                        dict(
                            chartId=number,
                            uuid=identity("chart", title, name),
                            width=chart["width"],
                            height=row["height"],
                            sliceName=name,
                        ),
                    )
                )
            if "text" in row:
                inside.append(
                    (
                        f"MARKDOWN-{count}",
                        "MARKDOWN",
                        dict(code=row["text"], width=12 - sum(c["width"] for c in row.get("charts", [])), height=row["height"]),
                    )
                )
            place[parents[-1]] = dict(
                type="ROW",
                id=parents[-1],
                children=[i[0] for i in inside],
                parents=parents[:2],
                meta=dict(background="BACKGROUND_TRANSPARENT"),
            )
            for id_, kind, meta in inside:
                place[id_] = dict(type=kind, id=id_, children=[], parents=parents, meta=meta)
        controls, before = [], []
        for name in filters:
            every = dict(
                id=f"NATIVE_FILTER-{name}",
                type="NATIVE_FILTER",
                cascadeParentIds=before,
                scope=dict(rootPath=["ROOT_ID"], excluded=[]),
            )
            if name == "time":
                controls.append(
                    dict(
                        every,
                        name="Time",
                        filterType="filter_time",
                        targets=[{}],
                        cascadeParentIds=[],
                        controlValues=dict(enableEmptyFilter=True),
                        defaultDataMask=dict(extraFormData=dict(time_range=TIME), filterState=dict(value=TIME)),
                    )
                )
                continue
            self.has(title, definition["asks"], [name])
            controls.append(
                dict(
                    every,
                    name=FILTERS[name],
                    filterType="filter_select",
                    targets=[dict(datasetUuid=identity("dataset", definition["asks"]), column=dict(name=name))],
                    controlValues=dict(multiSelect=True, enableEmptyFilter=False, searchAllOptions=False),
                    defaultDataMask=dict(extraFormData={}, filterState={}),
                )
            )
            before = ["NATIVE_FILTER-value_stream"] if name in ("value_stream", "team") else before
        self.write(
            f"dashboards/{definition['slug']}.yaml",
            dict(
                dashboard_title=title,
                slug=definition["slug"],
                published=True,
                uuid=identity("dashboard", title),
                version="1.0.0",
                position=place,
                metadata=dict(
                    cross_filters_enabled=False,
                    refresh_frequency=0,
                    filter_bar_orientation="HORIZONTAL",
                    color_scheme="supersetColors",
                    label_colors=self.colours,
                    native_filter_configuration=controls,
                ),
            ),
        )

    def write_all(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.write("metadata.yaml", dict(version="1.0.0", type="assets", timestamp="2026-01-01T00:00:00+00:00"))
        self.write(
            "databases/vsm.yaml",
            dict(
                database_name="vsm",
                sqlalchemy_uri=self.uri,
                expose_in_sqllab=True,
                allow_run_async=False,
                allow_ctas=False,
                allow_cvas=False,
                allow_file_upload=False,
                extra={},
                uuid=identity("database"),
                version="1.0.0",
            ),
        )
        if not self.faults:
            for view in self.datasets:
                self.write_dataset(view)
            for name in sorted(os.listdir(os.path.join(HERE, "dashboards"))):
                with open(os.path.join(HERE, "dashboards", name)) as file:
                    self.write_dashboard(yaml.safe_load(file))
        if self.faults:
            shutil.rmtree(self.folder)
            raise SystemExit("\n".join(sorted(set(self.faults))))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    Assets(*sys.argv[1:]).write_all()
