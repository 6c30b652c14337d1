//! Connections on which nothing happens, in frames of HTTP/2: what a client of the protocol hides.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tributary::config::Config;

use super::support::Served;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const ACKNOWLEDGED: u8 = 1;

/// A frame of the connection, which belongs to no request.
#[derive(Debug)]
struct Frame {
    kind: u8,
    is_acknowledged: bool,
    content: Vec<u8>,
}

/// A connection that never asks for anything.
struct Silent(TcpStream);

impl Silent {
    async fn connect(served: &Served) -> Self {
        let address = served.url.strip_prefix("grpc://").unwrap();
        let mut connection = Self(TcpStream::connect(address).await.unwrap());
        connection.0.write_all(PREFACE).await.unwrap();
        connection.send(SETTINGS, 0, &[]).await;
        connection
    }

    async fn send(&mut self, kind: u8, flags: u8, content: &[u8]) {
        let length = u8::try_from(content.len()).unwrap();
        let mut frame = vec![0, 0, length, kind, flags, 0, 0, 0, 0];
        frame.extend(content);
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next frame, after an answer to the server's settings if it is that.
    async fn next(&mut self) -> Frame {
        let read = async {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.expect("it is open");
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut content = vec![0; length as usize];
            self.0.read_exact(&mut content).await.expect("it is open");
            Frame {
                kind: head[3],
                is_acknowledged: head[4] & ACKNOWLEDGED != 0,
                content,
            }
        };
        let frame = tokio::time::timeout(Duration::from_secs(10), read);
        let frame = frame.await.expect("a frame within ten seconds");
        assert_ne!(frame.kind, GO_AWAY, "{frame:?}");
        if frame.kind == SETTINGS && !frame.is_acknowledged {
            self.send(SETTINGS, ACKNOWLEDGED, &[]).await;
        }
        frame
    }

    async fn next_ping(&mut self, is_acknowledged: bool) -> Vec<u8> {
        loop {
            let frame = self.next().await;
            if frame.kind == PING && frame.is_acknowledged == is_acknowledged {
                return frame.content;
            }
        }
    }
}

#[tokio::test]
async fn item_19_a_silent_connection_is_asked_again_and_again() {
    let mut config = Config::default();
    config.server.keepalive = Duration::from_millis(100);
    let served = Served::start_with(config).await;
    let mut connection = Silent::connect(&served).await;
    for _ in 0..10 {
        let ping = connection.next_ping(false).await;
        connection.send(PING, ACKNOWLEDGED, &ping).await;
    }
}

/// Some servers hang up on clients that ask often.
#[tokio::test]
async fn item_19_a_client_may_ask_as_often_as_it_likes() {
    let served = Served::start().await;
    let mut connection = Silent::connect(&served).await;
    for number in 0..100_u64 {
        let ping = number.to_be_bytes();
        connection.send(PING, 0, &ping).await;
        assert_eq!(connection.next_ping(true).await, ping);
    }
}
