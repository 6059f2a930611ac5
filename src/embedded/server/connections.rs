//! Connections of clients, one task each: HTTP/1 with header names as OpenStack's services write them.
//!
//! Some clients look for `X-Object-Meta-…` with its capitals, so names are not sent in small letters, as axum's own server does.

use std::pin::{Pin, pin};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// How long after a connection could not be accepted (too many are open) the next is tried.
const PAUSE: Duration = Duration::from_millis(50);

/// A response with this in its extensions is never sent: its connection is reset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reset;

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
    let routed = TowerToHyperService::new(router);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let answer = routed.call(request);
        async move {
            match answer.await {
                Ok(response) if response.extensions().get::<Reset>().is_some() => {
                    Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
                }
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        }
    });
    let mut serving = http1::Builder::new().title_case_headers(true).serve_connection(TokioIo::new(stream), service);
    // What a connection ends with, a client that went away for example, is nobody's concern here.
    let ended = tokio::select! {
        ended = &mut serving => Some(ended),
        _ = closing.wait_for(|closing| *closing) => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        Pin::new(&mut serving).graceful_shutdown();
        (&mut serving).await
    };
    if ended.is_err_and(|error| error.is_user()) {
        // It goes without a word, as when a proxy or the service behind it dies; if it is gone already, so much the better.
        let _ = serving.into_parts().io.into_inner().set_zero_linger();
    }
}
