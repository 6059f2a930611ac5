//! The list of servers.

use serde_json::{Value as Json, json};

use super::{filters, sorting, state, view};
use crate::embedded::compute::listing::{forbidden, next, page};
use crate::embedded::compute::schema::flag;
use crate::embedded::compute::version::minor;
use crate::embedded::context::Context;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::world::{Row, oldest_first};

/// `GET /servers` and `GET /servers/detail`.
pub(in crate::embedded::compute) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let detail = context.request.path.ends_with("/detail");
    let taken = filters::taken(context)?;
    let everybody = taken.iter().any(|(name, value)| name == "all_tenants" && flag(value).unwrap_or(value.is_empty()));
    if everybody && !context.caller.is_admin() {
        let what = if detail { "detail" } else { "index" };
        return Err(forbidden(&format!("servers:{what}:get_all_tenants")));
    }
    let project = taken.iter().find(|(name, _)| everybody && (name == "project_id" || name == "tenant_id"));
    let project = project.map(|(_, id)| id.as_str());
    let own = context.caller.project.as_str();
    let marked = taken.iter().find(|(name, tag)| name == "tags" && !tag.contains(','));
    let mut wanted: Vec<(&str, Vec<&str>)> = marked.map(|(_, tag)| ("_tags", vec![tag.as_str()])).into_iter().collect();
    wanted.extend(if everybody { project } else { Some(own) }.map(|project| ("project_id", vec![project])));
    let mut rows: Vec<Row> = oldest_first(context.world.candidates("servers", &wanted))
        .into_iter()
        .filter(
            |row| if everybody { project.is_none_or(|id| row["project_id"] == id) } else { row["project_id"] == own },
        )
        .filter(|row| !state::is_gone(row, context.now) && filters::passes(context, row, &taken))
        .cloned()
        .collect();
    sorting::sort(context, &mut rows)?;
    let (rows, more) = page(context, rows, "id")?;
    let shown: Vec<Json> =
        rows.iter().map(|row| if detail { view::full(context, row) } else { view::brief(context, row) }).collect();
    let mut answer = json!({"servers": shown});
    if let (true, Some(last)) = (more, rows.last()) {
        let version = minor(context.request);
        let path = if detail { "servers/detail" } else { "servers" };
        answer["servers_links"] = next(context, path, &last["id"], |name| filters::known(version, name));
    }
    Ok(Reply::json(200, &answer))
}
