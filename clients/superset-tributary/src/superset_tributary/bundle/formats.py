"""How charts print numbers of a kind: money, percent, count or ratio."""

from ..measures import D3_FORMATS, currency_of


def axis(kind, currency):
    """The parameters with which a chart prints numbers of a kind: money without cents, a `price`,
    such as an average, with them."""
    if kind in ("money", "price"):
        digits = ",.0f" if kind == "money" else D3_FORMATS["money"]
        return {"y_axis_format": digits, "currency_format": currency_of(currency)}
    return {"y_axis_format": D3_FORMATS[kind]}


def cell(kind, currency):
    """The same for a column of a table, where cents are shown; a `rank` is a mere number."""
    if kind is None:
        return {}
    if kind == "rank":
        return {"showCellBars": False}
    written = {"d3NumberFormat": D3_FORMATS[kind]}
    if kind == "money":
        written["currencyFormat"] = currency_of(currency)
    return written
