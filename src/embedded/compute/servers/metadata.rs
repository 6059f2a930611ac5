//! A server's metadata.

use serde_json::json;

use super::{of_path, unlocked};
use crate::embedded::compute::quotas;
use crate::embedded::compute::schema;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::Row;

fn held(row: &Row) -> Row {
    row["metadata"].as_object().cloned().unwrap_or_default()
}

fn given(context: &Context<'_>, key: &str) -> Result<Row, Fault> {
    let body = context.body()?;
    schema::metadata(body.get(key).ok_or_else(|| Fault::new(400, format!("'{key}' is a required property")))?)
}

fn store(context: &mut Context<'_>, row: &Row, metadata: &Row) -> Result<(), Fault> {
    if !quotas::allows(context, "metadata_items", metadata.len()) {
        let most = quotas::own(context, "metadata_items");
        return Err(Fault::new(403, format!("Maximum number of metadata items exceeds {most}")));
    }
    let now = context.now;
    context.world.change("servers", row["id"].as_str().unwrap_or_default(), |row| {
        row.insert("metadata".to_owned(), json!(metadata));
        row.insert("_updated".to_owned(), json!(now));
    });
    Ok(())
}

fn absent() -> Fault {
    Fault::new(404, "Metadata item was not found")
}

/// `GET /servers/{id}/metadata`.
pub(in crate::embedded::compute) fn metadata(context: &mut Context<'_>) -> Result<Reply, Fault> {
    Ok(Reply::json(200, &json!({"metadata": held(&of_path(context)?)})))
}

/// `POST /servers/{id}/metadata`: these items too.
pub(in crate::embedded::compute) fn add_metadata(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (new, row) = (given(context, "metadata")?, unlocked(context)?);
    let mut all = held(&row);
    all.extend(new);
    store(context, &row, &all)?;
    Ok(Reply::json(200, &json!({"metadata": all})))
}

/// `PUT /servers/{id}/metadata`: these items only.
pub(in crate::embedded::compute) fn replace_metadata(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (new, row) = (given(context, "metadata")?, unlocked(context)?);
    store(context, &row, &new)?;
    Ok(Reply::json(200, &json!({"metadata": new})))
}

/// `GET /servers/{id}/metadata/{key}`.
pub(in crate::embedded::compute) fn meta(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, key) = (of_path(context)?, context.parameter("key"));
    let value = held(&row).remove(&key).ok_or_else(absent)?;
    Ok(Reply::json(200, &json!({"meta": {key: value}})))
}

/// `PUT /servers/{id}/metadata/{key}`.
pub(in crate::embedded::compute) fn set_meta(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (new, key) = (given(context, "meta")?, context.parameter("key"));
    if !new.contains_key(&key) || new.len() != 1 {
        return Err(Fault::new(400, "Request body and URI mismatch"));
    }
    let row = unlocked(context)?;
    let mut all = held(&row);
    all.extend(new.clone());
    store(context, &row, &all)?;
    Ok(Reply::json(200, &json!({"meta": new})))
}

/// `DELETE /servers/{id}/metadata/{key}`.
pub(in crate::embedded::compute) fn delete_meta(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (row, key) = (unlocked(context)?, context.parameter("key"));
    let mut all = held(&row);
    all.remove(&key).ok_or_else(absent)?;
    store(context, &row, &all)?;
    Ok(Reply::empty(204))
}
