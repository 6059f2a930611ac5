//! Key pairs, which belong to a user. A private key is never made here: the client brings its public one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::listing::{next, page};
use super::quotas;
use super::schema::{Kind, body_of, invalid, python};
use super::version::minor;
use crate::embedded::context::Context;
use crate::embedded::digest::md5;
use crate::embedded::exchange::Reply;
use crate::embedded::fault::Fault;
use crate::embedded::time::micros_bare;
use crate::embedded::world::Row;

const LETTERS: &str = "@._- ";

/// The user whose keys are meant: an administrator may name another.
fn owner(context: &Context<'_>, rule: &str) -> Result<String, Fault> {
    match context.request.parameter("user_id") {
        Some(user) if minor(context.request) >= 10 && user != context.caller.user => {
            if context.caller.is_admin() {
                Ok(user.to_owned())
            } else {
                Err(super::listing::forbidden(&format!("os-keypairs:{rule}")))
            }
        }
        _ => Ok(context.caller.user.clone()),
    }
}

fn key(user: &str, name: &str) -> String {
    format!("{user}/{name}")
}

/// One of the user's keys.
pub(super) fn find<'a>(context: &'a Context<'_>, user: &str, name: &str) -> Option<&'a Row> {
    context.world.get("keypairs", &key(user, name))
}

fn view(context: &Context<'_>, row: &Row, fields: &[&str]) -> Json {
    let mut shown = json!({});
    for name in fields {
        shown[*name] = row[*name].clone();
    }
    if minor(context.request) >= 2 {
        shown["type"] = json!("ssh");
    }
    json!({"keypair": shown})
}

/// `GET /os-keypairs`.
pub(super) fn list(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let user = owner(context, "index")?;
    let mut rows: Vec<Row> =
        context.world.rows("keypairs").into_iter().filter(|row| row["user_id"] == user.as_str()).cloned().collect();
    rows.sort_by(|one, other| one["name"].as_str().cmp(&other["name"].as_str()));
    let paged = minor(context.request) >= 35;
    let (rows, more) = if paged { page(context, rows, "name")? } else { (rows, false) };
    let shown: Vec<Json> = rows.iter().map(|row| view(context, row, &["name", "public_key", "fingerprint"])).collect();
    let mut answer = json!({"keypairs": shown});
    if let (true, Some(last)) = (more, rows.last()) {
        answer["keypairs_links"] = next(context, "os-keypairs", &last["name"], |_| true);
    }
    Ok(Reply::json(200, &answer))
}

/// `POST /os-keypairs`.
pub(super) fn create(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let version = minor(context.request);
    let known = [("name", Kind::Name), ("public_key", Kind::Text), ("type", Kind::Text), ("user_id", Kind::Text)];
    let known = match version {
        10.. => &known[..],
        2..10 => &known[..3],
        _ => &known[..2],
    };
    let required: &[&str] = if version >= 92 { &["name", "public_key"] } else { &["name"] };
    let given = body_of(context, "keypair", known, required)?;
    let name = given["name"].as_str().unwrap_or_default().to_owned();
    if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || LETTERS.contains(letter)) {
        return Err(Fault::new(
            400,
            "An invalid 'name' value was provided. The name must be: Only expected characters: [@._- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ]",
        ));
    }
    let kind = given.get("type").cloned().unwrap_or_else(|| json!("ssh"));
    if kind != "ssh" {
        let problem = format!("{} is not one of ['ssh']", python(&kind));
        return Err(invalid("type", &kind, problem));
    }
    let user = match given.get("user_id").and_then(Json::as_str) {
        Some(user) if user != context.caller.user && !context.caller.is_admin() => {
            return Err(super::listing::forbidden("os-keypairs:create"));
        }
        Some(user) => user.to_owned(),
        None => context.caller.user.clone(),
    };
    let count = context.world.rows("keypairs").into_iter().filter(|row| row["user_id"] == user.as_str()).count();
    if !quotas::allows(context, "key_pairs", count + 1) {
        return Err(Fault::new(403, "Quota exceeded, too many key pairs."));
    }
    if find(context, &user, &name).is_some() {
        return Err(Fault::new(409, format!("Key pair '{name}' already exists.")));
    }
    let Some(public) = given.get("public_key").and_then(Json::as_str) else {
        return Err(Fault::new(501, "The embedded cloud makes no private keys: give a public_key"));
    };
    let fingerprint = fingerprint(public)
        .ok_or_else(|| Fault::new(400, "Keypair data is invalid: failed to generate fingerprint"))?;
    let number = context.world.next();
    let row = json!({"name": name, "public_key": public, "fingerprint": fingerprint, "user_id": user, "id": number,
        "created_at": micros_bare(context.now), "deleted": false, "deleted_at": null, "updated_at": null});
    if let Json::Object(row) = row {
        context.world.put("keypairs", &key(&user, &name), row.clone());
        let answer = view(context, &row, &["name", "public_key", "fingerprint", "user_id"]);
        return Ok(Reply::json(if version >= 2 { 201 } else { 200 }, &answer));
    }
    Err(Fault::new(500, "The key pair is no object"))
}

/// MD5 of the key's blob in pairs of digits; `None` if it is no SSH public key.
fn fingerprint(public: &str) -> Option<String> {
    let mut words = public.split_whitespace();
    let (kind, blob) = (words.next()?, STANDARD.decode(words.next()?).ok()?);
    let length = usize::try_from(u32::from_be_bytes(blob.get(..4)?.try_into().ok()?)).ok()?;
    if blob.get(4..4 + length)? != kind.as_bytes() {
        return None;
    }
    let digits = md5(&blob);
    let pairs: Vec<&str> = (0..16).filter_map(|place| digits.get(2 * place..2 * place + 2)).collect();
    Some(pairs.join(":"))
}

fn missing(name: &str, user: &str) -> Fault {
    Fault::new(404, format!("Keypair {name} not found for user {user}"))
}

/// `GET /os-keypairs/{name}`.
pub(super) fn show(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (user, name) = (owner(context, "show")?, context.parameter("name"));
    let row = find(context, &user, &name).ok_or_else(|| missing(&name, &user))?;
    let fields =
        ["name", "public_key", "fingerprint", "user_id", "created_at", "deleted", "deleted_at", "id", "updated_at"];
    Ok(Reply::json(200, &view(context, row, &fields)))
}

/// `DELETE /os-keypairs/{name}`.
pub(super) fn delete(context: &mut Context<'_>) -> Result<Reply, Fault> {
    let (user, name) = (owner(context, "delete")?, context.parameter("name"));
    match context.world.remove("keypairs", &key(&user, &name)) {
        Some(_) => Ok(Reply::empty(if minor(context.request) >= 2 { 204 } else { 202 })),
        None => Err(missing(&name, &user)),
    }
}
