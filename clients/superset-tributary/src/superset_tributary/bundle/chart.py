"""The kinds of charts that the reports use, each a function of a source and what to show of it."""

from dataclasses import dataclass

from ..measures import label, spoken_sql
from . import formats
from .ids import uuid_of
from .source import Source

COLORS = "supersetColors"
TALL = 50
MIDDLE = 30
SHORT = 16
ALL_ROWS = 1000

# A step as people read it. Superset sorts by name, so the number comes first, and as wide as 10.
STEP = {
    "expressionType": "SQL",
    "label": "Step",
    "sqlExpression": "concat(lpad(CAST(step_number AS VARCHAR), 2, ' '), '. ', "
    "replace(step, '_', ' '))",
}


@dataclass(frozen=True)
class Chart:
    title: str
    source: Source
    viz_type: str
    params: dict
    query: dict
    width: int
    height: int
    description: str | None = None


def big(source, name, title=None, width=3, where=None):
    """One large number."""
    metric = source.metric(name, where=where)
    params = {
        "metric": metric,
        "header_font_size": 0.5,
        "subtitle_font_size": 0.125,
        "time_format": "smart_date",
        **source.axis(name),
    }
    return chart(
        source, "big_number_total", title or label(name), params, {"metrics": [metric]},
        width, SHORT, source.columns[name].description,
    )


def big_of(source, metric, value, title=None, kind="count", width=3):
    """One large number of a view with a row per metric."""
    asked = source.metric(value, shown=title or label(metric), where=f"metric = '{metric}'")
    params = {
        "metric": asked,
        "header_font_size": 0.5,
        "time_format": "smart_date",
        **formats.axis(kind, source.currency),
    }
    return chart(
        source, "big_number_total", title or label(metric), params, {"metrics": [asked]},
        width, SHORT,
    )


def trend(
    source, names, title, grain="P1D", by=None, style="line", width=12, *,
    x="date", shown=None, where=None, kind=None,
):
    """Numbers over time.

    # Arguments
    `grain`: the time grain, an ISO 8601 duration.
    `by`: a column whose values are lines or stacks of their own.
    `style`: `line`, `area` or `bar`; with `by`, areas and bars are stacked.
    `x`: the column of time.
    `shown`: what columns are called, by name, if not by their own.
    `where`: a filter, as (column, value).
    `kind`: that of numbers which are something else in each row.
    """
    metrics = [source.metric(name, (shown or {}).get(name)) for name in names]
    groupby = [by] if by else []
    params = {
        "x_axis": x,
        "time_grain_sqla": grain,
        "metrics": metrics,
        "groupby": groupby,
        "adhoc_filters": adhoc_filters(where),
        "row_limit": 10000,
        "order_desc": True,
        "truncate_metric": True,
        "show_legend": bool(by) or len(names) > 1,
        "legendOrientation": "top",
        "legendType": "scroll",
        "rich_tooltip": True,
        "tooltipTimeFormat": "%a %d %b %Y",
        "x_axis_time_format": "%d %b",
        "x_axis_title_margin": 0,
        "y_axis_title_margin": 0,
        "y_axis_bounds": [0, None],
        "truncateYAxis": True,
        "opacity": 0.25,
        "color_scheme": COLORS,
        "stack": "Stack" if by and style in ("area", "bar") else None,
        **formats.axis(kind or source.kinds[names[0]], source.currency),
    }
    axis = {
        "columnType": "BASE_AXIS", "expressionType": "SQL", "label": x, "sqlExpression": x,
        "timeGrain": grain,
    }
    query = {"columns": [axis, *groupby], "metrics": metrics, "filters": filters(where)}
    viz_type = "echarts_area" if style == "area" else f"echarts_timeseries_{style}"
    return chart(source, viz_type, title, params, query, width, TALL)


def bars(source, by, name, title, width=6, limit=10, none=None):
    """The groups with the largest numbers, the largest on top.

    # Arguments
    `none`: what a group without a value is called.
    """
    metric = source.metric(name)
    if none:
        by = {
            "expressionType": "SQL",
            "label": label(by),
            "sqlExpression": f"coalesce({by}, '{none}')",
        }
    params = {
        "x_axis": by,
        "metrics": [metric],
        "groupby": [],
        "orientation": "horizontal",
        "x_axis_sort": metric if isinstance(metric, str) else metric["label"],
        "x_axis_sort_asc": True,
        "row_limit": limit,
        "order_desc": True,
        "truncate_metric": True,
        "show_legend": False,
        "show_value": True,
        "rich_tooltip": True,
        "x_axis_title_margin": 0,
        "y_axis_title_margin": 0,
        "color_scheme": COLORS,
        **source.axis(name),
    }
    query = {"columns": [by], "metrics": [metric], "orderby": [[metric, False]], "row_limit": limit}
    return chart(source, "echarts_timeseries_bar", title, params, query, width, TALL)


