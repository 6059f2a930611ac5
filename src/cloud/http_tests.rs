//! The real transport against servers on the loopback interface.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::super::{CloudConfig, Credentials, Interface, Method, Project, User};
use super::*;

fn config() -> CloudConfig {
    CloudConfig {
        name: "test".to_owned(),
        source: "clouds.yaml".to_owned(),
        auth_url: "http://127.0.0.1:5000".to_owned(),
        credentials: Credentials::Password {
            user: User::Id("u".to_owned()),
            password: SecretString::from("x"),
            project: Project::Id("p".to_owned()),
        },
        region: None,
        interface: Interface::Public,
        cacert: None,
        verify: true,
        endpoint_overrides: BTreeMap::new(),
    }
}

fn request(method: Method, url: String) -> Request {
    Request {
        method,
        url,
        headers: vec![("x-auth-token".to_owned(), "token-1".to_owned())],
        body: Vec::new(),
        timeout: Duration::from_millis(400),
    }
}

/// Serves one connection.
async fn serve<F: Future<Output = ()> + Send>(script: impl FnOnce(TcpStream) -> F + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x?signature=secret", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        script(stream).await;
    });
    url
}

async fn head(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn an_answer_comes_whole_with_its_headers_and_without_being_followed() {
    let url = serve(|mut stream| async move {
        let head = head(&mut stream).await;
        assert!(head.starts_with("PUT /x?signature=secret HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("x-auth-token: token-1\r\n") && head.contains("user-agent: gureum/"), "{head}");
        assert!(head.contains("content-length: 0"), "Swift wants a length with every PUT: {head}");
        let answer =
            "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nX-Trans-Id: tx1\r\nContent-Length: 2\r\n\r\nok";
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let answer = HttpApi::new(&config()).unwrap().exchange(request(Method::Put, url)).await.unwrap();
    assert_eq!((answer.status, answer.header("x-trans-id"), answer.body.as_slice()), (301, Some("tx1"), &b"ok"[..]));
}

#[tokio::test]
async fn a_silent_server_ends_at_the_time_limit() {
    let url = serve(|mut stream| async move {
        head(&mut stream).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    })
    .await;
    let begun = Instant::now();
    let error = HttpApi::new(&config()).unwrap().exchange(request(Method::Post, url)).await.unwrap_err();
    assert_eq!(error, TransportError::Lost("timed out after 0.4 s".to_owned()));
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/x?signature=secret", listener.local_addr().unwrap());
    drop(listener);
    let error = HttpApi::new(&config()).unwrap().exchange(request(Method::Post, url)).await.unwrap_err();
    let TransportError::NotSent(why) = error else { panic!("{error:?}") };
    assert!(why.contains("refused") && !why.contains("secret"), "{why}");
}

#[tokio::test]
async fn a_connection_that_ends_after_the_request_is_lost() {
    for part in ["", "HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{"] {
        let url = serve(move |mut stream| async move {
            head(&mut stream).await;
            stream.write_all(part.as_bytes()).await.unwrap();
        })
        .await;
        let error = HttpApi::new(&config()).unwrap().exchange(request(Method::Post, url)).await.unwrap_err();
        let TransportError::Lost(why) = error else { panic!("{error:?}") };
        assert!(!why.is_empty() && !why.contains("secret"), "{why}");
    }
}

#[tokio::test]
async fn a_reset_after_the_request_is_lost() {
    let url = serve(|mut stream| async move {
        head(&mut stream).await;
        // Closing with a zero linger sends a reset.
        stream.set_zero_linger().unwrap();
        drop(stream);
    })
    .await;
    let error = HttpApi::new(&config()).unwrap().exchange(request(Method::Post, url)).await.unwrap_err();
    let TransportError::Lost(why) = error else { panic!("{error:?}") };
    assert!(why.contains("reset"), "{why}");
}

#[tokio::test]
async fn a_server_without_tls_and_an_unknown_name_are_not_sent() {
    let url = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    })
    .await;
    let api = HttpApi::new(&config()).unwrap();
    for url in [url.replace("http://", "https://"), "http://no-such-host.invalid/".to_owned()] {
        let mut request = request(Method::Post, url);
        request.timeout = Duration::from_secs(20);
        let error = api.exchange(request).await.unwrap_err();
        assert!(matches!(&error, TransportError::NotSent(why) if !why.is_empty()), "{error:?}");
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_librarys_log_shows_a_token_or_a_body() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let url = serve(|mut stream| async move {
        head(&mut stream).await;
        let answer = "HTTP/1.1 201 Created\r\nX-Subject-Token: planted-7731\r\nContent-Length: 12\r\n\r\nplanted-7731";
        stream.write_all(answer.as_bytes()).await.unwrap();
    })
    .await;
    let mut request = request(Method::Post, url);
    request.headers = vec![("x-auth-token".to_owned(), "planted-7731".to_owned())];
    request.body = b"planted-7731".to_vec();
    HttpApi::new(&config()).unwrap().exchange(request).await.unwrap();
    drop(guard);
    let traced = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(!traced.contains("planted-7731"), "{traced}");
    assert!(traced.contains("hyper"), "the libraries were listened to: {traced}");
}

#[test]
fn an_authority_file_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let error = |path: &std::path::Path| {
        HttpApi::new(&CloudConfig { cacert: Some(path.to_owned()), ..config() }).unwrap_err().to_string()
    };
    assert!(error(&path).contains("ca.pem"), "{}", error(&path));
    std::fs::write(&path, "nothing").unwrap();
    assert!(error(&path).contains("no certificate"), "{}", error(&path));
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_does_not_show_its_value() {
    let mut request = request(Method::Get, "http://127.0.0.1:1/".to_owned());
    request.headers = vec![("x-auth-token".to_owned(), "a\nb".to_owned())];
    let error = HttpApi::new(&config()).unwrap().exchange(request).await.unwrap_err();
    assert_eq!(
        error,
        TransportError::NotSent("header x-auth-token holds characters that HTTP cannot carry".to_owned())
    );
}
