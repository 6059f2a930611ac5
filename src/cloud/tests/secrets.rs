//! Planted secrets, searched for in everything that may be shown.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn no_secret_reaches_a_trace_an_error_or_a_debug_text() {
    const USER_DATA: &str = "c2VjcmV0LXVzZXItZGF0YQ==";
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let echo = format!("debug page: X-Auth-Token={TOKEN}");
    let api = replies(vec![
        Reply::json(202, &json!({"server": {"id": "server-1", "adminPass": PASSWORD}})),
        Reply::json(
            400,
            &json!({"badRequest": {"message": format!("Invalid input for field/attribute user_data. Value: {USER_DATA}.")}}),
        ),
        Reply::json(409, &json!({"conflict": {"message": echo}})),
        Reply::lost(),
        Reply::not_sent(),
    ]);
    let config = config();
    let mut shown = format!("{config:?} {config:#?}");
    let (cloud, _) = connect_with(&api, config).await.unwrap();
    let call = || post().json(json!({"server": {"name": "shown-name", "user_data": USER_DATA, "adminPass": PASSWORD}}));
    cloud.send(call()).await.unwrap();
    for _ in 0..4 {
        let error = cloud.send(call()).await.unwrap_err();
        write!(shown, "{error} {error:?}").unwrap();
    }
    write!(shown, "{cloud:?} {:?}", cloud.statistics()).unwrap();
    for asked in api.requests() {
        write!(shown, "{:?}", asked.request).unwrap();
    }
    drop(guard);
    let traced = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for secret in [PASSWORD, TOKEN, USER_DATA] {
        assert!(!shown.contains(secret), "{shown}");
        assert!(!traced.contains(secret), "{traced}");
    }
    // The search would find it if it were there.
    for word in ["shown-name", "server-1", "POST", "/compute/v2.1/servers"] {
        assert!(traced.contains(word), "{traced}");
    }
}
