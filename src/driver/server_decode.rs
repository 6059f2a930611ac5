//! How Nova shows a server: other names than in the create request, and three attributes that are one status.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::cloud::CloudError;
use crate::kind::{Kind, METADATA_DATA, METADATA_RUN};
use crate::model::{Properties, Value};
use crate::snapshot::{Observed, Status};

use super::json::{id, pick, text};
use super::marked::created_at;

/// One metadata item.
pub(super) fn metadata<'a>(item: &'a Json, key: &str) -> Option<&'a str> {
    text(item.get("metadata")?, key)
}

/// A server without what only its ports and group show.
pub(super) fn read(item: &Json) -> Result<Observed, CloudError> {
    Ok(Observed {
        kind: Kind::Server,
        id: id(item, "/servers")?,
        address: None,
        properties: properties(item),
        status: status(item),
        bears_data: metadata(item, METADATA_DATA) == Some("true") && !never_ran(item),
        created_at: created_at(item),
        run: metadata(item, METADATA_RUN).map(str::to_owned),
        outputs: BTreeMap::new(),
    })
}

/// It is in ERROR and was never launched: whatever it was to hold, nothing came to be in it.
fn never_ran(item: &Json) -> bool {
    matches!(status(item), Status::Failed(_)) && item.get("OS-SRV-USG:launched_at") == Some(&Json::Null)
}

fn properties(item: &Json) -> Properties {
    let mut properties = pick(Kind::Server, item);
    // Nova writes "True" for a drive and "" for none.
    let drive = match item.get("config_drive") {
        Some(Json::Bool(flag)) => *flag,
        other => other.and_then(Json::as_str).is_some_and(|text| text.eq_ignore_ascii_case("true")),
    };
    properties.insert("config_drive".into(), Value::from(drive));
    let other_names = [
        // A server that boots from a volume has the image "".
        ("imageRef", item.get("image").and_then(|image| text(image, "id"))),
        ("flavorRef", item.get("flavor").and_then(|flavor| text(flavor, "id"))),
        ("availability_zone", text(item, "OS-EXT-AZ:availability_zone")),
    ];
    for (name, found) in other_names {
        if let Some(found) = found {
            properties.insert(name.into(), Value::from(found));
        }
    }
    let power = match text(item, "status") {
        Some("SHUTOFF") => "off".to_owned(),
        Some(word @ ("PAUSED" | "SUSPENDED" | "SHELVED" | "SHELVED_OFFLOADED")) => word.to_lowercase(),
        _ => "on".to_owned(),
    };
    properties.insert("power_state".into(), Value::from(power));
    properties
}

/// A running task (`deleting`, `powering-on`) is news about the state that the status still shows.
fn status(item: &Json) -> Status {
    let word = text(item, "status").unwrap_or_default();
    if word == "ERROR" {
        let fault = item.get("fault").and_then(|fault| text(fault, "message"));
        return Status::Failed(fault.unwrap_or("status is ERROR").to_owned());
    }
    if let Some(task) = text(item, "OS-EXT-STS:task_state") {
        return Status::Pending(format!("{word} ({task})"));
    }
    match word {
        "ACTIVE" | "SHUTOFF" | "PAUSED" | "SUSPENDED" | "SHELVED" | "SHELVED_OFFLOADED" | "RESCUE"
        | "VERIFY_RESIZE" => Status::Ready,
        other => Status::Pending(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The lab's answer at 2.46, shortened.
    fn shown(change: &Json) -> Json {
        let mut item = json!({"id": "s", "name": "shop-web-1", "status": "ACTIVE", "metadata": {"gureum": "gureum shop 12345678",
            "gureum_address": "server.web-1", "gureum_data": "false", "gureum_run": "run-1"},
            "image": {"id": "im", "links": []}, "flavor": {"id": "fl", "links": []}, "created": "2026-11-24T18:50:31Z",
            "addresses": {}, "OS-EXT-AZ:availability_zone": "nova", "config_drive": "True", "OS-EXT-STS:task_state": null,
            "OS-EXT-STS:vm_state": "active", "OS-EXT-STS:power_state": 1, "tags": ["gureum-12345678"]});
        for (name, value) in change.as_object().expect("an object") {
            item[name] = value.clone();
        }
        item
    }

    fn state(change: &Json) -> Status {
        read(&shown(change)).expect("readable").status
    }

    #[test]
    fn the_create_requests_names_come_back() {
        let server = read(&shown(&json!({}))).expect("readable");
        let text = |name: &str| server.properties[name].as_text().unwrap_or_default().to_owned();
        assert_eq!((text("imageRef"), text("flavorRef"), text("power_state")), ("im".into(), "fl".into(), "on".into()));
        assert_eq!(server.properties["config_drive"], Value::from(true));
        assert_eq!(server.run.as_deref(), Some("run-1"));
        assert!(!server.bears_data);
        assert_eq!(server.created_at.as_deref(), Some("2026-11-24T18:50:31Z"));
    }

    #[test]
    fn what_never_ran_holds_no_data() {
        let bears = |change: Json| read(&shown(&change)).expect("readable").bears_data;
        let marked = |status: &str, launched: Json| json!({"status": status, "OS-SRV-USG:launched_at": launched, "metadata": {METADATA_DATA: "true"}});
        assert!(!bears(marked("ERROR", Json::Null)));
        assert!(bears(marked("ERROR", json!("2026-11-24T18:50:36.000000"))), "it ran once");
        assert!(bears(marked("BUILD", Json::Null)), "it will run");
        assert!(bears(json!({"status": "ERROR", "metadata": {METADATA_DATA: "true"}})), "a cloud that does not tell");
    }

    #[test]
    fn odd_servers_are_read_too() {
        let server =
            read(&shown(&json!({"image": "", "config_drive": "", "flavor": {}, "tags": null}))).expect("readable");
        assert!(!server.properties.contains_key("imageRef"));
        assert!(!server.properties.contains_key("tags"));
        assert_eq!(server.properties["config_drive"], Value::from(false));
        assert!(read(&json!({"name": "without id"})).is_err());
    }

    #[test]
    fn states() {
        assert_eq!(state(&json!({})), Status::Ready);
        assert_eq!(state(&json!({"status": "SHUTOFF"})), Status::Ready);
        assert!(matches!(state(&json!({"status": "BUILD"})), Status::Pending(_)));
        assert_eq!(state(&json!({"OS-EXT-STS:task_state": "deleting"})), Status::Pending("ACTIVE (deleting)".into()));
        let fault = json!({"status": "ERROR", "fault": {"code": 500, "message": "No valid host was found."}});
        assert_eq!(state(&fault), Status::Failed("No valid host was found.".into()));
        assert!(matches!(state(&json!({"status": "NEWS"})), Status::Pending(_)));
        let off = read(&shown(&json!({"status": "SHUTOFF"}))).expect("readable");
        assert_eq!(off.properties["power_state"], Value::from("off"));
    }
}
