#!/usr/bin/env python3
"""tidy.py FOLDER: takes from the dashboards of FOLDER, as Superset has them, the charts that they do not have any more.

An import leaves them there, and Superset puts them under the others.
"""

import glob
import os
import sys

import yaml
from superset.app import create_app


def main(folder):
    with create_app().app_context():
        from superset import db
        from superset.models.dashboard import Dashboard

        taken = 0
        for path in glob.glob(os.path.join(folder, "dashboards", "*.yaml")):
            with open(path) as file:
                wanted = yaml.safe_load(file)
            charts = {
                part["meta"]["uuid"] for part in wanted["position"].values() if isinstance(part, dict) and part["type"] == "CHART"
            }
            dashboard = db.session.query(Dashboard).filter_by(slug=wanted["slug"]).one()
            kept = [chart for chart in dashboard.slices if str(chart.uuid) in charts]
            if len(kept) != len(charts):
                raise SystemExit(f"{wanted['dashboard_title']} has {len(kept)} of its {len(charts)} charts")
            taken += len(dashboard.slices) - len(kept)
            dashboard.slices = kept
        db.session.commit()
        if taken:
            print(f"Charts of another version taken from dashboards: {taken}")


if __name__ == "__main__":
    main(sys.argv[1])
