//! A first boot over time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::super::context::Context;
use super::super::exchange::Request;
use super::super::world::Row;
use super::super::{compute, object_store};
use super::{faults, userdata};

/// The stages, and how long it takes at pace 1 to come to each from the one before, in milliseconds: about what a small Debian takes
/// with packages from a mirror near by.
const STAGES: [(&str, f64); 8] = [
    ("boot", 20_000.0),
    ("mirror", 1_000.0),
    ("packages", 2_000.0),
    ("artifacts", 25_000.0),
    ("files", 3_000.0),
    ("start", 1_000.0),
    ("health", 3_000.0),
    ("ready", 4_000.0),
];
/// After a failure it tries again so much later, at pace 1; never sooner than in a second.
const AGAIN: f64 = 30_000.0;
const SOONEST_AGAIN: i64 = 1_000;
/// So many attempts that nobody looked at are gone through one by one; of more only the last ones.
const ATTEMPTS: i64 = 5;
/// How much of its console is kept.
const CONSOLE_LINES: usize = 400;

#[allow(clippy::cast_possible_truncation)]
fn lasting(context: &Context<'_>, usual: f64) -> i64 {
    (usual * context.settings.pace) as i64
}

/// A guest in a server that runs from `launched` on, or null for one that has nothing to say.
pub(in crate::embedded) fn born(context: &Context<'_>, user_data: &Json, launched: i64) -> Json {
    let found = userdata::read(user_data.as_str().unwrap_or_default());
    if found.report_to.is_none() && found.key.is_none() {
        return Json::Null;
    }
    let content = found.content.map(|url| json!({"url": url, "key": found.content_key}));
    json!({"content": content, "url": found.report_to, "key": found.key, "stage": 0, "number": 0,
        "at": launched + lasting(context, STAGES[0].1), "console": []})
}

