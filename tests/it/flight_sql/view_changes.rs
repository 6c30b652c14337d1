//! Views that clients make and drop: who may, when it takes effect, and how often.

use arrow_flight::{
    FlightDescriptor, Ticket,
    sql::{CommandGetSqlInfo, CommandPreparedStatementUpdate, ProstMessageExt},
};
use datafusion::arrow::array::AsArray;
use futures::TryStreamExt;
use prost::Message;
use tonic::Code;
use tributary::config::Config;

use super::support::{
    Client, Served, anonymous_reads_and_writes, anonymous_writes, prepared, statement,
};

/// Who may write in the schemas `scratch` and `small`, without a login.
async fn writable() -> Served {
    let mut config = Config::default();
    anonymous_writes(&mut config, &["scratch.*", "small.*"]);
    Served::start_with(config).await
}

async fn answer(client: &Client, sql: &str) -> Vec<Vec<String>> {
    client.query(sql).await.unwrap().rows()
}

async fn has_view(client: &Client, name: &str) -> bool {
    let count = format!(
        "select count(*) from information_schema.tables
         where table_schema = 'scratch' and table_name = '{name}'"
    );
    answer(client, &count).await == [["1"]]
}

async fn is_read_only(client: &Client) -> bool {
    let read_only = CommandGetSqlInfo { info: vec![3] };
    let rows = client.fetch(read_only).await.unwrap().batches;
    let values = rows[0].column(1).as_union();
    values.value(0).as_boolean().value(0)
}

#[tokio::test]
async fn a_view_made_as_an_update_is_there_for_all() {
    let served = writable().await;
    let (client, other) = (served.client().await, served.client().await);
    let create = "create view scratch.ids as select order_id from orders";
    assert_eq!(client.update(create).await.unwrap(), 0);
    let ids = "select order_id from scratch.ids order by 1";
    assert_eq!(answer(&other, ids).await, [["o1"], ["o2"], ["o3"]]);

    let again = client.update(create).await.unwrap_err();
    assert!(again.message().contains("exists already"), "{again}");
    let replace = "create or replace view scratch.ids as select 'x' as order_id";
    client.update(replace).await.unwrap();
    assert_eq!(answer(&other, ids).await, [["x"]]);

    client.update("drop view scratch.ids").await.unwrap();
    assert!(!has_view(&other, "ids").await);
    let gone = client.update("drop view scratch.ids").await.unwrap_err();
    assert!(gone.message().contains("there is no view"), "{gone}");
    client
        .update("drop view if exists scratch.ids")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_statement_sent_as_a_query_takes_effect_once_and_never_by_its_ticket() {
    let served = writable().await;
    let client = served.client().await;
    let create = "create view scratch.one as select 1 as n";
    let descriptor = FlightDescriptor::new_cmd(statement(create).as_any().encode_to_vec());
    client.0.clone().get_schema(descriptor).await.unwrap();
    assert!(!has_view(&client, "one").await, "a schema changes nothing");

    // Drivers that find no columns may never fetch.
    let info = client.info(statement(create)).await.unwrap();
    assert!(has_view(&client, "one").await);
    assert!(
        info.clone()
            .try_decode_schema()
            .unwrap()
            .fields()
            .is_empty()
    );

    client.update("drop view scratch.one").await.unwrap();
    for _ in 0..2 {
        let messages = client.messages(&info).await.unwrap();
        let messages: Vec<_> = messages.try_collect().await.unwrap();
        assert_eq!(messages.len(), 1, "a schema and no rows");
        assert!(!has_view(&client, "one").await, "a ticket changes nothing");
    }
}

#[tokio::test]
async fn stored_rows_are_made_when_the_statement_is_sent_and_once() {
    let served = writable().await;
    let client = served.client().await;
    let create = "create materialized view scratch.ids as select order_id from orders";
    client.update(create).await.unwrap();
    let ids = "select count(*) from scratch.ids";
    let stored = |client: Client| async move {
        let plan = answer(&client, "explain select * from scratch.ids").await;
        plan.iter()
            .flatten()
            .any(|it| it.contains("scratch.ids stored at"))
    };
    let refresh = "refresh materialized view scratch.ids";
    let descriptor = FlightDescriptor::new_cmd(statement(refresh).as_any().encode_to_vec());
    client.0.clone().get_schema(descriptor).await.unwrap();
    assert!(
        !stored(served.client().await).await,
        "a schema changes nothing"
    );
    client.info(statement(refresh)).await.unwrap();
    assert!(stored(served.client().await).await);
    assert_eq!(answer(&client, ids).await, [["3"]]);
    client
        .update("suspend materialized view scratch.ids")
        .await
        .unwrap();
    client
        .update("refresh materialized view scratch.ids full")
        .await
        .unwrap();
    client
        .update("drop materialized view scratch.ids")
        .await
        .unwrap();

    let refused = client
        .update("refresh materialized view revenue.attributed_orders")
        .await;
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied, "{status}");
    let missing = client
        .update("refresh materialized view scratch.none")
        .await
        .unwrap_err();
    assert!(
        missing
            .message()
            .contains("no materialized view scratch.none"),
        "{missing}"
    );
}