def steps(source, name, title, width=6):
    """The steps of a funnel in their order, each with its number."""
    metric = source.metric(name, shown=label(name))
    params = {
        "x_axis": STEP,
        "metrics": [metric],
        "groupby": [],
        "orientation": "vertical",
        "show_value": True,
        "show_legend": False,
        "rich_tooltip": True,
        "xAxisLabelInterval": "0",
        "row_limit": 100,
        "x_axis_title_margin": 0,
        "y_axis_title_margin": 0,
        "color_scheme": COLORS,
        **source.axis(name),
    }
    query = {"columns": [STEP], "metrics": [metric]}
    return chart(source, "echarts_timeseries_bar", title, params, query, width, TALL)


def funnel(source, name, title, width=6):
    """Steps that each hold fewer than the one before, with their share of the first."""
    metric = source.metric(name)
    params = {
        "groupby": [STEP],
        "metric": metric,
        "percent_calculation_type": "first_step",
        "sort_by_metric": True,
        "label_type": 5,
        "tooltip_label_type": 5,
        "show_labels": True,
        "show_tooltip_labels": True,
        "show_legend": False,
        "row_limit": 10,
        "color_scheme": COLORS,
        **source.labels(name),
    }
    query = {"columns": [STEP], "metrics": [metric], "orderby": [[metric, False]]}
    return chart(source, "funnel", title, params, query, width, TALL)


def parts(source, by, name, title, width=4, spoken=False):
    """The parts of a whole, as a ring.

    # Arguments
    `spoken`: whether the names of the parts are words of ours, such as `human_support`.
    """
    metric = source.metric(name)
    if spoken:
        by = {"expressionType": "SQL", "label": label(by), "sqlExpression": spoken_sql(by)}
    params = {
        "groupby": [by],
        "metric": metric,
        "donut": True,
        "innerRadius": 45,
        "outerRadius": 68,
        "label_type": "percent",
        "labels_outside": True,
        "label_line": True,
        "show_labels": True,
        "show_labels_threshold": 3,
        "show_legend": True,
        "legendOrientation": "top",
        "legendType": "scroll",
        "show_total": True,
        "sort_by_metric": True,
        "row_limit": 12,
        "color_scheme": COLORS,
        **source.labels(name),
    }
    query = {"columns": [by], "metrics": [metric], "orderby": [[metric, False]]}
    return chart(source, "pie", title, params, query, width, TALL)


def rows_of(source, columns, title, order, width=12, height=TALL, where=None, kinds=None):
    """Rows of a view as they are.

    # Arguments
    `order`: (column, ascending).
    `kinds`: of columns that mean something else by row, such as `current`.
    """
    kinds = {**source.kinds, **(kinds or {})}
    params = {
        "query_mode": "raw",
        "all_columns": columns,
        "adhoc_filters": adhoc_filters(where),
        "order_by_cols": [f'["{order[0]}", {str(order[1]).lower()}]'],
        "row_limit": ALL_ROWS,
        "server_page_length": 10,
        "show_cell_bars": True,
        "table_timestamp_format": "%d %b %Y %H:%M",
        "column_config": {it: formats.cell(kinds[it], source.currency) for it in columns},
    }
    query = {"columns": columns, "filters": filters(where), "orderby": [list(order)]}
    return chart(source, "table", title, params, query, width, height)


def groups(source, by, names, title, width=12):
    """Measures by groups, the largest first."""
    metrics = [source.metric(name) for name in names]
    params = {
        "query_mode": "aggregate",
        "groupby": by,
        "metrics": metrics,
        "timeseries_limit_metric": metrics[0],
        "order_desc": True,
        "row_limit": ALL_ROWS,
        "show_cell_bars": True,
        "column_config": {it: formats.cell(source.kinds[it], source.currency) for it in names},
    }
    query = {"columns": by, "metrics": metrics, "orderby": [[metrics[0], False]]}
    return chart(source, "table", title, params, query, width, TALL)


def chart(source, viz_type, title, params, query, width, height, description=None):
    params = {"viz_type": viz_type, "adhoc_filters": [], "extra_form_data": {}, **params}
    return Chart(title, source, viz_type, params, query, width, height, description)


def adhoc_filters(where):
    if where is None:
        return []
    subject, value = where
    operator = "IN" if isinstance(value, list) else "=="
    return [
        {
            "clause": "WHERE",
            "expressionType": "SIMPLE",
            "subject": subject,
            "operator": operator,
            "comparator": value,
            "filterOptionName": f"filter_{uuid_of('filter', f'{subject}/{value}')[:8]}",
        }
    ]


def filters(where):
    if where is None:
        return []
    return [{"col": where[0], "op": "IN" if isinstance(where[1], list) else "==", "val": where[1]}]
