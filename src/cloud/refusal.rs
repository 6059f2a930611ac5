//! Reading a refusal: every service has its own form of error body.

use serde_json::Value as Json;

use super::{Refusal, Response};

/// A service's words are cut here; a proxy's error page can be long.
const LONGEST: usize = 1500;

/// A refusal from an answer of 4xx or 5xx.
pub(super) fn decode(request: &str, response: &Response, now_ms: i64) -> Refusal {
    let (code, message) = words(response);
    let message = if message.is_empty() { reason(response.status).to_owned() } else { message };
    Refusal {
        request: request.to_owned(),
        status: response.status,
        code,
        message,
        request_id: request_id(response),
        retry_after: retry_after(response, now_ms),
    }
}

/// The id by which the service's own log knows the request.
pub(super) fn request_id(response: &Response) -> Option<String> {
    ["x-openstack-request-id", "x-compute-request-id", "x-trans-id"]
        .iter()
        .find_map(|name| response.header(name))
        .map(str::to_owned)
}

/// An HTTP date, in milliseconds since the epoch.
pub(super) fn http_date(text: &str) -> Option<i64> {
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(date.as_millisecond())
}

/// `Retry-After`, as seconds or as an HTTP date.
pub(super) fn retry_after(response: &Response, now_ms: i64) -> Option<u64> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let ms = http_date(text)?.saturating_sub(now_ms).max(0);
    u64::try_from(ms).ok().map(|ms| ms.div_ceil(1000))
}

/// The error's code and message:
/// Nova `{"badRequest": {"code", "message"}}`, Neutron `{"NeutronError": {"type", "message", "detail"}}`, Octavia `{"faultcode",
/// "faultstring", "debuginfo"}`, Keystone and the token check of every service `{"error": {"title", "message"}}`, Placement's
/// `{"errors": [{"title", "detail"}]}`, and the HTML or text of Glance, Swift and proxies.
fn words(response: &Response) -> (String, String) {
    let (code, message) = match serde_json::from_slice::<Json>(&response.body) {
        Ok(Json::Object(fields)) => {
            let body = Json::Object(fields);
            flat(&body).or_else(|| nested(&body)).unwrap_or_else(|| (String::new(), body.to_string()))
        }
        Ok(Json::String(text)) => (String::new(), text),
        Ok(other) if !other.is_null() => (String::new(), other.to_string()),
        Ok(_) | Err(_) => (String::new(), page(&String::from_utf8_lossy(&response.body))),
    };
    // Glance's JSON messages end in the line breaks of its HTML ones.
    (code, shorten(without_secret_value(tidy(&message.replace("<br />", " ")))))
}

fn text<'a>(object: &'a Json, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| object.get(name)?.as_str().filter(|text| !text.is_empty()))
}

fn flat(body: &Json) -> Option<(String, String)> {
    let message = text(body, &["faultstring", "message", "error_message", "description", "title"])?;
    let code = text(body, &["faultcode", "title"]).unwrap_or_default();
    Some((code.to_owned(), message.to_owned()))
}

fn nested(body: &Json) -> Option<(String, String)> {
    let (name, inner) = body.as_object()?.iter().next()?;
    if let Some(text) = inner.as_str() {
        return Some((name.clone(), text.to_owned()));
    }
    let inner = inner.as_array().and_then(|errors| errors.first()).unwrap_or(inner);
    let message = text(inner, &["message", "detail"])?;
    let message = match text(inner, &["detail"]) {
        Some(detail) if !message.contains(detail) => format!("{message} ({detail})"),
        _ => message.to_owned(),
    };
    let code = text(inner, &["type", "title"]).unwrap_or(name);
    Some((code.to_owned(), message))
}

