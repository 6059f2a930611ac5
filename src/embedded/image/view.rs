//! How an image is shown.

use serde_json::{Value as Json, json};

use super::find;
use crate::embedded::context::{Context, shown};
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

/// An image with its links.
pub(super) fn view(row: &Row) -> Json {
    let id = row["id"].as_str().unwrap_or_default();
    let mut image = shown(row);
    image.insert("self".to_owned(), json!(format!("/v2/images/{id}")));
    image.insert("file".to_owned(), json!(format!("/v2/images/{id}/file")));
    image.insert("schema".to_owned(), json!("/v2/schemas/image"));
    if row["status"] == "active" {
        let url = format!("file:///var/lib/glance/images/{id}");
        image.insert("locations".to_owned(), json!([{"url": url, "metadata": {"store": "local"}}]));
        image.insert("stores".to_owned(), json!("local"));
    } else {
        image.insert("locations".to_owned(), json!([]));
    }
    Json::Object(image)
}

/// The refusal of an image that is not there for the caller.
pub(super) fn missing(id: &str) -> Fault {
    Fault::new(404, format!("No image found with ID {id}"))
}

/// `GET /v2/images/{id}`.
pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let id = context.parameter("id");
    match find(context, &id) {
        Some(row) => Ok(Reply::json(200, &view(row))),
        None => Err(missing(&id)),
    }
}
