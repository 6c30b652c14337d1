//! Compressed batches, for who asks.

use arrow_flight::{
    FlightData, FlightDescriptor, Ticket, decode::FlightRecordBatchStream, sql::ProstMessageExt,
};
use datafusion::arrow::ipc::{CompressionType, root_as_message};
use futures::{TryStreamExt, stream};
use prost::Message;
use tonic::{Code, Request, Status};

use super::support::{Client, Served, rows, statement};

const WIDE: &str = "SELECT value, repeat('x', 1000) AS text FROM generate_series(1, 1000)";

/// The codecs of batches.
fn codecs(messages: &[FlightData]) -> Vec<Option<CompressionType>> {
    let codec = |message: &FlightData| {
        let message = root_as_message(&message.data_header).unwrap();
        let batch = message.header_as_record_batch()?;
        Some(batch.compression().map(|it| it.codec()))
    };
    messages.iter().filter_map(codec).collect()
}

fn asking<T>(message: T, codec: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(codec) = codec {
        let header = "x-tributary-compression";
        request
            .metadata_mut()
            .insert(header, codec.parse().unwrap());
    }
    request
}

async fn announced(client: &Client, sql: &str, codec: Option<&str>) -> Result<Ticket, Status> {
    let command = statement(sql).as_any().encode_to_vec();
    let request = asking(FlightDescriptor::new_cmd(command), codec);
    let info = client.0.clone().get_flight_info(request).await?;
    Ok(info.into_inner().endpoint[0].ticket.clone().unwrap())
}

async fn fetched(client: &Client, ticket: &Ticket, codec: Option<&str>) -> Vec<FlightData> {
    let mut flight = client.0.clone();
    let messages = flight.do_get(asking(ticket.clone(), codec)).await;
    messages.unwrap().into_inner().try_collect().await.unwrap()
}

#[tokio::test]
async fn item_13_batches_are_not_compressed() {
    let served = Served::start().await;
    let client = served.client().await;
    let ticket = announced(&client, WIDE, None).await.unwrap();
    assert_eq!(codecs(&fetched(&client, &ticket, None).await), [None]);
}

#[tokio::test]
async fn item_13_batches_are_compressed_for_who_asks_when_it_fetches() {
    let served = Served::start().await;
    let client = served.client().await;
    let expected = client.query(WIDE).await.unwrap().rows();
    let size = |messages: &[FlightData]| messages.iter().map(Message::encoded_len).sum::<usize>();
    for (codec, expected_codec) in [
        ("lz4", CompressionType::LZ4_FRAME),
        ("zstd", CompressionType::ZSTD),
    ] {
        let ticket = announced(&client, WIDE, Some(codec)).await.unwrap();
        let plain = fetched(&client, &ticket, None).await;
        assert_eq!(codecs(&plain), [None], "its reader did not ask");
        let compressed = fetched(&client, &ticket, Some(codec)).await;
        assert_eq!(codecs(&compressed), [Some(expected_codec)]);
        let (few, many) = (size(&compressed), size(&plain));
        assert!(
            many > 1_000_000 && few < many / 20,
            "{codec}: {few}, {many}"
        );

        let messages = stream::iter(compressed.into_iter().map(Ok));
        let batches = FlightRecordBatchStream::new_from_flight_data(messages);
        let batches: Vec<_> = batches.try_collect().await.unwrap();
        assert!(
            batches.iter().flat_map(rows).eq(expected.clone()),
            "{codec}"
        );
    }
    let status = announced(&client, WIDE, Some("brotli")).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let words = "x-tributary-compression: expected lz4 or zstd, got brotli";
    assert!(status.message().contains(words), "{status}");
}
