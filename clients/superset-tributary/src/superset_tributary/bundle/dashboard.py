"""A dashboard: tabs of rows of charts, and the filters of each tab."""

from dataclasses import dataclass, field

from .chart import Chart
from .ids import node_id, uuid_of
from .source import Source

VERSION = "1.0.0"

# The same color for the same thing on every dashboard.
LABEL_COLORS = {
    "whatsapp": "#2BB673",
    "instagram": "#C13584",
    "email": "#3B82C4",
    "webchat": "#F59E0B",
    "messaging": "#5AC189",
    "reminder": "#FF7F44",
    "call": "#454E7C",
    "ai": "#A868B7",
    # Pale, because the labels stand on them.
    " 1. link clicks": "#9BD9E8",
    " 2. checkout started": "#BCE6F0",
    " 3. purchase completed": "#D9F1F7",
    "This period": "#1FA8C9",
    "Period before": "#B2B2B2",
}


@dataclass(frozen=True)
class Filter:
    """A filter of the tab it stands on."""

    name: str
    source: Source | None
    """Whose values are offered; None is a filter on time."""
    column: str | None = None
    value: str | None = None
    """What is chosen at first. Such a filter takes exactly one value."""
    description: str = ""


@dataclass(frozen=True)
class Tab:
    name: str
    rows: list[list[Chart]]
    filters: list[Filter]


@dataclass(frozen=True)
class Dashboard:
    schema: str
    title: str
    description: str
    tabs: list[Tab] = field(default_factory=list)

    def charts(self):
        return [it for tab in self.tabs for row in tab.rows for it in row]

    def chart_uuid(self, chart):
        return uuid_of("chart", f"{self.schema}/{chart.source.name}/{chart.title}")

    def written(self):
        """The dashboard as Superset imports it."""
        return {
            "dashboard_title": self.title,
            "description": self.description,
            "css": "",
            "slug": f"tributary-{self.schema.replace('_', '-')}",
            "certified_by": "",
            "certification_details": "",
            "published": True,
            "uuid": uuid_of("dashboard", self.schema),
            "position": self.position(),
            "metadata": {
                "color_scheme": "supersetColors",
                "label_colors": LABEL_COLORS,
                "cross_filters_enabled": True,
                "refresh_frequency": 0,
                "expanded_slices": {},
                "timed_refresh_immune_slices": [],
                "default_filters": "{}",
                "chart_configuration": {},
                "native_filter_configuration": [
                    self.native_filter(tab, it) for tab in self.tabs for it in tab.filters
                ],
            },
            "version": VERSION,
        }

    def position(self):
        tabs_id = node_id("TABS", self.schema)
        nodes = {
            "DASHBOARD_VERSION_KEY": "v2",
            "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": [tabs_id]},
            "GRID_ID": {"id": "GRID_ID", "type": "GRID", "children": [], "parents": ["ROOT_ID"]},
            "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": self.title}},
        }

        def add(node, kind, parents, children, meta):
            nodes[node] = {
                "id": node, "type": kind, "parents": parents, "children": children, "meta": meta,
            }

        add(tabs_id, "TABS", ["ROOT_ID"], [self.tab_id(it) for it in self.tabs], {})
        for tab in self.tabs:
            tab_id = self.tab_id(tab)
            row_ids = [node_id("ROW", tab_id, str(at)) for at in range(len(tab.rows))]
            above = ["ROOT_ID", tabs_id]
            add(tab_id, "TAB", above, row_ids, {"text": tab.name})
            for row_id, row in zip(row_ids, tab.rows):
                chart_ids = [node_id("CHART", self.chart_uuid(it)) for it in row]
                above = ["ROOT_ID", tabs_id, tab_id]
                add(row_id, "ROW", above, chart_ids, {"background": "BACKGROUND_TRANSPARENT"})
                for chart_id, it in zip(chart_ids, row):
                    meta = {
                        # Replaced at import; it only has to be another one for each chart.
                        "chartId": len(nodes),
                        "uuid": self.chart_uuid(it),
                        "sliceName": it.title,
                        "width": it.width,
                        "height": it.height,
                    }
                    add(chart_id, "CHART", [*above, row_id], [], meta)
        return nodes

    def native_filter(self, tab, it):
        target = {}
        control = {"enableEmptyFilter": False}
        mask = {"extraFormData": {}, "filterState": {}, "ownState": {}}
        if it.source:
            target = {"column": {"name": it.column}, "datasetUuid": it.source.uuid}
            control = {
                "enableEmptyFilter": it.value is not None,
                "defaultToFirstItem": False,
                "multiSelect": it.value is None,
                "searchAllOptions": False,
                "inverseSelection": False,
            }
        if it.value is not None:
            chosen = [{"col": it.column, "op": "IN", "val": [it.value]}]
            mask["extraFormData"] = {"filters": chosen}
            mask["filterState"] = {"value": [it.value], "label": it.value, "validateStatus": False}
        return {
            "id": node_id("NATIVE_FILTER", self.schema, tab.name, it.name),
            "type": "NATIVE_FILTER",
            "filterType": "filter_select" if it.source else "filter_time",
            "name": it.name,
            "description": it.description,
            "cascadeParentIds": [],
            "controlValues": control,
            "defaultDataMask": mask,
            "scope": {"rootPath": [self.tab_id(tab)], "excluded": []},
            "targets": [target],
        }

    def tab_id(self, tab):
        return node_id("TAB", self.schema, tab.name)