/// The text of an HTML page without its tags, title and styles.
fn page(html: &str) -> String {
    if !html.trim_start().starts_with('<') {
        return html.to_owned();
    }
    let lower = html.to_ascii_lowercase();
    let body = match (lower.find("<body"), lower.find("</body")) {
        (Some(begin), Some(end)) if begin < end => &html[begin..end],
        _ => html,
    };
    let mut out = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Nova repeats the value of an attribute that its schema refuses; those of these attributes hold passwords.
fn without_secret_value(mut message: String) -> String {
    let secret = ["user_data", "adminPass", "personality"].iter().any(|name| message.contains(name));
    if secret && let Some(at) = message.find("Value:") {
        message.truncate(at);
        message.push_str("(its value is not shown)");
    }
    message
}

fn shorten(mut text: String) -> String {
    if text.len() > LONGEST {
        let at = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(at);
        text.push('…');
    }
    text
}

/// For an answer without any words.
fn reason(status: u16) -> &'static str {
    ::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("no explanation")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, headers: &[(&str, &str)], body: &str) -> Refusal {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        decode("POST /x", &Response { status, headers, body: body.as_bytes().to_vec() }, 784_111_777_000)
    }

    #[test]
    fn each_services_own_words_are_found() {
        let cases = [
            (r#"{"badRequest": {"code": 400, "message": "Flavor missing."}}"#, "badRequest", "Flavor missing."),
            (
                r#"{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['port'].", "detail": ""}}"#,
                "OverQuota",
                "Quota exceeded for resources: ['port'].",
            ),
            (
                r#"{"faultcode": "Client", "faultstring": "Load Balancer 1 is immutable and cannot be updated.", "debuginfo": null}"#,
                "Client",
                "Load Balancer 1 is immutable and cannot be updated.",
            ),
            (
                r#"{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}"#,
                "Unauthorized",
                "The request you have made requires authentication.",
            ),
            (
                "<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  \
                 No image found with ID &quot;7&quot;<br /><br />\n\n\n\n </body>\n</html>",
                "",
                "404 Not Found No image found with ID \"7\"",
            ),
            (
                "<html><h1>Conflict</h1><p>There was a conflict when trying to complete your request.</p></html>",
                "",
                "Conflict There was a conflict when trying to complete your request.",
            ),
            (
                r#"{"message": "No image found with ID 7<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}"#,
                "Not Found",
                "No image found with ID 7",
            ),
            (r#"{"code":404,"description":"","title":"Not Found"}"#, "Not Found", "Not Found"),
            (r#"{"message": "no such route"}"#, "", "no such route"),
            (r#"{"errors": [{"status": 400, "title": "Bad Request", "detail": "no"}]}"#, "Bad Request", "no"),
            ("upstream connect error", "", "upstream connect error"),
            ("", "", "Conflict"),
        ];
        for (body, code, message) in cases {
            let refusal = refused(409, &[], body);
            assert_eq!((refusal.code.as_str(), refusal.message.as_str()), (code, message));
        }
    }

    #[test]
    fn request_ids_and_both_forms_of_retry_after_are_read() {
        let refusal = refused(429, &[("x-compute-request-id", "req-1"), ("retry-after", "7")], "");
        assert_eq!((refusal.request_id.as_deref(), refusal.retry_after), (Some("req-1"), Some(7)));
        let refusal = refused(503, &[("x-trans-id", "tx1"), ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], "");
        assert_eq!((refusal.request_id.as_deref(), refusal.retry_after), (Some("tx1"), Some(30)));
        assert_eq!(refused(503, &[("retry-after", "soon")], "").retry_after, None);
        assert_eq!(refused(503, &[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], "").retry_after, Some(0));
    }

    #[test]
    fn a_refused_user_data_is_not_repeated() {
        let body = r#"{"badRequest": {"code": 400, "message":
            "Invalid input for field/attribute user_data. Value: aHVudGVyMg==. 'aHVudGVyMg==' is too long"}}"#;
        let refusal = refused(400, &[], body);
        assert!(!refusal.message.contains("aHVudGVyMg"), "{refusal}");
        assert!(refusal.message.contains("user_data"), "{refusal}");
    }

    #[test]
    fn a_long_page_is_cut_at_a_character() {
        let refusal = refused(502, &[], &"가".repeat(2000));
        assert!(refusal.message.len() < LONGEST + 4 && refusal.message.ends_with('…'));
    }
}
