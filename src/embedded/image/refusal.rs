//! Glance's refusals: their form follows the request's `Accept`.

use serde_json::json;

use crate::embedded::exchange::{Reply, Request};
use crate::embedded::fault::{Fault, http_title};
use crate::embedded::operation::Service;

/// HTML for who takes anything, JSON for who asks for it, plain text for who says nothing.
pub(crate) fn refusal(request: &Request, fault: &Fault) -> Reply {
    let (status, title, message) = (fault.status, http_title(fault.status), &fault.message);
    let accept = request.header("accept").unwrap_or_default();
    if accept.contains("html") || accept.contains("*/*") {
        fault.reply(Service::Image)
    } else if accept.contains("json") {
        let message = format!("{message}<br /><br />\n\n\n");
        Reply::json(status, &json!({"message": message, "code": format!("{status} {title}"), "title": title}))
    } else {
        Reply::typed(status, "text/plain; charset=UTF-8", format!("{status} {title}\n\n{message}\n\n   "))
    }
}
