//! Who may do what: the account's own project by its token, anybody by a signed URL, anybody where a container is open.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde_json::Value as Json;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::super::context::Context;
use super::super::exchange::Reply;
use super::super::identity;
use super::super::operation::Service;
use super::words::{said, text, told};

/// Why a request was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// The account's own.
    Owner,
    /// A signed URL; the time at which it ends, in seconds.
    Signed(i64),
    /// A container that all may read.
    Public,
}

/// The names in a request's path.
#[derive(Clone, Debug, Default)]
pub(super) struct Target {
    pub(super) account: String,
    pub(super) container: String,
    pub(super) object: String,
}

impl Target {
    /// From the path itself: a slash at an object's end belongs to its name.
    pub(super) fn of(context: &Context<'_>) -> Self {
        let path = context.request.path.strip_prefix("/object-store/v1/").unwrap_or_default();
        let mut parts = path.splitn(3, '/').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Self { account: next(), container: next(), object: next() }
    }

    /// The container's key.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.account, self.container)
    }

    /// The object's key.
    pub(super) fn object_key(&self) -> String {
        format!("{}/{}", self.key(), self.object)
    }
}

/// Lets a request in or refuses it.
pub(super) fn enter(context: &Context<'_>, target: &Target) -> Result<Access, Reply> {
    if !target.object.is_empty() && context.request.parameter("temp_url_sig").is_some() {
        return signed(context, target).map(Access::Signed);
    }
    let caller = identity::caller(context.world, context.now, context.request).ok();
    if caller.as_ref().is_some_and(|caller| target.account == format!("AUTH_{}", caller.project)) {
        return Ok(Access::Owner);
    }
    if matches!(context.request.method.as_str(), "GET" | "HEAD") {
        let rights = context
            .world
            .get("swift_containers", &target.key())
            .and_then(|row| row["meta"]["x-container-read"].as_str())
            .unwrap_or_default();
        let has = |right: &str| rights.split(',').any(|known| known.trim() == right);
        if has(".r:*") && (!target.object.is_empty() || has(".rlistings")) {
            return Ok(Access::Public);
        }
    }
    Err(match caller {
        Some(_) => said(403),
        None => identity::unauthorized(Service::ObjectStore)
            .header("WWW-Authenticate", format!("Swift realm=\"{}\"", target.account)),
    })
}

/// Lets only the account's own in.
pub(super) fn owner(context: &Context<'_>, target: &Target) -> Result<(), Reply> {
    match enter(context, target)? {
        Access::Owner => Ok(()),
        Access::Signed(_) | Access::Public => Err(said(403)),
    }
}

fn signed(context: &Context<'_>, target: &Target) -> Result<i64, Reply> {
    let denied =
        || told(401, "401 Unauthorized: Temp URL invalid\n").header("WWW-Authenticate", "Swift realm=\"unknown\"");
    let request = context.request;
    let (Some(signature), Some(given)) = (request.parameter("temp_url_sig"), request.parameter("temp_url_expires"))
    else {
        return Err(denied());
    };
    let expires =
        given.parse().or_else(|_| given.parse::<Timestamp>().map(Timestamp::as_second)).map_err(|_| denied())?;
    if expires * 1000 < context.now {
        return Err(denied());
    }
    let path = match request.parameter("temp_url_prefix") {
        Some(prefix) if !target.object.starts_with(prefix) => return Err(denied()),
        Some(prefix) => format!("/v1/{}/{prefix}", target.key()),
        None => format!("/v1/{}", target.object_key()),
    };
    let scope = if request.parameter("temp_url_prefix").is_some() { "prefix:" } else { "" };
    let methods: &[&str] = match request.method.as_str() {
        "HEAD" => &["HEAD", "GET", "PUT", "POST"],
        "GET" => &["GET"],
        "PUT" => &["PUT"],
        "POST" => &["POST"],
        "DELETE" => &["DELETE"],
        _ => return Err(denied()),
    };
    let fits = methods.iter().any(|method| {
        // The path as Swift sees it, and as it stands in this cloud's URL, where a prefix is in front of Swift's.
        ["", "/object-store"].iter().any(|front| {
            let message = format!("{method}\n{expires}\n{scope}{front}{path}");
            keys(context, target).iter().any(|key| verify(key, &message, signature))
        })
    });
    if fits { Ok(expires) } else { Err(denied()) }
}

fn keys(context: &Context<'_>, target: &Target) -> Vec<String> {
    let account = context.world.get("swift_accounts", &target.account);
    let container = context.world.get("swift_containers", &target.key());
    let rows = [(account, "x-account-meta-temp-url-key"), (container, "x-container-meta-temp-url-key")];
    let names = |name: &'static str| [name.to_owned(), format!("{name}-2")];
    rows.into_iter()
        .filter_map(|(row, name)| Some((row?.get("meta")?.as_object()?, name)))
        .flat_map(|(meta, name)| names(name).map(|name| text(meta, &name).to_owned()))
        .filter(|key| !key.is_empty())
        .collect()
}

/// Whether a signature is one of a message: its length says which digest it was made with.
fn verify(key: &str, message: &str, signature: &str) -> bool {
    let (digest, bytes) = if let Some((digest, encoded)) = signature.split_once(':') {
        let plain = encoded.trim_end_matches('=').replace('+', "-").replace('/', "_");
        (digest, URL_SAFE_NO_PAD.decode(plain).ok())
    } else {
        let digest = match signature.len() {
            40 => "sha1",
            64 => "sha256",
            128 => "sha512",
            _ => return false,
        };
        (digest, unhex(signature))
    };
    let Some(bytes) = bytes else { return false };
    match digest {
        "sha1" => is_of(Hmac::<Sha1>::new_from_slice(key.as_bytes()), message, &bytes),
        "sha256" => is_of(Hmac::<Sha256>::new_from_slice(key.as_bytes()), message, &bytes),
        "sha512" => is_of(Hmac::<Sha512>::new_from_slice(key.as_bytes()), message, &bytes),
        _ => false,
    }
}

fn is_of<M: Mac, E>(mac: Result<M, E>, message: &str, bytes: &[u8]) -> bool {
    mac.is_ok_and(|mac| mac.chain_update(message.as_bytes()).verify_slice(bytes).is_ok())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// What a signed URL adds to an object's headers.
pub(super) fn disposed(context: &Context<'_>, object: &str, reply: Reply, expires: i64) -> Reply {
    let given = context.request.parameter("filename");
    let name = given.unwrap_or_else(|| object.trim_end_matches('/').rsplit('/').next().unwrap_or_default());
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20");
    let named = format!("filename=\"{}\"; filename*=UTF-8''{encoded}", name.replace('"', "%22"));
    let disposition = match (context.request.parameter("inline"), given) {
        (Some(_), None) => "inline".to_owned(),
        (Some(_), Some(_)) => format!("inline; {named}"),
        (None, _) => format!("attachment; {named}"),
    };
    let mut reply = reply;
    let hidden = |name: &str| {
        let name = name.to_lowercase();
        name == "content-disposition"
            || (name.starts_with("x-object-meta-") && !name.starts_with("x-object-meta-public-"))
    };
    reply.headers.retain(|(name, _)| !hidden(name));
    reply.header("Content-Disposition", disposition).header("Expires", super::words::modified(expires * 1000))
}

/// A header's value of a row's metadata.
pub(super) fn meta<'a>(row: &'a super::super::world::Row, name: &str) -> Option<&'a str> {
    row.get("meta").and_then(|meta| meta.get(name)).and_then(Json::as_str)
}
