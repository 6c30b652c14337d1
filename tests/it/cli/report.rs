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
    let columns = "period,channel,cx_total_revenue,cx_total_orders,\
                   cx_average_order_value,cx_conversion_rate,immature";
    assert_eq!(lines.next(), Some(columns));
    let periods: Vec<_> = lines.map(|line| line.split(',').next().unwrap()).collect();
    assert!(
        !periods.is_empty() && periods.iter().all(|period| *period == "custom"),
        "{csv}"
    );
}

/// A shop with a returning customer on the first of March, nobody on the second, and three
/// customers on the third, one of whom an agent helped and one of whom came back and bought.
fn with_three_days() -> Program {
    let program = Program::new();
    let tables = [
        (
            "messages",
            "message_id,customer_id,channel,direction,sender_type,sent_at\n\
             m-1,ana,whatsapp,in,contact,2024-02-01T08:00:00Z\n\
             m-2,ana,whatsapp,in,contact,2024-03-01T08:00:00Z\n\
             m-3,ben,whatsapp,in,contact,2024-03-03T08:00:00Z\n\
             m-4,ben,whatsapp,out,agent,2024-03-03T08:01:00Z\n\
             m-5,ben,whatsapp,in,contact,2024-03-03T08:02:00Z\n\
             m-6,cleo,whatsapp,in,contact,2024-03-03T23:59:59Z\n\
             m-7,ana,whatsapp,in,contact,2024-03-03T00:00:00Z\n",
        ),
        (
            "orders",
            "order_id,customer_id,ordered_at,currency,total,channel\n\
             o-1,ana,2024-03-01T09:00:00Z,USD,1234.50,whatsapp\n\
             o-2,ana,2024-03-03T09:00:00Z,USD,10.00,whatsapp\n",
        ),
        (
            "order_lines",
            "order_id,line_number,product_id,quantity,net_amount\n\
             o-1,1,p-1,3,1200.00\n\
             o-2,1,p-1,1,8.00\n",
        ),
    ];
    for (table, rows) in tables {
        let file = format!("{table}.csv");
        program.file(&file, rows);
        program.output(&["import", table, &file, "--warehouse", "shop"]);
    }
    program
}

const THREE_DAYS: [&str; 8] = [
    "--from",
    "2024-03-01",
    "--to",
    "2024-03-03",
    "--format",
    "csv",
    "--warehouse",
    "shop",
];

#[test]
fn the_daily_export_is_the_file_of_the_page_byte_for_byte() {
    let program = with_three_days();
    let report = ["report", "conversational_commerce.daily_export"];
    assert_eq!(
        program.output(&[&report[..], &THREE_DAYS].concat()),
        "Date,Total sessions,Average conversion per user,Bounce rate,Total users,Total new users,\
         Total recurring users,Conversion rate,Percentage of recurring users,\
         Percentage of new users,Percentage of human support,Percentage of self-service\r\n\
         2024-03-01,1,1.00,100.00,1,0,1,100.00,100.00,0.00,0.00,100.00\r\n\
         2024-03-02,0,,,0,0,0,,,,,\r\n\
         2024-03-03,3,0.33,66.67,3,2,1,33.33,33.33,66.67,33.33,66.67\r\n"
    );

    let report = ["report", "conversational_commerce.daily_sales_export"];
    assert_eq!(
        program.output(&[&report[..], &THREE_DAYS].concat()),
        "Date,Total revenue,Total orders,Average ticket,Items per order,Avg. price per item\r\n\
         2024-03-01,1234.50,1,1234.50,3.00,400.00\r\n\
         2024-03-02,0.00,0,,,\r\n\
         2024-03-03,10.00,1,10.00,1.00,8.00\r\n"
    );
}

/// Labels are for that file: SQL and other formats know the columns by their names.
#[test]
fn only_the_file_of_a_report_has_labels() {
    let program = with_three_days();
    let sql = "set tributary.period = '2024-03-01/2024-03-02'; \
               select period, date, total_sessions from conversational_commerce.daily_export \
               where period = 'custom'";
    let csv = program.output(&["sql", sql, "--format", "csv", "--warehouse", "shop"]);
    assert_eq!(csv, "period,date,total_sessions\ncustom,2024-03-01,1\n");
    let report = ["report", "conversational_commerce.daily_export"];
    let day = THREE_DAYS.map(|arg| if arg == "csv" { "json" } else { arg });
    let json = program.output(&[&report[..], &day].concat());
    assert!(
        json.starts_with(r#"[{"period":"custom","date":"2024-03-01","#),
        "{json}"
    );
}

#[test]
fn a_report_that_cannot_be_printed_names_the_choices() {
    let program = Program::new();
    let refusal = |args: &[&str]| program.refusal(&[&["report"], args].concat());
    let report = refusal(&["nonsense"]);
    assert!(
        report.contains("clienteling, conversational_commerce, health, revenue")
            && report.contains("got nonsense"),
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
