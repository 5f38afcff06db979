//! One keep-alive connection: a request's bytes out, a reply's bytes in, one request at a time.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::reply::{Frame, Reply};

/// Room for the largest answer of the usual load in one read.
const ROOM: usize = 16 * 1024;

/// A connection to a server. Opened again when the server says that it closes.
pub struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
    closed: bool,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { address, stream: dial(address).await?, buffer: Vec::with_capacity(ROOM), closed: false })
    }

    /// Sends one request and waits for the whole reply.
    ///
    /// # Errors
    /// The connection broke, or the server's bytes are no HTTP.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<Reply<'_>> {
        if self.closed {
            self.stream = dial(self.address).await?;
        }
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let frame = self.frame().await?;
        self.closed = frame.closes;
        Ok(Reply::new(frame, &self.buffer))
    }

    async fn frame(&mut self) -> io::Result<Frame> {
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed before it answered"));
            }
            if let Some(frame) = Frame::read(&self.buffer)? {
                return Ok(frame);
            }
        }
    }
}

async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
