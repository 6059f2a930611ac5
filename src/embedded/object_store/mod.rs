//! Swift: accounts, containers, objects and TempURLs (Object Storage API v1).
//!
//! Every operation looks after its own authentication (`access`): a token, a signed URL, or a container open to all. An
//! object's body lives in its row, base64, so it is at most 5 MiB; the server refuses a longer one with 413. Counts
//! are exact at once, where a real Swift's updaters come a little later.

mod access;
mod accounts;
mod containers;
mod listing;
mod objects;
mod words;

use super::context::{Caller, Context};
use super::exchange::{Reply, Request};
use super::fault::Fault;
use super::operation::{Handler, Operation};

/// A reply, or a refusal that is one too.
type Outcome = Result<Reply, Reply>;

/// Gives a reply the transaction's id.
fn answer(context: &mut Context<'_>, outcome: Outcome) -> Reply {
    let reply = outcome.unwrap_or_else(|refusal| refusal);
    let number = context.uuid().replace('-', "");
    let id = format!("tx{}-{:010x}", &number[..21], context.now / 1000);
    reply.header("X-Trans-Id", id.clone()).header("X-Openstack-Request-Id", id)
}

/// Makes a handler of a function that answers in Swift's own way.
macro_rules! handler {
    ($function:path) => {{
        fn handle(context: &mut Context<'_>) -> Result<Reply, Fault> {
            let outcome = $function(context);
            Ok(answer(context, outcome))
        }
        let handle: Handler = handle;
        handle
    }};
}

const ACCOUNT: &str = "/v1/{account}";
const CONTAINER: &str = "/v1/{account}/{container}";
const OBJECT: &str = "/v1/{account}/{container}/{*object}";

pub(super) static OPERATIONS: &[Operation] = &[
    Operation::new("GET", "/info", "List activated capabilities", handler!(accounts::info)).open(),
    Operation::new("GET", "/healthcheck", "Health check", handler!(accounts::health)).open(),
    Operation::new("HEAD", ACCOUNT, "Show account metadata", handler!(accounts::show)).open(),
    Operation::new("GET", ACCOUNT, "Show account details and list containers", handler!(accounts::list)).open(),
    Operation::new("POST", ACCOUNT, "Create, update, or delete account metadata", handler!(accounts::update)).open(),
    Operation::new("HEAD", CONTAINER, "Show container metadata", handler!(containers::show)).open(),
    Operation::new("GET", CONTAINER, "Show container details and list objects", handler!(containers::list)).open(),
    Operation::new("PUT", CONTAINER, "Create container", handler!(containers::create)).open(),
    Operation::new("POST", CONTAINER, "Create, update, or delete container metadata", handler!(containers::update))
        .open(),
    Operation::new("DELETE", CONTAINER, "Delete container", handler!(containers::delete)).open(),
    Operation::new("HEAD", OBJECT, "Show object metadata", handler!(objects::get)).open(),
    Operation::new("GET", OBJECT, "Get object content and metadata", handler!(objects::get)).open(),
    Operation::new("PUT", OBJECT, "Create or replace object", handler!(objects::put)).open(),
    Operation::new("POST", OBJECT, "Create or update object metadata", handler!(objects::update)).open(),
    Operation::new("COPY", OBJECT, "Copy object", handler!(objects::copy)).open(),
    Operation::new("DELETE", OBJECT, "Delete object", handler!(objects::delete)).open(),
];

/// A write that came at that time by a signed address from inside the cloud; the refusal's status.
pub(super) fn receive(context: &mut Context<'_>, request: &Request, at: i64) -> Result<(), u16> {
    inside(context, request, at, objects::put).map(|_| ())
}

/// A read the same way; what it gave.
pub(super) fn give(context: &mut Context<'_>, request: &Request, at: i64) -> Result<Vec<u8>, u16> {
    inside(context, request, at, objects::get).map(|reply| reply.body)
}

fn inside(
    context: &mut Context<'_>,
    request: &Request,
    at: i64,
    handle: fn(&mut Context<'_>) -> Outcome,
) -> Result<Reply, u16> {
    if !request.path.starts_with("/object-store/v1/") {
        return Err(404);
    }
    let mut inner = Context {
        world: &mut *context.world,
        now: at,
        request,
        caller: Caller::default(),
        parameters: Vec::new(),
        settings: context.settings,
    };
    handle(&mut inner).map_err(|refusal| refusal.status)
}

#[cfg(test)]
mod tests;
