//! Refusals, in the form that each service gives them.

use serde_json::json;

use super::exchange::Reply;
use super::operation::Service;

/// A refusal before it has its service's form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// HTTP status.
    pub status: u16,
    /// Neutron's exception type (`NetworkNotFound`); other services do not show it.
    pub code: String,
    /// The message.
    pub message: String,
    /// Neutron's `detail`.
    pub detail: String,
}

impl Fault {
    /// A refusal with a message.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, code: String::new(), message: message.into(), detail: String::new() }
    }

    /// The same with Neutron's exception type.
    #[must_use]
    pub fn code(self, code: &str) -> Self {
        Self { code: code.to_owned(), ..self }
    }

    /// The refusal in the form of that service, as a real one was seen to give it.
    pub fn reply(&self, service: Service) -> Reply {
        let Self { status, code, message, detail } = self;
        match service {
            Service::Network => Reply::json(
                *status,
                &json!({"NeutronError": {"type": if code.is_empty() { http_name(*status) } else { code }, "message": message, "detail": detail}}),
            ),
            Service::Compute => {
                let word = match status {
                    400 => "badRequest",
                    403 => "forbidden",
                    404 => "itemNotFound",
                    409 => "conflictingRequest",
                    413 => "overLimit",
                    501 => "notImplemented",
                    503 => "serviceUnavailable",
                    _ => "computeFault",
                };
                Reply::json(*status, &json!({word: {"code": status, "message": message}}))
            }
            Service::LoadBalancer => {
                let side = if *status < 500 { "Client" } else { "Server" };
                Reply::json(*status, &json!({"faultcode": side, "faultstring": message, "debuginfo": null}))
            }
            Service::Identity => Reply::json(
                *status,
                &json!({"error": {"code": status, "message": message, "title": http_title(*status)}}),
            ),
            Service::Image => Reply::typed(
                *status,
                "text/html; charset=UTF-8",
                format!(
                    "<html>\n <head>\n  <title>{status} {title}</title>\n </head>\n <body>\n  <h1>{status} {title}</h1>\n  {message}<br /><br />\n\n\n\n </body>\n</html>",
                    title = http_title(*status),
                    message = escaped(message)
                ),
            ),
            Service::ObjectStore => Reply::typed(
                *status,
                "text/html; charset=UTF-8",
                format!("<html><h1>{}</h1><p>{message}</p></html>", http_title(*status)),
            ),
        }
    }
}

/// A text as webob writes it into HTML.
fn escaped(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    plain.replace('"', "&quot;").replace('\'', "&#x27;")
}

/// The reason phrase.
pub fn http_title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        416 => "Requested Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Error",
    }
}

fn http_name(status: u16) -> &'static str {
    match status {
        400 => "HTTPBadRequest",
        403 => "HTTPForbidden",
        404 => "HTTPNotFound",
        409 => "HTTPConflict",
        501 => "HTTPNotImplemented",
        503 => "HTTPServiceUnavailable",
        _ => "HTTPInternalServerError",
    }
}