/// What the console shows of what the guest wrote on it.
pub(in crate::embedded) fn console(row: &Row) -> Vec<String> {
    let lines = row.get("_guest").and_then(|guest| guest["console"].as_array()).cloned().unwrap_or_default();
    lines.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Everything that guests have done until now.
pub(in crate::embedded) fn settle(context: &mut Context<'_>) {
    let now = context.now;
    let due = |row: &&Row| row.get("_guest").and_then(|guest| guest["at"].as_i64()).is_some_and(|at| at <= now);
    let servers = context.world.by("servers", BUSY.0, BUSY.1).filter(due).filter(|row| compute::is_running(row, now));
    let ids: Vec<String> = servers.filter_map(|row| row["id"].as_str().map(str::to_owned)).collect();
    for id in ids {
        while step(context, &id) {}
    }
}

/// By what servers are found whose guests have something to do.
const BUSY: (&str, &str) = ("_busy", "guest");

/// Keeps the guest in its server's row.
pub(in crate::embedded) fn keep(row: &mut Row, guest: Json) {
    if guest["at"].is_null() {
        row.remove(BUSY.0);
    } else {
        row.insert(BUSY.0.to_owned(), json!(BUSY.1));
    }
    row.insert("_guest".to_owned(), guest);
}

/// One thing that the guest does, if its time has come; whether there may be more.
fn step(context: &mut Context<'_>, id: &str) -> bool {
    let now = context.now;
    let Some(row) = context.world.get("servers", id) else { return false };
    let (name, mut guest) = (row["name"].as_str().unwrap_or_default().to_owned(), row["_guest"].clone());
    let Some(at) = guest["at"].as_i64().filter(|at| *at <= now) else { return false };
    let stage = usize::try_from(guest["stage"].as_u64().unwrap_or(0)).unwrap_or(0).min(STAGES.len() - 1);
    let word = STAGES[stage].0;
    let wrong = (stage > 0).then(|| faults::at(context.world, &name, STAGES[stage - 1].0)).flatten();
    if let Some(fault) = wrong {
        // It hangs at the stage that it has told; what it was about to do next waits.
        let Some(log) = fault.log else { return false };
        let words = format!("stage: {}\n{}\n", STAGES[stage - 1].0, log.join("\n"));
        again(context, id, &mut guest, at, &words);
    } else if let Err(words) = content(context, id, &mut guest, at, word) {
        again(context, id, &mut guest, at, &words);
    } else {
        let words = if word == "ready" { "check first-boot ok 1 emulated\n".to_owned() } else { format!("{word}\n") };
        report(context, id, &mut guest, at, word, &words);
        let next = STAGES.get(stage + 1).map(|(_, usual)| at + lasting(context, *usual));
        guest["at"] = json!(next);
        guest["stage"] = json!(stage + 1);
    }
    context.world.change("servers", id, |row| keep(row, guest));
    true
}

/// It failed, says so, and will try again.
fn again(context: &mut Context<'_>, id: &str, guest: &mut Json, at: i64, words: &str) {
    report(context, id, guest, at, "failed", words);
    let again = lasting(context, AGAIN).max(SOONEST_AGAIN);
    // What nobody looked at is not gone through a thousand times.
    let missed = ((context.now - at) / again - ATTEMPTS).max(0);
    guest["at"] = json!(at + (missed + 1) * again);
    guest["stage"] = json!(0);
}

/// Before its second stage it fetches what its user-data had no room for, once, and looks whether it is what was meant.
fn content(context: &mut Context<'_>, id: &str, guest: &mut Json, at: i64, word: &str) -> Result<(), String> {
    let Some(address) = guest["content"]["url"].as_str().filter(|_| word == STAGES[1].0).map(str::to_owned) else {
        return Ok(());
    };
    report(context, id, guest, at, "content", "content\n");
    let failed = |why: &str| format!("stage: content\n{why}\n");
    let refused = |status: u16| failed(&format!("curl: (22) The requested URL returned error: {status}"));
    let bytes = get(context, &address, at).map_err(refused)?;
    let text = String::from_utf8_lossy(&bytes);
    let (proof, files) = text.split_once('\n').ok_or_else(|| failed("it has one line"))?;
    let key = guest["content"]["key"].as_str().unwrap_or_default();
    if proof != format!("{:x}", Sha256::digest(format!("{key}{files}{key}"))) {
        return Err(failed("its proof is wrong"));
    }
    guest["content"] = Json::Null;
    Ok(())
}

/// Reports in the ways that it knows; one that is refused is lost, as with a real guest that gives up trying.
fn report(context: &mut Context<'_>, id: &str, guest: &mut Json, at: i64, stage: &str, words: &str) {
    let number = guest["number"].as_u64().unwrap_or(0) + 1;
    guest["number"] = json!(number);
    let mut lines = vec![format!("gureum: {stage}")];
    if let Some(address) = guest["url"].as_str() {
        let kind = format!("application/x-gureum.{id}.{number}.{stage}");
        if let Err(status) = put(context, address, &kind, words, at) {
            lines.push(format!("gureum: could not report {stage}: The requested URL returned error: {status}"));
        }
    } else if let Some(key) = guest["key"].as_str() {
        let words = STANDARD.encode(words);
        let proof = Sha256::digest(format!("{key}:{id}:{number}:{stage}:{words}:{key}"));
        lines.push(format!("gureum-signal {id} {number} {stage} {words} {proof:x}"));
    }
    if let Some(console) = guest["console"].as_array_mut() {
        console.extend(lines.into_iter().map(Json::from));
        let surplus = console.len().saturating_sub(CONSOLE_LINES);
        console.drain(..surplus);
    }
}

/// A PUT as it would come over the network; the refusal's status.
fn put(context: &mut Context<'_>, address: &str, kind: &str, words: &str, at: i64) -> Result<(), u16> {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    object_store::receive(context, &request("PUT", address, headers, words)?, at)
}

/// A GET the same way; what it gave.
fn get(context: &mut Context<'_>, address: &str, at: i64) -> Result<Vec<u8>, u16> {
    object_store::give(context, &request("GET", address, Vec::new(), "")?, at)
}

fn request(method: &str, address: &str, headers: Vec<(String, String)>, body: &str) -> Result<Request, u16> {
    let Ok(url) = url::Url::parse(address) else { return Err(400) };
    Ok(Request {
        method: method.to_owned(),
        path: super::super::server::decoded(url.path()),
        query: url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
        headers,
        body: body.as_bytes().to_vec(),
    })
}
