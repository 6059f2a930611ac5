//! Requests and replies on the wire.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode};

use super::super::cloud::service_of;
use super::super::exchange::{Reply, Request};
use super::super::fault::Fault;
use super::super::operation::Service;

/// The largest request body that oslo's middleware lets through, unless it is told otherwise; Keystone and Nova have it before
/// them, Neutron and Octavia do not.
const OSLO_LIMIT: usize = 114_688;
/// Bodies of objects and images live in rows; nobody sends more than this of anything else.
const DATA_LIMIT: usize = 5 * 1024 * 1024;

/// Reads a request, or says why it is refused.
pub(super) async fn read(request: axum::extract::Request) -> Result<Request, Reply> {
    let (parts, body) = request.into_parts();
    let path = decoded(parts.uri.path());
    let service = service_of(&path).map(|(service, _)| service);
    let limit = match service {
        Some(Service::Identity | Service::Compute) => OSLO_LIMIT,
        _ => DATA_LIMIT,
    };
    let query = parts.uri.query().unwrap_or_default();
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let Ok(body) = to_bytes(body, limit).await else {
        return Err(too_large(service.unwrap_or(Service::Identity)));
    };
    Ok(Request { method: parts.method.as_str().to_owned(), path, query, headers, body: body.to_vec() })
}

fn too_large(service: Service) -> Reply {
    let reply = match service {
        Service::Identity | Service::Compute => {
            // The middleware speaks for itself, not for the service behind it.
            let message = format!("Request is too large. Larger than max_request_body_size ({OSLO_LIMIT}).");
            Fault::new(413, message).reply(Service::Image)
        }
        _ => Fault::new(413, "The body of your request was too large for this server.").reply(service),
    };
    reply.header("Connection", "close")
}

/// Writes a reply; its length stands in the header for HEAD too, where the body is not sent.
pub(super) fn write(reply: Reply) -> axum::response::Response {
    let mut response = axum::response::Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A path without its percent signs; what is not UTF-8 is replaced.
pub(in super::super) fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (bytes[at], hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
