//! Between the client's requests and the embedded cloud's: what a connection does with bytes, without one.

use crate::cloud::{Request, Response, TransportError};
use crate::embedded;

/// The request as the cloud reads it off the wire.
pub(super) fn arriving(request: &Request) -> Result<embedded::Request, TransportError> {
    let url = url::Url::parse(&request.url).map_err(|error| TransportError::NotSent(error.to_string()))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut headers: Vec<(String, String)> =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    headers.push(("host".to_owned(), url.port().map_or(host.clone(), |port| format!("{host}:{port}"))));
    Ok(embedded::Request {
        method: request.method.as_str().to_owned(),
        path: decoded(url.path()),
        query: url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        headers,
        body: request.body.clone(),
    })
}

/// The answer as the client reads it.
pub(super) fn answer(reply: embedded::Reply) -> Response {
    let headers = reply.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    Response { status: reply.status, headers, body: reply.body }
}

/// A path without its percent signs.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%');
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How many items a bulk request has; 1 for every other.
pub(super) fn items(body: &[u8]) -> usize {
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::Object(map)) if map.len() == 1 => {
            map.values().next().and_then(|items| items.as_array()).map_or(1, Vec::len)
        }
        _ => 1,
    }
}

/// The first of a bulk request's items.
pub(super) fn first_items(request: &mut embedded::Request, count: usize) {
    if let Ok(serde_json::Value::Object(mut map)) = serde_json::from_slice(&request.body) {
        for items in map.values_mut().filter_map(|items| items.as_array_mut()) {
            items.truncate(count);
        }
        request.body = serde_json::Value::Object(map).to_string().into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::cloud::Method;

    use super::*;

    fn request(url: &str, body: &str) -> Request {
        let (headers, timeout) = (vec![("X-Auth-Token".into(), "t".into())], Duration::from_secs(1));
        Request { method: Method::Put, url: url.into(), headers, body: body.into(), timeout }
    }

    #[test]
    fn paths_and_queries_arrive_decoded() {
        let arrived = arriving(&request("http://h:81/a%20b/%ea%b5%ac?x=1%262&x=+", "")).expect("a URL");
        assert_eq!((arrived.method.as_str(), arrived.path.as_str()), ("PUT", "/a b/구"));
        assert_eq!(arrived.query, [("x".into(), "1&2".into()), ("x".into(), " ".into())]);
        assert_eq!((arrived.header("host"), arrived.header("x-auth-token")), (Some("h:81"), Some("t")));
        assert_eq!(decoded("/100%/%zz"), "/100%/%zz");
    }

    #[test]
    fn items_of_bulk_requests_are_counted_and_cut() {
        let mut arrived = arriving(&request("http://h/p", r#"{"ports":[{"name":"a"},{"name":"b"}]}"#)).expect("a URL");
        assert_eq!(items(&arrived.body), 2);
        first_items(&mut arrived, 1);
        assert_eq!(arrived.body, br#"{"ports":[{"name":"a"}]}"#);
        assert_eq!((items(br#"{"port":{"fixed_ips":[1,2]}}"#), items(b"")), (1, 1));
    }
}
