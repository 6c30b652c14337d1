//! Dimension tables: who and what the facts speak of. All may be absent, which means empty.

use super::{
    Kind::{Currency, Date, Id, Instant, Rate, Text, Word},
    Table, optional, required,
};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "customers",
        grain: "one customer record",
        key: &["customer_id"],
        event_time: None,
        optional: true,
        columns: &[
            required("customer_id", Id, "identifies the customer"),
            optional("name", Text, "full name"),
            optional("merged_into", Id, "customer that replaced this one"),
            optional("associate_id", Id, "associate whom the customer belongs to"),
            optional("store_id", Id, "store that the customer belongs to"),
        ],
    },
    Table {
        name: "identities",
        grain: "one period in which a visitor was a customer",
        key: &["visitor_id", "valid_from"],
        event_time: None,
        optional: true,
        columns: &[
            required("visitor_id", Id, "browser or device"),
            required("customer_id", Id, "customer it belongs to"),
            optional("valid_from", Instant, "from when; NULL means always"),
            optional(
                "valid_to",
                Instant,
                "until when, exclusive; NULL means still",
            ),
        ],
    },
    Table {
        name: "agents",
        grain: "one agent in one team",
        key: &["agent_id", "valid_from"],
        event_time: None,
        optional: true,
        columns: &[
            required("agent_id", Id, "identifies the agent"),
            optional("name", Text, "full name"),
            optional("team_id", Id, "team in this period"),
            optional("valid_from", Instant, "from when; NULL means always"),
            optional(
                "valid_to",
                Instant,
                "until when, exclusive; NULL means still",
            ),
        ],
    },
    Table {
        name: "associates",
        grain: "one associate in one store",
        key: &["associate_id", "valid_from"],
        event_time: None,
        optional: true,
        columns: &[
            required("associate_id", Id, "identifies the associate"),
            optional("name", Text, "full name"),
            optional("store_id", Id, "store in this period"),
            optional("valid_from", Instant, "from when; NULL means always"),
            optional(
                "valid_to",
                Instant,
                "until when, exclusive; NULL means still",
            ),
        ],
    },
    Table {
        name: "teams",
        grain: "one team",
        key: &["team_id"],
        event_time: None,
        optional: true,
        columns: &[
            required("team_id", Id, "identifies the team"),
            optional("name", Text, "name of the team"),
        ],
    },
    Table {
        name: "stores",
        grain: "one store",
        key: &["store_id"],
        event_time: None,
        optional: true,
        columns: &[
            required("store_id", Id, "identifies the store"),
            optional("name", Text, "name of the store"),
            optional("timezone", Text, "IANA zone of the store"),
        ],
    },
    Table {
        name: "products",
        grain: "one product",
        key: &["product_id"],
        event_time: None,
        optional: true,
        columns: &[
            required("product_id", Id, "identifies the product"),
            optional("name", Text, "name of the product"),
            optional("category", Word, "category of the product"),
        ],
    },
    Table {
        name: "fx_rates",
        grain: "one exchange rate of one day",
        key: &["date", "from_currency", "to_currency"],
        event_time: None,
        optional: true,
        columns: &[
            required("date", Date, "day of the rate"),
            required("from_currency", Currency, "currency converted from"),
            required("to_currency", Currency, "currency converted to"),
            required(
                "rate",
                Rate,
                "units of to_currency for one of from_currency",
            ),
        ],
    },
];
