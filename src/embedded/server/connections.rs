//! Connections of clients, one task each: HTTP/1 with header names as OpenStack's services write them.
//!
//! Some clients look for `X-Object-Meta-…` with its capitals, so names are not sent in small letters, as axum's own server does.

use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// How long after a connection could not be accepted (too many are open) the next is tried.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves connections until the end comes, then lets the requests under way finish.
pub(super) async fn serve(listener: TcpListener, router: Router, end: impl Future<Output = ()>) {
    let mut end = pin!(end);
    let (close, closing) = watch::channel(false);
    let (open, mut all_closed) = mpsc::channel::<()>(1);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (router, closing, open) = (router.clone(), closing.clone(), open.clone());
                    tokio::spawn(async move {
                        connection(stream, router, closing).await;
                        drop(open);
                    });
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            () = &mut end => break,
        }
    }
    drop((listener, open));
    // Nobody listens if no connection is open.
    let _ = close.send(true);
    let _ = all_closed.recv().await;
}

async fn connection(stream: TcpStream, router: Router, mut closing: watch::Receiver<bool>) {
    // A small answer is not to wait for the client's acknowledgement; without it, it is only slower.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let serving = http1::Builder::new().title_case_headers(true).serve_connection(TokioIo::new(stream), service);
    let mut serving = pin!(serving);
    // What a connection ends with, a client that went away for example, is nobody's concern here.
    tokio::select! {
        _ = serving.as_mut() => return,
        _ = closing.wait_for(|closing| *closing) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}