#[tokio::test]
async fn a_prepared_statement_has_no_columns_and_takes_effect_when_it_runs() {
    let served = writable().await;
    let client = served.client().await;
    let create = client.prepare("create view scratch.one as select 1 as n");
    let create = create.await.unwrap();
    // By this drivers tell an update from a query.
    assert!(create.schema.fields().is_empty() && create.parameters.fields().is_empty());
    assert!(!has_view(&client, "one").await, "preparing changes nothing");

    // As no driver does: the handle in place of a ticket.
    let ticket = Ticket::new(prepared(&create.handle).as_any().encode_to_vec());
    let status = client.0.clone().do_get(ticket).await.err().unwrap();
    assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
    assert!(status.message().contains("takes effect with GetFlightInfo"));
    assert!(!has_view(&client, "one").await);

    let update = CommandPreparedStatementUpdate {
        prepared_statement_handle: create.handle,
    };
    assert_eq!(client.put_update(update).await.unwrap(), 0);
    assert!(has_view(&client, "one").await);
    let drop = client.prepare("drop view scratch.one").await.unwrap();
    client.info(prepared(&drop.handle)).await.unwrap();
    assert!(!has_view(&client, "one").await);
}

#[tokio::test]
async fn rights_end_where_the_role_says() {
    let served = writable().await;
    let client = served.client().await;
    for (sql, words) in [
        ("create view ids as select 1 as n", "CREATE VIEW ids"),
        (
            "create or replace view revenue.overview as select 1 as n",
            "CREATE VIEW revenue.overview",
        ),
        ("drop view revenue.overview", "DROP VIEW revenue.overview"),
    ] {
        let status = client.update(sql).await.unwrap_err();
        assert_eq!(status.code(), Code::PermissionDenied, "{status}");
        let expected = format!("{words} is not allowed: none of your roles may write there");
        assert!(status.message().starts_with(&expected), "{status}");
    }
    assert!(!is_read_only(&client).await);
    let readers = Served::start().await;
    assert!(is_read_only(&readers.client().await).await);
}

#[tokio::test]
async fn what_is_hidden_is_as_if_it_might_still_come() {
    let mut config = Config::default();
    anonymous_reads_and_writes(&mut config, &["scratch.*"], &["scratch.*"]);
    let served = Served::start_with(config).await;
    let client = served.client().await;
    // Whoever may read `orders` is told that it has no such column.
    for table in ["orders", "not_there"] {
        let create = format!("create or replace view scratch.v as select nothing from {table}");
        client.update(&create).await.unwrap();
        let status = client.query("select * from scratch.v").await.unwrap_err();
        let expected = "table 'tributary.scratch.v' not found";
        assert!(status.message().contains(expected), "{table}: {status}");
    }
}

#[tokio::test]
async fn what_is_no_change_is_refused_as_an_update() {
    let served = writable().await;
    let client = served.client().await;
    for (sql, words) in [
        (
            "create temporary view scratch.bad as select 1 as n",
            "a server keeps nothing between statements",
        ),
        ("select 1", "got a query"),
        ("create view scratch.bad as", "Expected"),
        (
            "create view scratch.bad as select nothing from orders",
            "No field named nothing",
        ),
    ] {
        let status = client.update(sql).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{sql}: {status}");
        assert!(status.message().contains(words), "{sql}: {status}");
    }
    assert!(!has_view(&client, "bad").await);
}

#[tokio::test]
async fn changes_are_listed_among_the_queries() {
    let served = writable().await;
    let client = served.client().await;
    let create = "create view scratch.one as select 1 as n";
    client.update(create).await.unwrap();
    client
        .info(statement("drop view scratch.one"))
        .await
        .unwrap();
    let listed = "select statement, state from system.queries where state = 'finished' and statement like '% view scratch%'
        order by queued_at";
    let rows = answer(&client, listed).await;
    assert_eq!(
        rows,
        [[create, "finished"], ["drop view scratch.one", "finished"]]
    );
}
