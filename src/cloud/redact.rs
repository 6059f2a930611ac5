//! Keeping secrets out of traces and messages.

use serde_json::Value as Json;

use crate::model::Service;

/// Shown in a secret's place.
const HIDDEN: &str = "(hidden)";

/// Below this a secret is too short to be looked for: it would blank out ordinary words.
const SHORTEST: usize = 5;

/// The text without any of these secrets.
pub(super) fn without<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        if secret.len() >= SHORTEST {
            text = text.replace(secret, HIDDEN);
        }
    }
    text
}

/// Traces a JSON body without its secrets and `secrets`. Never one of Keystone's, and never one that is not JSON.
pub(super) fn trace_body<'a>(service: Service, what: &str, body: &[u8], secrets: impl IntoIterator<Item = &'a str>) {
    if service == Service::Identity || body.is_empty() || !tracing::enabled!(tracing::Level::TRACE) {
        return;
    }
    if let Ok(mut body) = serde_json::from_slice::<Json>(body) {
        blank(&mut body);
        tracing::trace!(service = %service, "{what}: {}", without(&body.to_string(), secrets));
    } else {
        tracing::trace!(service = %service, "{what}: {} bytes", body.len());
    }
}

/// Blanks out the value of every key that sounds like a secret, and error messages that repeat one.
fn blank(json: &mut Json) {
    match json {
        Json::Object(fields) => {
            for (key, value) in fields {
                let key = key.to_ascii_lowercase();
                let secret =
                    ["password", "passwd", "pass", "token", "secret", "user_data", "personality", "private_key"]
                        .iter()
                        .any(|word| key.contains(word))
                        && !key.contains("gureum_user_data");
                let repeats =
                    value.as_str().is_some_and(|text| text.contains("user_data") || text.contains("adminPass"));
                if secret || repeats {
                    *value = Json::String(HIDDEN.to_owned());
                } else {
                    blank(value);
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(blank),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_blanked_out_wherever_they_stand() {
        let mut body = json!({"server": {"name": "web-1", "adminPass": "s3cret", "user_data": "s3cret", "metadata": {
            "gureum_user_data": "hash", "db_password": "s3cret"}, "networks": [{"auth_token": "s3cret", "port": "p"}]},
            "message": "Invalid input for field/attribute user_data. Value: s3cret"});
        blank(&mut body);
        let text = body.to_string();
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("web-1") && text.contains("hash") && text.contains(r#""port":"p""#), "{text}");
        assert_eq!(without("a tok-12345 b", ["tok-12345", "b"]), "a (hidden) b");
    }
}
