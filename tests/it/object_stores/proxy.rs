use std::{
    io::{BufRead, BufReader, Read, Result, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It does not reach the server, which seems to answer this.
    Status(u16),
    /// It does not reach the server, and nobody answers.
    Dropped,
    /// It reaches the server late.
    Stalled,
    /// The server does what it is asked, and its answer breaks off in the middle.
    Cut,
    /// The server does what it is asked, and its answer is lost.
    Lost,
    /// The server does what it is asked, and the answer says that it failed.
    Denied,
}

/// A request as the proxy sees it.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    head: String,
    body: Vec<u8>,
}

type Plan = dyn FnMut(&Request) -> Fault + Send;

/// A proxy in front of an HTTP server, ended with the test.
pub(crate) struct Proxy {
    address: SocketAddr,
    plan: Arc<Mutex<Box<Plan>>>,
    is_over: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl Proxy {
    pub(crate) fn start(
        server: SocketAddr,
        plan: impl FnMut(&Request) -> Fault + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let plan: Arc<Mutex<Box<Plan>>> = Arc::new(Mutex::new(Box::new(plan)));
        let is_over = Arc::<AtomicBool>::default();
        let (shared, over) = (Arc::clone(&plan), Arc::clone(&is_over));
        let accepting = std::thread::spawn(move || {
            for client in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(client), plan) = (client, Arc::clone(&shared)) else {
                    continue;
                };
                // Whoever breaks a connection off makes its thread end.
                std::thread::spawn(move || drop(pass(client, server, &plan)));
            }
        });
        Self {
            address,
            plan,
            is_over,
            accepting: Some(accepting),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on every request gets through.
    pub(crate) fn heal(&self) {
        *self.plan.lock().unwrap() = Box::new(|_| Fault::None);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes it.
        let _ = TcpStream::connect(self.address);
        let _ = self.accepting.take().map(JoinHandle::join);
    }
}

/// Passes one request on, and its answer back.
fn pass(mut client: TcpStream, server: SocketAddr, plan: &Mutex<Box<Plan>>) -> Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(60)))?;
    let Some(request) = read(&client)? else {
        return Ok(());
    };
    let fault = (plan.lock().unwrap())(&request);
    match fault {
        Fault::Dropped => return client.shutdown(Shutdown::Both),
        Fault::Status(status) => return refuse(&mut client, status),
        Fault::Stalled => std::thread::sleep(Duration::from_millis(700)),
        _ => {}
    }
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(request.head.as_bytes())?;
    upstream.write_all(&request.body)?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer)?;
    match fault {
        Fault::Lost => return client.shutdown(Shutdown::Both),
        Fault::Denied => return refuse(&mut client, 500),
        Fault::Cut => {
            let head = answer.windows(4).position(|it| it == b"\r\n\r\n");
            let head = head.map_or(0, |at| at + 4);
            answer.truncate(head + (answer.len() - head) / 2);
        }
        _ => {}
    }
    client.write_all(&answer)?;
    client.shutdown(Shutdown::Both)
}

fn refuse(client: &mut TcpStream, status: u16) -> Result<()> {
    write!(
        client,
        "HTTP/1.1 {status} Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )?;
    client.shutdown(Shutdown::Both)
}

/// Reads one request; `None` if the client has none.
fn read(client: &TcpStream) -> Result<Option<Request>> {
    let mut reader = BufReader::new(client);
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    // One request for each connection, and its answer ends with it.
    let mut words = first.split(' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (method, path) = (word(), word());
    let mut head = first.clone();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            head.push_str("connection: close\r\n\r\n");
            break;
        }
        if !lower.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request {
        method,
        path,
        head,
        body,
    }))
}
