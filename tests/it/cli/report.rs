use super::program::Program;

/// A program with a small sample shop in `shop`.
fn with_sample() -> Program {
    let program = Program::new();
    let ran = program.run(&["sample", "--out", "shop", "--scale", "0.05"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("wrote "), "{}", ran.stderr);
    program
}

#[test]
fn the_demo_prints_the_summaries_of_the_reports_and_exits() {
    let program = with_sample();
    let text = program.output(&["demo", "--once", "--warehouse", "shop"]);
    for heading in [
        "clienteling.overview, last_30_days (2026-10-21 to 2026-11-19)",
        "revenue.overview, last_30_days (2026-10-21 to 2026-11-19)",
        "revenue.by_agent, last_30_days",
    ] {
        assert!(text.contains(heading), "{heading}\n{text}");
    }
    assert!(!text.contains("attributed_orders"), "{text}");
    assert!(text.contains("Maya Torres"), "{text}");
}

#[test]
fn a_view_of_a_report_is_csv_of_one_period() {
    let program = with_sample();
    let report = [
        "report",
        "revenue.by_channel",
        "--format",
        "csv",
        "--warehouse",
        "shop",
    ];
    let csv =
        program.output(&[&report[..], &["--from", "2026-11-01", "--to", "2026-11-07"]].concat());
    let mut lines = csv.lines();
    let columns = "period,channel,currency,cx_total_revenue,cx_total_orders,\
                   cx_average_order_value,cx_conversion_rate,immature";
    assert_eq!(lines.next(), Some(columns));
    let periods: Vec<_> = lines.map(|line| line.split(',').next().unwrap()).collect();
    assert!(
        !periods.is_empty() && periods.iter().all(|period| *period == "custom"),
        "{csv}"
    );
}

#[test]
fn a_report_that_cannot_be_printed_names_the_choices() {
    let program = Program::new();
    let refusal = |args: &[&str]| program.refusal(&[&["report"], args].concat());
    let report = refusal(&["nonsense"]);
    assert!(
        report.contains("clienteling, revenue") && report.contains("got nonsense"),
        "{report}"
    );
    let view = refusal(&["revenue.nonsense"]);
    assert!(
        view.contains("revenue has the views overview, ") && view.contains("got nonsense"),
        "{view}"
    );
    let period = refusal(&["revenue.overview", "--period", "last_week"]);
    assert!(
        period.contains("last_7_days") && period.contains("got last_week"),
        "{period}"
    );
    let whole = refusal(&["revenue", "--format", "csv"]);
    assert!(
        whole.contains("--format csv prints one view: add one of .overview"),
        "{whole}"
    );
    let empty = refusal(&["revenue.overview"]);
    assert!(
        empty.starts_with("error: view revenue.overview: "),
        "{empty}"
    );
    assert!(
        empty.contains("import it with `tributary import") && !empty.contains("caused by"),
        "{empty}"
    );
}

#[test]
fn a_sample_is_not_written_over_other_files() {
    let program = Program::new();
    let file = program.file("mine/file.txt", "precious");
    let refusal = program.refusal(&["sample", "--out", "mine"]);
    assert!(
        refusal.contains("sample: mine: expected a new or empty directory"),
        "{refusal}"
    );
    assert_eq!(std::fs::read_to_string(file).unwrap(), "precious");
    for scale in ["0", "-1", "nan"] {
        let refusal = program.refusal(&["sample", "--out", "new", &format!("--scale={scale}")]);
        assert!(refusal.contains("scale must be above 0"), "{refusal}");
    }
}
