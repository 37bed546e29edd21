//! A network that can be broken: it stands between the server and what the server depends on.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep_until},
};

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It works.
    Pass,
    /// Nothing arrives any more, and neither side hears of it. The rest arrives when the network
    /// works again.
    Cut,
    /// Everything takes so much longer, each way.
    Delay(Duration),
    /// Connections are closed at once, old and new ones.
    Refuse,
    /// Clients are told that nothing more will come; what they send arrives nowhere.
    HalfClose,
}

/// Forwards connections for as long as it lives.
pub struct Proxy {
    pub port: u16,
    way: Arc<Way>,
    listening: JoinHandle<()>,
}

struct Way {
    mode: watch::Sender<Mode>,
    target: AtomicU16,
    accepted: AtomicUsize,
}

impl Proxy {
    /// In front of a port of 127.0.0.1.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let way = Arc::new(Way {
            mode: watch::Sender::new(Mode::Pass),
            target: AtomicU16::new(target),
            accepted: AtomicUsize::new(0),
        });
        let listening = tokio::spawn(accept(listener, Arc::clone(&way)));
        Self { port, way, listening }
    }

    pub fn set(&self, mode: Mode) {
        self.way.mode.send_replace(mode);
    }

    /// New connections go to another port from now on, as when a name gets another address.
    pub fn point_to(&self, target: u16) {
        self.way.target.store(target, Relaxed);
    }

    /// How many connections there were so far.
    pub fn accepted(&self) -> usize {
        self.way.accepted.load(Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.set(Mode::Refuse);
    }
}

async fn accept(listener: TcpListener, way: Arc<Way>) {
    while let Ok((client, _)) = listener.accept().await {
        way.accepted.fetch_add(1, Relaxed);
        tokio::spawn(forward(client, Arc::clone(&way)));
    }
}

async fn forward(client: TcpStream, way: Arc<Way>) {
    // A client that is cut off must hear of it, as from a host that does not know the connection.
    let _ = SockRef::from(&client).set_linger(Some(Duration::ZERO));
    let _ = client.set_nodelay(true);
    let mut mode = way.mode.subscribe();
    let mut refused = way.mode.subscribe();
    let both_ways = async {
        mode.wait_for(|mode| *mode != Mode::Cut).await.ok();
        let server = TcpStream::connect(("127.0.0.1", way.target.load(Relaxed))).await?;
        server.set_nodelay(true)?;
        let (from_client, to_client) = client.into_split();
        let (from_server, mut to_server) = server.into_split();
        let questions = pump(from_client, &mut to_server, way.mode.subscribe());
        let answers = until_half_closed(from_server, to_client, way.mode.subscribe());
        tokio::try_join!(questions, answers)
    };
    tokio::select! {
        _ = refused.wait_for(|mode| *mode == Mode::Refuse) => {}
        _ = both_ways => {}
    }
}

/// Takes answers to the client, until there are no more or the way back is closed.
async fn until_half_closed(
    from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    tokio::select! {
        ended = pump(from, &mut to, mode.clone()) => return ended,
        _ = mode.wait_for(|mode| *mode == Mode::HalfClose) => {}
    }
    to.shutdown().await
}

/// Forwards one way. What is on its way does not keep what comes after it from being sent.
async fn pump(
    mut from: OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    let (sent, arriving) = mpsc::channel::<(Instant, Vec<u8>)>(1024);
    let leaves = async {
        // The last piece is empty: the end.
        let mut length = 1;
        while length > 0 {
            let mut piece = vec![0; 16 * 1024];
            length = from.read(&mut piece).await?;
            piece.truncate(length);
            let _ = sent.send((Instant::now(), piece)).await;
        }
        io::Result::Ok(())
    };
    tokio::try_join!(leaves, arrive(arriving, to, mode)).map(drop)
}

async fn arrive(
    mut arriving: mpsc::Receiver<(Instant, Vec<u8>)>,
    to: &mut OwnedWriteHalf,
    mut mode: watch::Receiver<Mode>,
) -> io::Result<()> {
    while let Some((sent, piece)) = arriving.recv().await {
        let now = *mode.wait_for(|mode| *mode != Mode::Cut).await.map_err(io::Error::other)?;
        if let Mode::Delay(delay) = now {
            sleep_until(sent + delay).await;
        }
        if piece.is_empty() {
            break;
        }
        if now != Mode::HalfClose {
            to.write_all(&piece).await?;
        }
    }
    to.shutdown().await
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_millis(300);

    /// A server that says what it hears.
    async fn echo() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        port
    }

    async fn connect(proxy: &Proxy) -> TcpStream {
        TcpStream::connect(("127.0.0.1", proxy.port)).await.unwrap()
    }

    /// Whether a new connection is of any use.
    async fn is_refused(proxy: &Proxy) -> bool {
        let connected = TcpStream::connect(("127.0.0.1", proxy.port)).await;
        let Ok(mut stream) = connected else { return true };
        timeout(SOON, exchange(&mut stream)).await.unwrap().is_err()
    }

    /// Sends a byte and waits for it.
    async fn exchange(stream: &mut TcpStream) -> io::Result<u8> {
        stream.write_all(b"x").await?;
        stream.read_u8().await
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_cut_hangs_and_then_arrives() {
        let proxy = Proxy::to(echo().await).await;
        let mut old = connect(&proxy).await;
        assert_eq!(exchange(&mut old).await.unwrap(), b'x');
        proxy.set(Mode::Cut);
        let mut new = connect(&proxy).await;
        new.write_all(b"n").await.unwrap();
        assert!(timeout(SOON, exchange(&mut old)).await.is_err());
        assert!(timeout(SOON, new.read_u8()).await.is_err());
        proxy.set(Mode::Pass);
        assert_eq!(old.read_u8().await.unwrap(), b'x');
        assert_eq!(new.read_u8().await.unwrap(), b'n');
        assert_eq!(proxy.accepted(), 2);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_refused_ends_old_connections_and_new_ones() {
        let proxy = Proxy::to(echo().await).await;
        let mut old = connect(&proxy).await;
        exchange(&mut old).await.unwrap();
        proxy.set(Mode::Refuse);
        assert!(timeout(SOON, old.read_u8()).await.unwrap().is_err());
        assert!(is_refused(&proxy).await);
        proxy.set(Mode::Pass);
        exchange(&mut connect(&proxy).await).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn delays_count_both_ways_and_do_not_add_up() {
        let proxy = Proxy::to(echo().await).await;
        proxy.set(Mode::Delay(Duration::from_millis(100)));
        let mut stream = connect(&proxy).await;
        let begin = Instant::now();
        exchange(&mut stream).await.unwrap();
        // Many pieces, each of them long after the one before.
        for _ in 0..10 {
            stream.write_all(b"x").await.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for _ in 0..10 {
            stream.read_u8().await.unwrap();
        }
        let took = begin.elapsed().as_millis();
        assert!((490..800).contains(&took), "{took}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_half_closed_ends_and_still_takes() {
        let proxy = Proxy::to(echo().await).await;
        let mut old = connect(&proxy).await;
        exchange(&mut old).await.unwrap();
        proxy.set(Mode::HalfClose);
        for mut stream in [old, connect(&proxy).await] {
            let end = timeout(SOON, stream.read_u8()).await.unwrap().unwrap_err();
            assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
            stream.write_all(b"x").await.unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_name_can_get_another_address() {
        let proxy = Proxy::to(1).await;
        assert!(is_refused(&proxy).await);
        proxy.point_to(echo().await);
        exchange(&mut connect(&proxy).await).await.unwrap();
    }
}
